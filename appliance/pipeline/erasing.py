"""Takes back what was written into metadata: the very bytes that stood there before, where nobody has changed them."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import update

from appliance import metadata, renames, writings
from appliance.models import Image, Writing, WritingState
from appliance.pipeline import filing
from appliance.pipeline.leases import Claim, held
from appliance.pipeline.worker import Worker
from appliance.renames import LeaseLost
from appliance.sources import folder_of, joined, name_of
from appliance.words import Texts, TextState
from connectors.base import Adds, Connector, ConnectorError, Entry, FileChanged, FileGone, NameTaken, Rewrites


def take_back(
    worker: Worker, connector: Connector, claim: Claim, *, since: int = 0, only: Collection[WritingState] = ()
) -> tuple[Claim, list[str]]:
    """The image as it is then, and what could not be taken back and why. Safe to repeat after a crash at any point.
    Raises LeaseLost, ConnectorError, OSError."""
    with worker.database.reading(claim.tenant_id) as session:
        standing = writings.standing(session, claim.tenant_id, claim.id, since)
        rows = [row for row in standing if not only or row.state in only]
        names = renames.standing_names(session, claim.tenant_id, claim.id) if rows else {}
    notes: dict[str, None] = {}
    for row in rows:
        path = row.path if row.state is not WritingState.DONE else _present(claim, names, row)
        act = _Act(worker, connector, claim, row, path)
        try:
            claim = act.carry_out()
        except _Left as left:
            notes[str(left)] = None
            act.close(WritingState.LEFT, str(left))
    return claim, list(notes)


def _present(claim: Claim, names: dict[str, str], row: Writing) -> str:
    """Where the file is now, which may have been renamed since."""
    if row.within:
        return claim.path
    name = name_of(row.path)
    return joined(folder_of(claim.path), names.get(name, name))


def _without_texts(claim: Claim) -> Claim:
    """They are as right as before, and stand nowhere."""
    texts = msgspec.convert(claim.texts or {}, Texts)
    state = TextState.APPROVED if texts.state is TextState.WRITTEN else texts.state
    stored = (claim.texts or {}) | {"state": state.value, "written_at": "", "written_in": "", "note": ""}
    return replace(claim, texts=stored)


class _Left(Exception):
    """The file stays as it is; the sentence says why."""


@dataclass(frozen=True, slots=True)
class _Act:
    worker: Worker
    connector: Connector
    claim: Claim
    row: Writing
    path: str

    def carry_out(self) -> Claim:
        """Raises _Left, LeaseLost, ConnectorError, OSError."""
        if self.row.state is WritingState.EXECUTING and not self._finishes_writing():
            self.close(WritingState.FAILED, "It was not written.")
            return self.claim
        contents = filing.contents_of(self.connector, self.path)
        try:
            entry = self._back(contents, None if contents is None else filing.digest(contents))
        except (FileChanged, FileGone) as error:
            raise _Left(self._sentence()) from error
        except ConnectorError as error:
            if not error.permanent or filing.is_at(self.connector, self.path, self.row.before):
                raise ConnectorError(str(error)) from error
            raise _Left(f"What was written into {name_of(self.path)} stays: {error}") from error
        claim = _without_texts(self.claim)
        if entry is not None and self.row.within:
            claim = replace(claim, size=entry.size, version=entry.version, sha256=self.row.before)
        self.close(WritingState.UNDONE, "", claim)
        return claim

    def _finishes_writing(self) -> bool:
        """So that nothing of what was cut off is left beside the file; False where it was not written and cannot be."""
        try:
            filing.written(self.connector, self.row, beside=self.claim.path)
        except (FileChanged, FileGone, NameTaken):
            return False
        except ConnectorError as error:
            if not error.permanent or filing.is_at(self.connector, self.path, self.row.after):
                raise ConnectorError(str(error)) from error
            return False
        return True

    def _back(self, contents: bytes | None, found: str | None) -> Entry | None:
        if not self.row.before:
            self._withdrawn(found)
            return None
        if contents is None or found not in (self.row.before, self.row.after):
            raise _Left(self._sentence())
        if found == self.row.before:
            return self._rewritten(contents, begun=True)
        edits = metadata.turned_round(metadata.restored(self.row.edits["of"]))
        return self._rewritten(metadata.made(contents, edits), begun=False)

    def _withdrawn(self, found: str | None) -> None:
        if not isinstance(self.connector, Adds):
            raise _Left(self._sentence())
        if found not in (None, self.row.after):
            raise _Left(self._sentence())
        if self.row.state is not WritingState.UNDOING:
            self._intend(Entry(self.path, self.row.size, self.row.version))
        contents = metadata.made(b"", metadata.restored(self.row.edits["of"]))
        self.connector.withdraw(self.path, contents, key=f"{filing.key_of(self.row)}-back")

    def _rewritten(self, contents: bytes, *, begun: bool) -> Entry | None:
        """With `begun` the old bytes are back already, and only what is left beside them is to be cleared away."""
        if not isinstance(self.connector, Rewrites):
            raise _Left(self._sentence())
        entry = Entry(self.path, self.row.size, self.row.version)
        if not begun:
            present = self.connector.stat(self.path)
            if present is None:
                raise _Left(self._sentence())
            entry = present
            self._intend(entry)
        elif self.row.state is not WritingState.UNDOING:
            return self.connector.stat(self.path)
        return self.connector.rewrite(entry, contents, key=f"{filing.key_of(self.row)}-back")

    def _intend(self, entry: Entry) -> None:
        if not self.worker.heartbeat.holds(self.claim):
            raise LeaseLost(f"The lease of {self.claim.path} has run out.")
        with self.worker.database.session(self.claim.tenant_id) as session:
            if self.claim.id not in held(session, [self.claim]):
                raise LeaseLost(f"Another worker has taken over {self.claim.path}.")
            writings.intend_back(session, self.row, entry.path, entry.size, entry.version)

    def close(self, state: WritingState, reason: str, claim: Claim | None = None) -> None:
        told = None
        if state is WritingState.UNDONE:
            where = {"path": self.path, "in": "file" if self.row.within else "sidecar"}
            told = {"type": "image.texts_taken_back", "before": where, "after": {"sha256": self.row.before}}
        with self.worker.database.session(self.claim.tenant_id) as session:
            writings.close(session, [writings.Ended(self.row, state, reason, told)], actor=self.worker.actor)
            if claim is not None:
                mine = Image.tenant_id == claim.tenant_id, Image.id == claim.id, Image.fence == claim.fence
                known = {"size": claim.size, "version": claim.version, "sha256": claim.sha256, "texts": claim.texts}
                session.execute(update(Image).where(*mine).values(known))

    def _sentence(self) -> str:
        return f"{name_of(self.path)} was changed since the texts were written into it, so it stays as it is."
