-- What was sent is changed or taken back: what each delivered copy shows of corrections, and campaigns that change copies.

ALTER TABLE articles ADD COLUMN corrections TEXT; -- JSON, the last three: [when, why (null: none given), [fields]]
ALTER TABLE articles ADD COLUMN uncorrected TEXT; -- JSON: fields that were changed and no copy was corrected for; null: none
ALTER TABLE articles ADD COLUMN retracted_why TEXT; -- what a copy that became a notice says; null: nothing was given

-- domain.delivery.Operation of its deliveries. One that edits or deletes has a revision: whatever shows an older one is
-- its concern, also a copy that arrives only after the campaign has gone round.
ALTER TABLE campaigns ADD COLUMN operation INTEGER NOT NULL DEFAULT 1;
CREATE INDEX campaigns_changing ON campaigns (subject_type, subject, id) WHERE operation <> 1;

CREATE INDEX saved_article ON saved (article); -- whose copies bear the button of a saved one

-- receipts.look: 1 for a photo with a caption, 2 for a list in which others stand too; both, or 0 for a text.
UPDATE receipts SET look = coalesce(look, 0) + 2
WHERE message_id IS NOT NULL AND (chat, message_id) IN (
    SELECT chat, message_id FROM receipts WHERE message_id IS NOT NULL GROUP BY chat, message_id HAVING count(*) > 1
);
