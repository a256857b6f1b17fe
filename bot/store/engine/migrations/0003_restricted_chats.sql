-- Chats that forbid writing for a while, and what they have missed meanwhile.

CREATE TABLE restrictions (                 -- a row is one episode; it ends with a message that gets through
    chat     INTEGER PRIMARY KEY REFERENCES chats (id),
    since    INTEGER NOT NULL,
    reason   TEXT NOT NULL,                 -- Telegram's words
    tries    INTEGER NOT NULL,              -- refusals so far
    awaits   INTEGER NOT NULL,              -- 1: the next story is tried, whatever `next_at` says
    tried_at INTEGER NOT NULL,
    sign_at  INTEGER,                       -- when a sign that it is over was last followed; null: there was none
    next_at  INTEGER                        -- null: a try is due, with whatever comes first
);
CREATE INDEX restrictions_due ON restrictions (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ledger_restricted ON ledger (chat, article) WHERE status = 5;

ALTER TABLE fanouts ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0;

-- Broadcasts that Telegram refuses as they are. `words` are Telegram's; null: it is not held for them.
ALTER TABLE fanouts ADD COLUMN words TEXT;
-- How it goes since a fuller form was refused: domain.refusals.Form, for this revision of the article only.
ALTER TABLE fanouts ADD COLUMN form TEXT NOT NULL DEFAULT 'full';
ALTER TABLE fanouts ADD COLUMN form_revision INTEGER;
-- 1: an editor knows that many of its chats are gone, and is not asked again.
ALTER TABLE fanouts ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
UPDATE fanouts SET confirmed = 1, why = NULL WHERE why = 'confirmed';
