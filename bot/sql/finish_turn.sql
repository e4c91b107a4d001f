-- A message is answered: its answer, what the dialogue carries on and that it is free again are stored together. Called by
-- bot/turn_store.py. Refused as TT001 where the turn has lost the dialogue to another one, and as TT002 where p_said_until has passed
-- and the answer, which the response to the request should have carried, would reach nobody.
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
$$;
COMMENT ON FUNCTION finish_turn IS 'a message is answered, unless the turn has lost the dialogue or the answer is late';
