"""What was counted by all processes together."""

from sqlalchemy import Double, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import Base


class CountedFigure(Base):
    """One sample of a counter or a timer, by its name and its labels as a list in JSON (telemetry.Sample). They are of
    the whole installation, whose rows are those of its first tenant."""

    __tablename__ = "figures"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    labels: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[float] = mapped_column(Double)
