"""One article as it goes out: prepared once for many, in today's words, with one picture for all who may see one."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse
from what_became import WHAT_BECAME

from bot.domain.article import Picture
from bot.domain.chat import Chat, Pictures
from bot.domain.delivery import Outcome
from bot.domain.message import Message
from bot.sandbox.world.faults import Page, Refuse
from bot.services.delivery.composing import MAX_BODIES, Attempt
from bot.services.delivery.edition import edition_of
from bot.services.newsroom import corrections
from bot.store.content import articles
from bot.store.readers import chat_settings, chats

CELL = Picture("cell.png", 320, 180, is_local=True)


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


class AtOnce(Attempt[Any]):
    """It is always this chat's turn."""

    def __init__(self, room: PressRoom, chat: Chat, topic: int) -> None:
        self.chat, self.look, self.reason, self.is_photo = chat.id, room.house.ctx.look(chat), topic, False
        self.db, self.now = room.db, room.house.clock()
        self.gateway = room.house.ctx.gateway

    async def turn(self, pace_only: bool = False) -> Outcome | None:
        return None

    async def leave(self, body: Any) -> Outcome:
        return await self.gateway.send(body, self.chat)


def shown(message: dict[str, Any]) -> str:
    return str(message.get("caption") or message.get("text"))


def _has_photo(room: PressRoom, chat: int) -> list[bool]:
    return ["photo" in message for message in room.house.messages(chat)]


async def test_a_body_is_prepared_once_for_all_who_see_the_same(
    room: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[Message] = []
    gateway = room.house.ctx.gateway
    prepare = gateway.prepare

    def noted(message: Message) -> Any:
        prepared.append(message)
        return prepare(message)

    monkeypatch.setattr(gateway, "prepare", noted)
    monkeypatch.setattr(room.dispatcher._compositions, "_prepare", noted)
    people = await room.people(60)
    await room.follow(people[:40], "Energy")
    await room.follow(people[40:], "Storage")
    async with room.db.transaction() as conn:
        for chat in people[::2]:
            await chat_settings.set_pictures(conn, chat, Pictures.NONE)
    await room.publish(await room.draft("grid-storage", "Energy", "Storage"))
    await room.run()
    assert all(len(room.world.ledger.sent_to(chat)) == 1 for chat in people)
    # By link for the first; then for both topics, each with and without a picture.
    assert len(prepared) == 1 + 2 * 2


async def test_a_correction_is_prepared_once_for_all_who_see_the_same(
    room: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[Message] = []
    prepare = room.house.ctx.gateway.prepare_edit

    def noted(message: Message) -> Any:
        prepared.append(message)
        return prepare(message)

    monkeypatch.setattr(room.dispatcher._compositions, "_prepare_edit", noted)
    people = await room.people(60)
    await room.follow(people, "Energy")
    async with room.db.transaction() as conn:
        for chat in people[::2]:
            await chat_settings.set_pictures(conn, chat, Pictures.NONE)
        await conn.execute("UPDATE chats SET language = 'de' WHERE id IN (?, ?)", (people[0], people[1]))
    article = await room.draft("grid-storage", "Energy")
    await room.publish(article)
    await room.run()
    await corrections.correct(room.db, article.number, why="it is 580 metres.", by=None, now=room.house.clock())
    await room.run()
    assert all("it is 580 metres." in shown(room.house.messages(chat)[-1]) for chat in people)
    assert len(prepared) == 2 * 2  # in each language, of texts and of photos


async def test_each_chat_gets_its_own_words(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    async with room.db.transaction() as conn:
        await conn.execute("UPDATE chats SET language = 'de' WHERE id = ?", (ben,))
    await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    await room.run()
    assert [room.house.buttons(chat)[0] for chat in (anna, ben)] == [["Read"], ["Lesen"]]


async def test_the_bodies_that_are_kept_are_bounded(room: PressRoom) -> None:
    [anna] = await room.people(1)
    article, inside = await room.draft("grid-storage", "Energy", pictures=()), room.house.ctx
    async with room.db.reading() as conn:
        edition = await edition_of(conn, article.number, room.house.clock(), None, inside.gateway.prepare)
        chat = await chats.chat(conn, anna)
    assert chat is not None
    for topic in range(MAX_BODIES + 9):
        await edition.send(AtOnce(room, chat, topic))
    assert len(edition._bodies) == MAX_BODIES


async def test_what_is_corrected_on_its_way_goes_out_in_its_new_words(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    room.world.faults.add(Page(), chat=anna, times=1)
    article = await room.draft("grid-storage", "Energy", title="Grid strage")
    await room.publish(article)
    await room.run()
    await room.draft("grid-storage", "Energy", title="Grid storage", published_at=article.story.published_at)
    room.house.clock.advance(timedelta(minutes=1))
    await room.run()
    assert (room.got(ben), room.got(anna)) == (["Grid strage"], ["Grid storage"])
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall(f"SELECT revision FROM {WHAT_BECAME} ORDER BY revision")
        assert [row["revision"] for row in rows] == [1, (await articles.article(conn, article.number)).revision]


async def test_a_picture_whose_bytes_were_refused_is_not_tried_with_the_next_article(
    room: PressRoom, tmp_path: Path
) -> None:
    (tmp_path / CELL.url).write_bytes(_PNG)
    os.utime(tmp_path / CELL.url, (0, 0))  # nobody is writing it any more
    people = await room.people(3)
    await room.follow(people, "Energy")
    room.world.faults.add(Refuse(400, "Bad Request: IMAGE_PROCESS_FAILED"), method="sendPhoto")
    for slug in ("grid-storage", "tidal-power"):
        await room.publish(await room.draft(slug, "Energy", pictures=(CELL,)))
        await room.run()
    assert [_has_photo(room, chat) for chat in people] == [[False, False]] * 3
    assert len(room.world.ledger.of("sendPhoto")) == 1


@pytest.mark.parametrize("first", [0, 1])
async def test_chats_that_forbid_photos_get_text_whenever_their_turn_comes(room: PressRoom, first: int) -> None:
    people = await room.people(9)
    await room.follow(people, "Energy")
    strict = people[first::2]
    for chat in strict:
        room.world.faults.add(
            Refuse(400, "Bad Request: not enough rights to send photos to the chat"), method="sendPhoto", chat=chat
        )
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert [_has_photo(room, chat) for chat in people] == [[chat not in strict] for chat in people]


async def test_a_chat_that_is_gone_says_nothing_about_the_picture(room: PressRoom) -> None:
    people = await room.people(6)
    await room.follow(people, "Energy")
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.spread()
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT chat FROM deliveries ORDER BY id")
    *gone, last = [int(row["chat"]) for row in rows]
    for chat in gone:
        room.world.block(chat)
    await room.run()
    assert _has_photo(room, last) == [True]


_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000140000000b40802000000"
    + "00000000"  # enough of a picture for its size to be read
)
