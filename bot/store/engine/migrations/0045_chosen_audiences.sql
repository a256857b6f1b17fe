-- An editor may let an article go to the followers of some topics alone, its own or others.

ALTER TABLE articles ADD COLUMN only_to TEXT; -- JSON, numbers of topics; null: to all who follow one of its own, a phrase or its story
