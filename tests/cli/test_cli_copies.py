"""Correcting, telling and taking back from the shell: what the buttons do, also while no bot runs."""

from __future__ import annotations

import json

import pytest

from bot.store.engine.lock import DatabaseLock

IDLE = "; no bot is running on this database"


@pytest.fixture
async def desk(shell):
    """A shell with one article that three chats have, the first of which keeps it."""
    shell.article("news/grid-storage.md", "Grid storage")
    await shell("import", "news")
    shell.follow_energy(3)
    shell.change("UPDATE articles SET state = 'published', pushed_at = 1")
    shell.change(
        "INSERT INTO campaigns"
        " (kind, subject_type, subject, lane, state, fixed_at, start_at, half, total, sent, done_at)"
        " VALUES ('news', 1, 1, 2, 'done', 1, 1, 2, 3, 3, 2)"
    )
    shell.change(
        "INSERT INTO receipts (subject_type, subject, chat, message_id, revision, look, sent_at)"
        " SELECT 1, 1, id, id, 1, 0, strftime('%s', 'now') FROM chats"
    )
    shell.change("INSERT INTO saved (chat, article, at) SELECT min(id), 1, 1 FROM chats")
    return shell


def _campaigns(desk):
    return desk.rows("SELECT kind, state FROM campaigns WHERE id > 1 ORDER BY id")


def _title(desk):
    return desk.rows("SELECT title FROM articles")[0][0]


async def test_a_correction_changes_the_article_and_promises_every_copy(desk):
    answer = await desk("correct", "grid", "--title", "Grid cells", "--why", "they are cells")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"#1 is corrected in the lists; 3 copies will be corrected{IDLE}\n"
    assert _title(desk) == "Grid cells" and _campaigns(desk) == [("correction", "running")]
    [(told,)] = desk.rows("SELECT corrections FROM articles")
    assert json.loads(told)[0][1:] == ["they are cells", ["title"]]
    logged = json.loads((await desk("log", "--json")).out)
    assert [(one["act"], one["article"]) for one in logged[:2]] == [("correct", 1), ("edit", 1)]
    assert all(one["shell"] for one in logged[:2])


async def test_with_a_bot_running_nothing_is_said_of_that(desk):
    lock = DatabaseLock(desk.database)
    try:
        answer = await desk("correct", "https://example.com/news/grid-storage.md", "--why", "a slip")
    finally:
        lock.release()
    assert answer.out == "#1 is corrected in the lists; 3 copies will be corrected\n"


async def test_lists_only_leaves_the_copies_as_they_are(desk):
    answer = await desk("correct", "1", "--excerpt", "Another text.", "--copies", "lists")
    assert answer.out == "#1 is corrected in the lists; delivered copies stay as they are\n"
    assert _campaigns(desk) == [] and desk.rows("SELECT uncorrected FROM articles") == [(None,)]


@pytest.mark.parametrize(("whom", "many", "kind"), [("all", "3 chats", ""), ("saved", "1 chat", " to savers")])
async def test_readers_are_told_when_that_is_wanted(desk, whom, many, kind):
    answer = await desk("correct", "1", "--why", "a slip", "--tell", whom)
    assert answer.out.splitlines()[1] == f"#1: the correction goes to {many}{IDLE}"
    assert _campaigns(desk) == [("correction", "running"), (f"correction note{kind}", "running")]


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (("1",), 2, "--title or --why"),
        (("1", "--copies", "some", "--why", "x"), 2, "--copies"),
        (("1", "--copies", "lists", "--why", "x"), 2, "--copies"),
        (("1", "--tell", "everybody", "--why", "x"), 2, "--tell"),
        (("1", "--title", " "), 1, "The title would be empty; nothing was changed."),
        (("1", "--title", "Cells", "--link", "nowhere"), 1, "Nothing was changed."),
        (("1", "--title", "Cells", "--topics", "Unheard of"), 1, "Unheard of"),
        (("1", "--title", "Cells", "--why", "x" * 301), 1, "--why has at most 300 characters; nothing was changed"),
        (("404", "--why", "x"), 1, "no single article goes by “#404”"),
    ],
)
async def test_what_is_refused_is_said_in_one_line_and_changes_nothing(desk, arguments, status, reason):
    answer = await desk("correct", *arguments)
    assert answer.status == status and reason in answer.err and answer.err.count("\n") == 1
    assert _title(desk) == "Grid storage" and _campaigns(desk) == []
    assert desk.rows("SELECT corrections FROM articles") == [(None,)]


async def test_what_is_in_no_list_is_not_corrected(desk):
    desk.change("UPDATE articles SET state = 'draft'")
    answer = await desk("correct", "1", "--title", "Cells")
    assert (answer.status, answer.err) == (1, "newsbot: #1 is in no list\n")
    assert _title(desk) == "Grid storage"


async def test_what_cannot_be_changed_is_said_first(desk):
    desk.change("UPDATE receipts SET message_id = NULL, sent_at = NULL WHERE chat = (SELECT min(id) FROM chats)")
    desk.change("UPDATE receipts SET message_id = NULL WHERE chat = (SELECT max(id) FROM chats)")
    lost = "#1: 1 copy can be changed; 1 cannot: older than NEWSBOT_KEEP (90 days); 1 cannot: deleted\n"
    answer = await desk("correct", "1", "--why", "a slip")
    assert answer.out == f"{lost}#1 is corrected in the lists; 1 copy will be corrected{IDLE}\n"
    answer = await desk("retract", "1", "--copies", "notice")
    assert answer.out.startswith(lost)


async def test_copies_become_a_notice_with_the_reason_and_who_saved_it_is_told(desk):
    answer = await desk("retract", "1", "--copies", "notice", "--why", "it was made up")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        f"#1 is out of every list; 3 copies will become a notice{IDLE}",
        "#1: 1 chat saved it and will be told",
    ]
    assert desk.rows("SELECT state, retracted_why FROM articles") == [("retracted", "it was made up")]
    assert _campaigns(desk) == [("retraction note", "running"), ("notice", "running")]
    logged = json.loads((await desk("log", "--json")).out)
    assert [one["act"] for one in logged[:2]] == ["take back copies", "retract"]


async def test_copies_are_deleted_and_lists_and_old_ones_become_notices(desk):
    desk.change("UPDATE receipts SET look = 2 WHERE chat = (SELECT min(id) FROM chats)")
    answer = await desk("retract", "1", "--copies", "delete", "--quietly")
    assert answer.out == (
        "#1 is out of every list; 3 copies will be deleted, of which 1, too old or in lists, will become a "
        f"notice{IDLE}\n"
    )
    assert _campaigns(desk) == [("notice", "running"), ("withdrawal", "running")]


async def test_without_a_word_about_copies_they_stay_and_what_was_taken_back_can_be_taken_further(desk):
    answer = await desk("retract", "1")
    assert answer.out.splitlines()[0] == "#1 is out of every list, and nothing more of it leaves"
    assert _campaigns(desk) == [("retraction note", "running")]
    assert (await desk("retract", "1", "--copies", "notice")).status == 0
    assert _campaigns(desk) == [("retraction note", "running"), ("notice", "running")]
    answer = await desk("retract", "1", "--why", "it was made up")
    assert answer.status == 2 and "--why" in answer.err
