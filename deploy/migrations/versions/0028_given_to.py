"""Which of several requests with the same message was given an answer, so that it is said once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbound", sa.Column("given_to", postgresql.UUID(as_uuid=True)))


def downgrade() -> None:
    op.drop_column("outbound", "given_to")
