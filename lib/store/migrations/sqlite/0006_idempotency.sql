-- What was answered to requests with an Idempotency-Key (see accounts/idempotent_requests.hpp). `key`, `caller` and
-- `request` are message authentication codes, so that nobody reads from them what was sent. `answer` is encrypted under
-- the server's secret and the client's key; NULL: there is none yet, or there never will be; '': it was not kept. Times
-- are milliseconds since 1970.
CREATE TABLE watchword_idempotency (
    number INTEGER PRIMARY KEY NOT NULL,
    key TEXT UNIQUE NOT NULL,
    caller TEXT NOT NULL,
    request TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    answer TEXT
);
CREATE INDEX watchword_idempotency_by_caller ON watchword_idempotency (caller, number);
CREATE INDEX watchword_idempotency_by_expiry ON watchword_idempotency (expires);
