-- Addresses that are not their own key (see store/email_keys.hpp), by that key. Everybody else is found by user.email.
CREATE TABLE watchword_email_key (
    user_id INTEGER PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
    email_key TEXT NOT NULL
);
CREATE INDEX watchword_email_key_by_key ON watchword_email_key (email_key);
-- What the server itself must remember.
CREATE TABLE watchword_setting (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
