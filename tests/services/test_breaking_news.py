"""Breaking news and the least quality: what passes a chat's own times, and what does not come at all."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.delivery import Lane, Status
from bot.domain.delivery_time import Mode, Quiet, Timing
from bot.services.newsroom import newsroom
from bot.services.readers import preferences
from bot.store.readers import chat_settings, chats

NIGHT = Quiet(22 * 60, 7 * 60)
WAYS = {
    "quiet hours": Timing(quiet=NIGHT),
    "calm": Timing(Mode.CALM, per_hour=1),
    "hourly": Timing(Mode.HOURLY),
    "daily": Timing(Mode.DAILY, minute=8 * 60),
}


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _set(room: PressRoom, person: int, timing: Timing, *, breaking: bool) -> None:
    now = room.house.clock()
    async with room.db.reading() as conn:
        chat = await chats.chat(conn, person)
    assert chat is not None
    chat = await preferences.set_delivery(room.db, chat, timing, now)
    chat = await preferences.set_quiet(room.db, chat, timing.quiet, now)
    await preferences.set_breaking(room.db, chat, breaking, now)


async def _break(room: PressRoom, slug: str) -> int:
    article = await room.draft(slug, "Energy")
    now = room.house.clock()
    done = await newsroom.publish(room.db, article.number, by=1, now=now, undo=timedelta(0), breaking=True)
    return done.campaign


@pytest.mark.parametrize("way", WAYS)
async def test_breaking_news_passes_a_chats_times_if_it_allows_that_and_all_else_waits(
    room: PressRoom, way: str
) -> None:
    allows, does_not = await room.people(2)
    await room.follow([allows, does_not], "Energy")
    for person in (allows, does_not):
        await _set(room, person, WAYS[way], breaking=person == allows)
    room.house.clock.now = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)
    for slug in ("a-first", "b-second"):
        await room.publish(await room.draft(slug, "Energy"))
    await room.run()
    waited = {person: room.got(person) for person in (allows, does_not)}
    assert len(waited[allows]) == (1 if way == "calm" else 0)
    number = await _break(room, "fire")
    await room.run()
    assert room.got(allows) == [*waited[allows], "Fire"]
    assert room.got(does_not) == waited[does_not]
    made = await room.campaign(number)
    assert (made.lane, made.is_breaking) == (Lane.URGENT, True)
    room.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    await room.run()
    assert sum("Fire" in text for text in room.house.screens(does_not)) == 1
    assert sum("Fire" in text for text in room.house.screens(allows)) == 1
    assert sum("B second" in text for text in room.house.screens(allows)) == 1


async def test_who_allows_breaking_news_later_gets_at_once_what_waits_of_it_and_nothing_else(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    await _set(room, anna, WAYS["daily"], breaking=False)
    await room.publish(await room.draft("a-first", "Energy"))
    await _break(room, "fire")
    await room.run()
    assert room.got(anna) == []
    await _set(room, anna, WAYS["daily"], breaking=True)
    await room.run()
    assert room.got(anna) == ["Fire"]
    room.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    await room.run()
    assert room.got(anna) == ["Fire", "Your 08:00 news: 1 story"]


@pytest.mark.parametrize(
    ("quality", "comes"), [(None, True), (59, False), (60, True), (-5, False), (2**70, True), (-(2**70), False)]
)
async def test_a_story_below_the_least_quality_does_not_come_and_one_that_states_none_does(
    room: PressRoom, quality: int | None, comes: bool
) -> None:
    strict, easy = await room.people(2)
    await room.follow([strict, easy], "Energy")
    async with room.db.transaction() as conn:
        await chat_settings.set_quality(conn, strict, 60)
    await room.publish(await room.draft("a-story", "Energy", quality=quality))
    await room.run()
    assert room.got(easy) == ["A story"]
    assert room.got(strict) == (["A story"] if comes else [])


async def test_a_quality_that_is_asked_for_while_news_waits_counts_when_its_turn_comes(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    await _set(room, anna, WAYS["daily"], breaking=False)
    article = await room.draft("a-story", "Energy", quality=59)
    await room.publish(article)
    await room.run()
    async with room.db.transaction() as conn:
        await chat_settings.set_quality(conn, anna, 60)
    room.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    await room.run()
    assert room.got(anna) == []
    assert await room.statuses(article) == {Status.UNWANTED: 1}
