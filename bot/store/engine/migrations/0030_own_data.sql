-- What is a chat's own: it goes when asked for, also from an older copy of the database, and when the chat is long gone;
-- and it can be put back from its export.

ALTER TABLE chats ADD COLUMN gone_at INTEGER; -- since when it cannot be reached, also a paused one; null: it can
UPDATE chats SET gone_at = state_at WHERE state = 'unreachable';
CREATE INDEX chats_gone_at ON chats (gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE forgotten (                    -- chats whose data was deleted, without naming them
    salt  TEXT NOT NULL,
    print TEXT NOT NULL,                    -- store.readers.forgetting.print_of
    at    INTEGER NOT NULL,
    PRIMARY KEY (salt, print)
) WITHOUT ROWID;

CREATE TABLE waiting_exports (              -- sent back by a chat's people, until they say that it is to be restored
    number   INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: buttons hold it
    chat     INTEGER NOT NULL UNIQUE REFERENCES chats (id),
    document TEXT NOT NULL,                 -- the part of the export that can be put back, as JSON
    at       INTEGER NOT NULL
);
