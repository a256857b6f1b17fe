-- Delivery for anything that is sent, not for news alone. A campaign (was: a fan-out) is about a subject, which may be
-- an article; a delivery (was: a row of the outbox) says what is to be done and by whose term it is in hand; a receipt
-- says what stands in a chat; an outcome says why nothing does. Receipts and outcomes were one ledger.

DROP VIEW told;

-- sqlite_sequence holds the highest number ever given: buttons and the generation hold numbers of campaigns.
-- Source: https://sqlite.org/autoinc.html
CREATE TABLE campaigns (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    kind          TEXT NOT NULL,            -- services.kinds
    subject_type  INTEGER NOT NULL,         -- domain.delivery.SubjectType
    subject       INTEGER NOT NULL,         -- its number among those of its type: an article's, …
    revision      INTEGER,                  -- of the subject; null: the one that stands when a message leaves
    lane          INTEGER NOT NULL,
    state         TEXT NOT NULL,            -- 'running', 'stopped' by an editor, 'held' until one decides, 'done'
    why           TEXT,                     -- why it is stopped or held; null: no reason needed
    words         TEXT,                     -- Telegram's, when it is held for them
    form          TEXT NOT NULL DEFAULT 'full', -- domain.refusals.Form, since a fuller one was refused
    form_revision INTEGER,                  -- the revision of the subject that goes in this form; null: none yet
    confirmed     INTEGER NOT NULL DEFAULT 0, -- 1: an editor knows that many of its chats are gone
    asked_by      INTEGER,                  -- editor; null: a file or the shell
    by_file       INTEGER NOT NULL DEFAULT 0, -- 1: a file made it news and no editor has touched it: a burst may hold it
    fixed_at      INTEGER NOT NULL,         -- the audience is who followed at this moment
    start_at      INTEGER NOT NULL,         -- first message; later than fixed_at by the undo delay
    ring_start    INTEGER,                  -- the chat after which this turn of the circle starts; null: not begun
    cursor        INTEGER,                  -- last chat looked at on this half of the circle; null: none yet
    half          INTEGER NOT NULL DEFAULT 0, -- 0: above ring_start, 1: up to it, 2: everybody has a delivery
    total         INTEGER NOT NULL DEFAULT 0, -- deliveries ever promised
    sent          INTEGER NOT NULL DEFAULT 0,
    unreachable   INTEGER NOT NULL DEFAULT 0,
    failed        INTEGER NOT NULL DEFAULT 0,
    restricted    INTEGER NOT NULL DEFAULT 0,
    unwanted      INTEGER NOT NULL DEFAULT 0,
    unsure        INTEGER NOT NULL DEFAULT 0, -- may have come twice
    first_sent_at INTEGER,
    last_sent_at  INTEGER,
    done_at       INTEGER,
    pruned_to     INTEGER                   -- last chat whose message id was dropped for age; null: none was
);
INSERT INTO campaigns (
    id, kind, subject_type, subject, lane, state, why, words, form, form_revision, confirmed, asked_by, by_file,
    fixed_at, start_at, ring_start, cursor, half, total, sent, unreachable, failed, restricted, unwanted, unsure,
    first_sent_at, last_sent_at, done_at, pruned_to
)
SELECT
    id, kind, 1, article, lane, state, why, words, form, form_revision, confirmed, asked_by, by_file,
    fixed_at, start_at, ring_start, cursor, half, total, sent, unreachable, failed, restricted, unwanted, unsure,
    first_sent_at, last_sent_at, done_at, pruned_to
FROM fanouts ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'campaigns';
INSERT INTO sqlite_sequence (name, seq) SELECT 'campaigns', seq FROM sqlite_sequence WHERE name = 'fanouts';
CREATE INDEX campaigns_running ON campaigns (lane, id) WHERE state = 'running';
CREATE INDEX campaigns_subject ON campaigns (subject_type, subject);

CREATE TABLE messages (                     -- in editors' chats, that follow a campaign
    campaign   INTEGER NOT NULL REFERENCES campaigns (id),
    chat       INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    shown      TEXT NOT NULL DEFAULT '',    -- digest of what it says now
    shown_at   INTEGER NOT NULL DEFAULT 0,
    finished   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign, chat)
) WITHOUT ROWID;
INSERT INTO messages (campaign, chat, message_id, shown, shown_at, finished)
SELECT fanout, chat, message_id, shown, shown_at, finished FROM progress;
DROP TABLE progress;
ALTER TABLE messages RENAME TO progress;

DROP TABLE fanouts;

CREATE TABLE leases (                       -- terms of processes that send; a dead one's come to an end by themselves
    owner       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    lease_until INTEGER NOT NULL,           -- after that, what it has in hand is anybody's
    instance    TEXT NOT NULL               -- host and process, for whoever looks
);
INSERT INTO leases (owner, lease_until, instance)
SELECT 1, 0, 'an earlier version' WHERE EXISTS (SELECT 1 FROM outbox WHERE sending = 1);

-- No row of it is written anew: it may hold a million.
DROP INDEX outbox_due;
DROP INDEX outbox_sending;
ALTER TABLE outbox RENAME TO deliveries;
ALTER TABLE deliveries RENAME COLUMN fanout TO campaign;
ALTER TABLE deliveries RENAME COLUMN due_at TO not_before;
ALTER TABLE deliveries RENAME COLUMN sending TO owner; -- leases.owner; 0: nobody has it in hand
ALTER TABLE deliveries ADD COLUMN operation INTEGER NOT NULL DEFAULT 1; -- domain.delivery.Operation
CREATE INDEX deliveries_due ON deliveries (campaign, not_before) WHERE owner = 0;
CREATE INDEX deliveries_in_hand ON deliveries (owner) WHERE owner <> 0;

CREATE TABLE receipts (                     -- what stands in a chat; the fact outlives its message id
    subject_type INTEGER NOT NULL,
    subject      INTEGER NOT NULL,
    chat         INTEGER NOT NULL,
    message_id   INTEGER,                   -- null: pruned, or deleted from the chat
    thread       INTEGER,                   -- null: the chat itself, or pruned
    revision     INTEGER,                   -- null: pruned, or the subject has none
    look         INTEGER,                   -- 1: a photo with a caption, 0: text; null: pruned
    sent_at      INTEGER,                   -- null: pruned
    unsure       INTEGER,                   -- messages that may stand there beside it; null: certainly once
    PRIMARY KEY (subject_type, subject, chat)
) WITHOUT ROWID;
INSERT INTO receipts (subject_type, subject, chat, message_id, thread, revision, look, sent_at, unsure)
SELECT 1, article, chat, message_id, thread, revision, look, sent_at, unsure FROM ledger WHERE status = 1
ORDER BY article, chat;

CREATE TABLE outcomes (                     -- deliveries that ended otherwise than sent
    campaign  INTEGER NOT NULL,
    chat      INTEGER NOT NULL,
    operation INTEGER NOT NULL,             -- domain.delivery.Operation: what was to be done
    status    INTEGER NOT NULL,             -- store.receipts.STATUSES
    reason    TEXT,                         -- Telegram's words, or ours; null: none
    at        INTEGER,                      -- null: long ago
    thread    INTEGER,                      -- to which it was to go; null: the chat itself
    unsure    INTEGER,                      -- tries that may have arrived; null: none
    PRIMARY KEY (campaign, chat)
) WITHOUT ROWID;
-- Every row but a sent one was written by a fan-out of its article, and the latest one is what is tried again.
CREATE TEMP TABLE latest AS SELECT subject AS article, max(id) AS campaign FROM campaigns GROUP BY subject;
CREATE UNIQUE INDEX temp.latest_article ON latest (article);
INSERT INTO outcomes (campaign, chat, operation, status, reason, at, thread, unsure)
SELECT f.campaign, l.chat, 1, l.status, l.reason, l.sent_at, l.thread, l.unsure
FROM temp.latest AS f CROSS JOIN ledger AS l ON l.article = f.article
WHERE l.status <> 1 ORDER BY f.campaign, l.chat;
DROP TABLE temp.latest;
CREATE INDEX outcomes_restricted ON outcomes (chat, campaign) WHERE status = 5;

DROP TABLE ledger;

CREATE VIEW told AS                         -- subjects of which somebody may have a receipt
SELECT subject_type, subject FROM campaigns
UNION SELECT 1, number FROM articles WHERE learnt;
