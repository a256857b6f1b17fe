-- Stories that were taken down: nothing of them stays but the number, when it was, and by which links they were known.

ALTER TABLE articles ADD COLUMN taken_down_at INTEGER; -- null: it was not

CREATE TABLE taken_down_links (             -- without naming them
    salt    TEXT NOT NULL,
    print   TEXT NOT NULL,                  -- store.content.taken_down.print_of
    article INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (salt, print)
) WITHOUT ROWID;

CREATE TABLE asked_takedowns (              -- until the one who asked says that it is to be done
    person  INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (number),
    why     TEXT,                           -- null: no reason was given
    at      INTEGER NOT NULL
);
