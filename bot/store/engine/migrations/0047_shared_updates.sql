-- What people said, where several processes are one bot: whoever has it first works on it, and nobody else does.

CREATE TABLE shared_updates (
    id    INTEGER PRIMARY KEY,
    chat  INTEGER NOT NULL,                 -- in which it was said: of one they are worked on in order; 0: it is done
    owner INTEGER NOT NULL,                 -- the process that has it, by a number that it has drawn
    at    INTEGER NOT NULL,                 -- when the owner last said that it is there, or was done
    body  TEXT                              -- as JSON; null: it is done
);
CREATE INDEX shared_updates_open ON shared_updates (chat, id) WHERE body IS NOT NULL;
CREATE INDEX shared_updates_at ON shared_updates (at);
