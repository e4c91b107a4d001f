-- The dialogue of a thread is taken for p_seconds, unless another turn has it. Called by bot/turn_store.py.
-- Returns the fencing number, which is higher with every turn; null where the dialogue is not free.
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
$$;
COMMENT ON FUNCTION take_turn IS 'a dialogue is taken for a turn, unless another one has it';
