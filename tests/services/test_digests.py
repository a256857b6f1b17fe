"""
Digests, calm hours and quiet hours: what a chat is to get waits in the outbox, and leaves when its time has come.

Dispatcher, database and the far side's Bot API are real; the clock is the test's, Monday noon in UTC at the start.
"""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from press_room import PressRoom, again, press_room
from story import EDITH, StoryHouse

from bot.domain.chat import ChatKind, ChatState
from bot.domain.delivery import NEWS, Status
from bot.domain.delivery_time import Listing, Mode, Quiet, Timing
from bot.domain.message import Message
from bot.render.look import Look
from bot.sandbox.world.faults import CutAfter, Refuse
from bot.services.delivery import clocks
from bot.services.delivery.composing import Composition
from bot.services.delivery.kinds import KINDS
from bot.services.newsroom import campaign_control, newsroom
from bot.services.readers import membership, preferences
from bot.store.content import articles
from bot.store.delivery.campaigns import CampaignState
from bot.store.readers import chats, timings

DAILY = Timing(Mode.DAILY, minute=8 * 60)
NIGHT = Quiet(22 * 60, 7 * 60)


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _wish(room: PressRoom, people: list[int], timing: Timing, zone: str | None = None) -> None:
    """Let chats want their news in a way, and follow Energy."""
    await room.follow(people, "Energy")
    now = room.house.clock()
    for person in people:
        async with room.db.reading() as conn:
            chat = await chats.chat(conn, person)
        assert chat is not None
        chat = await preferences.set_zone(room.db, chat, zone, now)
        chat = await preferences.set_delivery(room.db, chat, timing, now)
        await preferences.set_quiet(room.db, chat, timing.quiet, now)


async def _news(room: PressRoom, *slugs: str) -> list[int]:
    """Publish stories about Energy and let what may leave leave; return their campaigns."""
    campaigns = [await room.publish(await room.draft(slug, "Energy")) for slug in slugs]
    await room.run()
    return campaigns


async def _at(room: PressRoom, text: str) -> None:
    """Let the clock show a moment of UTC, and let what may leave leave."""
    room.house.clock.now = datetime.fromisoformat(text).replace(tzinfo=UTC)
    await room.run()


async def test_a_daily_digest_comes_at_the_local_time_with_all_of_the_day(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY, "Europe/Berlin")
    campaigns = await _news(room, "a-first", "b-second")
    await _at(room, "2026-03-03 06:59:59")
    assert room.house.screens(anna) == []
    await _at(room, "2026-03-03 07:00:00")
    [text] = room.house.screens(anna)
    lines = text.splitlines()
    assert lines[0] == "Your 08:00 news: 2 stories"
    assert lines[2] == "\u2068Energy\u2069"
    assert "A first" in text and "B second" in text
    assert lines[-1] == "Next: tomorrow, 08:00 Berlin."
    assert room.house.buttons(anna) == [["Open 1", "Open 2"], ["Change time"]]
    [message] = room.house.messages(anna)
    links = [one["url"] for one in message["entities"] if one["type"] == "text_link"]
    assert sorted(links) == ["https://news.example/a-first", "https://news.example/b-second"]
    for number in campaigns:
        done = await room.campaign(number)
        assert (done.state, done.sent, done.total) == (CampaignState.DONE, 1, 1)
    await _at(room, "2026-03-04 07:00:00")
    assert len(room.house.screens(anna)) == 1  # never empty


async def test_a_digest_over_a_change_of_the_clocks_keeps_its_local_time(room: PressRoom) -> None:
    berlin, vancouver = await room.people(2)
    await _wish(room, [berlin], DAILY, "Europe/Berlin")
    await _wish(room, [vancouver], DAILY, "America/Vancouver")  # as in December: UTC-7 all year
    room.house.clock.now = datetime(2026, 12, 1, 20, tzinfo=UTC)
    await _news(room, "winter")
    await _at(room, "2026-12-02 06:59:59")
    assert (room.got(berlin), room.got(vancouver)) == ([], [])
    await _at(room, "2026-12-02 07:00:00")
    assert len(room.got(berlin)) == 1
    await _at(room, "2026-12-02 14:59:59")
    assert room.got(vancouver) == []
    await _at(room, "2026-12-02 15:00:00")
    assert room.house.screens(vancouver)[0].endswith("Next: tomorrow, 08:00 Vancouver.")
    room.house.clock.now = datetime(2027, 3, 27, 20, tzinfo=UTC)
    await _news(room, "spring")
    await _at(room, "2027-03-28 05:59:59")  # an hour is left out in this night in Berlin
    assert len(room.got(berlin)) == 1
    await _at(room, "2027-03-28 06:00:00")
    assert len(room.got(berlin)) == 2


async def test_who_was_down_at_digest_time_sends_one_for_all_that_was_missed(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    await _news(room, "a-monday")
    room.house.clock.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    article = await room.draft("b-tuesday", "Energy")
    await room.publish(article)  # from the shell, say; nothing runs
    await _at(room, "2026-03-05 11:30:00")
    [text] = room.house.screens(anna)
    assert text.startswith("Your 08:00 news: 2 stories")
    await _at(room, "2026-03-06 08:00:00")
    assert len(room.house.screens(anna)) == 1


async def test_news_after_digest_time_waits_for_the_next_however_slow_this_one_is(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    await _news(room, "a-before")
    room.house.clock.now = datetime(2026, 3, 3, 8, 0, 5, tzinfo=UTC)
    await room.publish(await room.draft("b-after", "Energy"))
    await room.run()
    [text] = room.house.screens(anna)
    assert "A before" in text and "B after" not in text
    await _at(room, "2026-03-04 08:00:00")
    assert "B after" in room.house.screens(anna)[1]


async def test_hourly_nothing_comes_before_the_hour_ends_and_then_one_list(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], Timing(Mode.HOURLY))
    await _news(room, "a-first")
    await _at(room, "2026-03-02 12:30:00")
    await _news(room, "b-second")
    await _at(room, "2026-03-02 12:59:59")
    assert room.house.screens(anna) == []
    await _at(room, "2026-03-02 13:00:00")
    [text] = room.house.screens(anna)
    assert text.startswith("Your 13:00 news: 2 stories") and text.endswith("Next: today, 14:00 UTC.")


async def test_calm_lets_so_many_come_alone_and_the_rest_as_one_list_when_the_hour_is_over(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], Timing(Mode.CALM, per_hour=2))
    await _news(room, "a-first", "b-second", "c-third", "d-fourth")
    assert room.got(anna) == ["A first", "B second"]
    await _at(room, "2026-03-02 12:40:00")
    await _news(room, "e-fifth")
    assert len(room.got(anna)) == 2
    await _at(room, "2026-03-02 13:00:00")
    assert room.got(anna)[2:] == ["Your 13:00 news: 3 stories"]
    assert room.house.screen(anna).endswith("More than 2 an hour come as a list. Next: today, 14:00 UTC.")
    await _news(room, "f-sixth", "g-seventh", "h-eighth")
    assert room.got(anna)[3:] == ["F sixth", "G seventh"]
    await _at(room, "2026-03-02 14:00:00")
    assert room.got(anna)[5:] == ["Your 14:00 news: 1 story"]


@pytest.mark.parametrize("many", [1, 3, 4])
async def test_what_fell_into_quiet_hours_comes_after_them_one_by_one_or_as_a_list(room: PressRoom, many: int) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], Timing(quiet=NIGHT), "Europe/Berlin")
    room.house.clock.now = datetime(2026, 3, 2, 21, tzinfo=UTC)
    slugs = [f"{letter}-story" for letter in "abcd"[:many]]
    await _news(room, *slugs)
    await _at(room, "2026-03-03 05:59:59")
    assert room.house.screens(anna) == []
    await _at(room, "2026-03-03 06:00:00")
    if many <= 3:
        assert room.got(anna) == [slug.replace("-", " ").capitalize() for slug in slugs]
        assert all("photo" in message for message in room.house.messages(anna))
    else:
        assert room.got(anna) == ["Your 07:00 news: 4 stories"]
        assert room.house.screen(anna).endswith("Quiet hours: 22:00 to 07:00 Berlin.")
    await _news(room, "z-later")
    assert room.got(anna)[-1] == "Z later"


async def test_what_is_taken_back_before_its_list_leaves_is_not_in_it(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await _wish(room, [anna], DAILY)
    await _wish(room, [ben], Timing(quiet=NIGHT))
    room.house.clock.now = datetime(2026, 3, 2, 23, tzinfo=UTC)
    numbers = [(await room.draft(slug, "Energy")) for slug in ("a-one", "b-two", "c-three", "d-four", "e-five")]
    published = [await room.publish(article) for article in numbers]
    await room.run()
    await newsroom.retract(room.db, numbers[0].number, by=1, now=room.house.clock())
    await campaign_control.stop(room.db, published[1], by=1, now=room.house.clock())
    await _at(room, "2026-03-03 09:00:00")
    assert room.got(anna) == ["Your 08:00 news: 3 stories"]
    assert room.got(ben) == ["C three", "D four", "E five"]  # three are left, so one by one
    assert "A one" not in room.house.screen(anna) and "B two" not in room.house.screen(anna)


async def test_a_digest_of_nothing_but_what_was_taken_back_is_not_sent(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    article = await room.draft("a-secret", "Energy")
    await room.publish(article)
    await room.run()
    await newsroom.retract(room.db, article.number, by=1, now=room.house.clock())
    await _at(room, "2026-03-03 08:00:00")
    assert room.house.screens(anna) == []


async def test_a_chat_that_wants_it_at_once_after_all_gets_all_of_it_once(room: PressRoom) -> None:
    few, many = await room.people(2)
    await _wish(room, [many], DAILY)
    campaigns = await _news(room, "a-first", "b-second")
    await _wish(room, [few], DAILY)
    campaigns += await _news(room, "c-third", "d-fourth")
    for person, expected in ((few, ["C third", "D fourth"]), (many, ["Your 12:00 news: 4 stories"])):
        async with room.db.reading() as conn:
            chat = await chats.chat(conn, person)
        assert chat is not None
        await preferences.set_delivery(room.db, chat, Timing(), room.house.clock())
        await room.run()
        assert room.got(person) == expected
    assert [(await room.campaign(number)).state for number in campaigns] == [CampaignState.DONE] * 4
    await _at(room, "2026-03-03 08:00:00")
    assert (len(room.got(few)), len(room.got(many))) == (2, 1)


async def test_a_digest_time_moved_over_now_comes_when_it_is_next(room: PressRoom) -> None:
    back, ahead = await room.people(2)
    await _wish(room, [back, ahead], Timing(Mode.DAILY, minute=13 * 60))
    await _news(room, "a-story")
    for person, hour in ((back, 11), (ahead, 20)):
        async with room.db.reading() as conn:
            chat = await chats.chat(conn, person)
        assert chat is not None
        room.house.clock.now = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
        await preferences.set_delivery(room.db, chat, Timing(Mode.DAILY, minute=hour * 60), room.house.clock())
    await _at(room, "2026-03-02 13:00:00")
    assert (room.got(back), room.got(ahead)) == ([], [])
    await _at(room, "2026-03-02 20:00:00")
    assert (room.got(back), room.got(ahead)) == ([], ["Your 20:00 news: 1 story"])
    await _at(room, "2026-03-03 11:00:00")
    assert room.got(back) == ["Your 11:00 news: 1 story"]


async def test_a_zone_changed_a_minute_before_midnight_neither_loses_nor_doubles_a_digest(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], Timing(Mode.DAILY, minute=0), "Europe/Berlin")
    await _news(room, "a-story")
    room.house.clock.now = datetime(2026, 3, 2, 22, 59, tzinfo=UTC)  # 23:59 in Berlin
    async with room.db.reading() as conn:
        chat = await chats.chat(conn, anna)
    assert chat is not None
    await preferences.set_zone(room.db, chat, "Asia/Tokyo", room.house.clock())  # 07:59 there
    await _at(room, "2026-03-02 23:00:00")
    assert room.got(anna) == []
    await _at(room, "2026-03-03 15:00:00")
    assert room.got(anna) == ["Your 00:00 news: 1 story"]
    await _at(room, "2026-03-03 23:00:00")
    assert len(room.got(anna)) == 1


async def test_who_follows_no_more_or_pauses_before_the_digest_leaves_gets_nothing_of_it(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await _wish(room, [anna, ben], DAILY)
    robots = await room.follow([anna], "Robotics")
    await _news(room, "a-energy")
    await room.publish(await room.draft("b-robots", "Robotics"))
    await room.run()
    async with room.db.transaction() as conn:
        await conn.execute("DELETE FROM subscriptions WHERE topic = ?", (robots,))
        await chats.set_state(conn, ben, ChatState.PAUSED, room.house.clock())
    await _at(room, "2026-03-03 08:00:00")
    assert room.got(anna) == ["Your 08:00 news: 1 story"] and "Robots" not in room.house.screen(anna)
    assert room.got(ben) == []


async def test_a_digest_follows_corrections(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    await _news(room, "a-story")
    async with room.db.reading() as conn:
        story = (await articles.find(conn, "a-story")).story
    await room.take({"a-story.md": again(story, title="Corrected title")})
    await _at(room, "2026-03-03 08:00:00")
    assert "Corrected title" in room.house.screen(anna) and "A story" not in room.house.screen(anna)


async def test_a_digest_that_does_not_get_through_comes_again_whole(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    campaigns = await _news(room, "a-first", "b-second", "c-third")
    room.world.faults.add(Refuse(500, "Internal"), chat=anna, times=1)
    await _at(room, "2026-03-03 08:00:00")
    assert room.house.screens(anna) == []
    await _at(room, "2026-03-03 08:00:05")
    assert room.got(anna) == ["Your 08:00 news: 3 stories"]
    await _at(room, "2026-03-03 08:05:00")
    assert len(room.got(anna)) == 1
    assert [(await room.campaign(number)).state for number in campaigns] == [CampaignState.DONE] * 3


async def test_a_digest_whose_answer_never_came_counts_as_perhaps_twice_for_all_of_it(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    campaigns = await _news(room, "a-first", "b-second")
    room.world.faults.add(CutAfter(), chat=anna, times=1)
    await _at(room, "2026-03-03 08:00:00")
    await _at(room, "2026-03-03 08:02:00")
    for number in campaigns:
        done = await room.campaign(number)
        assert (done.state, done.sent, done.unsure) == (CampaignState.DONE, 1, 1)


async def test_what_waits_survives_a_new_start_and_is_forgotten_with_its_chat(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path) as room:
        anna, ben = await room.people(2)
        await _wish(room, [anna, ben], DAILY)
        campaigns = await _news(room, "a-story")
        await membership.forget(room.db, ben, room.house.clock())
    async with press_room(house, tmp_path) as again:
        await _at(again, "2026-03-03 08:00:00")
        assert again.got(anna) == ["Your 08:00 news: 1 story"] and again.got(ben) == []
        done = await again.campaign(campaigns[0])
        assert (done.state, done.sent, done.unwanted) == (CampaignState.DONE, 1, 1)


async def test_a_start_with_another_operators_zone_times_what_waits_anew(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        own, operators = await room.people(2)
        await _wish(room, [own], DAILY, "Europe/Berlin")
        await _wish(room, [operators], DAILY)
        await _news(room, "a-story")
        assert await clocks.follow_rules(room.db, UTC, house.clock()) == 0
    tokyo = ZoneInfo("Asia/Tokyo")  # nine hours ahead: its eight o'clock is 23:00 in UTC
    house.equip(settings=replace(house.ctx.settings, timezone=tokyo))
    assert await clocks.follow_rules(house.db, tokyo, house.clock()) == 1
    async with press_room(house, tmp_path) as room:
        await _at(room, "2026-03-02 22:59:59")
        assert room.got(operators) == []
        await _at(room, "2026-03-02 23:00:00")
        assert (len(room.got(operators)), room.got(own)) == (1, [])
        await _at(room, "2026-03-03 07:00:00")
        assert len(room.got(own)) == 1


async def test_more_than_a_message_holds_comes_in_several_at_once_and_none_is_left_out(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna], DAILY)
    titles = [f"Story {n:02} " + "of many long words " * 5 for n in range(36)]
    for n, title in enumerate(titles):
        await room.publish(await room.draft(f"story-{n}", "Energy", title=title))
    await room.run()
    await _at(room, "2026-03-03 08:00:00")
    texts = room.house.screens(anna)
    assert 2 <= len(texts) <= 4 and all(len(text) <= 4096 for text in texts)
    assert all(sum(f"Story {n:02}" in text for text in texts) == 1 for n in range(36))
    for message in room.house.messages(anna):
        titles_linked = sum(one["type"] == "text_link" for one in message["entities"])
        assert f"{titles_linked} stories" in message["text"].splitlines()[0]


async def test_the_threads_of_a_forum_get_a_digest_each(room: PressRoom) -> None:
    world = room.world
    forum = world.add_chat("supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, bot_status="member").id
    threads = {name: world.open_thread(forum, name, number) for number, name in ((5, "Energy"), (7, "Robotics"))}
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, forum, ChatKind.GROUP, "en", room.house.clock())
    for name, thread in threads.items():
        await room.follow([forum], name, thread)
    async with room.db.transaction() as conn:
        await timings.choose(conn, forum, DAILY)
    for slug, name in (("a-first", "Energy"), ("b-second", "Robotics"), ("c-third", "Energy")):
        await room.publish(await room.draft(slug, name))
    await room.run()
    await _at(room, "2026-03-03 08:00:00")
    await _at(room, "2026-03-03 08:01:30")
    got = {one["message_thread_id"]: one["text"].splitlines()[0] for one in room.house.messages(forum)}
    assert got == {5: "Your 08:00 news: 2 stories", 7: "Your 08:00 news: 1 story"}
    assert len(room.house.messages(forum)) == 2


async def test_a_channels_digest_has_links_and_no_buttons(room: PressRoom) -> None:
    channel = room.house.channel
    room.world.add_bot(EDITH, channel)
    await room.house.settle()
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, channel, ChatKind.CHANNEL, "en", room.house.clock())
        await timings.choose(conn, channel, DAILY)
    await room.follow([channel], "Energy")
    await _news(room, "a-story")
    await _at(room, "2026-03-03 08:00:00")
    assert room.house.screen(channel).startswith("Your 08:00 news: 1 story")
    assert room.house.buttons(channel) == []


async def test_all_chats_that_get_the_same_digest_get_one_that_was_composed_once(
    house: StoryHouse, tmp_path: Path
) -> None:
    composed: list[int] = []
    news = KINDS[NEWS]

    def fold(
        compositions: Sequence[Composition[Any]], listing: Listing | None, look: Look, now: datetime
    ) -> tuple[Message, Sequence[Composition[Any]]]:
        composed.append(len(compositions))
        assert news.fold is not None
        return news.fold(compositions, listing, look, now)

    async with press_room(house, tmp_path, kinds={**KINDS, NEWS: replace(news, fold=fold)}) as room:
        people = await room.people(60)
        await _wish(room, people[:40], DAILY, "Europe/Berlin")
        await _wish(room, people[40:], DAILY, "Europe/Paris")
        await _news(room, "a-first", "b-second")
        await _at(room, "2026-03-03 07:00:00")
        assert [room.got(person) for person in people] == [["Your 08:00 news: 2 stories"]] * 60
        assert composed == [2, 2]  # once for Berlin, once for Paris


async def test_news_does_not_queue_behind_digests(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path, rate=200.0, in_flight=1) as room:
        people = await room.people(400)
        await _wish(room, people[1:], DAILY)
        await room.follow(people[:1], "Energy")
        await _news(room, "a-story")
        house.clock.now = datetime(2026, 3, 3, 8, 0, 1, tzinfo=UTC)
        await room.publish(await room.draft("b-breaking", "Energy"))
        await room.spread()
        room.dispatcher.wake()
        await room.until(lambda: "B breaking" in room.got(people[0]))
        have_theirs = sum(bool(room.got(person)) for person in people[1:])
        assert have_theirs < 399  # the first were claimed already when it came
        await room.dispatcher.idle()
        assert all(room.got(person) == ["Your 08:00 news: 1 story"] for person in people[1:])


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_chosen_and_when_each_story_comes_exactly_once(room: PressRoom, seed: int) -> None:
    """Settings, zones, quiet hours and hours at random; a server error now and then; at the end all is wanted now."""
    [anna], draw, published = await room.people(1), random.Random(seed), 0
    await room.follow([anna], "Energy")
    quiet = [None, NIGHT, Quiet(12 * 60, 15 * 60)]
    for _ in range(40):
        now = room.house.clock()
        async with room.db.reading() as conn:
            chat = await chats.chat(conn, anna)
        assert chat is not None
        match draw.randrange(6):
            case 0 | 1 | 2:
                await room.publish(await room.draft(f"story-{published:02}", "Energy"))
                published += 1
            case 3:
                daily = Timing(Mode.DAILY, minute=draw.randrange(1440), days=draw.randrange(1, 128))
                wish = draw.choice([Timing(), Timing(Mode.HOURLY), Timing(Mode.CALM, per_hour=1), daily])
                await preferences.set_delivery(room.db, chat, wish, now)
            case 4:
                await preferences.set_quiet(room.db, chat, draw.choice(quiet), now)
            case 5:
                await preferences.set_zone(room.db, chat, draw.choice(["Asia/Tokyo", "America/Havana", None]), now)
        if draw.random() < 0.2:
            room.world.faults.add(Refuse(500, "Internal"), chat=anna, times=1)
        await room.run()
        room.house.clock.advance(timedelta(minutes=draw.choice([0, 1, 7, 45, 200, 700])))
        await room.run()
    async with room.db.reading() as conn:
        chat = await chats.chat(conn, anna)
    assert chat is not None
    chat = await preferences.set_quiet(room.db, chat, None, room.house.clock())
    await preferences.set_delivery(room.db, chat, Timing(), room.house.clock())
    for _ in range(16):  # every server error that is still to come costs one try
        await room.run()
        room.house.clock.advance(timedelta(minutes=2))
    texts = room.house.screens(anna)
    assert [sum(f"Story {n:02}" in text for text in texts) for n in range(published)] == [1] * published


async def test_statuses_tell_what_a_digest_has_delivered(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await _wish(room, [anna], DAILY)
    await room.follow([ben], "Energy")
    article = await room.draft("a-story", "Energy")
    number = await room.publish(article)
    await room.run()
    assert await room.statuses(article) == {Status.SENT: 1}
    assert (await room.campaign(number)).state is CampaignState.RUNNING
    await _at(room, "2026-03-03 08:00:00")
    assert await room.statuses(article) == {Status.SENT: 2}
