"""The secret part of what a source connects with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("secrets", sa.Text(), server_default="", nullable=False))
