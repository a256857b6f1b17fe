-- What happened, in numbers that name nobody and outlive who and what was counted.

CREATE TABLE activity (
    fact INTEGER NOT NULL,                  -- domain.statistics.Fact
    at   INTEGER NOT NULL,                  -- the beginning of a quarter of an hour; days of every zone are made of them
    many INTEGER NOT NULL,
    PRIMARY KEY (fact, at)
) WITHOUT ROWID;

CREATE TABLE article_acts (                 -- what readers did with an article
    article INTEGER NOT NULL REFERENCES articles (number),
    act     INTEGER NOT NULL,               -- domain.statistics.Act
    many    INTEGER NOT NULL,
    PRIMARY KEY (article, act)
) WITHOUT ROWID;

CREATE TABLE weekly_reports (               -- what a week is told as, to those who want it
    number     INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: receipts name it
    zone       TEXT NOT NULL,               -- IANA name: whose days it counts
    monday     TEXT NOT NULL,               -- the day after its last one, YYYY-MM-DD
    recipients TEXT NOT NULL,               -- JSON: who wanted one
    owners     TEXT NOT NULL                -- JSON: the owners of the configuration then
);

CREATE TABLE report_wishes (                -- of people with a role
    person    INTEGER PRIMARY KEY,
    is_weekly INTEGER NOT NULL DEFAULT 0,   -- 1: a report comes every Monday
    is_dark   INTEGER NOT NULL DEFAULT 0,   -- 1: charts are drawn for a dark screen
    told_until TEXT                         -- the Monday of the last report, YYYY-MM-DD; null: none is due yet
);

-- Activity is made of what campaigns count: what stands there beyond `counted_…` belongs to the quarter of `ended_at`.
ALTER TABLE campaigns ADD COLUMN ended_at INTEGER; -- when a delivery of it last ended in any way; null: none did
ALTER TABLE campaigns ADD COLUMN uncounted INTEGER NOT NULL DEFAULT 0; -- 1: some of it is not in activity yet
ALTER TABLE campaigns ADD COLUMN counted_sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN counted_unreachable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN counted_failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN counted_restricted INTEGER NOT NULL DEFAULT 0;

-- How long messages took that waited for no time of their chat's own.
ALTER TABLE campaigns ADD COLUMN prompt INTEGER NOT NULL DEFAULT 0; -- how many there were
ALTER TABLE campaigns ADD COLUMN prompt_seconds INTEGER NOT NULL DEFAULT 0; -- from the start, all together
ALTER TABLE campaigns ADD COLUMN prompt_until INTEGER; -- when the last of them was sent; null: none was

UPDATE campaigns SET ended_at = last_sent_at, counted_sent = sent, counted_unreachable = unreachable,
    counted_failed = failed, counted_restricted = restricted;

CREATE INDEX campaigns_uncounted ON campaigns (id) WHERE uncounted = 1;
CREATE INDEX campaigns_fixed ON campaigns (fixed_at);
CREATE INDEX chats_counted ON chats (state, kind, language);

-- What is known of earlier times. The time of what was pruned is that of its campaign's last message.
INSERT INTO activity (fact, at, many)
SELECT fact, at - at % 900, sum(many) FROM (
    SELECT 1 AS fact, sent_at AS at, 1 AS many FROM receipts WHERE sent_at IS NOT NULL
    UNION ALL
    SELECT 1, last_sent_at, sent - (
        SELECT count(*) FROM receipts AS r
        WHERE r.subject_type = f.subject_type AND r.subject = f.subject AND r.sent_at IS NOT NULL
    ) FROM campaigns AS f WHERE operation = 1 AND pruned_to IS NOT NULL AND last_sent_at IS NOT NULL
    UNION ALL
    SELECT CASE status WHEN 2 THEN 2 WHEN 3 THEN 3 ELSE 4 END, at, 1 FROM outcomes
    WHERE status IN (2, 3, 5) AND operation = 1 AND at IS NOT NULL
    UNION ALL
    SELECT CASE operation WHEN 2 THEN 5 ELSE 6 END, last_sent_at, sent FROM campaigns
    WHERE operation <> 1 AND last_sent_at IS NOT NULL
    UNION ALL
    SELECT 11, since, 1 FROM chats WHERE gone_at IS NULL OR gone_at <> since
    UNION ALL
    SELECT 12, gone_at, 1 FROM chats WHERE state = 'unreachable' AND gone_at <> since
    UNION ALL
    SELECT 13, state_at, 1 FROM chats WHERE state = 'paused'
) AS known WHERE many > 0 GROUP BY 1, 2;
