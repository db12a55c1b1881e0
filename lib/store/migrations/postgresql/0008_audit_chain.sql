-- chain: SHA-256, in hexadecimal, of the link before and of the event; '' for events from before there was one. Nobody
-- changes or removes an event in passing; who does it on purpose breaks the chain. A copy of another database replaces
-- the whole log.
ALTER TABLE watchword_audit ADD COLUMN chain text NOT NULL DEFAULT '';
CREATE FUNCTION watchword_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('watchword.replaces_audit', true) IS DISTINCT FROM 'yes' THEN
        RAISE EXCEPTION 'the audit log is only added to';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER watchword_audit_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON watchword_audit
    FOR EACH STATEMENT EXECUTE FUNCTION watchword_audit_refuse();
-- What was signed of it: a compact JWS that holds the number of an event and its link.
CREATE TABLE watchword_audit_checkpoint (
    event bigint PRIMARY KEY,
    time bigint NOT NULL,
    jws text NOT NULL
);
