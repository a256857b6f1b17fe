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

-- Nobody, of whom the planner expects as many as there are in a piece of a fan-out (store.postgres.own_sql). In SQL it
-- would see through it. Source: https://www.postgresql.org/docs/current/sql-createfunction.html (ROWS)
CREATE FUNCTION nobody() RETURNS TABLE (chat bigint, thread bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5000 AS $$ BEGIN RETURN; END $$;
