-- chain: SHA-256, in hexadecimal, of the link before and of the event; '' for events from before there was one. Nobody
-- changes or removes an event in passing; who does it on purpose breaks the chain.
ALTER TABLE watchword_audit ADD COLUMN chain TEXT NOT NULL DEFAULT '';
CREATE TRIGGER watchword_audit_unchanged BEFORE UPDATE ON watchword_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER watchword_audit_kept BEFORE DELETE ON watchword_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
-- What was signed of it: a compact JWS that holds the number of an event and its link.
CREATE TABLE watchword_audit_checkpoint (
    event INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    jws TEXT NOT NULL
);
