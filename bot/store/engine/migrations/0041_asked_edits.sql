-- Editing with buttons: what somebody was asked for, until they have written it.

CREATE TABLE asked_edits (
    person     INTEGER NOT NULL PRIMARY KEY, -- whose next words are the value
    article    INTEGER NOT NULL REFERENCES articles (number),
    field      TEXT NOT NULL,                -- domain.editing.EditField
    revision   INTEGER NOT NULL,             -- the article's as the person saw it
    at         INTEGER NOT NULL,
    message_id INTEGER NOT NULL,             -- the question, with its buttons
    typed      TEXT                          -- what was written when others had changed the article; null: nothing yet
) WITHOUT ROWID;
