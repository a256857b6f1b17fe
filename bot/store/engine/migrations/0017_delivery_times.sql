-- When a chat wants its news: at once, a few an hour, hourly or daily, and never in its quiet hours; or not before a day.

CREATE TABLE timings (                      -- ways to get news, each once for every zone in which a chat wants it
    number INTEGER PRIMARY KEY,
    wish   TEXT NOT NULL,                   -- domain.timing_text.stored
    zone   TEXT NOT NULL,                   -- IANA name; '': the operator's
    since  INTEGER,                         -- news of this moment (null: not asked yet) …
    at     INTEGER,                         -- … leaves at this one: asked again for each campaign
    UNIQUE (wish, zone)
);

ALTER TABLE chats ADD COLUMN timing INTEGER REFERENCES timings (number); -- null: at once
ALTER TABLE chats ADD COLUMN timed_at INTEGER; -- when its times changed last; null: never
ALTER TABLE chats ADD COLUMN paused_until INTEGER; -- when a pause ends by itself; null: when somebody says so
CREATE INDEX chats_timing ON chats (timing) WHERE timing IS NOT NULL;
CREATE INDEX chats_paused_until ON chats (paused_until) WHERE paused_until IS NOT NULL;

CREATE TABLE pushes (                       -- what came alone in an hour to a chat that wants only so many
    chat  INTEGER PRIMARY KEY REFERENCES chats (id),
    since INTEGER NOT NULL,                 -- the hour's beginning
    many  INTEGER NOT NULL
);

ALTER TABLE deliveries ADD COLUMN waits INTEGER NOT NULL DEFAULT 0; -- domain.delivery_time.Waits
DROP INDEX deliveries_due;                  -- what waited comes after what did not
CREATE INDEX deliveries_due ON deliveries (campaign, waits, not_before) WHERE owner = 0;
