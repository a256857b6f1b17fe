-- What was edited in chat wins over the same field in the article's file or feed, until that changes there.

ALTER TABLE articles ADD COLUMN edits TEXT; -- JSON, by field: [what the source said last, whether editors are asked]; null: none

CREATE TABLE asked_edits ( -- a field that somebody was asked to write anew with buttons
    person     INTEGER NOT NULL PRIMARY KEY, -- whose next words are the value
    article    INTEGER NOT NULL REFERENCES articles (number),
    field      TEXT NOT NULL,                -- domain.editing.EditField
    revision   INTEGER NOT NULL,             -- the article's as the person saw it
    at         INTEGER NOT NULL,
    message_id INTEGER NOT NULL,             -- the question, with its buttons
    typed      TEXT                          -- what was written when others had changed the article; null: nothing yet
) WITHOUT ROWID;
