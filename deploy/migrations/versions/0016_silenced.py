"""A text that was answered by nothing says so, so that a lost answer can be told from one that was held back."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NAME = "ck_inbound_status_known"


def upgrade() -> None:
    op.drop_constraint(_NAME, "inbound")
    op.create_check_constraint(
        op.f(_NAME), "inbound", "status IN ('received', 'promised', 'answered', 'silenced', 'failed')"
    )
    op.execute(
        """
        UPDATE inbound AS i SET status = 'silenced' WHERE status = 'answered' AND NOT EXISTS (
            SELECT FROM outbound o WHERE o.conversation_id = i.conversation_id AND o.reply_to = i.sid)
        """
    )


def downgrade() -> None:
    op.execute("UPDATE inbound SET status = 'answered' WHERE status = 'silenced'")
    op.drop_constraint(_NAME, "inbound")
    op.create_check_constraint(op.f(_NAME), "inbound", "status IN ('received', 'promised', 'answered', 'failed')")
