-- A message is stored, and the dialogue of its thread is taken if it is free. Called by bot/turn_store.py. A message that is
-- there already stays as it is. Returns the fencing number of the turn; null where another one has the dialogue, or where no
-- turn is wanted (p_seconds is null).
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
$$;
COMMENT ON FUNCTION receive_message IS 'a message is stored, and its dialogue taken if it is free';
