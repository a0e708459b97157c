"""Sidecars that are rewritten when the files that they name are renamed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("renames", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rewritten", sa.String(length=64), nullable=False, server_default=""))
