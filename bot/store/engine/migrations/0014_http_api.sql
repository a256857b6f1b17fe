-- Programs that use the HTTP API: their keys, what they were answered, and what they did.

CREATE TABLE api_keys (
    name       TEXT PRIMARY KEY,
    role       TEXT NOT NULL,               -- domain.api_key.KeyRole
    hash       TEXT NOT NULL UNIQUE,        -- SHA-256 of the key, or of the secret; 256 random bits need no salt
    secret     TEXT,                        -- a Ghost site's: an HMAC takes it in clear; null: the key itself is sent
    created_at INTEGER NOT NULL,
    used_at    INTEGER                      -- to the minute; null: never
) WITHOUT ROWID;

CREATE TABLE former_api_keys (              -- an older copy of the database does not bring them back
    hash     TEXT PRIMARY KEY,
    ended_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_answers (                  -- kept a day, so that a request sent again does nothing twice
    key     TEXT NOT NULL,                  -- its name
    request TEXT NOT NULL,                  -- the Idempotency-Key
    digest  TEXT NOT NULL,                  -- SHA-256 of method, path and body
    status  INTEGER NOT NULL,
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (key, request)
);
CREATE INDEX api_answers_at ON api_answers (at);

CREATE TABLE ghost_posts (                  -- the last change of each post that was taken in
    key        TEXT NOT NULL,               -- its name
    post       TEXT NOT NULL,               -- Ghost's id
    changed_at INTEGER NOT NULL,            -- milliseconds since the epoch; of a deleted post: later than any
    PRIMARY KEY (key, post)
) WITHOUT ROWID;

ALTER TABLE log ADD COLUMN api_key TEXT;    -- the program that did it, by its key's name; null: none
-- 1: somebody set the time at which it goes out, so no rule about files holds it back then.
ALTER TABLE articles ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
