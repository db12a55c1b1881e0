-- What is known of a user besides the tutorial's columns. Who has no row, or one with another public_id (which was of
-- somebody else who had that id), has metadata {} and version 0. metadata: a JSON object. Times are milliseconds since
-- 1970, here and below.
CREATE TABLE watchword_profile (
    user_id INTEGER PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
    public_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created INTEGER,
    updated INTEGER NOT NULL,
    version INTEGER NOT NULL
);
-- The few who have a role or are disabled, to be found among all.
CREATE INDEX watchword_user_state_marked ON watchword_user_state (user_id) WHERE roles <> '' OR disabled <> 0;
-- What a role permits: words with spaces between, as everywhere here. Roles that are not there permit nothing.
CREATE TABLE watchword_role (
    name TEXT PRIMARY KEY NOT NULL,
    permissions TEXT NOT NULL
);
-- Keys by which programs are known. digest: SHA-256 of the key, in hexadecimal; nobody knows the key itself.
CREATE TABLE watchword_api_key (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    last_used INTEGER,
    created_by TEXT NOT NULL
);
-- Who has changed what. Rows are never changed. details: a JSON object.
CREATE TABLE watchword_audit (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL
);
CREATE INDEX watchword_audit_by_actor ON watchword_audit (actor_id);
CREATE INDEX watchword_audit_by_subject ON watchword_audit (subject);
CREATE INDEX watchword_audit_by_action ON watchword_audit (action);
