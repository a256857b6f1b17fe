"""
What became of an article's deliveries, as one table for tests: a row for each chat, with its receipt or its outcome.

Statuses are numbers as in `store.delivery.receipts`, and 1 for what was sent.
"""

WHAT_BECAME = """
(
    SELECT subject AS article, chat, 1 AS status, sent_at, message_id, thread, revision, look, unsure, NULL AS reason
    FROM receipts WHERE subject_type = 1
    UNION ALL
    SELECT f.subject, o.chat, o.status, o.at, NULL, o.thread, NULL, NULL, o.unsure, o.reason
    FROM campaigns AS f JOIN outcomes AS o ON o.campaign = f.id WHERE f.subject_type = 1
)
"""
