"""A message that Telegram refuses with words nobody knows: found with the first few chats, and no chat fails for it.

Its words for what is wrong with a message are written down nowhere, and new ones come with each new kind of button and
formatting: BUTTON_URL_INVALID (https://core.telegram.org/method/messages.sendMessage#possible-errors),
ENTITY_DATE_INVALID (https://github.com/tdlib/telegram-bot-api/issues/852).
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.delivery import Status
from bot.domain.rejections import Form
from bot.sandbox.world.faults import Refuse, Throttle
from bot.services.delivery.dispatcher import Alarm
from bot.services.newsroom import campaign_control
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import audit_log, notices
from bot.store.engine import metadata

LINK = "https://news.example/a-first"
WORDS = ["BUTTON_URL_INVALID", "ENTITY_DATE_INVALID", "of next year, and not known to anybody"]


@dataclass
class Telegram:
    """What it refuses from now on: messages for which `refuses` says so, with its `words`."""

    room: PressRoom
    words: str
    refuses: Callable[[dict[str, Any]], bool]
    refused: int = 0

    def __enter__(self) -> "Telegram":
        self.room.world.faults.judge = self._judge
        return self

    def __exit__(self, *_: object) -> None:
        self.room.world.faults.judge = None

    def _judge(self, method: str, params: dict[str, Any]) -> Refuse | None:
        if not method.startswith("send") or not self.refuses(params):
            return None
        self.refused += 1
        return Refuse(400, f"Bad Request: {self.words}")


def _buttons(params: dict[str, Any]) -> bool:
    return "reply_markup" in params


def _entities(params: dict[str, Any]) -> bool:
    return any(json.loads(given) if isinstance(given := params.get(name, []), str) else given for name in _ENTITIES)


_ENTITIES = ("entities", "caption_entities")


def _all(params: dict[str, Any]) -> bool:
    return True


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _told(room: PressRoom) -> list[tuple[str, str, str]]:
    async with room.db.reading() as conn:
        return [(one.kind, one.subject, one.detail) for _, one in await notices.untold(conn)]


@pytest.mark.parametrize("words", WORDS)
async def test_without_its_buttons_it_reaches_everybody_and_editors_are_told(room: PressRoom, words: str) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    article = await room.draft("a-first", "Energy")
    with Telegram(room, words, _buttons) as telegram:
        campaign = await room.publish(article)
        await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.failed, done.form) == (CampaignState.DONE, 40, 0, Form.NO_BUTTONS)
    assert [len(room.house.messages(chat)) for chat in people] == [1] * 40
    [message] = room.house.messages(people[0])
    assert "reply_markup" not in message and "photo" in message
    assert message["caption_entities"] and message["caption"].endswith(LINK)
    assert telegram.refused <= 3 + 8  # the first few, and what was on the wire with them
    assert await _told(room) == [("form", "no buttons", words)]
    async with room.db.reading() as conn:
        assert [entry.act for entry in await audit_log.latest(conn)] == ["plainer", "publish"]


async def test_as_plain_text_it_reaches_everybody(room: PressRoom) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    with Telegram(room, "ENTITY_DATE_INVALID", _entities):
        campaign = await room.publish(await room.draft("a-first", "Energy"))
        await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.failed, done.form) == (CampaignState.DONE, 40, 0, Form.PLAIN)
    [message] = room.house.messages(people[0])
    assert room.got(people[0]) == ["A first"] and message["text"].endswith(LINK)
    assert {entity["type"] for entity in message.get("entities", ())} <= {"url", "hashtag"}  # found by Telegram itself
    assert await _told(room) == [("form", "plain", "ENTITY_DATE_INVALID")]


@pytest.mark.parametrize("many", [2, 3, 40])
async def test_what_is_refused_in_every_form_is_held_and_nobody_has_failed(room: PressRoom, many: int) -> None:
    people = await room.people(many)
    await room.follow(people, "Energy")
    article = await room.draft("a-first", "Energy")
    with Telegram(room, "MESSAGE_OF_NEXT_YEAR_INVALID", _all) as telegram:
        campaign = await room.publish(article)
        await room.run()
        held = await room.campaign(campaign)
        assert (held.state, held.why, held.words) == (CampaignState.HELD, "refused", "MESSAGE_OF_NEXT_YEAR_INVALID")
        assert (held.settled, held.total) == (0, many)
        assert await room.statuses(article) == {}
        assert telegram.refused <= 3 + 8 + 2
        assert (Alarm.REFUSED, campaign, "MESSAGE_OF_NEXT_YEAR_INVALID") in room.alarms
        room.house.clock.advance(timedelta(days=1))
        before = telegram.refused
        await room.run()
        assert telegram.refused == before
        await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())  # Try again, too early
        await room.run()
        assert (await room.campaign(campaign)).state is CampaignState.HELD
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.failed, done.words) == (CampaignState.DONE, many, 0, None)
    assert all("reply_markup" in room.house.messages(chat)[0] for chat in people)
    assert all(len(room.house.messages(chat)) == 1 for chat in people)


async def test_one_chat_only_is_tried_with_each_plainer_form(room: PressRoom) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    tried: list[str] = []

    def refused(params: dict[str, Any]) -> bool:
        if not _buttons(params):
            tried.append("no buttons" if _entities(params) else "plain")
        return True

    with Telegram(room, "MESSAGE_OF_NEXT_YEAR_INVALID", refused):
        await room.publish(await room.draft("a-first", "Energy", pictures=()))
        await room.run()
    assert tried == ["no buttons", "plain"]


async def test_a_correction_is_sent_in_full_again(room: PressRoom) -> None:
    people = await room.people(9)
    await room.follow(people, "Energy")
    article = await room.draft("a-first", "Energy")
    with Telegram(room, "BUTTON_URL_INVALID", lambda params: _buttons(params) or "photo" in params):
        campaign = await room.publish(article)
        await room.spread()
        async with room.db.transaction() as conn:  # the last one waits for something
            await conn.execute("UPDATE deliveries SET not_before = not_before + 600 WHERE chat = ?", (people[-1],))
        await room.run()
        assert (await room.campaign(campaign)).form is Form.PLAIN
    await room.draft("a-first", "Energy", title="A corrected one", published_at=article.story.published_at)
    room.house.clock.advance(timedelta(minutes=11))
    await room.run()
    assert room.got(people[-1]) == ["A corrected one"]
    assert "reply_markup" in room.house.messages(people[-1])[0]


async def test_one_odd_chat_fails_alone_and_costs_no_form(room: PressRoom) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    article = await room.draft("a-first", "Energy")
    room.world.faults.add(Refuse(400, "Bad Request: CHAT_IS_ODD"), chat=people[20])
    campaign = await room.publish(article)
    await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.failed, done.form) == (CampaignState.DONE, 39, 1, Form.FULL)
    assert await room.statuses(article) == {Status.SENT: 39, Status.FAILED: 1}
    assert len(room.world.ledger.calls_to(people[20])) == 1
    assert await _told(room) == []


def _of(chats: list[int], what: Callable[[dict[str, Any]], bool]) -> Callable[[dict[str, Any]], bool]:
    """Return what is refused in some chats only, as buttons that only private chats may have are in groups.

    Source: https://core.telegram.org/bots/api#inlinekeyboardbutton (BUTTON_TYPE_INVALID is what groups then answer)
    """
    return lambda params: params["chat_id"] in chats and what(params)


async def test_what_every_second_chat_refuses_goes_there_in_a_plainer_form_and_editors_are_told(
    room: PressRoom,
) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    article = await room.draft("a-first", "Energy")
    with Telegram(room, "BUTTON_TYPE_INVALID", _of(people[::2], _buttons)) as telegram:
        campaign = await room.publish(article)
        await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.failed, done.form) == (CampaignState.DONE, 40, 0, Form.FULL)
    assert ["reply_markup" in room.house.messages(chat)[0] for chat in people] == [False, True] * 20
    assert all(len(room.house.messages(chat)) == 1 for chat in people)
    assert telegram.refused <= 20 + 2  # once each; twice those two that failed before it was known
    assert await _told(room) == [("refused by some", "no buttons", "BUTTON_TYPE_INVALID")]


async def test_what_every_second_chat_refuses_in_every_form_fails_there_and_editors_are_told(room: PressRoom) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    article = await room.draft("a-first", "Energy", pictures=())
    tried: list[bool] = []

    def refused(params: dict[str, Any]) -> bool:
        tried.append(_buttons(params))
        return True

    with Telegram(room, "CHATS_OF_NEXT_YEAR_INVALID", _of(people[::2], refused)):
        campaign = await room.publish(article)
        await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.failed, done.form) == (CampaignState.DONE, 20, 20, Form.FULL)
    assert await room.statuses(article) == {Status.SENT: 20, Status.FAILED: 20}
    assert tried.count(True) == 20
    assert await _told(room) == [("refused by some", "", "CHATS_OF_NEXT_YEAR_INVALID")]


async def test_editors_are_told_once_of_the_same_words_though_it_starts_anew(house: StoryHouse, tmp_path: Path) -> None:
    article = 0
    for half in (0, 1):
        async with press_room(house, tmp_path) as room:
            if not article:
                people = await room.people(40)
                await room.follow(people, "Energy")
                drafted = await room.draft("a-first", "Energy")
                article = drafted.number
                await room.publish(drafted)
                await room.spread()
                async with room.db.transaction() as conn:
                    await conn.execute("UPDATE deliveries SET not_before = not_before + 600 WHERE id > 20")
            with Telegram(room, "BUTTON_TYPE_INVALID", _of(people[::2], _buttons)):
                await room.run()
            assert len([chat for chat in people if room.house.messages(chat)]) == 20 * (half + 1)
            assert await _told(room) == [("refused by some", "no buttons", "BUTTON_TYPE_INVALID")]
        house.clock.advance(timedelta(minutes=11))


async def test_two_odd_chats_with_the_same_words_are_told_to_nobody(room: PressRoom) -> None:
    people = await room.people(40)
    await room.follow(people, "Energy")
    with Telegram(room, "CHAT_IS_ODD", _of(people[10:30:10], _all)):
        campaign = await room.publish(await room.draft("a-first", "Energy"))
        await room.run()
    done = await room.campaign(campaign)
    assert (done.sent, done.failed) == (38, 2)
    assert await _told(room) == []


async def test_a_chat_that_has_to_wait_in_the_middle_leaves_the_trial_to_another(room: PressRoom) -> None:
    people = await room.people(12)
    await room.follow(people, "Energy")
    with Telegram(room, "BUTTON_URL_INVALID", _buttons) as telegram:
        campaign = await room.publish(await room.draft("a-first", "Energy", pictures=()))
        await room.spread()
        waited: list[int] = []

        def judged(method: str, params: dict[str, Any]) -> Refuse | Throttle | None:
            if method.startswith("send") and not _buttons(params) and not waited:
                waited.append(params["chat_id"])
                return Throttle(600)
            return telegram._judge(method, params)

        room.world.faults.judge = judged
        await room.run()
        done = await room.campaign(campaign)
        assert (done.sent, done.failed, done.form) == (11, 0, Form.NO_BUTTONS)
        async with room.db.reading() as conn:
            [row] = await conn.execute_fetchall("SELECT chat, attempts FROM deliveries")
        assert tuple(row) == (*waited, 0)


async def test_a_restart_goes_on_in_the_form_that_was_found(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        people = await room.people(20)
        await room.follow(people, "Energy")
        campaign = await room.publish(await room.draft("a-first", "Energy"))
        await room.spread()
        async with room.db.transaction() as conn:
            await conn.execute("UPDATE deliveries SET not_before = not_before + 600 WHERE id > 10")
        with Telegram(room, "BUTTON_URL_INVALID", _buttons):
            await room.run()
        assert (await room.campaign(campaign)).sent == 10
    house.clock.advance(timedelta(minutes=11))
    async with press_room(house, tmp_path) as room:
        with Telegram(room, "BUTTON_URL_INVALID", _buttons) as telegram:
            await room.run()
        done = await room.campaign(campaign)
        assert (done.sent, done.failed, telegram.refused) == (20, 0, 0)
        assert len(await _told(room)) == 1


async def test_what_an_editor_has_confirmed_stays_confirmed(room: PressRoom) -> None:
    people = await room.people(600)
    await room.follow(people, "Energy")
    for chat in people[::2]:
        room.world.people[chat].has_blocked = True
    campaign = await room.publish(await room.draft("a-first", "Energy", pictures=()))
    await room.run()
    assert (await room.campaign(campaign)).why == "unreachable"
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    with Telegram(room, "BUTTON_OF_NEXT_YEAR_INVALID", _all):
        await room.run()
    assert (await room.campaign(campaign)).why == "refused"
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await campaign_control.stop(room.db, campaign, by=1, now=room.house.clock())
    await campaign_control.resume(room.db, campaign, by=1, now=room.house.clock())
    await room.run()
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.unreachable) == (CampaignState.DONE, 300, 300)


@pytest.mark.parametrize("refuses", [_buttons, _entities])
async def test_a_list_that_is_refused_goes_out_as_plain_text(
    room: PressRoom, refuses: Callable[[dict[str, Any]], bool]
) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", "1")
    numbers = [await room.publish(await room.draft(slug, "Energy")) for slug in ("a-first", "b-second")]
    await room.run()
    room.house.clock.advance(timedelta(hours=25))
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", None)
    with Telegram(room, "ENTITY_DATE_INVALID", refuses):
        await room.run()
    for chat in people:
        [message] = room.house.messages(chat)
        assert message["text"].startswith("2 stories you have not had yet") and "reply_markup" not in message
    assert [(await room.campaign(number)).sent for number in numbers] == [3, 3]


async def test_lists_that_are_refused_as_plain_text_too_are_held(room: PressRoom) -> None:
    people = await room.people(12)
    await room.follow(people, "Energy")
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", "1")
    numbers = [await room.publish(await room.draft(slug, "Energy")) for slug in ("a-first", "b-second")]
    await room.run()
    room.house.clock.advance(timedelta(hours=25))
    async with room.db.transaction() as conn:
        await metadata.put(conn, "paused", None)
    with Telegram(room, "LIST_OF_NEXT_YEAR_INVALID", _all):
        for _ in range(3):
            await room.run()
            room.house.clock.advance(timedelta(minutes=2))
    for number in numbers:
        held = await room.campaign(number)
        assert (held.state, held.why, held.failed) == (CampaignState.HELD, "refused", 0)
