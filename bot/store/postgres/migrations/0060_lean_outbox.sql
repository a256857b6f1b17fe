-- A row of the outbox is written to fewer indexes: a fan-out writes it to two instead of three, and a claim to one less.
--
-- Only what was claimed is looked for by its number alone, and to claim it is to try it. Whoever replicates by rows
-- knows them by campaign and chat.
-- Source: https://www.postgresql.org/docs/current/indexes-partial.html, sql-altertable.html (REPLICA IDENTITY)
ALTER TABLE deliveries DROP CONSTRAINT deliveries_pkey;
CREATE UNIQUE INDEX deliveries_tried ON deliveries (id) WHERE attempts > 0;
DROP INDEX deliveries_in_hand;
ALTER TABLE deliveries REPLICA IDENTITY USING INDEX deliveries_campaign_chat_key;

-- What is claimed changes its place in an index anyway, so that room beside it for its next version is of no use.
ALTER TABLE deliveries RESET (fillfactor);

-- A fan-out takes five thousand numbers at once: a session fetches a hundred of them each time. They are in the order of
-- writing within a session; what another one writes meanwhile may have a smaller or a larger one.
-- Source: https://www.postgresql.org/docs/current/sql-createsequence.html (CACHE)
ALTER SEQUENCE deliveries_id_seq CACHE 100;
