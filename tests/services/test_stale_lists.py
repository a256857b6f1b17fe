"""What could not leave for a day comes in one list, and nothing of it is lost or settled before that list is out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, eventually, limit_everybody, press_room
from story import StoryHouse
from what_became import WHAT_BECAME

from bot.sandbox.world.faults import CutAfter, Held, Refuse
from bot.services.delivery import attempt, delivery_reports
from bot.services.delivery.fanout import fan_out_next
from bot.services.newsroom import newsroom
from bot.services.readers import membership
from bot.store.delivery.campaigns import CampaignState

DAY = timedelta(hours=25)


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _waiting(room: PressRoom, *slugs: str, topics: tuple[str, ...] = ("Energy",)) -> list[tuple[int, int]]:
    """Publish articles about topics in turn, let a day pass before any of it leaves; return numbers and campaigns."""
    published = []
    for at, slug in enumerate(slugs):
        article = await room.draft(slug, topics[at % len(topics)])
        published.append((article.number, await room.publish(article)))
    await room.spread()
    room.house.clock.advance(DAY)
    return published


async def test_it_comes_as_one_list_and_every_article_counts_as_sent(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    published = await _waiting(room, "a-first", "b-second", "c-third")
    await room.run()
    for person in (anna, ben):
        [listed] = room.house.screens(person)
        assert all(title in listed for title in ("3 stories", "A first", "B second", "C third"))
    for _, campaign in published:
        done = await room.campaign(campaign)
        assert (done.state, done.total, done.sent) == (CampaignState.DONE, 2, 2)
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall(
            f"SELECT DISTINCT chat, message_id FROM {WHAT_BECAME} WHERE message_id IS NOT NULL"
        )
    assert len(list(rows)) == 2  # all of a chat's stand in its one message


async def test_what_was_promised_while_newsbot_was_down_comes_as_one_list_too(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    for slug in ("a-first", "b-second"):
        await room.publish(await room.draft(slug, "Energy"))
    room.house.clock.advance(DAY)
    for piece in range(2):  # of the first, whose rows are there long before the second's
        assert await fan_out_next(room.db, now=room.house.clock(), draw=0.5), piece
        room.dispatcher.wake()
        await room.dispatcher.idle()
    await room.run()
    [listed] = room.house.screens(anna)
    assert all(title in listed for title in ("2 stories", "A first", "B second"))


async def test_news_does_not_wait_for_late_news_to_get_its_rows(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna], "Energy")
    await room.follow([ben], "Robotics")
    await room.publish(await room.draft("a-late", "Energy"))
    room.house.clock.advance(DAY)
    fresh = await room.publish(await room.draft("b-fresh", "Robotics"))
    async with room.db.transaction() as conn:  # as if it had been spread before the other
        await conn.execute(
            "INSERT INTO deliveries (campaign, chat, thread, not_before) VALUES (?, ?, 0, 0)", (fresh, ben)
        )
        await conn.execute("UPDATE campaigns SET half = 2, total = 1 WHERE id = ?", (fresh,))
    room.dispatcher.wake()
    await room.dispatcher.idle()
    assert (room.got(ben), room.got(anna)) == (["B fresh"], [])


async def test_what_came_meanwhile_is_news_and_no_part_of_it(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    await _waiting(room, "a-first", "b-second")
    await room.publish(await room.draft("c-news", "Energy"))
    await room.run()
    listed, news = room.house.screens(anna)
    assert "2 stories" in listed and "C news" not in listed
    assert "C news" in news


async def test_what_is_no_longer_wanted_takes_nothing_else_with_it(room: PressRoom) -> None:
    [anna] = await room.people(1)
    energy, robots = await room.follow([anna], "Energy"), await room.follow([anna], "Robotics")
    await _waiting(room, "a-energy", "b-robots", "c-energy", "d-robots", topics=("Energy", "Robotics"))
    async with room.db.transaction() as conn:
        await conn.execute("DELETE FROM subscriptions WHERE topic = ?", (robots,))
    await room.run()
    [listed] = room.house.screens(anna)
    assert "A energy" in listed and "C energy" in listed and "robots" not in listed
    assert energy != robots


async def test_a_list_that_is_refused_fails_one_article_and_the_others_come(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    first, second = await _waiting(room, "a-first", "b-second")
    room.world.faults.add(Refuse(400, "Bad Request: something"), chat=anna, times=2)  # as plain text too
    await room.run()
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    assert "B second" in room.house.screens(anna)[-1]
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall(f"SELECT article, status FROM {WHAT_BECAME} ORDER BY article")
    assert [tuple(row) for row in rows] == [(first[0], 3), (second[0], 1)]
    assert ((await room.campaign(first[1])).sent, (await room.campaign(second[1])).sent) == (0, 1)


async def test_what_was_taken_back_before_the_list_left_is_not_in_it(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    (secret, _), (other, _) = await _waiting(room, "a-secret", "b-other")
    room.world.faults.add(Refuse(500, "Internal"), chat=anna, times=1)
    await room.run()
    await newsroom.retract(room.db, secret, by=1, now=room.house.clock())
    room.house.clock.advance(timedelta(hours=1))
    await room.run()
    [listed] = room.house.screens(anna)
    assert "B other" in listed and "A secret" not in listed
    assert other != secret


async def test_taking_back_the_article_that_carried_the_list_leaves_the_others_to_come(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    (first, _), (second, _), (third, _) = await _waiting(room, "a-first", "b-second", "c-third")
    room.world.faults.add(Refuse(500, "Internal"), chat=anna, times=1)
    await room.run()
    for number in (first, third):
        await newsroom.retract(room.db, number, by=1, now=room.house.clock())
    room.house.clock.advance(timedelta(hours=1))
    await room.run()
    [listed] = room.house.screens(anna)
    assert "B second" in listed
    assert second


async def test_an_article_that_cannot_be_read_stops_alone(room: PressRoom) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    (spoiled, stopped), (_, sound), (_, sound_too) = await _waiting(room, "a-spoiled", "b-sound", "c-sound")
    async with room.db.transaction() as conn:
        await conn.execute("UPDATE articles SET story = 'x' WHERE number = ?", (spoiled,))
    await room.run()
    for person in people:
        [listed] = room.house.screens(person)
        assert "B sound" in listed and "C sound" in listed
    assert [(await room.campaign(one)).state for one in (stopped, sound, sound_too)] == [
        CampaignState.STOPPED,
        CampaignState.DONE,
        CampaignState.DONE,
    ]


async def test_who_asks_to_be_forgotten_gets_no_list_and_all_of_it_ends(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    published = await _waiting(room, "a-first", "b-second")
    room.world.faults.add(Refuse(500, "Internal"), chat=anna, times=1)
    await room.run()
    await membership.forget(room.db, anna, room.house.clock())
    room.house.clock.advance(timedelta(hours=1))
    await room.run()
    assert (len(room.house.screens(anna)), len(room.house.screens(ben))) == (0, 1)
    assert [(await room.campaign(campaign)).state for _, campaign in published] == [CampaignState.DONE] * 2


async def test_a_list_that_was_on_its_way_when_its_group_moved_is_not_sent_again(room: PressRoom) -> None:
    [old] = await room.people(1)
    new = room.world.add_person("The same, elsewhere", id=31_000, has_started=True).id
    await room.follow([old], "Energy")
    published = await _waiting(room, "a-first", "b-second")
    has_moved = asyncio.Event()
    room.world.faults.add(Held(has_moved), chat=old, times=1)
    room.dispatcher.wake()
    await eventually(lambda: room.world.faults.happened)
    await membership.move(room.db, old, new, room.house.clock())
    has_moved.set()
    await room.dispatcher.idle()
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    assert (len(room.world.ledger.sent_to(old)), len(room.world.ledger.sent_to(new))) == (1, 0)
    assert [(await room.campaign(campaign)).state for _, campaign in published] == [CampaignState.DONE] * 2


async def test_what_is_unfollowed_while_the_list_waits_for_its_turn_is_not_in_it(
    room: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "RECHECK_AFTER", 0.0)
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    robots = await room.follow([anna], "Robotics")
    await _waiting(room, "a-energy", "b-robots", topics=("Energy", "Robotics"))
    pacer = room.house.ctx.pacer
    await limit_everybody(pacer, 0.5)
    room.dispatcher.wake()
    await eventually(lambda: pacer.waiting == 1)
    async with room.db.transaction() as conn:
        await conn.execute("DELETE FROM subscriptions WHERE topic = ?", (robots,))
    await room.dispatcher.idle()
    [listed] = room.house.screens(anna)
    assert "A energy" in listed and "robots" not in listed


async def test_what_is_taken_back_while_the_list_waits_for_its_turn_is_not_in_it(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    _, (other, _) = await _waiting(room, "a-first", "b-secret")
    pacer = room.house.ctx.pacer
    await limit_everybody(pacer, 0.5)
    room.dispatcher.wake()
    await eventually(lambda: pacer.waiting == 1)
    await newsroom.retract(room.db, other, by=1, now=room.house.clock())
    await room.run()
    [listed] = room.house.screens(anna)
    assert "A first" in listed and "secret" not in listed


async def test_what_is_tried_again_after_days_is_news(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    room.world.faults.add(Refuse(400, "Bad Request: something"), chat=anna, times=1)
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    room.house.clock.advance(DAY)
    await delivery_reports.try_again(room.db, article.number, by=1, now=room.house.clock())
    await room.run()
    assert room.got(anna) == ["Grid storage"]


async def test_all_of_a_list_whose_answer_never_came_counts_as_perhaps_twice(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    published = await _waiting(room, "a-first", "b-second")
    room.world.faults.add(CutAfter(), chat=anna, times=1)
    await room.run()
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    assert len(room.house.screens(anna)) == 2
    for _, campaign in published:
        done = await room.campaign(campaign)
        assert (done.state, done.sent, done.unsure) == (CampaignState.DONE, 1, 1)


async def test_many_chats_with_much_to_catch_up_get_one_message_each(room: PressRoom) -> None:
    people = await room.people(120)
    await room.follow(people, "Energy")
    published = await _waiting(room, *(f"story-{n}" for n in range(12)))
    room.world.faults.add(Refuse(500, "Internal"), times=3)
    await room.run()
    for _ in range(3):
        room.house.clock.advance(timedelta(minutes=2))
        await room.run()
    assert {len(room.house.screens(person)) for person in people} == {1}
    for number, campaign in published:
        done = await room.campaign(campaign)
        assert (done.state, done.sent) == (CampaignState.DONE, 120)
        async with room.db.reading() as conn:
            rows = await conn.execute_fetchall(f"SELECT status FROM {WHAT_BECAME} WHERE article = ?", (number,))
        assert [row["status"] for row in rows] == [1] * 120
