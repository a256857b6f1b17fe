"""A database from before statistics: what it still knows of earlier times is counted, also of what was pruned."""

import sqlite3
from contextlib import closing

from bot.domain.statistics import Fact
from bot.store.engine.migrations import check, migrate, scripts

NUMBER = next(number for number, script in scripts() if "CREATE TABLE activity" in script)
SLOT = 900
DONE = (
    "INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at, half, sent, unreachable,"
    " failed, restricted, last_sent_at, done_at, pruned_to, operation)"
    " VALUES (?, ?, 1, ?, 2, 'done', 0, 0, 2, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def test_what_is_known_of_earlier_times_is_counted(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        chat = "INSERT INTO chats (id, kind, state, since, state_at, gone_at) VALUES (?, 'private', ?, ?, ?, ?)"
        conn.execute(chat, (1, "active", 0, 0, None))
        conn.execute(chat, (2, "unreachable", 0, 2000, 2000))
        conn.execute(chat, (3, "unreachable", 500, 500, 500))  # met in a group and never started
        conn.execute(chat, (4, "paused", 1000, 3000, None))
        conn.execute(DONE, (1, "news", 1, 3, 1, 1, 1, 1900, 1900, None, 1))
        conn.execute(DONE, (2, "news", 2, 7, 0, 0, 0, 5000, 5000, 2**62, 1))  # pruned to the last
        conn.execute(DONE, (3, "correction", 1, 2, 0, 0, 0, 2000, 2000, None, 2))
        conn.execute(DONE, (4, "withdrawal", 1, 1, 0, 0, 0, 2000, 2000, None, 3))
        conn.executemany(
            "INSERT INTO receipts (subject_type, subject, chat, sent_at) VALUES (1, ?, ?, ?)",
            [(1, 1, 899), (1, 2, 900), (1, 4, 1900), *((2, chat, None) for chat in range(7))],
        )
        conn.executemany(
            "INSERT INTO outcomes (campaign, chat, operation, status, at) VALUES (1, ?, 1, ?, 950)",
            [(11, 2), (12, 3), (13, 5), (14, 4)],
        )
    migrate(path, create=False)
    check(path)
    with closing(sqlite3.connect(path)) as conn:
        found = {
            (Fact(fact), at // SLOT): many for fact, at, many in conn.execute("SELECT fact, at, many FROM activity")
        }
        marks = conn.execute(
            "SELECT counted_sent, counted_unreachable, counted_failed, counted_restricted, uncounted, ended_at, prompt"
            " FROM campaigns ORDER BY id"
        ).fetchall()
    assert found == {
        (Fact.SENT, 0): 1,
        (Fact.SENT, 1): 1,
        (Fact.SENT, 2): 1,
        (Fact.SENT, 5): 7,
        (Fact.UNREACHABLE, 1): 1,
        (Fact.FAILED, 1): 1,
        (Fact.RESTRICTED, 1): 1,
        (Fact.CHANGED, 2): 2,
        (Fact.DELETED, 2): 1,
        (Fact.JOINED, 0): 2,
        (Fact.JOINED, 1): 1,
        (Fact.LEFT, 2): 1,
        (Fact.PAUSED, 3): 1,
    }
    assert marks[:2] == [(3, 1, 1, 1, 0, 1900, 0), (7, 0, 0, 0, 0, 5000, 0)]


def test_a_new_database_has_counted_nothing(tmp_path):
    migrate(tmp_path / "news.db", create=True)
    with closing(sqlite3.connect(tmp_path / "news.db")) as conn:
        assert conn.execute("SELECT count(*) FROM activity").fetchone() == (0,)
