-- What whoever has an article, or keeps it, is told of its correction or its retraction, in a message of its own.

CREATE TABLE change_notes (
    number    INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: receipts and buttons name it
    article   INTEGER NOT NULL REFERENCES articles (number),
    about     TEXT NOT NULL,                -- domain.change_note.Change
    at        INTEGER NOT NULL,             -- when it was corrected or taken back
    why       TEXT,                         -- of a correction; null: nothing was given
    fields    TEXT NOT NULL DEFAULT '[]',   -- JSON: what a correction changed
    decided   INTEGER NOT NULL DEFAULT 0,   -- of a retraction, 1: it is decided whether those who keep it are told
    asked_for TEXT,                         -- with four eyes, the kind of campaign that waits for another editor; null: none
    asked_by  INTEGER,                      -- who wants it sent
    UNIQUE (article, about, at)
);
