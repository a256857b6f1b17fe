-- Lists as they were sent, so that what they say of a story can be changed in them. Equal lists of many chats are one row.

CREATE TABLE sent_lists (
    id       INTEGER PRIMARY KEY,           -- domain.sent_list.SentList.id: a hash of all else
    listing  TEXT,                          -- JSON: what a list that was asked for says of itself; null: nobody asked for it
    told_at  INTEGER NOT NULL,              -- the moment of which its ages tell
    articles TEXT NOT NULL,                 -- JSON: their numbers in the order in which they came into it
    form     INTEGER NOT NULL               -- domain.sent_list.ListForm
);
CREATE INDEX sent_lists_told ON sent_lists (told_at);

ALTER TABLE receipts ADD COLUMN list INTEGER; -- sent_lists.id; null: it stands alone, or in a list of before this table
