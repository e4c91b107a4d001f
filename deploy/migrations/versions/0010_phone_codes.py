"""Whose phone it is: codes that are texted to a number, and threads of two channels that go on as one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KINDS = "'reservation_confirmed', 'reservation_changed', 'reservation_cancelled', 'reminder', 'text'"


def _allow_kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_outbox_kind_known"), "outbox", type_="check")
    op.create_check_constraint(op.f("ck_outbox_kind_known"), "outbox", f"kind IN ({kinds})")


def upgrade() -> None:
    op.add_column(
        "conversation",
        sa.Column("dialogue_id", sa.UUID(), comment="the conversation that it goes on with as one; null: none"),
    )
    op.create_index(
        "conversation_dialogue", "conversation", ["dialogue_id"], postgresql_where=sa.text("dialogue_id IS NOT NULL")
    )
    op.add_column("inbound", sa.Column("address", sa.Text(), comment="digest of where it was sent from"))
    op.add_column("inbound", sa.Column("verified", sa.Text(), comment="what came of the code in it"))
    op.create_check_constraint(
        op.f("ck_inbound_verified_known"), "inbound", "verified IN ('right', 'wrong', 'void', 'lapsed')"
    )
    op.create_table(
        "phone_code",
        sa.Column("conversation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False, comment="with a secret of the servers' it makes the six digits"),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False, comment="by the clock of the service"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="by the clock of the conversation"),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), comment="by the clock of the conversation"),
        sa.PrimaryKeyConstraint("conversation_id", "id", name=op.f("pk_phone_code")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_phone_code_conversation"), ondelete="CASCADE"
        ),
    )
    op.create_index("phone_code_phone", "phone_code", ["phone", "issued_at"])
    op.create_index("phone_code_address", "phone_code", ["address", "issued_at"])
    op.create_index("phone_code_issued_at", "phone_code", ["issued_at"])
    _allow_kinds(f"{_KINDS}, 'phone_code'")


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'phone_code'")
    _allow_kinds(_KINDS)
    op.drop_table("phone_code")
    op.drop_constraint(op.f("ck_inbound_verified_known"), "inbound", type_="check")
    op.drop_column("inbound", "verified")
    op.drop_column("inbound", "address")
    op.drop_index("conversation_dialogue", "conversation")
    op.drop_column("conversation", "dialogue_id")
