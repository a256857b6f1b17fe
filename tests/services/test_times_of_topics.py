"""Times of single topics count beside the chat's own, and of several the most eager."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.delivery_time import AT_ONCE, Mode, Quiet, Timing
from bot.services.newsroom import newsroom
from bot.services.readers import preferences, topic_times
from bot.store.content import topics
from bot.store.readers import chat_settings, chats

DAILY = Timing(Mode.DAILY, minute=8 * 60)
HOURLY = Timing(Mode.HOURLY)
NIGHT = Quiet(22 * 60, 7 * 60)


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _wish(room: PressRoom, person: int, own: Timing, **wishes: Timing | None) -> None:
    """Let somebody follow these topics, with their own times and a wish for each."""
    now = room.house.clock()
    async with room.db.reading() as conn:
        chat = await chats.chat(conn, person)
    assert chat is not None
    chat = await preferences.set_delivery(room.db, chat, own, now)
    await preferences.set_quiet(room.db, chat, own.quiet, now)
    for name, timing in wishes.items():
        number = await room.follow([person], name)
        if timing is not None:
            await topic_times.wish(room.db, person, number, timing, now=now)


async def _number(room: PressRoom, name: str) -> int:
    async with room.db.transaction() as conn:
        return (await topics.resolve(conn, [name]))[name]


async def _news(room: PressRoom, slug: str, *names: str) -> None:
    await room.publish(await room.draft(slug, *names))
    await room.run()


async def _at(room: PressRoom, text: str) -> None:
    room.house.clock.now = datetime.fromisoformat(text).replace(tzinfo=UTC)
    await room.run()


async def test_each_topic_comes_at_its_own_times_and_all_else_at_the_chats(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await _wish(room, anna, AT_ONCE, Energy=DAILY, Robotics=HOURLY, Wind=None)
    await _wish(room, ben, DAILY, Energy=AT_ONCE, Robotics=None)
    for slug, name in (("a-grid", "Energy"), ("b-arm", "Robotics"), ("c-gale", "Wind")):
        await _news(room, slug, name)
    assert room.got(anna) == ["C gale"]
    assert room.got(ben) == ["A grid"]
    await _at(room, "2026-03-02 13:00:00")
    assert room.got(anna)[1:] == ["Your 13:00 news: 1 story"]
    await _at(room, "2026-03-03 08:00:00")
    assert room.got(anna)[2:] == ["Your 08:00 news: 1 story"]
    assert "A grid" in room.house.screens(anna)[2]
    assert room.got(ben)[1:] == ["Your 08:00 news: 1 story"]
    assert "B arm" in room.house.screens(ben)[1]


@pytest.mark.parametrize("own", [AT_ONCE, DAILY])
async def test_a_story_of_several_topics_comes_at_the_earliest_of_their_times(room: PressRoom, own: Timing) -> None:
    anna, ben, cara = await room.people(3)
    await _wish(room, anna, own, Energy=DAILY, Robotics=HOURLY)
    await _wish(room, ben, own, Energy=AT_ONCE, Robotics=HOURLY)
    await _wish(room, cara, own, Energy=DAILY, Robotics=None)
    await _news(room, "a-both", "Robotics", "Energy")
    now = {person: len(room.got(person)) for person in (anna, ben, cara)}
    assert now == {anna: 0, ben: 1, cara: int(own == AT_ONCE)}
    await _at(room, "2026-03-02 13:00:00")
    assert len(room.got(anna)) == 1
    await _at(room, "2026-03-03 08:00:00")
    assert [len(room.got(person)) for person in (anna, ben, cara)] == [1, 1, 1]


async def test_what_comes_silently_is_silent_and_the_rest_is_heard(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, AT_ONCE, Energy=Timing(silent=True), Robotics=None)
    await _news(room, "a-grid", "Energy")
    await _news(room, "b-arm", "Robotics")
    await _news(room, "c-both", "Energy", "Robotics")
    calls = [call for call in room.world.ledger if call.params.get("chat_id") == anna]
    silent = [bool(call.params.get("disable_notification")) for call in calls if call.method.startswith("send")]
    assert silent == [True, False, False]


async def test_calm_counts_each_topic_that_has_it_by_itself(room: PressRoom) -> None:
    [anna] = await room.people(1)
    one_an_hour = Timing(Mode.CALM, per_hour=1)
    await _wish(room, anna, one_an_hour, Energy=one_an_hour, Robotics=None, Wind=AT_ONCE)
    for slug, name in (
        ("a-grid", "Energy"),
        ("b-grid", "Energy"),
        ("c-arm", "Robotics"),
        ("d-arm", "Robotics"),
        ("e-gale", "Wind"),
        ("f-gale", "Wind"),
    ):
        await _news(room, slug, name)
    assert room.got(anna) == ["A grid", "C arm", "E gale", "F gale"]
    await _at(room, "2026-03-02 13:00:00")
    rest = "\n".join(room.house.screens(anna)[4:])
    assert rest.count("B grid") == 1 and rest.count("D arm") == 1


async def test_digests_of_two_topics_at_one_time_are_one_list_and_nothing_is_told_twice(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, Timing(quiet=NIGHT), Energy=DAILY, Robotics=HOURLY, Wind=None)
    room.house.clock.now = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)  # in quiet hours
    for slug, name in (("a-grid", "Energy"), ("b-arm", "Robotics"), ("c-gale", "Wind"), ("d-gale", "Wind")):
        await _news(room, slug, name)
    await _at(room, "2026-03-03 07:00:00")
    assert sorted(room.got(anna)) == ["C gale", "D gale", "Your 07:00 news: 1 story"]
    await _news(room, "e-arm", "Robotics")
    await _at(room, "2026-03-03 08:00:00")
    assert room.got(anna)[3:] == ["Your 08:00 news: 2 stories"]
    everything = "\n".join(room.house.screens(anna))
    for title in ("A grid", "B arm", "C gale", "D gale", "E arm"):
        assert everything.count(title) == 1


async def test_a_wish_that_changes_while_news_waits_counts_from_then_on(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, AT_ONCE, Energy=DAILY, Robotics=DAILY)
    await _news(room, "a-grid", "Energy")
    await _news(room, "b-arm", "Robotics")
    now = room.house.clock()
    await topic_times.wish(room.db, anna, await _number(room, "Energy"), None, now=now)
    await room.run()
    assert room.got(anna) == ["A grid"]
    await topic_times.wish(room.db, anna, await _number(room, "Robotics"), Timing(Mode.DAILY, minute=900), now=now)
    await _at(room, "2026-03-02 15:00:00")
    assert room.got(anna)[1:] == ["Your 15:00 news: 1 story"]
    await _at(room, "2026-03-03 08:00:00")
    assert len(room.got(anna)) == 2


async def test_a_zone_and_quiet_hours_that_change_take_the_times_of_topics_along(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, AT_ONCE, Energy=Timing(Mode.DAILY, minute=21 * 60))
    async with room.db.reading() as conn:
        chat = await chats.chat(conn, anna)
    assert chat is not None
    chat = await preferences.set_zone(room.db, chat, "Asia/Tokyo", room.house.clock())
    await _news(room, "a-grid", "Energy")  # at nine in the evening there: it is noon here
    assert room.got(anna) == ["Your 21:00 news: 1 story"]
    await preferences.set_quiet(room.db, chat, Quiet(20 * 60, 23 * 60), room.house.clock())
    await _at(room, "2026-03-02 13:00:00")
    await _news(room, "b-grid", "Energy")
    await _at(room, "2026-03-03 12:00:00")
    assert len(room.got(anna)) == 1
    await _at(room, "2026-03-03 14:00:00")
    assert len(room.got(anna)) == 2


async def test_a_topic_that_is_paused_keeps_its_stories_away_and_they_are_not_sent_later(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, AT_ONCE, Energy=None, Robotics=None)
    number, zone, now = await _number(room, "Energy"), UTC, room.house.clock()
    await topic_times.pause(room.db, anna, number, datetime(2026, 3, 4, tzinfo=UTC).date(), zone, now=now)
    await _news(room, "a-both", "Energy", "Robotics")
    await _news(room, "b-arm", "Robotics")
    assert room.got(anna) == ["B arm"]
    await _at(room, "2026-03-04 00:00:00")
    await _news(room, "c-grid", "Energy")
    assert room.got(anna) == ["B arm", "C grid"]


async def test_breaking_news_passes_the_times_of_topics_too(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, Timing(quiet=NIGHT), Energy=DAILY)
    async with room.db.transaction() as conn:
        await chat_settings.set_breaking(conn, anna, True)
    room.house.clock.now = datetime(2026, 3, 2, 23, tzinfo=UTC)
    article = await room.draft("fire", "Energy")
    await newsroom.publish(room.db, article.number, by=1, now=room.house.clock(), undo=timedelta(0), breaking=True)
    await room.run()
    assert room.got(anna) == ["Fire"]


@pytest.mark.parametrize(
    ("zone", "clock", "before", "due", "next_due"),
    [
        # From 00:00 to 01:00 there is nothing on 24 April 2026, and 01:00 is 22:00 UTC (tzdata 2026f).
        ("Africa/Cairo", 30, "2026-04-23 12:00", "2026-04-23 22:00", "2026-04-24 21:30"),
        # From 00:00 to 01:00 comes twice on 25 October 2026; the first is still summer time.
        ("Atlantic/Azores", 30, "2026-10-24 12:00", "2026-10-25 00:30", "2026-10-26 01:30"),
        # No stored offset finds noon: this winter Havana is at UTC-4, in the next at -5 (tzdata 2026f).
        ("America/Havana", 720, "2026-12-01 20:00", "2026-12-02 16:00", "2026-12-03 16:00"),
        ("America/Havana", 720, "2027-12-01 20:00", "2027-12-02 17:00", "2027-12-03 17:00"),
    ],
)
async def test_a_topics_daily_time_follows_the_rules_of_the_day(
    room: PressRoom, zone: str, clock: int, before: str, due: str, next_due: str
) -> None:
    [anna] = await room.people(1)
    room.house.clock.now = datetime.fromisoformat(before).replace(tzinfo=UTC)
    async with room.db.transaction() as conn:
        await chat_settings.set_zone(conn, anna, zone)
    await _wish(room, anna, AT_ONCE, Energy=Timing(Mode.DAILY, minute=clock))
    await _news(room, "a-grid", "Energy")
    for at in (due, next_due):
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        had = len(room.got(anna))
        room.house.clock.now = moment - timedelta(seconds=1)
        await room.run()
        assert len(room.got(anna)) == had
        room.house.clock.now = moment
        await room.run()
        assert len(room.got(anna)) == had + 1
        room.house.clock.now = moment + timedelta(hours=1)  # once, though the clock shows it twice
        await room.run()
        assert len(room.got(anna)) == had + 1
        await _news(room, f"b-{had}", "Energy")


async def test_who_was_down_at_a_topics_time_sends_one_list_and_a_time_moved_across_now_sends_none(
    room: PressRoom,
) -> None:
    [anna] = await room.people(1)
    await _wish(room, anna, AT_ONCE, Energy=DAILY)
    await _news(room, "a-monday", "Energy")
    room.house.clock.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    await room.publish(await room.draft("b-tuesday", "Energy"))
    await _at(room, "2026-03-05 11:30")
    assert room.got(anna) == ["Your 08:00 news: 2 stories"]
    await _news(room, "c-thursday", "Energy")
    number = await _number(room, "Energy")
    # It is half past eleven: a time of eleven is over for today.
    await topic_times.wish(room.db, anna, number, Timing(Mode.DAILY, minute=660), now=room.house.clock())
    await room.run()
    assert len(room.got(anna)) == 1
    await _at(room, "2026-03-06 08:00")
    assert len(room.got(anna)) == 1
    await _at(room, "2026-03-06 11:00")
    assert room.got(anna)[1:] == ["Your 11:00 news: 1 story"]
