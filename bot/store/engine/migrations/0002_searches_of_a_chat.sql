-- What somebody searched for is their chat's. Older rows do not say whose they are, and go; their buttons say that they
-- are too old, because no number is used twice.

ALTER TABLE searches RENAME TO searches_of_nobody;

CREATE TABLE searches (                     -- what a search's buttons point to
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: old buttons hold it
    chat     INTEGER NOT NULL REFERENCES chats (id),
    words    TEXT NOT NULL,
    asked_at INTEGER NOT NULL,              -- last, by command or by turning a page
    UNIQUE (chat, words)
);

-- https://sqlite.org/autoinc.html: the last number given is in this table, which may be written to.
INSERT INTO sqlite_sequence (name, seq) SELECT 'searches', id FROM searches_of_nobody ORDER BY id DESC LIMIT 1;

DROP TABLE searches_of_nobody;
