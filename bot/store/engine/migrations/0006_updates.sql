-- What Telegram was told is taken and is not worked through yet; gone once it is. `body` is the update as JSON.

CREATE TABLE updates (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    at   INTEGER NOT NULL
);
