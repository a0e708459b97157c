"""Sources that are watched: what their owner chose, how they fare, and names that a person locked."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choices", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("problem", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("scan_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("watcher", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("watched_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("images", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(
            op.f("ix_images_tenant_id_state"),
            ["tenant_id", "state", "id"],
            sqlite_where=sa.text("NOT preview"),
            postgresql_where=sa.text("NOT preview"),
        )
    with op.batch_alter_table("renames", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_renames_tenant_id_done_at"), ["tenant_id", "done_at"])
        batch_op.create_index(op.f("ix_renames_tenant_id_sha256"), ["tenant_id", "sha256"])
