"""Alternative text, title, caption and keywords: edited and approved apart from the name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from appliance import writings
from appliance.errors import Conflict, NotFound
from appliance.models import Image, ImageState
from appliance.reviews.deciding import Refused
from appliance.reviews.rows import find, refuse_busy, tell
from appliance.words import Texts, TextState

LONGEST_ALT = 500  # characters
LONGEST_TITLE, LONGEST_CAPTION, LONGEST_KEYWORD = 200, 2000, 100
MOST_KEYWORDS = 50


@dataclass(frozen=True, slots=True)
class Said:
    """What a person writes; None leaves a text as it is. An empty alternative text is that of a decoration."""

    alt: str | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return (self.alt, self.title, self.caption, self.keywords) != (None, None, None, None)


def texts_of(image: Image) -> Texts:
    return msgspec.convert(image.texts or {}, Texts)


def say(session: Session, image: Image, said: Said, *, actor: str) -> None:
    """Other texts, in a person's words; they wait to be approved. Raises Conflict while the image is worked on."""
    refuse_busy(image)
    before = _told(image)
    known = texts_of(image)
    image.alt = image.alt if said.alt is None else _line(said.alt, LONGEST_ALT)
    texts = Texts(
        title=known.title if said.title is None else _line(said.title, LONGEST_TITLE),
        caption=known.caption if said.caption is None else _line(said.caption, LONGEST_CAPTION),
        keywords=known.keywords if said.keywords is None else _keywords(said.keywords),
        from_file=tuple(name for name in known.from_file if getattr(said, name) in {None, before[name]}),
        state=TextState.EDITED,
    )
    image.texts = msgspec.to_builtins(texts)
    after = {key: value for key, value in _told(image).items() if value != before[key]}
    tell(session, image, "image.edited", actor, before={key: before[key] for key in after}, after=after)


def says_so(image: Image, said: Said) -> bool:
    """Whether its texts are these already."""
    known = texts_of(image)
    return (said.alt, said.title, said.caption) == (image.alt, known.title, known.caption) and (
        said.keywords is None or _keywords(said.keywords) == known.keywords
    )


def approve_texts(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """The texts of images as they are now are right, and are written into the metadata where the source wants that;
    what cannot be is left alone, and returned."""
    refused: list[Refused] = []
    for image_id in dict.fromkeys(image_ids):
        try:
            image = find(session, tenant_id, image_id)
            refuse_busy(image)
        except (Conflict, NotFound) as error:
            refused.append(Refused(image_id, str(error)))
            continue
        image.texts = (image.texts or {}) | {"state": TextState.APPROVED.value, "note": ""}
        tell(session, image, "image.texts_approved", actor, after=_told(image))
        writings.ask(session, image)
    session.flush()
    return refused


def with_open_texts(tenant_id: int, batch_id: int) -> Select[int]:
    """The ids of a batch's images whose texts nobody has approved, where there are any and nobody works on them."""
    state, title, caption = (Image.texts[name].as_string() for name in ("state", "title", "caption"))
    said = or_(Image.alt != "", title != "", caption != "")
    mine = Image.tenant_id == tenant_id, Image.batch_id == batch_id, Image.preview.is_(False)
    unapproved = state.in_((TextState.PROPOSED, TextState.EDITED))
    return select(Image.id).where(*mine, Image.state.in_(_SETTLED), unapproved, said).order_by(Image.id)


_SETTLED = (ImageState.REVIEW, ImageState.RENAMED, ImageState.KEPT, ImageState.REJECTED)


def is_open(image: Image) -> bool:
    """Whether its texts can be approved, as `with_open_texts` asks of many."""
    texts = texts_of(image)
    said = bool(image.alt or texts.title or texts.caption)
    return said and image.state in _SETTLED and texts.state in {TextState.PROPOSED, TextState.EDITED}


def _told(image: Image) -> dict[str, Any]:
    texts = texts_of(image)
    return {"alt": image.alt, "title": texts.title, "caption": texts.caption, "keywords": list(texts.keywords)}


def _keywords(words: Iterable[str]) -> tuple[str, ...]:
    lines = (_line(word, LONGEST_KEYWORD) for word in words)
    return tuple(dict.fromkeys(line for line in lines if line))[:MOST_KEYWORDS]


def _line(text: str, longest: int) -> str:
    """Without line breaks and what nobody can see."""
    seen = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(seen.split())[:longest].rstrip()
