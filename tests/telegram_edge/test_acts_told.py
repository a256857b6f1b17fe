"""Editors are told unasked of weighty acts at the shell and of programs: once, together, in their own language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH

from bot.domain.acts import TOLD_WITHIN
from bot.domain.article import Article
from bot.domain.audit import By, ShellUser
from bot.domain.copies import Delivered
from bot.domain.editing import EditField
from bot.domain.fetch_rules import PUBLIC_ONLY
from bot.domain.role import Role
from bot.services.content import correcting
from bot.services.newsroom import corrections, newsroom, takedown
from bot.store.desk import editors
from bot.telegram_edge.notifications.notifier import Notifier

ROOT = ShellUser("root")
WHO = "shell (root)"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, undo="0") as desk:
        async with desk.house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        for person in (ANNA, BEN):
            await desk.house.starts(person)
        await desk.room.follow([ANNA], "Energy")
        await desk.turn()
        yield desk


async def _out(desk: Desk, slug: str = "first") -> Article:
    """Let Anna have an article."""
    article = await desk.room.draft(slug, "Energy", pictures=())
    await desk.room.publish(article)
    await desk.run()
    return article


async def _correct(desk: Desk, article: Article, *, by: By = ROOT) -> None:
    await correcting.correct(
        desk.house.db,
        article.number,
        {EditField.TITLE: "Better"},
        every_copy=True,
        why="it was wrong",
        by=by,
        allow=PUBLIC_ONLY,
        now=desk.house.clock(),
    )


def _told(desk: Desk, person: int, who: str = WHO) -> list[str]:
    return [screen for screen in map(plain, desk.house.screens(person)) if screen.startswith(f"{who}: ")]


async def test_each_act_is_told_to_every_editor_once_and_to_nobody_else(desk: Desk) -> None:
    db, clock = desk.house.db, desk.house.clock
    one, two, three, four, five = [await _out(desk, f"story-{at}") for at in range(5)]
    await _correct(desk, one)
    await newsroom.retract(db, two.number, by=ROOT, now=clock())
    await corrections.retract(db, three.number, Delivered.DELETE, why=None, by=ROOT, now=clock())
    await corrections.retract(db, four.number, Delivered.NOTICE, why="no", by=ROOT, now=clock())
    await takedown.take_down(db, five.number, why="a court", by=ROOT, now=clock())
    await desk.passes(1)
    assert _told(desk, EDITH) == [], "more of it may come"
    await desk.passes(5)
    said = (
        f"{WHO}: #{one.number} Better is being corrected in every delivered copy.\n"
        f"{WHO}: #{two.number} Story 1 was taken out of every list. Its copies stay.\n"
        f"{WHO}: #{three.number} Story 2 was taken back, and its copies are being deleted.\n"
        f"{WHO}: #{four.number} Story 3 was taken back, and its copies become a notice.\n"
        f"{WHO}: #{five.number} was taken down for good, with every copy."
    )
    for _ in range(2):
        await desk.passes(600)
        assert _told(desk, EDITH) == _told(desk, BEN) == [said]
    assert _told(desk, ANNA) == []
    shown = next(one for one in desk.house.messages(EDITH) if plain(one.get("text", "")) == said)
    labels = [button["text"] for row in shown["reply_markup"]["inline_keyboard"] for button in row]
    assert labels == [f"Open #{one.number}" for one in (one, two, three, four)]  # nothing to open of what is down


async def test_what_a_person_does_in_chat_and_what_changes_lists_only_is_not_told(desk: Desk) -> None:
    db, clock = desk.house.db, desk.house.clock
    one, two = await _out(desk), await _out(desk, "second")
    await _correct(desk, one, by=BEN)
    await desk.house.says(BEN, f"/retract {one.number} delete")
    await correcting.correct(
        db, two.number, {EditField.TITLE: "New"}, every_copy=False, why=None, by=ROOT, allow=PUBLIC_ONLY, now=clock()
    )
    await desk.passes(700)
    assert _told(desk, EDITH) == [] and _told(desk, BEN) == []


async def test_nothing_is_told_of_what_is_taken_down_since(desk: Desk) -> None:
    article = await _out(desk, "quillfeather")
    await _correct(desk, article)
    await takedown.take_down(desk.house.db, article.number, by=EDITH, now=desk.house.clock())
    await desk.passes(6)
    assert _told(desk, EDITH) == []


async def test_a_long_run_of_a_script_is_told_within_a_minute_and_many_acts_are_counted(desk: Desk) -> None:
    stories = [await _out(desk, f"story-{at}") for at in range(15)]
    for article in stories:  # one every four seconds: it never rests for long
        await newsroom.retract(desk.house.db, article.number, by=ROOT, now=desk.house.clock())
        await desk.passes(4)
    assert 4 * len(stories) >= TOLD_WITHIN.total_seconds()
    [said] = _told(desk, EDITH)
    assert len(said.splitlines()) == 13 and said.endswith("\n3 more acts stand in /log.")
    await desk.passes(60)
    assert _told(desk, EDITH) == [said]


async def test_each_editor_reads_it_in_their_own_language(desk: Desk) -> None:
    await desk.house.says(BEN, "/settings language de")
    article = await _out(desk)
    await newsroom.retract(desk.house.db, article.number, by=ROOT, now=desk.house.clock())
    await desk.passes(6)
    assert plain(desk.house.screen(BEN)).endswith("steht in keiner Liste mehr. Zugestellte Kopien bleiben.")
    assert desk.screen.endswith("was taken out of every list. Its copies stay.")


async def test_it_waits_for_a_bot_and_for_an_editor_and_a_kill_between_sending_and_writing_costs_at_most_one_more(
    desk: Desk,
) -> None:
    article = await _out(desk)
    await newsroom.retract(desk.house.db, article.number, by=ROOT, now=desk.house.clock())
    desk.house.clock.advance(timedelta(days=2))  # no bot runs
    desk.notifications = Notifier(desk.house.ctx)
    await desk.turn()
    assert len(_told(desk, EDITH)) == 1
    async with desk.house.db.transaction() as conn:  # as the process leaves it that dies before it writes this down
        await conn.execute("UPDATE notices SET told_at = NULL WHERE kind = 'acted'")
    for _ in range(2):
        desk.notifications = Notifier(desk.house.ctx)
        await desk.turn()
        assert len(_told(desk, EDITH)) == 2
