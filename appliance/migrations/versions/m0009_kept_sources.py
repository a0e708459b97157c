"""Sources whose files lie with us: their folder, which no other source has, of whatever tenant."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("kept", sa.String(length=64), nullable=True))
    op.create_index("uq_sources_kept", "sources", ["kept"], unique=True)
