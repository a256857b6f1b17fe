-- İ, I, ı and i are one letter in a topic's name (domain.topic.topic_key). A name that is then another topic's already
-- leads to that one.

UPDATE OR IGNORE topic_names SET key = replace(replace(key, 'i' || char(775), 'i'), char(305), 'i')
WHERE instr(key, 'i' || char(775)) OR instr(key, char(305));
DELETE FROM topic_names WHERE instr(key, 'i' || char(775)) OR instr(key, char(305));
UPDATE topics SET parent_key = replace(replace(parent_key, 'i' || char(775), 'i'), char(305), 'i')
WHERE parent_key IS NOT NULL;
