-- Links that editors send, until what their pages do not say has been asked for; and the feeds that the pages name.

CREATE TABLE pasted_links (
    person     INTEGER NOT NULL,            -- the editor, and the chat with them
    message_id INTEGER NOT NULL,            -- the answer to the link, with its buttons
    link       TEXT NOT NULL,
    at         INTEGER NOT NULL,            -- sent, or asked for what is missing
    is_read    INTEGER NOT NULL DEFAULT 0,  -- 0: the page is being fetched
    asked      TEXT,                        -- 'title' or 'excerpt'; null: nothing is waited for
    article    INTEGER REFERENCES articles (number), -- the draft; null while it lacks its title
    story      TEXT,                        -- what the page said, while it is no draft
    feeds      TEXT NOT NULL DEFAULT '[]',  -- [[address, title], …]
    PRIMARY KEY (person, message_id)
) WITHOUT ROWID;
