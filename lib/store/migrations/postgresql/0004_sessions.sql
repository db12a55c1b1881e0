-- Sessions: a row for each, none for its refresh tokens (see accounts/refresh_chain.hpp). Times are milliseconds since
-- 1970. public_id is the user's, as it was. A refresh changes no column that is in an index: there is room for the new
-- version of a row beside the old one.
CREATE TABLE watchword_session (
    id text COLLATE "C" PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    public_id text NOT NULL,
    created bigint NOT NULL,
    last_used bigint NOT NULL,
    expires bigint NOT NULL,
    delete_after bigint NOT NULL,
    counter bigint NOT NULL,
    uses text NOT NULL,
    device text NOT NULL,
    address text NOT NULL,
    amr text NOT NULL,
    scope text NOT NULL,
    auth_time bigint NOT NULL,
    ended bigint,
    end_reason text
) WITH (fillfactor = 80);
CREATE INDEX watchword_session_by_user ON watchword_session (user_id);
CREATE INDEX watchword_session_by_deletion ON watchword_session (delete_after);
-- What changes about users and decides whether their tokens are good. Who has no row, or one with another public_id
-- (which was of somebody else who had that id), has generation 0, no roles and is not disabled. roles: words with spaces
-- between. tutorial_until: seconds since 1970; tokens of the tutorial that expire then or before are revoked.
CREATE TABLE watchword_user_state (
    user_id bigint PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
    public_id text NOT NULL,
    generation bigint NOT NULL,
    disabled bigint NOT NULL,
    roles text NOT NULL,
    tutorial_until bigint NOT NULL,
    changed bigint NOT NULL
);

-- Other programs' changes that make tokens invalid, told as those of users are (see 0003_change_feed.sql). A session
-- that begins or goes on is none.
CREATE CONSTRAINT TRIGGER watchword_note_end AFTER UPDATE OF ended ON watchword_session
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.ended IS DISTINCT FROM NEW.ended
          AND current_setting('watchword.announces', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION watchword_note_change();
CREATE CONSTRAINT TRIGGER watchword_note_deletion AFTER DELETE ON watchword_session
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.ended IS NULL AND current_setting('watchword.announces', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION watchword_note_change();
CREATE TRIGGER watchword_note_truncation AFTER TRUNCATE ON watchword_session
    FOR EACH STATEMENT EXECUTE FUNCTION watchword_note_change();
CREATE CONSTRAINT TRIGGER watchword_note_state AFTER INSERT OR UPDATE OR DELETE ON watchword_user_state
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('watchword.announces', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION watchword_note_change();
CREATE TRIGGER watchword_note_truncation AFTER TRUNCATE ON watchword_user_state
    FOR EACH STATEMENT EXECUTE FUNCTION watchword_note_change();
