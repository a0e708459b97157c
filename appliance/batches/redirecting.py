"""Which old addresses lead to which new ones, once a batch has renamed what the web shows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance.models import Batch, Rename, RenameState, Source


def moved(session: Session, batch: Batch) -> list[tuple[str, str]]:
    """The old and the new path of each file of the batch that has its new name still, as in a URL of the source's
    server, without host: below the folder of the bucket, where it is one."""
    done = Rename.batch_id == batch.id, Rename.state == RenameState.DONE, Rename.undoes_id.is_(None)
    wanted = select(Rename.from_path, Rename.to_path).where(Rename.tenant_id == batch.tenant_id, *done)
    folder = str(session.get_one(Source, batch.source_id).options.get("prefix", "")).strip("/")
    root = f"/{folder}/" if folder else "/"
    rows = session.execute(wanted.order_by(Rename.id))
    return [(root + row.from_path, root + row.to_path) for row in rows if row.from_path != row.to_path]
