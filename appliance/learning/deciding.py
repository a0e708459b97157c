"""A person's decision about a name becomes an example."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from appliance import naming, telemetry
from appliance.db import tally_of
from appliance.learning import memory, subjects
from appliance.models import REVIEWED, Batch, Example, Image, SeenDescription, Verdict, now
from appliance.sources import Policy
from appliance.vision import counting
from appliance.words import Origin, Word

_OF_OTHERS = {Origin.KEYWORD, Origin.PLACE, Origin.EXIF, Origin.FOLDER, Origin.COUNTER, Origin.ORIGINAL}


def approved(session: Session, image: Image) -> None:
    """The name that the image is about to have, as it was proposed or as a person changed it."""
    proposal = image.proposal or {}
    first = proposal.get("first", proposal)
    accepted = naming.split(str(proposal.get("name", "")))[0]
    was = naming.split(str(first.get("name", "")))[0]
    verdict = Verdict.APPROVED if accepted == was else Verdict.EDITED
    _put(session, image, verdict, first, accepted.replace("-", " "))


def rejected(session: Session, image: Image) -> None:
    """The image keeps its old name; what an earlier decision about it taught is taught no more."""
    proposal = image.proposal or {}
    _put(session, image, Verdict.REJECTED, proposal.get("first", proposal), "")


def undone(session: Session, image: Image) -> None:
    """Its new name is taken back, and what the decision for it taught. Nobody decided about a name that a command
    gave."""
    mine = Example.tenant_id == image.tenant_id, Example.image_id == image.id
    values = {"verdict": Verdict.UNDONE, "word": "", "features": None, "at": now()}
    known = session.scalar(update(Example).where(*mine).values(values).returning(Example))
    if known is not None:
        _count(session, known)
    elif session.get_one(Batch, image.batch_id).kind in REVIEWED:
        _put(session, image, Verdict.UNDONE, image.proposal or {}, "")


def _put(session: Session, image: Image, verdict: Verdict, first: Mapping[str, Any], accepted: str) -> None:
    if image.sha256 is None:
        return
    policy = msgspec.convert(session.get_one(Batch, image.batch_id).policy, Policy)
    words = [_spaced(msgspec.convert(word, Word)) for word in first.get("words", ())]
    word = _taught(verdict, words, accepted, policy)
    about_people = bool(subjects.PEOPLE & {part for one in words for part in one.text.split()})
    mine = Example.tenant_id == image.tenant_id, Example.image_id == image.id
    session.execute(delete(Example).where(*mine))
    example = Example(
        tenant_id=image.tenant_id,
        image_id=image.id,
        sha256=image.sha256,
        verdict=verdict,
        proposed=" ".join(one.text for one in words),
        accepted=accepted,
        word=word,
        forgotten=about_people or not memory.is_on(session, image.tenant_id),
        language=policy.language,
        profile=policy.profile,
        confidence=float(first.get("confidence", 0.0)),
        **_seer(session, image, policy),
    )
    session.add(example)
    _count(session, example)


def distance(proposed: Sequence[str], accepted: Sequence[str]) -> float:
    """The share of the words of both that are not in both in the same order, 0 to 1."""
    return 1 - SequenceMatcher(None, proposed, accepted, autojunk=False).ratio()


def _count(session: Session, decided: Example) -> None:
    tally, named = tally_of(session), counting.labels(decided.provider, decided.prompt)
    tally.count(telemetry.DECISIONS, *named, decided.verdict)
    tally.count(telemetry.CONFIDENCE, *named, by=decided.confidence)
    if decided.verdict is Verdict.EDITED:
        tally.count(telemetry.CHANGED, *named, by=distance(decided.proposed.split(), decided.accepted.split()))


def _spaced(word: Word) -> Word:
    """A phrase as people say it, not as it stands in a name."""
    return replace(word, text=word.text.replace("-", " "))


def _taught(verdict: Verdict, words: Sequence[Word], accepted: str, policy: Policy) -> str:
    """An approved word that was learned is one more example of it."""
    if verdict is Verdict.APPROVED:
        return next((word.text for word in words if word.origin is Origin.LEARNED), "")
    others = [*policy.keywords, *(word.text for word in words if word.origin in _OF_OTHERS)]
    return subjects.subject(accepted, (word.text for word in words), others, policy.language)


def _seer(session: Session, image: Image, policy: Policy) -> dict[str, str]:
    """Who described the picture; the provider that was asked for where nobody has."""
    here = SeenDescription.tenant_id == image.tenant_id, SeenDescription.sha256 == image.sha256
    wanted = select(SeenDescription.provider, SeenDescription.model, SeenDescription.prompt).where(*here)
    row = session.execute(wanted.order_by(SeenDescription.id.desc()).limit(1)).first()
    if row is None:
        return {"provider": policy.provider, "model": "", "prompt": ""}
    return {"provider": row.provider, "model": row.model, "prompt": row.prompt}
