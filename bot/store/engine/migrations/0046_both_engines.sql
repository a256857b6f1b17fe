-- What questions that both engines are asked look for: flags compared with 1, the highest number that rows ever had.
DROP INDEX articles_learnt;
CREATE INDEX articles_learnt ON articles (number) WHERE learnt = 1;
DROP INDEX chats_topic_threads;
CREATE INDEX chats_topic_threads ON chats (id) WHERE topic_threads = 1;
DROP VIEW told;
CREATE VIEW told AS                         -- subjects of which somebody may have a receipt
SELECT subject_type, subject FROM campaigns
UNION SELECT 1, number FROM articles WHERE learnt = 1;
CREATE VIEW numbers_given AS                -- the highest number that rows of these tables ever had
SELECT name, seq AS last FROM sqlite_sequence WHERE name IN ('articles', 'campaigns', 'phrases');
