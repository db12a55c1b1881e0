-- Keys that sign access tokens (see accounts/key_rule.hpp). `sealed` is the private key, encrypted under the server's
-- secret. Times are milliseconds since 1970; an end that is not planned is NULL. What state a key is in follows from
-- them. longest_lifetime: no token that it signed lives longer, in milliseconds.
CREATE TABLE watchword_signing_key (
    kid text COLLATE "C" PRIMARY KEY,
    algorithm text NOT NULL,
    sealed text NOT NULL,
    created bigint NOT NULL,
    signs_from bigint NOT NULL,
    signs_until bigint,
    verifies_until bigint,
    longest_lifetime bigint NOT NULL
);

-- Other programs' changes, told as those of users are (see 0003_change_feed.sql).
CREATE CONSTRAINT TRIGGER watchword_note_change AFTER INSERT OR UPDATE OR DELETE ON watchword_signing_key
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('watchword.announces', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION watchword_note_change();
CREATE TRIGGER watchword_note_truncation AFTER TRUNCATE ON watchword_signing_key
    FOR EACH STATEMENT EXECUTE FUNCTION watchword_note_change();
