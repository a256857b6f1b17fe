-- Times are UTC epoch seconds. Links, names and slugs are stored in the form in which equal ones are equal.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Content ------------------------------------------------------------------------------------------------------------

CREATE TABLE topics (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    short_name  TEXT,
    parent      INTEGER REFERENCES topics (number),
    parent_key  TEXT,                       -- topic_key of the parent its file names; null: it names none
    description TEXT,
    keywords    TEXT NOT NULL DEFAULT '[]', -- JSON lists
    hashtags    TEXT NOT NULL DEFAULT '[]',
    listed      INTEGER NOT NULL DEFAULT 0, -- 1: in the picker
    from_file   INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX topics_orphans ON topics (parent_key) WHERE parent IS NULL;

CREATE TABLE topic_names (
    key   TEXT PRIMARY KEY,                 -- domain.topic.topic_key of a name, short name, id, hashtag or old name
    topic INTEGER NOT NULL REFERENCES topics (number)
) WITHOUT ROWID;

CREATE TABLE articles (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    slug          TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 1,
    title         TEXT NOT NULL,
    published_at  INTEGER NOT NULL,
    heat          INTEGER NOT NULL DEFAULT 0,
    source        TEXT,                     -- provider's domain or name, folded: what `Never from SOURCE` compares
    story         TEXT NOT NULL,            -- the Story as JSON (store.stories)
    payload       TEXT NOT NULL DEFAULT '{}', -- the document as given
    first_seen_at INTEGER NOT NULL,
    scheduled_at  INTEGER,                  -- null: no embargo
    news_at       INTEGER,                  -- when a file made it news, for the burst guard; null: none did
    pushed_at     INTEGER,                  -- when its one audience was fixed; null: never went out
    learnt        INTEGER NOT NULL DEFAULT 0 -- 1: who has it is known from the database that this copy replaced
);
CREATE INDEX articles_latest ON articles (published_at DESC, number DESC) WHERE state IN ('published', 'archived');
CREATE INDEX articles_desk ON articles (state, published_at DESC) WHERE state IN ('draft', 'scheduled', 'held');
CREATE INDEX articles_due ON articles (scheduled_at) WHERE state = 'scheduled';
CREATE INDEX articles_news ON articles (news_at) WHERE news_at IS NOT NULL;
CREATE INDEX articles_pushed ON articles (pushed_at) WHERE pushed_at IS NOT NULL;
CREATE INDEX articles_learnt ON articles (number) WHERE learnt;

CREATE VIEW told AS                         -- articles that somebody may have, as the ledger knows
SELECT number FROM articles WHERE pushed_at IS NOT NULL UNION SELECT number FROM articles WHERE learnt;

CREATE TABLE article_slugs (                -- old slugs stay aliases
    slug    TEXT PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (number)
) WITHOUT ROWID;

CREATE TABLE article_links (                -- one story, one article: normalised links, old ones too
    link    TEXT PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (number)
) WITHOUT ROWID;

CREATE TABLE article_topics (
    article INTEGER NOT NULL REFERENCES articles (number),
    topic   INTEGER NOT NULL REFERENCES topics (number),
    place   INTEGER NOT NULL,
    PRIMARY KEY (article, topic)
) WITHOUT ROWID;
CREATE INDEX article_topics_topic ON article_topics (topic, article);

CREATE TABLE article_pictures (             -- who shows which picture: shared by more than three, it is a banner
    picture TEXT NOT NULL,
    source  TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (number),
    PRIMARY KEY (picture, source, article)
) WITHOUT ROWID;
CREATE INDEX article_pictures_article ON article_pictures (article);

CREATE VIRTUAL TABLE article_search USING fts5 (
    title, excerpt, topics, source, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);

CREATE TABLE files (
    path        TEXT PRIMARY KEY,           -- relative to the content folder, or `upload:NAME`
    fingerprint TEXT NOT NULL,              -- '' once the file is gone
    article     INTEGER REFERENCES articles (number), -- null: a topic file, or refused
    owns        INTEGER NOT NULL DEFAULT 1, -- 0: its story belongs to another file; it is reported and never acts
    last_flag   INTEGER,                    -- `published` as last seen in this file; null: no article
    complaint   TEXT                        -- why it was refused; null: it was not
) WITHOUT ROWID;
CREATE INDEX files_article ON files (article);

CREATE TABLE media (                        -- what Telegram made of a picture
    picture TEXT PRIMARY KEY,               -- its URL or its path in the content folder
    file_id TEXT,                           -- null: refused
    refused TEXT,                           -- null: usable
    at      INTEGER NOT NULL
) WITHOUT ROWID;

-- Chats --------------------------------------------------------------------------------------------------------------

CREATE TABLE chats (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'active',
    since      INTEGER NOT NULL,            -- first met
    state_at   INTEGER NOT NULL,
    language   TEXT NOT NULL DEFAULT 'en',
    zone       TEXT,                        -- IANA name; null: the operator's
    pictures   TEXT NOT NULL DEFAULT 'large',
    silent     INTEGER NOT NULL DEFAULT 0,
    greeted    INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE subscriptions (
    topic  INTEGER NOT NULL REFERENCES topics (number),
    chat   INTEGER NOT NULL REFERENCES chats (id),
    thread INTEGER NOT NULL DEFAULT 0,      -- forum topic that gets it; 0: the chat itself
    since  INTEGER NOT NULL,
    PRIMARY KEY (topic, chat, thread)
) WITHOUT ROWID;
CREATE INDEX subscriptions_chat ON subscriptions (chat, topic);

CREATE TABLE exceptions (
    chat  INTEGER NOT NULL REFERENCES chats (id),
    topic INTEGER NOT NULL REFERENCES topics (number),
    kind  TEXT NOT NULL,                    -- 'left_out' of a followed parent, or 'muted'
    until INTEGER,                          -- null: for good
    PRIMARY KEY (chat, topic, kind)
) WITHOUT ROWID;

CREATE TABLE unwanted_sources (
    chat   INTEGER NOT NULL REFERENCES chats (id),
    source TEXT NOT NULL,
    PRIMARY KEY (chat, source)
) WITHOUT ROWID;

CREATE TABLE closed_threads (               -- forum threads whose news goes to the chat itself meanwhile
    chat    INTEGER NOT NULL REFERENCES chats (id),
    thread  INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    told_at INTEGER,                        -- null: the chat is still to be told
    PRIMARY KEY (chat, thread)
) WITHOUT ROWID;

CREATE TABLE saved (
    chat    INTEGER NOT NULL REFERENCES chats (id),
    article INTEGER NOT NULL REFERENCES articles (number),
    at      INTEGER NOT NULL,
    PRIMARY KEY (chat, article)
) WITHOUT ROWID;

CREATE TABLE searches (                     -- what a search's buttons point to
    id    INTEGER PRIMARY KEY,
    words TEXT NOT NULL UNIQUE
);

-- Delivery -----------------------------------------------------------------------------------------------------------

CREATE TABLE fanouts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: buttons and the generation hold it
    kind          TEXT NOT NULL,            -- 'news'; later digests, corrections, withdrawals, announcements
    article       INTEGER REFERENCES articles (number),
    lane          INTEGER NOT NULL,
    state         TEXT NOT NULL,            -- 'running', 'stopped' by an editor, 'held' until one decides, 'done'
    why           TEXT,                     -- why it is stopped or held; null: no reason needed
    asked_by      INTEGER,                  -- editor; null: a file or the shell
    by_file       INTEGER NOT NULL DEFAULT 0, -- 1: a file made it news and no editor has touched it: a burst may hold it
    fixed_at      INTEGER NOT NULL,         -- the audience is who followed at this moment
    start_at      INTEGER NOT NULL,         -- first message; later than fixed_at by the undo time
    ring_start    INTEGER,                  -- the chat after which this turn of the circle starts; null: not begun
    cursor        INTEGER,                  -- last chat looked at on this half of the circle; null: none yet
    half          INTEGER NOT NULL DEFAULT 0, -- 0: above ring_start, 1: up to it, 2: everybody has a row
    total         INTEGER NOT NULL DEFAULT 0, -- rows ever promised
    sent          INTEGER NOT NULL DEFAULT 0,
    unreachable   INTEGER NOT NULL DEFAULT 0,
    failed        INTEGER NOT NULL DEFAULT 0,
    unwanted      INTEGER NOT NULL DEFAULT 0,
    unsure        INTEGER NOT NULL DEFAULT 0, -- may have come twice
    first_sent_at INTEGER,
    last_sent_at  INTEGER,
    done_at       INTEGER,
    pruned_to     INTEGER                   -- last chat whose message id was dropped for age; null: none was
);
CREATE INDEX fanouts_running ON fanouts (lane, id) WHERE state = 'running';
CREATE INDEX fanouts_article ON fanouts (article);

CREATE TABLE outbox (                       -- work not yet settled
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: what is in hand knows its row by it alone
    fanout   INTEGER NOT NULL,
    chat     INTEGER NOT NULL,
    thread   INTEGER NOT NULL,
    due_at   INTEGER NOT NULL,
    sending  INTEGER NOT NULL DEFAULT 0,    -- 1: claimed by the running process
    attempts INTEGER NOT NULL DEFAULT 0,
    unsure   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (fanout, chat)
);
CREATE INDEX outbox_due ON outbox (fanout, due_at) WHERE sending = 0;
CREATE INDEX outbox_sending ON outbox (id) WHERE sending = 1;

CREATE TABLE ledger (                       -- what became of it; the fact outlives its message id
    article    INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    status     INTEGER NOT NULL,            -- store.outbox.STATUSES
    sent_at    INTEGER,                     -- null: pruned
    message_id INTEGER,                     -- null: not sent, or pruned
    thread     INTEGER,                     -- null: the chat itself
    revision   INTEGER,
    look       INTEGER,                     -- 1: a photo with a caption, 0: text
    unsure     INTEGER,                     -- null: certainly once
    reason     TEXT,
    PRIMARY KEY (article, chat)
) WITHOUT ROWID;

-- Newsroom -----------------------------------------------------------------------------------------------------------

CREATE TABLE editors (
    person   INTEGER PRIMARY KEY,
    role     TEXT NOT NULL,                 -- 'owner' or 'editor'
    since    INTEGER NOT NULL,
    added_by INTEGER
);

CREATE TABLE invitations (
    code_hash TEXT PRIMARY KEY,
    role      TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE log (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    person  INTEGER,                        -- null: a file, the shell or newsbot itself
    act     TEXT NOT NULL,
    article INTEGER,
    detail  TEXT
);

CREATE TABLE notices (                      -- what editors are still to be told, folded
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,                  -- 'refused', 'held', 'doubled'
    subject TEXT NOT NULL,                  -- a path
    detail  TEXT NOT NULL DEFAULT '',
    article INTEGER,
    told_at INTEGER
);
CREATE INDEX notices_untold ON notices (at) WHERE told_at IS NULL;

CREATE TABLE progress (                     -- messages in editors' chats that follow a fan-out
    fanout     INTEGER NOT NULL REFERENCES fanouts (id),
    chat       INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    shown      TEXT NOT NULL DEFAULT '',    -- digest of what it says now
    shown_at   INTEGER NOT NULL DEFAULT 0,
    finished   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (fanout, chat)
) WITHOUT ROWID;

CREATE TABLE troubles (                     -- what owners were told, once a day each
    kind    TEXT PRIMARY KEY,
    since   INTEGER NOT NULL,
    told_at INTEGER,
    over_at INTEGER
) WITHOUT ROWID;
