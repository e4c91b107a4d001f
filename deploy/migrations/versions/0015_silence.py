"""A thread remembers enough of its last texts not to answer a machine again and again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversation",
        sa.Column(
            "lately",
            postgresql.JSONB(none_as_null=True),
            comment="of its last texts: what it takes not to answer a machine again and again",
        ),
    )


def downgrade() -> None:
    op.drop_column("conversation", "lately")
