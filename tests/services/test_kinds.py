"""
Kinds of campaigns other than news, added as anybody would: a row in the table of kinds and a composer.

Claiming, sending and settling are newsbot's own, and so is the far side's Bot API. An announcement goes to every active
chat at eight in the morning of its own zone; a withdrawal deletes an article's message wherever one stands; a
correction edits it.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.chat import Chat, ChatKind, ChatState
from bot.domain.delivery import Lane, Operation, Subject, SubjectType
from bot.domain.message import Message
from bot.domain.text import Text
from bot.render.look import Look
from bot.sandbox.world.faults import Page, Refuse
from bot.services.delivery.composing import Composition, Deletion, Tools, Uniform
from bot.services.delivery.kinds import KINDS, Kind
from bot.store.content import articles
from bot.store.delivery import campaigns, receipts
from bot.store.delivery.audiences import Audience, EveryChat, Holders, Listed
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.engine import metadata
from bot.store.engine.database import Connection
from bot.store.readers import chat_settings, chats

ANNOUNCEMENT = 100
"""The type of its subject. What it says is kept under its number among the facts of the database."""


async def _every_chat(conn: Connection, campaign: Campaign) -> Audience:
    return EveryChat(campaign.kind, campaign.subject)


async def _announcement(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Composition[Any]:
    words = await metadata.get(conn, f"announcement_{campaign.subject.number}") or ""

    def message(look: Look, now: datetime) -> Message:
        return Message(Text(f"{words} ({look.words.language})"))

    audience = EveryChat(campaign.kind, campaign.subject)
    return Uniform(
        f"announcement {campaign.subject.number}", audience, ((campaign.subject, None),), message, tools.prepare
    )


async def _never_revised(conn: Connection, campaign: Campaign) -> int | None:
    return None


def _in_the_morning(campaign: Campaign, chat: Chat, now: datetime) -> datetime | None:
    """Return eight o'clock of the chat's own day on which it can first be, or nothing for channels."""
    if chat.kind is ChatKind.CHANNEL:
        return None
    there = campaign.start_at.astimezone(ZoneInfo(chat.zone or "UTC"))
    eight = there.replace(hour=8, minute=0, second=0, microsecond=0)
    return (eight if eight >= there else eight + timedelta(days=1)).astimezone(UTC)


async def _holders(conn: Connection, campaign: Campaign) -> Audience:
    return Holders(campaign.subject, campaign.revision)


async def _withdrawal(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Composition[Any]:
    number = campaign.subject.number
    return Deletion(f"withdrawal of {number}", await _holders(conn, campaign), ((campaign.subject, None),))


async def _correction(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Composition[Any]:
    article = await articles.article(conn, campaign.subject.number)

    def message(look: Look, now: datetime) -> Message:
        return Message(Text(f"Corrected: {article.story.title}"))

    covers = ((campaign.subject, campaign.revision),)
    audience = await _holders(conn, campaign)
    return Uniform(f"correction of {article.number}", audience, covers, message, lambda message: message)


AT_ONCE = Kind("bulletin", Lane.LATER, _every_chat, _announcement, _never_revised)
MORNING = Kind("greeting", Lane.LATER, _every_chat, _announcement, _never_revised, when=_in_the_morning)
WITHDRAWAL = Kind("withdrawal", Lane.URGENT, _holders, _withdrawal, _never_revised, Operation.DELETE)
CORRECTION = Kind("correction", Lane.LATER, _holders, _correction, _never_revised, Operation.EDIT)
ALL = {**KINDS, **{kind.name: kind for kind in (AT_ONCE, MORNING, WITHDRAWAL, CORRECTION)}}


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path, kinds=ALL) as room:
        yield room


async def _announce(room: PressRoom, kind: Kind = AT_ONCE, number: int = 1, words: str = "We move on Friday") -> int:
    now = room.house.clock()
    async with room.db.transaction() as conn:
        await metadata.put(conn, f"announcement_{number}", words)
        return await campaigns.promise(
            conn, kind.name, Subject(ANNOUNCEMENT, number), fixed_at=now, start_at=now, lane=kind.lane, by=1
        )


async def _change(room: PressRoom, kind: Kind, article: int, revision: int | None = None) -> int:
    now, subject = room.house.clock(), Subject(SubjectType.ARTICLE, article)
    async with room.db.transaction() as conn:
        return await campaigns.promise(
            conn, kind.name, subject, fixed_at=now, start_at=now, lane=kind.lane, by=1, revision=revision
        )


async def _receipts(room: PressRoom, subject: Subject, people: list[int]) -> dict[int, receipts.Receipt]:
    async with room.db.reading() as conn:
        return await receipts.held(conn, subject, people)


async def test_an_announcement_reaches_every_active_chat_once_in_its_language(room: PressRoom) -> None:
    people = await room.people(6)
    async with room.db.transaction() as conn:
        await chat_settings.set_language(conn, people[0], "de")
        await chats.set_state(conn, people[1], ChatState.PAUSED, room.house.clock())
    number = await _announce(room)
    await room.run()
    await room.run()
    assert room.got(people[0]) == ["We move on Friday (de)"]
    assert [room.got(chat) for chat in people[1:]] == [[], *[["We move on Friday (en)"]] * 4]
    done = await room.campaign(number)
    assert (done.state, done.total, done.sent, done.article) == (CampaignState.DONE, 5, 5, None)
    held = await _receipts(room, Subject(ANNOUNCEMENT, 1), people)
    assert set(held) == {people[0], *people[2:]} and all(one.message_id for one in held.values())


async def test_an_announcement_is_refused_retried_and_given_up_by_a_chat_as_news_is(room: PressRoom) -> None:
    people = await room.people(4)
    room.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=people[0])
    room.world.faults.add(Refuse(500, "Internal"), chat=people[1], times=1)
    room.world.faults.add(Refuse(400, "Bad Request: something"), chat=people[2])
    number = await _announce(room)
    await room.run()
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    done = await room.campaign(number)
    assert (done.state, done.sent, done.unreachable, done.failed) == (CampaignState.DONE, 2, 1, 1)
    async with room.db.reading() as conn:
        chat = await chats.chat(conn, people[0])
    assert chat is not None and chat.state is ChatState.UNREACHABLE


async def test_news_goes_before_an_announcement_and_both_stand_in_the_chat(room: PressRoom) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    await _announce(room)
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert [room.got(chat) for chat in people] == [["Grid storage", "We move on Friday (en)"]] * 3


async def test_each_chat_gets_it_at_eight_of_its_own_morning_and_waits_without_costing_attempts(
    room: PressRoom,
) -> None:
    berlin, utc, york = await room.people(3)  # it is noon in UTC
    async with room.db.transaction() as conn:
        await chat_settings.set_zone(conn, berlin, "Europe/Berlin")
        await chat_settings.set_zone(conn, york, "America/New_York")
        await chats.get_or_create(conn, -100500, ChatKind.CHANNEL, "en", room.house.clock())
    number = await _announce(room, MORNING)
    await room.run()
    assert not any(room.got(chat) for chat in (berlin, utc, york))
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT chat, not_before, attempts, owner FROM deliveries ORDER BY chat")
    at = {row["chat"]: datetime.fromtimestamp(row["not_before"], UTC).strftime("%d %H:%M") for row in rows}
    assert at == {berlin: "03 07:00", utc: "03 08:00", york: "02 13:00"}  # 2 March, so winter in both
    assert all((row["attempts"], row["owner"]) == (0, 0) for row in rows)
    got: list[list[int]] = []
    for hours in (1, 18, 1):  # 13:00, 07:00, 08:00
        room.house.clock.advance(timedelta(hours=hours))
        await room.run()
        got.append([chat for chat in (berlin, utc, york) if room.got(chat)])
    assert got == [[york], [berlin, york], [berlin, utc, york]]
    done = await room.campaign(number)
    assert (done.state, done.sent, done.unwanted) == (CampaignState.DONE, 3, 1)  # the channel is never to have it


async def test_what_waits_for_its_hour_holds_back_no_news_of_its_chat(room: PressRoom) -> None:
    people = await room.people(2)
    await room.follow(people, "Energy")
    await _announce(room, MORNING)
    await room.run()
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert [room.got(chat) for chat in people] == [["Grid storage"]] * 2


async def test_an_announcement_survives_an_answer_that_never_came_and_is_counted_as_perhaps_twice(
    room: PressRoom,
) -> None:
    [anna] = await room.people(1)
    room.world.faults.add(Page(), chat=anna, times=1)
    number = await _announce(room)
    await room.run()
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    done = await room.campaign(number)
    assert (done.sent, done.unsure) == (1, 1)


async def test_an_announcement_goes_out_however_late_and_never_into_a_list(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    await _announce(room)
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.publish(await room.draft("tidal-power", "Energy"))
    await room.spread()
    room.house.clock.advance(timedelta(days=3))
    await room.run()
    listed, announced = room.house.screens(anna)
    assert "2 stories" in listed and announced.startswith("We move on Friday")


async def test_a_withdrawal_deletes_the_message_wherever_one_stands_and_nowhere_else(room: PressRoom) -> None:
    people = await room.people(4)
    await room.follow(people[:3], "Energy")
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    assert all(room.got(chat) for chat in people[:3])
    number = await _change(room, WITHDRAWAL, article.number)
    await room.run()
    assert not any(room.got(chat) for chat in people)
    done = await room.campaign(number)
    assert (done.state, done.total, done.sent) == (CampaignState.DONE, 3, 3)
    held = await _receipts(room, article_subject := Subject(SubjectType.ARTICLE, article.number), people)
    assert [held[chat].message_id for chat in people[:3]] == [None] * 3  # the fact stays: they had it
    again = await _change(room, WITHDRAWAL, article.number)
    await room.run()
    assert (await room.campaign(again)).total == 0
    assert len(await _receipts(room, article_subject, people)) == 3


async def test_nothing_is_changed_in_the_supergroup_that_a_group_has_become(room: PressRoom) -> None:
    """It counts its messages anew: under the number of ours stands somebody else's.

    Source: https://core.telegram.org/api/channel#migration
    """
    [anna] = await room.people(1)
    group = room.house.group
    room.world.add_bot(anna, group)
    await room.house.settle()
    await room.follow([anna, group], "Energy")
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    assert len(room.world.ledger.sent_to(group)) > 0
    new = room.world.migrate(group)
    await room.house.settle()
    for kind, revision in ((CORRECTION, article.revision + 1), (WITHDRAWAL, None)):
        await _change(room, kind, article.number, revision)
        await room.run()
    changed = [call for call in room.world.ledger if call.method.startswith(("edit", "delete"))]
    assert {call.chat_id for call in changed} == {anna}
    [stands] = (await _receipts(room, Subject(SubjectType.ARTICLE, article.number), [new])).values()
    assert stands.message_id is None  # that it has the article is known: it comes no second time


async def test_a_correction_edits_text_and_caption_and_its_receipt_shows_the_revision(room: PressRoom) -> None:
    people = await room.people(2)
    await room.follow(people, "Energy")
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    before = await _receipts(room, subject := Subject(SubjectType.ARTICLE, article.number), people)
    number = await _change(room, CORRECTION, article.number, revision=7)
    await room.run()
    assert [room.got(chat) for chat in people] == [["Corrected: Grid storage"]] * 2
    after = await _receipts(room, subject, people)
    for chat in people:
        assert (after[chat].message_id, after[chat].has_photo) == (before[chat].message_id, before[chat].has_photo)
        assert (before[chat].revision, after[chat].revision) == (article.revision, 7)
    assert (await room.campaign(number)).sent == 2


async def test_an_explicit_list_is_an_audience_like_any_other(house: StoryHouse, tmp_path: Path) -> None:
    chosen = frozenset({20_001, 20_003, 99_999})  # the last one is no chat of ours

    async def some(conn: Connection, campaign: Campaign) -> Audience:
        return Listed(campaign.kind, campaign.subject, chosen)

    kind = Kind("list", Lane.LATER, some, _announcement, _never_revised)
    async with press_room(house, tmp_path, kinds={**KINDS, "list": kind}) as room:
        people = await room.people(5)
        number = await _announce(room, kind)
        await room.run()
        assert [chat for chat in people if room.got(chat)] == [20_001, 20_003]
        assert (await room.campaign(number)).total == 2


async def test_a_kind_that_this_version_does_not_know_waits_and_stops_nothing_else(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path) as room:
        people = await room.people(2)
        await room.follow(people, "Energy")
        number = await _announce(room)
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.run()
        assert [room.got(chat) for chat in people] == [["Grid storage"]] * 2
        waiting = await room.campaign(number)
        assert (waiting.state, waiting.total) == (CampaignState.RUNNING, 0)
