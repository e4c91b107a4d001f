-- A text thread is stored; of one that is there already only the address changes. Called by bot/conversations.py.
-- p_line is our number in its canonical form: if it is a restaurant's own, the thread is about that one. p_forgotten are the
-- digests that the thread may have been forgotten under: if it had opted out, it still does.
CREATE FUNCTION remember_thread(p_id uuid, p_phone text, p_address text, p_our_number text, p_line text, p_forgotten text[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO conversation (id, channel, phone, address, our_number, restaurant, opted_out)
    SELECT p_id, 'sms', p_phone, p_address, p_our_number, (SELECT slug FROM restaurant WHERE sms_number = p_line),
        EXISTS (SELECT FROM text_consent AS c WHERE c.thread_digest = ANY (p_forgotten) AND c.opted_out)
    ON CONFLICT (id) DO UPDATE SET address = excluded.address
    WHERE excluded.address IS NOT NULL AND conversation.address IS DISTINCT FROM excluded.address
$$;
COMMENT ON FUNCTION remember_thread IS 'a text thread is stored, or its new address';
