-- Links that differ in http or https, `www.`, a trailing dot, doubled slashes or needless escapes are one. Where two
-- articles turn out to tell one story they become one: the older keeps its number and slug, what stands in it is taken
-- from the one that readers can see (the newer, if both), and who has either has it.
-- `normal_link` is domain.link.normal_link (store.migrations).

CREATE TEMP TABLE normal AS SELECT link, article, normal_link(link) AS key FROM main.article_links;
CREATE INDEX temp.normal_key ON normal (key);
CREATE INDEX temp.normal_article ON normal (article);

-- An article may have had several links, so one story may lead to the next: each joins the oldest it leads to.
CREATE TEMP TABLE joined AS
WITH RECURSIVE pairs (one, other) AS (
    SELECT DISTINCT a.article, b.article
    FROM temp.normal AS a JOIN temp.normal AS b USING (key) WHERE a.article <> b.article
),
reached (gone, other) AS (
    SELECT one, other FROM pairs
    UNION
    SELECT r.gone, p.other FROM reached AS r JOIN pairs AS p ON p.one = r.other
)
SELECT gone, min(other) AS kept FROM reached GROUP BY gone HAVING min(other) < gone;
CREATE INDEX temp.joined_kept ON joined (kept);

CREATE TEMP TABLE telling AS        -- which of the joined articles' stories is told from now on
SELECT kept, number AS told FROM (
    SELECT j.kept, a.number,
           row_number() OVER (
               PARTITION BY j.kept ORDER BY a.state IN ('published', 'archived') DESC, a.number DESC
           ) AS place
    FROM (SELECT kept, gone AS member FROM temp.joined UNION SELECT kept, kept FROM temp.joined) AS j
    JOIN main.articles AS a ON a.number = j.member
) WHERE place = 1;

UPDATE articles AS a
SET state = g.state, revision = max(a.revision, g.revision) + 1, title = g.title, published_at = g.published_at,
    heat = g.heat, source = g.source, story = g.story, payload = g.payload, scheduled_at = g.scheduled_at,
    held_why = g.held_why
FROM temp.telling AS t JOIN main.articles AS g ON g.number = t.told
WHERE a.number = t.kept AND t.told <> t.kept;

UPDATE articles AS a
SET pushed_at = coalesce(min(a.pushed_at, o.pushed_at), a.pushed_at, o.pushed_at), learnt = max(a.learnt, o.learnt),
    first_seen_at = min(a.first_seen_at, o.first_seen_at)
FROM (
    SELECT j.kept, min(g.pushed_at) AS pushed_at, max(g.learnt) AS learnt, min(g.first_seen_at) AS first_seen_at
    FROM temp.joined AS j JOIN main.articles AS g ON g.number = j.gone GROUP BY j.kept
) AS o
WHERE a.number = o.kept;

-- What is found by topic, picture and word is that of the story told.
CREATE TEMP TABLE unheard AS
SELECT number FROM (
    SELECT gone AS number, kept FROM temp.joined UNION SELECT kept, kept FROM temp.joined
) AS j JOIN temp.telling AS t USING (kept) WHERE number <> t.told;
DELETE FROM article_topics WHERE article IN (SELECT number FROM temp.unheard);
DELETE FROM article_pictures WHERE article IN (SELECT number FROM temp.unheard);
DELETE FROM article_search WHERE rowid IN (SELECT number FROM temp.unheard);
UPDATE article_topics SET article = j.kept FROM temp.joined AS j WHERE article_topics.article = j.gone;
UPDATE article_pictures SET article = j.kept FROM temp.joined AS j WHERE article_pictures.article = j.gone;
INSERT INTO article_search (rowid, title, excerpt, topics, source)
SELECT j.kept, s.title, s.excerpt, s.topics, s.source
FROM temp.joined AS j CROSS JOIN article_search AS s ON s.rowid = j.gone;
DELETE FROM article_search WHERE rowid IN (SELECT gone FROM temp.joined);

-- The one living file that owned the story told goes on owning it.
CREATE TEMP TABLE owning AS
SELECT kept, path FROM (
    SELECT t.kept, f.path,
           row_number() OVER (
               PARTITION BY t.kept ORDER BY f.fingerprint <> '' DESC, f.article = t.told DESC, f.path
           ) AS place
    FROM temp.telling AS t
    JOIN (SELECT kept, gone AS member FROM temp.joined UNION SELECT kept, kept FROM temp.joined) AS j USING (kept)
    JOIN main.files AS f ON f.article = j.member AND f.owns
) WHERE place = 1;
UPDATE files AS f SET article = j.kept, owns = 0 FROM temp.joined AS j WHERE f.article = j.gone;
UPDATE files SET owns = 0 WHERE article IN (SELECT kept FROM temp.owning);
UPDATE files SET owns = 1 WHERE path IN (SELECT path FROM temp.owning);
UPDATE OR IGNORE files SET path = 'upload:' || normal_link(substr(path, 8)) WHERE path GLOB 'upload:http*';

INSERT OR IGNORE INTO saved (chat, article, at)
SELECT s.chat, j.kept, s.at FROM saved AS s JOIN temp.joined AS j ON s.article = j.gone;
DELETE FROM saved WHERE article IN (SELECT gone FROM temp.joined);

INSERT INTO ledger (article, chat, status, sent_at, message_id, thread, revision, look, unsure, reason)
SELECT j.kept, l.chat, l.status, l.sent_at, l.message_id, l.thread, l.revision, l.look, l.unsure, l.reason
FROM ledger AS l JOIN temp.joined AS j ON l.article = j.gone
WHERE true
ON CONFLICT (article, chat) DO UPDATE
SET status = excluded.status, sent_at = excluded.sent_at, message_id = excluded.message_id, thread = excluded.thread,
    revision = excluded.revision, look = excluded.look, unsure = excluded.unsure, reason = excluded.reason
WHERE excluded.status = 1 AND ledger.status <> 1;
DELETE FROM ledger WHERE article IN (SELECT gone FROM temp.joined);

-- A story has one audience: of several fan-outs the oldest one goes on, and only to those who have nothing of it.
UPDATE fanouts SET article = j.kept FROM temp.joined AS j WHERE fanouts.article = j.gone;
CREATE TEMP TABLE surplus AS
SELECT f.id FROM fanouts AS f
WHERE f.state <> 'done' AND f.article IN (SELECT kept FROM temp.joined)
  AND EXISTS (SELECT 1 FROM fanouts AS o WHERE o.article = f.article AND o.id < f.id);
DELETE FROM outbox WHERE fanout IN (SELECT id FROM temp.surplus);
UPDATE fanouts SET state = 'done', done_at = start_at, total = sent + unreachable + failed + unwanted + restricted
WHERE id IN (SELECT id FROM temp.surplus);
CREATE TEMP TABLE served AS
SELECT o.id, o.fanout FROM fanouts AS f JOIN outbox AS o ON o.fanout = f.id
JOIN ledger AS l ON l.article = f.article AND l.chat = o.chat AND l.status = 1
WHERE f.state <> 'done' AND f.article IN (SELECT kept FROM temp.joined);
DELETE FROM outbox WHERE id IN (SELECT id FROM temp.served);
UPDATE fanouts SET total = total - (SELECT count(*) FROM temp.served AS s WHERE s.fanout = fanouts.id)
WHERE id IN (SELECT fanout FROM temp.served);

UPDATE log SET article = j.kept FROM temp.joined AS j WHERE log.article = j.gone;
UPDATE notices SET article = j.kept FROM temp.joined AS j WHERE notices.article = j.gone;

UPDATE OR IGNORE article_slugs SET article = j.kept FROM temp.joined AS j WHERE article_slugs.article = j.gone;
INSERT OR IGNORE INTO article_slugs (slug, article)
SELECT a.slug, j.kept FROM articles AS a JOIN temp.joined AS j ON a.number = j.gone;

DELETE FROM article_links;
INSERT INTO article_links (link, article)
SELECT n.key, min(coalesce(j.kept, n.article)) FROM temp.normal AS n LEFT JOIN temp.joined AS j ON j.gone = n.article
GROUP BY n.key;

DELETE FROM articles WHERE number IN (SELECT gone FROM temp.joined);

DROP TABLE temp.owning;
DROP TABLE temp.served;
DROP TABLE temp.surplus;
DROP TABLE temp.unheard;
DROP TABLE temp.telling;
DROP TABLE temp.joined;
DROP TABLE temp.normal;
