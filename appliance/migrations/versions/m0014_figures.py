"""What is counted for those who run it; when a side of a comparison was chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("labels", sa.String(length=300), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_figures_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "name", "labels", name=op.f("pk_figures")),
    )
    op.add_column("compared_images", sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE compared_images SET chosen_at = (SELECT comparisons.created_at FROM comparisons"
        " WHERE comparisons.id = compared_images.comparison_id) WHERE choice <> 'open'"
    )
    op.drop_index("ix_images_tenant_id_state", table_name="images")
    op.create_index(
        "ix_images_tenant_id_state",
        "images",
        ["tenant_id", "state", "id", "preview"],
        sqlite_where=sa.text("NOT preview"),
        postgresql_where=sa.text("NOT preview"),
    )
