"""What a turn needs is read in the statement that takes its dialogue."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in _READ_TURN:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION read_turn")


_READ_TURN = (
    """
    CREATE FUNCTION read_turn(p_fence bigint, p_conversation_id uuid, p_sid text) RETURNS TABLE (
        fence bigint, thread conversation, state jsonb, is_retaken boolean, expects text, asked_at timestamptz,
        catalogue_version bigint, unanswered jsonb, carries boolean
    ) LANGUAGE plpgsql ROWS 1 AS $$
    BEGIN
        IF p_fence IS NULL THEN
            RETURN;
        END IF;
        RETURN QUERY SELECT p_fence, c, d.state, d.is_retaken, d.expects, d.asked_at, (SELECT version FROM catalogue), (
            SELECT jsonb_agg(to_jsonb(message) ORDER BY message.seq) FROM (
                SELECT i.sid, i.text, i.media_count, i.opt_out_type, i.seq, i.status, i.attempts, i.address, i.verified,
                    i.received_at
                FROM inbound i WHERE i.conversation_id = c.id AND i.status IN ('received', 'promised')
            ) AS message
        ), EXISTS (
            SELECT FROM outbound o WHERE o.conversation_id = c.id AND o.carried_by = p_sid
        )
        FROM conversation c LEFT JOIN dialogue d ON d.id = coalesce(c.dialogue_id, c.id)
        WHERE c.id = p_conversation_id;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION read_turn IS 'what a turn needs, once it has its dialogue'
    """,
)
