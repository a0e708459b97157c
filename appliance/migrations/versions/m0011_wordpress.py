"""What a rename did beside the name, and sources that tell by themselves that something came."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("renames", sa.Column("report", sa.JSON(), nullable=True))
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "deliveries_heard",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_deliveries_heard_tenant_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_deliveries_heard_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries_heard")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_deliveries_heard_source_id_number")),
    )
