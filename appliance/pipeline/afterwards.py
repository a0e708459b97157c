"""What belongs to a rename beside the name: the texts that its source keeps about the image, and what the rename did
there."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from appliance import words
from appliance.pipeline.leases import Claim
from appliance.renames import Move, Result
from appliance.sources import name_of
from connectors.base import Connector, ConnectorError, Describes, Entry, Reports, Texts

logger = logging.getLogger(__name__)


def complete(connector: Connector, claim: Claim, moves: Sequence[Move], result: Result) -> Result:
    """The result with what the source reports of it. The names stay, whatever goes wrong here, which is said. Safe to
    repeat."""
    own = moves[0]
    if own.undoes_id is not None:
        return result
    if isinstance(connector, Describes) and not own.companion:
        result = _described(connector, claim, own, result)
    if not isinstance(connector, Reports):
        return result
    reports = {move.id: _report(connector, move, result.entries[move.id]) for move in moves}
    return replace(result, reports={number: report for number, report in reports.items() if report})


def tell_early(connector: Connector, claim: Claim, reason: str) -> None:
    """Likewise the texts alone, where the name begins to wait for something."""
    waits_already = claim.reason == reason or (claim.proposal or {}).get("undo")
    if waits_already or not isinstance(connector, Describes):
        return
    try:
        connector.describe(Entry(claim.path, claim.size, claim.version), _texts(claim), key=f"waits-{claim.id}")
    except (ConnectorError, OSError) as error:
        logger.warning("%s: its texts were not written: %s", claim.path, error)


def _described(connector: Describes, claim: Claim, move: Move, result: Result) -> Result:
    texts = replace(_texts(claim), original_name=name_of(move.from_path))
    try:
        entry = connector.describe(result.entries[move.id], texts, key=str(move.id))
    except (ConnectorError, OSError) as error:
        logger.warning("%s has no words beside it: %s", move.to_path, error)
        return replace(result, reason=f"{result.reason} Its words were not kept with it: {error}".strip())
    return replace(result, entries={**result.entries, move.id: entry})


def _texts(claim: Claim) -> Texts:
    """What a person, or else the provider, says of it."""
    said = msgspec.convert(claim.texts or {}, words.Texts)
    return Texts(alt=claim.alt, title=said.title, caption=said.caption)


def _report(connector: Reports, move: Move, entry: Entry) -> dict[str, Any]:
    try:
        found = dict(connector.report(entry, before=move.from_path, key=str(move.id)))
    except (ConnectorError, OSError) as error:
        logger.warning("%s: what the rename did was not reported: %s", entry.path, error)
        return {}
    return found
