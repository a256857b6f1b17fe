-- When a chat wants the news of single topics, in place of its own times.

CREATE TABLE topic_wishes (
    chat   INTEGER NOT NULL REFERENCES chats (id),
    topic  INTEGER NOT NULL REFERENCES topics (number),
    wish   TEXT NOT NULL,                   -- domain.timing_text.stored, without quiet hours: these are the chat's
    timing INTEGER REFERENCES timings (number), -- the same with the chat's quiet hours and zone; null: at once
    PRIMARY KEY (chat, topic)
) WITHOUT ROWID;
CREATE INDEX topic_wishes_topic ON topic_wishes (topic);
CREATE INDEX topic_wishes_timing ON topic_wishes (timing) WHERE timing IS NOT NULL;

ALTER TABLE pushes RENAME TO pushes_of_chats;
CREATE TABLE pushes (                       -- what came alone in an hour to a chat that wants only so many
    chat  INTEGER NOT NULL REFERENCES chats (id),
    topic INTEGER NOT NULL,                 -- for which it wants only so many; 0: for whatever has no wish of its own
    since INTEGER NOT NULL,                 -- the hour's beginning
    many  INTEGER NOT NULL,
    PRIMARY KEY (chat, topic)
) WITHOUT ROWID;
INSERT INTO pushes (chat, topic, since, many) SELECT chat, 0, since, many FROM pushes_of_chats ORDER BY chat;
DROP TABLE pushes_of_chats;
