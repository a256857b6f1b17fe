-- An editor who was asked for a field may send a picture or tick topics instead of writing.

ALTER TABLE asked_edits ADD COLUMN sent TEXT;   -- JSON, a picture: what was sent when others had changed the article; null: none
ALTER TABLE asked_edits ADD COLUMN ticked TEXT; -- JSON, [[topics], words searched for]: a picker as it stands; null: none is open
