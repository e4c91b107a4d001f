"""A quarter hour that is taken refers to its reservation without a foreign key: the statement that takes it writes both."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NAME = "fk_table_quarter_reservation"


def upgrade() -> None:
    op.drop_constraint(_NAME, "table_quarter", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key(
        _NAME, "table_quarter", "reservation", ["restaurant_id", "reservation_id"], ["restaurant_id", "id"]
    )
