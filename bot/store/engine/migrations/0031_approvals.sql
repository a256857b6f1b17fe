-- Four eyes: what one editor wants to make public, and what others approve.

CREATE TABLE approvals (
    article     INTEGER PRIMARY KEY REFERENCES articles (number),
    wanted      TEXT NOT NULL,              -- domain.approval.Wanted
    revision    INTEGER NOT NULL,           -- of the article as it was asked about: no other one is approved
    asked_by    INTEGER,                    -- an editor; null: a program
    key         TEXT,                       -- the program's key, by its name; null: an editor
    asked_at    INTEGER NOT NULL,
    at          INTEGER,                    -- when it is to go out; null: at once
    silent      INTEGER NOT NULL DEFAULT 0, -- 1: it is to arrive without a sound
    approved_by INTEGER                     -- of what is scheduled; null: it waits
);

CREATE TABLE desk_news (                    -- what single editors are still to be told
    id      INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: whoever tells holds it
    person  INTEGER NOT NULL,
    kind    TEXT NOT NULL,                  -- domain.approval.DeskNews
    article INTEGER NOT NULL REFERENCES articles (number),
    by      INTEGER,                        -- who did it; null: a program, or newsbot
    key     TEXT,
    at      INTEGER                         -- when the article is to go out; null: at once
);
