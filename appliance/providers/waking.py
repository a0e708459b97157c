"""Images that wait for a provider or a budget, or that nobody could look at, once something has changed."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from appliance.models import REVIEWED, Ask, Batch, Image, ImageState, Rename, RenameState, now
from appliance.vision.chain import NOBODY

_AFTER_ANY_LEASE = timedelta(seconds=20)


def wake(session: Session, tenant_id: int) -> None:
    """They are looked at again, now. What a person has decided about stays as it is."""
    mine = Image.tenant_id == tenant_id, Image.preview.is_(False)
    afresh = {"due_at": now(), "tries": 0, "fence": Image.fence + 1}
    put_off = Image.state == ImageState.FETCHED, Image.due_at > now() + _AFTER_ANY_LEASE
    session.execute(update(Image).where(*mine, *put_off).values(afresh))
    watched = Image.batch_id.in_(select(Batch.id).where(Batch.tenant_id == tenant_id, Batch.kind.in_(REVIEWED)))
    unseen = Image.state == ImageState.REVIEW, Image.reason.startswith(NOBODY), Image.locked.is_(False)
    ids = select(Image.id).where(*mine, *unseen, watched)
    digests = select(Image.sha256).where(Image.id.in_(ids))
    session.execute(delete(Ask).where(Ask.tenant_id == tenant_id, Ask.until.is_(None), Ask.sha256.in_(digests)))
    reserved = Rename.tenant_id == tenant_id, Rename.state == RenameState.PLANNED, Rename.image_id.in_(ids)
    given_up = {"state": RenameState.CANCELLED, "reason": "It is looked at afresh.", "done_at": now()}
    session.execute(update(Rename).where(*reserved).values(given_up))
    session.execute(update(Image).where(Image.id.in_(ids)).values(afresh | {"state": ImageState.FETCHED, "reason": ""}))
