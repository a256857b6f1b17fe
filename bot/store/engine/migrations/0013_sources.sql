-- Sources: feeds that are read again and again, with what was chosen for each and how each is doing; and what is known of
-- their items, by which a story is recognised whose id and link have changed.

CREATE TABLE sources (
    number        INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: ids of items hold it
    url           TEXT NOT NULL UNIQUE,     -- where it is asked
    state         TEXT NOT NULL,            -- domain.source.SourceState
    name          TEXT,                     -- chosen; null: the feed's title
    topics        TEXT NOT NULL DEFAULT '[]', -- JSON lists
    taken_as      TEXT NOT NULL,            -- 'news' or 'drafts'
    every         INTEGER,                  -- seconds, chosen; null: follows how often it publishes
    only_phrases  TEXT NOT NULL DEFAULT '[]',
    never_phrases TEXT NOT NULL DEFAULT '[]',
    origin        TEXT NOT NULL,            -- 'shell', 'chat', 'opml' or 'file'
    path          TEXT UNIQUE,              -- the file that defines it; null: none does
    added_at      INTEGER NOT NULL,
    title         TEXT,                     -- the feed's own; null: not read yet
    site          TEXT,                     -- the page it belongs to; null: it names none
    read_at       INTEGER,                  -- when a feed was last had from it; null: its next items are its history
    etag          TEXT,
    last_modified TEXT,
    body_hash     TEXT,                     -- of the last body; null: not read yet
    ask_every     INTEGER,                  -- seconds, as the feed asks; null: it does not
    next_at       INTEGER NOT NULL,         -- when it is asked next, if it is asked at all
    not_before    INTEGER,                  -- as its server told us to wait; null: it did not
    failures      INTEGER NOT NULL DEFAULT 0, -- requests in a row that gave no feed
    failing_since INTEGER,                  -- null: the last request gave one
    last_error    TEXT,
    named_at      INTEGER,                  -- when editors were last told that it fails; null: never
    moved_to      TEXT,                     -- where its server sends us for good; null: nowhere
    moved_seen    INTEGER NOT NULL DEFAULT 0, -- requests in a row that led there
    hold_next     INTEGER NOT NULL DEFAULT 0, -- 1: this is an older copy of the database; what is new next is held
    hub           TEXT,                     -- WebSub; null: it names no hub
    hub_topic     TEXT,                     -- the address under which the hub knows it
    hub_token     TEXT UNIQUE,              -- the unguessable part of our address for the hub; null: never asked
    hub_secret    TEXT,
    hub_asked_at  INTEGER,                  -- when a subscription was last asked for; null: never
    hub_until     INTEGER                   -- end of the subscription; null: not confirmed
);
CREATE INDEX sources_due ON sources (next_at) WHERE state IN ('active', 'failing');

CREATE TABLE source_urls (                  -- every address by which a source is or was known, normalised
    link   TEXT PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources (number)
) WITHOUT ROWID;

CREATE TABLE source_items (                 -- what a source has listed, for good
    source       INTEGER NOT NULL REFERENCES sources (number),
    key          TEXT NOT NULL,             -- made of the id under which it came first
    title        TEXT NOT NULL,
    link         TEXT,                      -- normalised; null: it gave none
    published_at INTEGER,                   -- as the feed says; null: it gave none
    text_hash    TEXT NOT NULL,             -- of its whole text; '' when it has none
    sketch       TEXT NOT NULL,             -- domain.feed_items.sketch of its text
    fingerprint  TEXT NOT NULL,             -- of what readers would see
    place        INTEGER,                   -- in the feed as last read; null: not in it
    is_history   INTEGER NOT NULL DEFAULT 0, -- 1: it was there when the source was first read
    standing     TEXT NOT NULL,             -- domain.feed_items.Standing
    embargo      INTEGER,                   -- the end of the embargo that its date asked for; null: none
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX source_items_place ON source_items (source, place) WHERE place IS NOT NULL;
CREATE INDEX source_items_link ON source_items (source, link) WHERE link IS NOT NULL;

CREATE TABLE source_item_ids (              -- every id by which an item is or was known, hashed: they may be long
    source INTEGER NOT NULL,
    id     TEXT NOT NULL,
    key    TEXT NOT NULL,
    at     INTEGER NOT NULL,                -- when it was first seen
    PRIMARY KEY (source, id),
    FOREIGN KEY (source, key) REFERENCES source_items (source, key)
) WITHOUT ROWID;
CREATE INDEX source_item_ids_key ON source_item_ids (source, key);
