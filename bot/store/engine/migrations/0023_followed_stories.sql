-- A story that a chat follows, by the article from which it did. What belongs to it is found along article_related.

CREATE TABLE followed_stories (
    article INTEGER NOT NULL REFERENCES articles (number),
    chat    INTEGER NOT NULL REFERENCES chats (id),
    thread  INTEGER NOT NULL DEFAULT 0,     -- forum topic that gets it; 0: the chat itself
    since   INTEGER NOT NULL,
    PRIMARY KEY (article, chat)
) WITHOUT ROWID;
CREATE INDEX followed_stories_chat ON followed_stories (chat);
