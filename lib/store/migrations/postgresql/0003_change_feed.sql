-- The number of the last change to what nodes keep copies of. It is raised at the end of the transaction that makes the
-- change: the row's lock makes the order of the numbers that of the commits, and is held for a moment only.
CREATE TABLE watchword_change (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO watchword_change (number) VALUES (0);

-- For programs that know nothing of it, psql or the tutorial's own: once for each transaction, when it commits. With
-- the rights of whoever owns the tables, because they need none on this one.
CREATE FUNCTION watchword_note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    next bigint;
BEGIN
    IF current_setting('watchword.noted', true) IS DISTINCT FROM 'yes' THEN
        UPDATE watchword_change SET number = number + 1 RETURNING number INTO next;
        PERFORM set_config('watchword.noted', 'yes', true);
        BEGIN
            PERFORM pg_notify('watchword_change', next || ' - ' || current_schema());
        EXCEPTION WHEN feature_not_supported THEN NULL; -- then it is found by asking
        END;
    END IF;
    RETURN NULL;
END
$$;

-- Nodes do it themselves, without a trigger for each row. Deferred: who writes, and then takes his time to commit,
-- keeps nobody waiting.
CREATE CONSTRAINT TRIGGER watchword_note_change AFTER INSERT OR UPDATE OR DELETE ON "user"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('watchword.announces', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION watchword_note_change();
CREATE TRIGGER watchword_note_truncation AFTER TRUNCATE ON "user"
    FOR EACH STATEMENT EXECUTE FUNCTION watchword_note_change();
