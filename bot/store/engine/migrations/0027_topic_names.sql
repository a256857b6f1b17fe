-- What a topic is called in other languages, as its file says.

ALTER TABLE topics ADD COLUMN names TEXT NOT NULL DEFAULT '{}'; -- JSON object: names by IETF tag
