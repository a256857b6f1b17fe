"""Publishing, retracting, holding and pausing from the shell, and what is told about it afterwards."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from bot.store.engine.lock import DatabaseLock


@pytest.fixture
async def desk(shell):
    """A shell with one draft, `grid-storage`, and three chats that follow its topic."""
    shell.article("news/grid-storage.md", "Grid storage")
    await shell("import", "news")
    shell.follow_energy(3)
    return shell


async def test_without_a_bot_publishing_says_for_how_many_it_is_queued(desk):
    answer = await desk("publish", "grid")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "#1 queued for 3 chats; no bot is running on this database\n"
    assert desk.rows("SELECT state, asked_by FROM campaigns") == [("running", None)]


async def test_with_a_bot_running_publishing_says_where_it_goes(desk):
    lock = DatabaseLock(desk.database)
    try:
        answer = await desk("publish", "https://example.com/news/grid-storage.md")
    finally:
        lock.release()
    assert (answer.status, answer.out) == (0, "#1 goes to 3 chats; queued\n")


async def test_numbers_are_grouped_and_a_large_audience_waits_for_its_undo_time(shell):
    shell.article("news/one.md", "One")
    await shell("import", "news")
    shell.follow_energy(1200)
    lock = DatabaseLock(shell.database)
    try:
        answer = await shell("publish", "#1")
    finally:
        lock.release()
    assert answer.out.startswith("#1 goes to 1,200 chats in ") and answer.out.endswith("seconds; queued\n")


async def test_publishing_twice_and_publishing_nothing_are_refused_and_do_not_stop_the_others(desk):
    desk.article("news/second.md", "Second")
    await desk("import", "news")
    await desk("publish", "1")
    answer = await desk("publish", "1", "no-such-slug", "second")
    assert answer.status == 1
    assert answer.err.splitlines() == [
        "newsbot: #1 is out already",
        "newsbot: no single article goes by “no-such-slug”; give its number, its slug or its link",
    ]
    assert answer.out.startswith("#2 queued for 3 chats")


async def test_what_may_mean_several_articles_is_refused_with_the_newest_three(desk):
    for place in range(3):
        desk.article(f"news/grid-{place}.md", f"Grid {place}")
    await desk("import", "news")
    for command in ("publish", "retract", "delivery"):
        answer = await desk(command, "grid")
        assert answer.status == 1
        first, *meant = answer.err.splitlines()
        assert first == "newsbot: several articles go by “grid”; give the number of one:"
        assert meant == ["  #4 Grid 2", "  #3 Grid 1", "  #2 Grid 0"]
    assert (await desk("publish", "4")).status == 0


async def test_waiting_without_a_bot_ends_at_once_and_says_that_nobody_is_there(desk):
    answer = await desk("publish", "--wait", "1")
    assert answer.status == 2
    assert answer.out.startswith("#1 queued for 3 chats")
    expected = "newsbot: --wait: no bot is running on this database; #1 will leave once `newsbot run` does\n"
    assert answer.err == expected


async def test_waiting_ends_with_the_numbers_and_draws_no_bar_in_a_pipe(desk):
    lock = DatabaseLock(desk.database)
    try:
        waiting = await desk.start("publish", "1", "--wait")
        assert await waiting.stdout.readline() == b"#1 goes to 3 chats; queued\n"
        desk.change(
            "UPDATE campaigns SET state = 'done', half = 2, total = 3, sent = 2, unreachable = 1,"
            " first_sent_at = 1000, last_sent_at = 1090"
        )
        answer = await desk.finish(waiting)
    finally:
        lock.release()
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "#1 is out. 2 sent, 1 had blocked the bot, 0 failed, 0 perhaps twice. 1 min 30 s."
    ]


async def test_waiting_ends_when_the_bot_has_ended(desk):
    lock = DatabaseLock(desk.database)
    try:
        waiting = await desk.start("publish", "1", "--wait")
        assert await waiting.stdout.readline() == b"#1 goes to 3 chats; queued\n"
        desk.change("UPDATE campaigns SET half = 2, total = 3, sent = 1")
    finally:
        lock.release()
    answer = await desk.finish(waiting)
    assert answer.out.strip() == "The bot has ended. 1 chat has it, 2 will get it once `newsbot run` goes on."


async def test_waiting_ends_when_somebody_stops_it(desk):
    lock = DatabaseLock(desk.database)
    try:
        waiting = await desk.start("publish", "1", "--wait")
        assert await waiting.stdout.readline() == b"#1 goes to 3 chats; queued\n"
        desk.change("UPDATE campaigns SET state = 'stopped'")
        answer = await desk.finish(waiting)
    finally:
        lock.release()
    assert answer.out.strip() == "Stopped. 0 chats have it, 3 will not get it until somebody decides."


async def test_several_shells_that_publish_one_article_at_once_publish_it_once(desk):
    answers = await asyncio.gather(*(desk("publish", "1") for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [0, 1, 1, 1]
    assert {answer.err for answer in answers if answer.status} == {"newsbot: #1 is out already\n"}
    assert desk.rows("SELECT count(*) FROM campaigns") == [(1,)]
    assert desk.rows("SELECT count(*) FROM log WHERE act = 'publish'") == [(1,)]


async def test_of_two_shells_that_push_and_archive_what_is_held_one_decides_each_article(desk):
    for place in range(5):
        desk.article(f"news/more-{place}.md", f"More {place}")
    await desk("import", "news")
    desk.change("UPDATE articles SET state = 'held'")
    pushed, archived = await asyncio.gather(desk("held", "--push"), desk("held", "--archive"))
    assert pushed.status == archived.status == 0
    states = dict(desk.rows("SELECT state, count(*) FROM articles GROUP BY state"))
    assert sum(states.values()) == 6 and set(states) <= {"published", "archived"}
    assert desk.rows("SELECT count(*) FROM campaigns") == [(states.get("published", 0),)]
    assert pushed.out.count("#") == states.get("published", 0)
    assert archived.out.count("#") == states.get("archived", 0)


async def test_what_is_retracted_stops_and_cannot_be_retracted_again(desk):
    await desk("publish", "1")
    answer = await desk("retract", "1")
    assert (answer.status, answer.err) == (0, "")
    assert desk.rows("SELECT state FROM campaigns") == [("stopped",)]
    assert (await desk("retract", "1")).status == 1


async def test_held_articles_are_listed_and_pushed_or_archived_together(desk):
    assert (await desk("held")).out == "Nothing is held.\n"
    desk.change("UPDATE articles SET state = 'held'")
    listed = json.loads((await desk("held", "--json")).out)
    assert [article["slug"] for article in listed["articles"]] == ["grid-storage"]
    assert (await desk("held")).out.startswith("#1  held")
    assert (await desk("held", "--archive")).out == "1 archived: #1\n"
    assert desk.rows("SELECT count(*) FROM campaigns") == [(0,)]
    desk.change("UPDATE articles SET state = 'held'")
    assert (await desk("held", "--push")).out == "1 pushed: #1\n"
    assert desk.rows("SELECT state FROM campaigns") == [("running",)]


async def test_a_publish_that_is_held_on_its_way_is_listed_too(desk):
    await desk("publish", "1")
    desk.change("UPDATE campaigns SET state = 'held', why = 'too many find nobody'")
    assert "too many find nobody" in (await desk("held")).out
    await desk("held", "--push")
    assert desk.rows("SELECT state FROM campaigns") == [("running",)]


async def test_pausing_holds_and_resuming_releases_and_both_may_be_said_twice(desk):
    for command, paused in (("pause", 1), ("pause", 1), ("resume", 0), ("resume", 0)):
        answer = await desk(command)
        assert (answer.status, answer.err) == (0, "")
        assert desk.rows("SELECT count(*) FROM meta WHERE key = 'paused'") == [(paused,)]


async def test_who_publishes_or_asks_while_pushes_are_held_is_told_why_nothing_leaves(desk):
    await desk("pause")
    lock = DatabaseLock(desk.database)
    try:
        answer = await desk("publish", "1")
    finally:
        lock.release()
    assert answer.out == "#1 goes to 3 chats; queued, and held with all pushes until `newsbot resume`\n"
    held = "All pushes are held. `newsbot resume` releases them."
    assert held in (await desk("delivery", "1")).out
    assert json.loads((await desk("delivery", "1", "--json")).out)["delivery"]["paused"] is True
    await desk("resume")
    assert held not in (await desk("delivery", "1")).out


async def test_delivery_tells_who_got_it_who_not_and_why(desk):
    never = await desk("delivery", "grid")
    assert (never.status, never.out.splitlines()[1]) == (0, "It was never sent to anybody.")
    await desk("publish", "1")
    desk.change(
        "INSERT INTO receipts (subject_type, subject, chat, sent_at, message_id) VALUES (1, 1, 100000, 1000, 5)"
    )
    desk.change("INSERT INTO outcomes (campaign, chat, operation, status, reason) VALUES (1, 100001, 1, 3, 'too long')")
    desk.change(
        "UPDATE campaigns SET half = 2, total = 3, sent = 1, failed = 1, first_sent_at = 1000, last_sent_at = 1000"
    )
    told = json.loads((await desk("delivery", "1", "--json")).out)["delivery"]
    counts = ("reached", "waiting", "switched_off", "failed", "unwanted", "perhaps_twice")
    assert [told[name] for name in counts] == [1, 1, 0, 1, 0, 0]
    assert told["failed_chats"] == [{"chat": 100001, "reason": "too long"}]
    assert "1: too long" in (await desk("delivery", "1")).out
    assert (await desk("delivery", "9")).status == 1


async def test_chats_that_forbid_writing_are_named_with_the_reason(desk):
    await desk("publish", "1")
    desk.change(
        "INSERT INTO outcomes (campaign, chat, operation, status, reason) VALUES (1, 100001, 1, 5, 'no rights')"
    )
    desk.change("UPDATE campaigns SET half = 2, total = 1, restricted = 1, state = 'done'")
    desk.change(
        "INSERT INTO restrictions (chat, since, reason, tries, awaits, tried_at, next_at)"
        " VALUES (100001, 1000, 'no rights', 2, 0, 2000, 4000000000)"
    )
    told = json.loads((await desk("delivery", "1", "--json")).out)["delivery"]
    assert (told["restricted"], told["waiting"], told["failed"]) == (1, 0, 0)
    assert told["restricted_chats"] == [{"chat": 100001, "reason": "no rights"}]
    assert "Kept for later, because they forbid writing:\n  100001  no rights" in (await desk("delivery", "1")).out
    [spell] = json.loads((await desk("stats", "--json")).out)["restricted"]
    assert (spell["chat"], spell["reason"], spell["tries"]) == (100001, "no rights", 2)
    assert spell["since"].startswith("1970-01-01T00:16:40") and spell["next_try_at"].startswith("2096-10-02")
    assert "1 chat forbids writing for now:\n  100001  since 1970-01-01" in (await desk("stats")).out


async def test_numbers_and_the_log_are_told_for_people_and_for_programs(desk):
    await desk("publish", "1")
    numbers = json.loads((await desk("stats", "--json")).out)
    assert numbers["chats"]["active"] == 3 and numbers["articles"] == {"published": 1}
    assert numbers["followed"] == [{"topic": "Energy", "chats": 3}]
    assert "3 active" in (await desk("stats")).out
    [entry] = json.loads((await desk("log", "--json")).out)
    assert (entry["act"], entry["article"], entry["person"]) == ("publish", 1, None)
    assert "publish" in (await desk("log")).out


async def test_numbers_of_a_period_are_told_for_people_and_for_programs(desk):
    day = 86_400
    now = int(datetime.now(UTC).timestamp())
    desk.change(
        "INSERT INTO activity (fact, at, many) VALUES"
        f" (1, {now - 40 * day}, 5), (1, {now}, 7), (2, {now}, 2), (12, {now}, 1), (11, {now - 40 * day}, 9)"
    )
    week = json.loads((await desk("stats", "--json")).out)["period"]
    assert (week["delivered"], week["not_delivered"], week["left"]) == (7, 2, 1)
    assert len(week["days"]) == 7 and week["last"] == datetime.now(UTC).date().isoformat()
    assert [day["delivered"] for day in week["days"] if day["delivered"]] == [7]
    quarter = json.loads((await desk("stats", "--json", "--days", "90")).out)["period"]
    assert (quarter["delivered"], len(quarter["days"])) == (12, 90)
    told = (await desk("stats", "--days", "90")).out
    assert "delivered      12" in told and "2 unreachable, 0 restricted, 0 failed" in told
    for days in ("0", "3661", "soon"):
        assert (await desk("stats", "--days", days)).status == 2


async def test_numbers_say_that_all_pushes_are_held(desk):
    for command, paused in (("pause", True), ("resume", False)):
        await desk(command)
        assert ("All pushes are held. `newsbot resume` releases them." in (await desk("stats")).out) is paused
        assert json.loads((await desk("stats", "--json")).out)["paused"] is paused


FRESH = (
    "---\ntitle: {title}\nwebUrl: https://example.com/{title}\npublishedDateTime: {now}\npublished: true\n{topics}---\n"
)


async def test_held_says_why_and_decides_about_what_would_reach_nobody(desk):
    now = datetime.now(UTC).isoformat(timespec="seconds")
    desk.write("news/arms.md", FRESH.format(title="Arms", now=now, topics="topics: [Robotik, Arms]\n"))
    desk.write("news/legs.md", FRESH.format(title="Legs", now=now, topics=""))
    imported = await desk("import", "news")
    assert (imported.status, imported.out) == (0, "2 held until somebody decides (newsbot held)\n")
    told = (await desk("held")).out
    assert "no known topic: Robotik, Arms" in told and "no topic  " in told
    listed = json.loads((await desk("held", "--json")).out)["articles"]
    assert {(one["slug"], one["why"], *one["unknown_topics"]) for one in listed} == {
        ("arms", "topics", "Robotik", "Arms"),
        ("legs", "topics"),
    }
    await desk("pause")
    pushed = (await desk("held", "--push")).out
    assert "2 pushed" in pushed and "`newsbot resume`" in pushed
    assert desk.rows("SELECT state, held_why FROM articles WHERE slug IN ('arms', 'legs')") == [("published", None)] * 2


async def test_held_archives_what_would_reach_nobody(desk):
    now = datetime.now(UTC).isoformat(timespec="seconds")
    desk.write("news/arms.md", FRESH.format(title="Arms", now=now, topics="topics: Robotik\n"))
    await desk("import", "news")
    assert (await desk("held", "--archive")).out == "1 archived: #2\n"
    desk.write("news/arms.md", FRESH.format(title="Arms", now=now, topics="topics: Energy\n"))
    assert (await desk("import", "news")).out == "1 updated\n"
    assert desk.rows("SELECT count(*) FROM campaigns") == [(0,)]
