-- What a turn needs is read once its dialogue is taken: its thread, what the dialogue carries on, and the open messages. Called by
-- bot/turn_store.py with the fencing number that take_turn or receive_message has just returned; nothing is read where it is null.
-- It is volatile, so that it sees what these two have written in the same statement, and what they have waited for.
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
$$;
COMMENT ON FUNCTION read_turn IS 'what a turn needs, once it has its dialogue';
