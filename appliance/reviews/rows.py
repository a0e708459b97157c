"""One image as a person decides about it: found, given up, moved on, and told of."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import events, renames
from appliance.errors import Conflict, NotFound
from appliance.models import Image, ImageState, Rename, now


def find(session: Session, tenant_id: int, image_id: int) -> Image:
    """The image, locked until the transaction ends. Raises NotFound."""
    image = look(session, tenant_id, image_id)
    session.refresh(image, with_for_update=True)
    return image


def look(session: Session, tenant_id: int, image_id: int) -> Image:
    """Raises NotFound."""
    wanted = select(Image).where(Image.tenant_id == tenant_id, Image.id == image_id, Image.preview.is_(False))
    image = session.scalars(wanted).one_or_none()
    if image is None:
        raise NotFound(f"There is no image {image_id}.")
    return image


def refuse_busy(image: Image) -> None:
    if image.due_at is not None:
        raise Conflict(f"{image.path} is being worked on; try again in a moment.")


def give_up(session: Session, image: Image, reason: str) -> None:
    renames.cancel(session, image.tenant_id, Rename.image_id == image.id, reason)


def move_on(image: Image, state: ImageState, *, reason: str = "", proposal: dict[str, Any] | None = None) -> None:
    """To a state that the workers take up at once, or that rests."""
    image.state, image.reason, image.tries = state, reason, 0
    image.due_at = now() if state in {ImageState.PLANNED, ImageState.FOUND} else None
    image.fence += 1
    if proposal is not None:
        image.proposal = (image.proposal or {}) | proposal


def tell(
    session: Session,
    image: Image,
    event: str,
    actor: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    about = {"type": event, "source_id": image.source_id, "batch_id": image.batch_id, "image_id": image.id}
    events.record(session, image.tenant_id, [about | {"before": before, "after": after}], actor=actor)
