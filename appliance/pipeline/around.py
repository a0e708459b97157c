"""What stands around an image where it is used, such as a product: words for its name, after those of the file."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from appliance.models import Image
from appliance.pipeline.leases import Claim
from appliance.pipeline.worker import Order, Worker
from appliance.vision import privacy
from appliance.words import Description, Origin, Role, Word
from connectors.base import Connector, ConnectorError, Entry, Surrounded, Surroundings

logger = logging.getLogger(__name__)

_SURE = 0.8  # that a person would say the product's name of its picture
_MOST_WORDS = 6


def known_of(connector: Connector, claims: Sequence[Claim | Image]) -> dict[int, Surroundings]:
    """By the claim's id. Raises ConnectorError."""
    if not isinstance(connector, Surrounded):
        return {}
    return {one.id: connector.surroundings(Entry(one.path, one.size, one.version)) for one in claims}


def told(worker: Worker, order: Order, claim: Claim | Image) -> str:
    """What a provider is told of it: the product or the post, and what that is to be found by; "" where the source
    cannot be asked."""
    try:
        found = known_of(worker.connector(order), [claim]).get(claim.id, Surroundings())
    except (ConnectorError, OSError) as error:
        logger.info("%s: what stands around it is not known: %s", claim.path, error)
        return ""
    return "; ".join(filter(None, (found.product or found.title, found.keyphrase)))


def with_surroundings(said: Description, around: Surroundings) -> Description:
    """A product leads its pictures' names, as a title would; what the post is to be found by may stand at their end."""
    product, keyphrase = _short(around.product), _short(around.keyphrase)
    if not product and not keyphrase:
        return said
    known = said.candidates or ((),)
    candidates = tuple(_with(words, product, keyphrase) for words in known)
    if not any(candidates):
        return replace(said, keywords=(*said.keywords, *filter(None, (keyphrase,))))
    return replace(said, candidates=candidates, confidence=max(said.confidence, _SURE if product else 0.0))


def _with(words: Sequence[Word], product: str, keyphrase: str) -> tuple[Word, ...]:
    found = list(words)
    if product and not _says(found, product):
        others = [replace(word, role=Role.SECOND) if word.role is Role.SUBJECT else word for word in found]
        found = [Word(product, Role.SUBJECT, Origin.CONTEXT, _SURE), *others]
    if keyphrase and found and not _says(found, keyphrase):
        found.append(Word(keyphrase, Role.KEYWORD, Origin.CONTEXT, _SURE))
    return tuple(found)


def _says(words: Sequence[Word], text: str) -> bool:
    return any(word.text.casefold() == text.casefold() for word in words)


def _short(text: str) -> str:
    """What may stand in a name; a whole sentence is none."""
    text = " ".join(text.split())
    return text if 0 < len(text.split()) <= _MOST_WORDS and not privacy.private(text) else ""
