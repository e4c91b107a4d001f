"""A word that is texted from a phone is answered with its code, where none may be texted unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("word", sa.Text(), comment=_WORD))
        op.add_column(
            table,
            sa.Column(
                "is_texted",
                sa.Boolean(),
                server_default=sa.true(),
                nullable=False,
                comment="false: no digits are right yet",
            ),
        )
        op.create_index(f"{table}_word", table, ["phone", "word"], postgresql_where=sa.text("word IS NOT NULL"))


def downgrade() -> None:
    op.execute("DELETE FROM hold_code WHERE NOT is_texted")  # their digits would be right
    op.execute("DELETE FROM phone_code WHERE NOT is_texted")
    for table in reversed(_TABLES):
        op.drop_index(f"{table}_word", table)
        op.drop_column(table, "is_texted")
        op.drop_column(table, "word")


_TABLES = ("phone_code", "hold_code")
_WORD = "texted from the phone, it is answered with the code; null: it has been told to nobody"
