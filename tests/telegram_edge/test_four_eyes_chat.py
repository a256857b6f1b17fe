"""With four eyes, what one editor wants to make public waits until another one approves it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.approval import Wanted
from bot.domain.article import Article, ArticleState, Manner
from bot.domain.press import press
from bot.domain.role import Role
from bot.errors import NotAllowed
from bot.render.editor.verbs import Verb
from bot.services.newsroom import approvals
from bot.services.newsroom.approvals import Newsroom, Waiting
from bot.store.content import articles
from bot.store.desk import audit_log, editors
from bot.telegram_edge.notifications.notifier import Notifier

TOO_OLD = "This button is too old to use. Send /topics for a new list."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, four_eyes="1", undo="0") as desk:
        async with desk.house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        for person in (ANNA, BEN):
            await desk.house.starts(person)
        await desk.house.says(BEN, "/drafts")  # from then on his name is known
        await desk.room.draft("first", "Energy")
        await desk.room.follow([ANNA], "Energy")
        yield desk


async def state(house: StoryHouse, number: int = 1) -> ArticleState:
    return (await article(house, number)).state


async def article(house: StoryHouse, number: int = 1) -> Article:
    async with house.db.reading() as conn:
        return await articles.article(conn, number)


async def acts(house: StoryHouse) -> list[tuple[str, int | None]]:
    async with house.db.reading() as conn:
        return [(entry.act, entry.person) for entry in reversed(await audit_log.latest(conn))]


async def ben(desk: Desk, text: str) -> str:
    await desk.house.says(BEN, text)
    await desk.turn()
    return plain(desk.house.screen(BEN))


def got(desk: Desk, person: int) -> int:
    return sum("First" in screen and "An excerpt" in screen for screen in desk.house.screens(person))


async def test_what_one_publishes_waits_for_another_and_both_are_told(desk: Desk) -> None:
    await desk.says("/publish 1")
    assert desk.screen == "#1 First waits for another editor. 1 other editor can approve it, and is told."
    await desk.run()
    assert await state(desk.house) is ArticleState.DRAFT and got(desk, ANNA) == 0
    house = desk.house
    assert plain(house.screen(BEN)) == f"Edith Lindqvist ({EDITH}) wants to publish #1 First."
    assert house.buttons(BEN) == [["Open #1", "Decline"], ["Approve to 1"]]
    await house.presses(BEN, "Approve to 1")
    await desk.run()
    assert await state(house) is ArticleState.PUBLISHED and got(desk, ANNA) == 1
    assert plain(house.screen(BEN)).startswith("#1 is out. 1 sent")
    told = [screen for screen in desk.screens if screen.startswith("Ben Okafor")]
    assert told == [f"Ben Okafor ({BEN}) approved #1 First. It is out."]
    house.clock.advance(timedelta(seconds=6))
    await desk.turn()
    assert desk.screen.startswith("#1 is out. 1 sent")
    assert await acts(house) == [("ask", EDITH), ("approve", BEN), ("publish", EDITH)]


async def test_nobody_approves_what_they_asked_for_and_typed_forms_do_the_same(desk: Desk) -> None:
    await desk.says("/approve 1")
    assert desk.screen == "Nothing waits for approval with #1."
    await desk.says("/publish 1")
    for _ in range(2):
        await desk.says("/approve 1")
        assert desk.screen == "You asked for that yourself; another editor approves it."
    message_id = desk.house.messages(EDITH)[-1]["message_id"]
    await desk.house.presses_data(EDITH, press(Verb.APPROVE, 1, (await article(desk.house)).revision), message_id)
    assert desk.screen == "You asked for that yourself; another editor approves it."
    await desk.says("/publish 1")
    assert desk.screen == "#1 First waits for another editor already."
    asked = [screen for screen in map(plain, desk.house.screens(BEN)) if "wants to publish" in screen]
    assert len(asked) == 1  # asked once, however often
    assert await ben(desk, "/publish 1") == "#1 First waits for another editor already."
    assert await state(desk.house) is ArticleState.DRAFT
    await ben(desk, "/approve 1")
    assert await state(desk.house) is ArticleState.PUBLISHED
    assert await ben(desk, "/approve 1") == "#1 is out already."


async def test_what_was_changed_after_it_was_asked_for_is_asked_for_anew(desk: Desk) -> None:
    await desk.says("/publish 1")
    old = desk.house.messages(BEN)[-1]
    before = (await article(desk.house)).story
    await desk.room.take({"first.md": replace(before, title="First, but other")})
    await desk.house.presses(BEN, "Approve to 1")
    await desk.turn()
    assert "was changed after it was asked for, so nothing was done" in plain(desk.house.screen(BEN))
    assert "was changed after it had been asked for" in desk.screen
    assert await state(desk.house) is ArticleState.DRAFT
    await desk.says("/publish 1")
    # The old button was about the old words: it shows the new question instead.
    data = old["reply_markup"]["inline_keyboard"][-1][0]["callback_data"]
    await desk.house.presses_data(BEN, data, old["message_id"])
    assert await state(desk.house) is ArticleState.DRAFT
    assert "wants to publish #1 First, but other" in plain(desk.house.screen(BEN))
    await desk.house.presses(BEN, "Approve to 1")
    assert await state(desk.house) is ArticleState.PUBLISHED


async def test_a_request_is_declined_or_taken_back_and_can_be_made_again(desk: Desk) -> None:
    await desk.says("/publish 1")
    await desk.house.presses(BEN, "Decline")
    await desk.turn()
    assert desk.screen == f"Ben Okafor ({BEN}) declined #1 First. It stays as it is."
    assert await ben(desk, "/approve 1") == "Nothing waits for approval with #1."
    await desk.says("/publish 1")
    await desk.presses("Withdraw")
    assert desk.screen == "You no longer ask for #1 First. It stays as it is."
    assert await state(desk.house) is ArticleState.DRAFT
    assert [act for act, _ in await acts(desk.house)] == ["ask", "decline", "ask", "decline"]


async def test_a_request_survives_a_restart_and_is_told_then(desk: Desk) -> None:
    await desk.house.says(EDITH, "/publish 1")  # the process ends before anybody is told
    desk.notifications = Notifier(desk.house.ctx)
    await desk.turn()
    assert "wants to publish #1" in plain(desk.house.screen(BEN))
    said = len(desk.house.messages(BEN))
    desk.notifications = Notifier(desk.house.ctx)
    await desk.turn()
    assert len(desk.house.messages(BEN)) == said
    await ben(desk, "/approve 1")
    assert await state(desk.house) is ArticleState.PUBLISHED


async def test_two_who_approve_at_once_publish_once(desk: Desk) -> None:
    house = desk.house
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.EDITOR, EDITH, house.clock())
    await desk.says("/publish 1")
    for person in (ANNA, BEN):
        house.world.say(person, person, "/approve 1")
    await house.settle()
    await desk.run()
    assert [act for act, _ in await acts(house)].count("approve") == 1 and got(desk, ANNA) == 1


async def test_who_was_let_go_approves_and_publishes_nothing_even_between_the_look_and_the_act(desk: Desk) -> None:
    house = desk.house
    await desk.says("/publish 1")
    message_id, data = house.button(BEN, "Approve to 1")
    await desk.says(f"/editors remove {BEN}")
    assert await house.presses_data(BEN, data, message_id) == TOO_OLD
    rules = Newsroom(frozenset({EDITH}), True, timedelta(0))
    for act in (
        approvals.approve(house.db, 1, by=BEN, now=house.clock(), rules=rules),
        approvals.decline(house.db, 1, by=BEN, now=house.clock(), rules=rules),
        approvals.make_public(house.db, 1, Wanted.PUBLISH, by=BEN, now=house.clock(), rules=rules),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert await state(house) is ArticleState.DRAFT
    await desk.says("/publish 1")
    assert desk.screen == "#1 First waits for another editor already."


async def test_an_only_editor_is_told_that_nobody_can_approve_it(desk: Desk) -> None:
    await desk.says(f"/editors add {BEN} contributor")  # contributors approve nothing
    await desk.says("/publish 1")
    assert desk.screen.endswith("Nobody else may approve it yet; an owner invites editors with /editors.")
    assert (await ben(desk, "/approve 1")).startswith("There is nothing for that here.")


async def test_listing_without_a_push_takes_two_as_well(desk: Desk) -> None:
    await desk.says("/preview 1")
    await desk.presses("More")
    await desk.presses("List without pushing")
    assert await state(desk.house) is ArticleState.DRAFT
    assert "wants to list #1 First without pushing it" in plain(desk.house.screen(BEN))
    await desk.house.presses(BEN, "Approve")
    assert await state(desk.house) is ArticleState.ARCHIVED
    await desk.run()
    assert got(desk, ANNA) == 0


async def test_what_is_scheduled_takes_two_goes_out_by_itself_and_not_when_it_was_changed(desk: Desk) -> None:
    house = desk.house
    rules = Newsroom(frozenset({EDITH}), True, timedelta(0))
    at = house.clock() + timedelta(hours=2)
    asked = await approvals.make_public(
        house.db, 1, Wanted.SCHEDULE, by=EDITH, now=house.clock(), rules=rules, at=at, manner=Manner.SILENT
    )
    assert isinstance(asked, Waiting)
    await desk.turn()
    assert "wants #1 First to go out on Monday, 2 Mar 2026, 14:00 (UTC). It makes no sound." in plain(house.screen(BEN))
    await ben(desk, "/approve 1")
    scheduled = await article(house)
    assert (scheduled.state, scheduled.scheduled_at, scheduled.manner) == (ArticleState.SCHEDULED, at, Manner.SILENT)
    await desk.room.take({"first.md": replace(scheduled.story, title="Something else")})
    house.clock.advance(timedelta(hours=2))
    from bot.services.newsroom import arriving_news

    out = await arriving_news.end_embargoes(house.db, now=house.clock(), burst=10, undo=timedelta(0), push=True)
    await desk.run()
    assert out == [] and await state(house) is ArticleState.DRAFT and got(desk, ANNA) == 0
    for person in (EDITH, BEN):
        assert "was changed after it had been asked for" in plain(house.screen(person))
    at = house.clock() + timedelta(hours=1)
    await approvals.make_public(house.db, 1, Wanted.SCHEDULE, by=EDITH, now=house.clock(), rules=rules, at=at)
    house.clock.advance(timedelta(hours=1))
    assert "has passed. Nothing was done." in await ben(desk, "/approve 1")
    assert "in time, so it did not go out" in desk.screen
