"""Quarter hours get a version, so that a hold can see that nothing has changed instead of locking first."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COMMENT = "a row to lock{} the covers that start in this quarter hour are counted"
_BEFORE = _COMMENT.format(" before")
_NOW = _COMMENT.format(", or to find unchanged, when")


def upgrade() -> None:
    version = sa.Column(
        "version", sa.BigInteger(), nullable=False, server_default="0", comment="every booking in it adds one"
    )
    op.add_column("pacing_quarter", version)
    op.create_table_comment("pacing_quarter", _NOW, existing_comment=_BEFORE)


def downgrade() -> None:
    op.create_table_comment("pacing_quarter", _BEFORE, existing_comment=_NOW)
    op.drop_column("pacing_quarter", "version")
