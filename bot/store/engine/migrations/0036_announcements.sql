-- What the bot's people write to everybody, or to the readers of a topic.

CREATE TABLE announcements (
    number   INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: receipts and buttons name it
    by       INTEGER NOT NULL,              -- the editor who wrote it
    at       INTEGER NOT NULL,
    text     TEXT NOT NULL,
    entities TEXT NOT NULL,                 -- JSON: a list of domain.text.Entity, its offsets in UTF-16 code units
    photo    TEXT,                          -- the file id of its picture; null: it is a text
    topic    INTEGER,                       -- whose readers get it; null: everybody
    state    TEXT NOT NULL,                 -- domain.announcement.AnnouncementState
    owners   TEXT NOT NULL DEFAULT '[]',    -- JSON: the owners of the configuration when it was sent, who get none
    sent_at  INTEGER,                       -- when it was promised
    campaign INTEGER                        -- that sends it
);
CREATE INDEX announcements_sent ON announcements (sent_at) WHERE sent_at IS NOT NULL;
