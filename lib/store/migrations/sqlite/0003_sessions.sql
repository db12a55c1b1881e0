-- Sessions: a row for each, none for its refresh tokens (see accounts/refresh_chain.hpp). Times are milliseconds since
-- 1970. public_id tells a user from another one who got the same id, after a program that asks for no foreign keys has
-- deleted the first.
CREATE TABLE watchword_session (
    id TEXT PRIMARY KEY NOT NULL,
    user_id INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    public_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    delete_after INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    uses TEXT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    amr TEXT NOT NULL,
    scope TEXT NOT NULL,
    auth_time INTEGER NOT NULL,
    ended INTEGER,
    end_reason TEXT
);
CREATE INDEX watchword_session_by_user ON watchword_session (user_id);
CREATE INDEX watchword_session_by_deletion ON watchword_session (delete_after);
-- What changes about users and decides whether their tokens are good. Who has no row, or one with another public_id
-- (which was of somebody else who had that id), has generation 0, no roles and is not disabled. roles: words with spaces
-- between. tutorial_until: seconds since 1970; tokens of the tutorial that expire then or before are revoked.
CREATE TABLE watchword_user_state (
    user_id INTEGER PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
    public_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    roles TEXT NOT NULL,
    tutorial_until INTEGER NOT NULL,
    changed INTEGER NOT NULL
);
