-- Keys that sign access tokens (see accounts/key_rule.hpp). `sealed` is the private key, encrypted under the server's
-- secret. Times are milliseconds since 1970; an end that is not planned is NULL. What state a key is in follows from
-- them. longest_lifetime: no token that it signed lives longer, in milliseconds.
CREATE TABLE watchword_signing_key (
    kid TEXT PRIMARY KEY NOT NULL,
    algorithm TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    signs_until INTEGER,
    verifies_until INTEGER,
    longest_lifetime INTEGER NOT NULL
);
