-- Groups into which Telegram itself brings what a channel posts, and threads of topics in private chats.

ALTER TABLE chats ADD COLUMN linked_channel INTEGER;  -- whose posts Telegram brings here; null: of none that is known
ALTER TABLE chats ADD COLUMN repeats_channel INTEGER NOT NULL DEFAULT 0; -- 1: what such a post brought is sent as well
ALTER TABLE chats ADD COLUMN topic_threads INTEGER NOT NULL DEFAULT 0; -- 1: a private chat wants a thread for each topic

CREATE TABLE topic_threads (                -- of followed topics in private chats; kept when a topic is let go
    chat    INTEGER NOT NULL REFERENCES chats (id),
    topic   INTEGER NOT NULL REFERENCES topics (number),
    thread  INTEGER NOT NULL,
    name    TEXT NOT NULL,                  -- as it is called there
    PRIMARY KEY (chat, topic)
) WITHOUT ROWID;
CREATE TABLE topic_thread_tries (           -- chats in which threads could not be made or named
    chat    INTEGER PRIMARY KEY REFERENCES chats (id),
    tries   INTEGER NOT NULL,
    next_at INTEGER NOT NULL
);
CREATE INDEX chats_topic_threads ON chats (id) WHERE topic_threads;
