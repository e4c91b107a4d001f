"""A turn takes its dialogue and stores its answer by one call each."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in _INSTALLED:
        op.execute(statement)


def downgrade() -> None:
    for name in ("receive_message", "remember_thread", "take_turn", "finish_turn"):
        op.execute(f"DROP FUNCTION {name}")


_INSTALLED = (
    """
    CREATE FUNCTION remember_thread(p_id uuid, p_phone text, p_address text, p_our_number text, p_line text, p_forgotten text[])
    RETURNS void LANGUAGE sql AS $$
        INSERT INTO conversation (id, channel, phone, address, our_number, restaurant, opted_out)
        SELECT p_id, 'sms', p_phone, p_address, p_our_number, (SELECT slug FROM restaurant WHERE sms_number = p_line),
            EXISTS (SELECT FROM text_consent AS c WHERE c.thread_digest = ANY (p_forgotten) AND c.opted_out)
        ON CONFLICT (id) DO UPDATE SET address = excluded.address
        WHERE excluded.address IS NOT NULL AND conversation.address IS DISTINCT FROM excluded.address
    $$
    """,
    """
    COMMENT ON FUNCTION remember_thread IS 'a text thread is stored, or its new address'
    """,
    """
    CREATE FUNCTION take_turn(p_conversation_id uuid, p_seconds double precision) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        taken bigint;
    BEGIN
        PERFORM set_config('synchronous_commit', 'off', true);
        INSERT INTO dialogue AS d (id, fence, leased_until)
        SELECT coalesce(dialogue_id, id), 1, clock_timestamp() + make_interval(secs => p_seconds)
        FROM conversation WHERE id = p_conversation_id
        ON CONFLICT (id) DO UPDATE
        SET fence = d.fence + 1, leased_until = excluded.leased_until, is_retaken = d.leased_until IS NOT NULL
        WHERE d.leased_until IS NULL OR d.leased_until < clock_timestamp()
        RETURNING d.fence INTO taken;
        RETURN taken;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION take_turn IS 'a dialogue is taken for a turn, unless another one has it'
    """,
    """
    CREATE FUNCTION receive_message(
        p_conversation_id uuid, p_phone text, p_address text, p_our_number text, p_line text, p_forgotten text[],
        p_sid text, p_text text, p_media_count integer, p_opt_out_type text, p_sent_from text, p_now timestamptz,
        p_seconds double precision
    ) RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        -- The commit of the answer waits for the disk and takes this one there too; until then nobody is told anything.
        PERFORM set_config('synchronous_commit', 'off', true);
        IF p_line IS NOT NULL THEN  -- only a text may be the first of its thread; a chat was opened before
            PERFORM remember_thread(p_conversation_id, p_phone, p_address, p_our_number, p_line, p_forgotten);
        END IF;
        INSERT INTO inbound (conversation_id, sid, text, media_count, opt_out_type, address, said_at)
        SELECT p_conversation_id, p_sid, p_text, p_media_count, p_opt_out_type, p_sent_from, p_now + (
            SELECT clock_shift FROM conversation WHERE id = p_conversation_id
        )
        ON CONFLICT DO NOTHING;
        RETURN CASE WHEN p_seconds IS NOT NULL THEN take_turn(p_conversation_id, p_seconds) END;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION receive_message IS 'a message is stored, and its dialogue taken if it is free'
    """,
    """
    CREATE FUNCTION finish_turn(
        p_dialogue_id uuid, p_fence bigint, p_state jsonb, p_expects text, p_asked_at timestamptz,
        p_conversation_id uuid, p_lately jsonb, p_sid text, p_status text, p_attempts integer, p_traces jsonb,
        p_carried_by text, p_said_until timestamptz, p_texts text[], p_payloads jsonb[]
    ) RETURNS TABLE (seq bigint, created_at timestamptz) LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE dialogue d SET state = coalesce(p_state, d.state), expects = p_expects, asked_at = p_asked_at, leased_until = NULL
        WHERE d.id = p_dialogue_id AND d.fence = p_fence;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'another turn has the dialogue' USING ERRCODE = 'TT001';
        END IF;
        IF p_said_until < clock_timestamp() THEN
            RAISE EXCEPTION 'the answer is late' USING ERRCODE = 'TT002';
        END IF;
        UPDATE inbound i SET status = p_status, attempts = p_attempts, retry_at = NULL, traces = p_traces
        WHERE i.conversation_id = p_conversation_id AND i.sid = p_sid AND i.status IN ('received', 'promised');
        IF NOT FOUND THEN  -- by this very turn, whose connection was lost before it heard of it
            RAISE EXCEPTION 'the message is answered' USING ERRCODE = 'TT001';
        END IF;
        UPDATE conversation c SET lately = p_lately WHERE c.id = p_conversation_id AND c.lately IS DISTINCT FROM p_lately;
        RETURN QUERY INSERT INTO outbound AS o (conversation_id, reply_to, carried_by, text, payload)
        SELECT p_conversation_id, p_sid, p_carried_by, said.text, said.payload
        FROM unnest(p_texts, p_payloads) WITH ORDINALITY AS said (text, payload, place) ORDER BY said.place
        RETURNING o.seq, o.created_at;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION finish_turn IS 'a message is answered, unless the turn has lost the dialogue or the answer is late'
    """,
)
