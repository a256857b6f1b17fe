-- Channels as their administrators know them, and from whose private chats they are managed.

CREATE TABLE channels (
    id       INTEGER PRIMARY KEY REFERENCES chats (id),
    title    TEXT NOT NULL,
    username TEXT                           -- without @; null: the channel is private
);

CREATE TABLE channel_managers (             -- who was seen to administer one; asked anew for every act
    person  INTEGER NOT NULL,
    channel INTEGER NOT NULL REFERENCES channels (id),
    since   INTEGER NOT NULL,
    PRIMARY KEY (person, channel)
) WITHOUT ROWID;
CREATE INDEX channel_managers_channel ON channel_managers (channel);
