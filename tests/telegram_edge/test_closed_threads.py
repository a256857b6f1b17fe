"""What a forum is told when the thread that gets its news is closed or gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import EDITH

from bot.domain.chat import ChatKind, ChatState
from bot.domain.delivery import Delivery, Sent, ThreadGone
from bot.sandbox.world.faults import Refuse
from bot.services.delivery.closed_threads import note_threads
from bot.services.delivery.item import Item
from bot.services.readers import membership, subscribing
from bot.store.readers import chats, closed_threads
from bot.telegram_edge.notifications.alert_schedule import RETRY_UNREACHED_AFTER

CLOSED = (
    "The thread for Energy is closed or gone. Its news comes here until it is open again. "
    "Administrators choose another thread by sending /subscribe and a topic's name there."
)

GONE = ThreadGone("TOPIC_CLOSED")


class Forum(Desk):
    """A forum with a thread in which it follows Energy."""

    id: int
    thread: int

    async def opens(self, language: str = "en", *, follows: bool = True) -> None:
        world, members = self.room.world, {EDITH: "creator"}
        self.id = world.add_chat("supergroup", "Forum", members=members, is_forum=True, bot_status="member").id
        self.thread = world.open_thread(self.id, "Power", 5)
        if follows:
            async with self.room.db.transaction() as conn:
                await chats.get_or_create(conn, self.id, ChatKind.GROUP, language, self.house.clock())
            await self.room.follow([self.id], "Energy", self.thread)

    def closes(self) -> None:
        self.room.world.close_thread(self.id, self.thread)

    def reopens(self) -> None:
        self.room.world.open_thread(self.id, "Power", self.thread)

    async def publishes(self, slug: str) -> None:
        """Publish something about energy, and let the notifications look twice."""
        await self.room.publish(await self.room.draft(slug, "Energy"))
        await self.run()
        await self.passes(1)

    @property
    def told(self) -> list[str]:
        """What was said of the thread, in the chat itself."""
        messages = self.house.messages(self.id)
        texts = [plain(one.get("text", "")) for one in messages if "message_thread_id" not in one]
        return [text for text in texts if "hread" in text]

    async def episodes(self) -> int:
        async with self.room.db.reading() as conn:
            return len(list(await conn.execute_fetchall("SELECT 1 FROM closed_threads")))


@pytest.fixture
async def forum(tmp_path: Path) -> AsyncIterator[Forum]:
    async with desk_of(tmp_path) as desk:
        forum = Forum(desk.house, desk.room)
        await forum.opens()
        yield forum


async def test_a_closed_thread_is_told_once_in_the_forum_itself_and_keeps_its_route(forum: Forum) -> None:
    forum.closes()
    await forum.publishes("one")
    assert forum.told == [CLOSED]
    await forum.publishes("two")
    restarted = Desk(forum.house, forum.room)
    await restarted.turn()
    assert forum.told == [CLOSED]
    forum.reopens()
    await forum.publishes("three")
    assert [one.get("message_thread_id") for one in forum.house.messages(forum.id)] == [None] * 3 + [forum.thread]
    assert await forum.episodes() == 0


async def test_a_thread_that_is_closed_once_more_is_told_once_more(forum: Forum) -> None:
    forum.closes()
    await forum.publishes("one")
    forum.reopens()
    await forum.publishes("two")
    forum.room.world.delete_thread(forum.id, forum.thread)
    await forum.publishes("three")
    assert forum.told == [CLOSED] * 2


async def test_a_thread_that_takes_its_news_leaves_no_trace(forum: Forum) -> None:
    await forum.publishes("one")
    assert (forum.told, await forum.episodes()) == ([], 0)


async def test_all_that_is_followed_in_the_thread_is_named(forum: Forum) -> None:
    await forum.room.follow([forum.id], "Robotics", forum.thread)
    await forum.room.follow([forum.id], "Chips")
    forum.closes()
    await forum.publishes("one")
    assert len(forum.told) == 1
    assert forum.told[0].startswith("The thread for Energy and Robotics is closed or gone.")


async def test_a_german_forum_is_told_in_german(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as desk:
        forum = Forum(desk.house, desk.room)
        await forum.opens("de")
        forum.closes()
        await forum.publishes("one")
        assert forum.told == [
            "Der Thread für Energy ist geschlossen oder gelöscht. Bis er wieder offen ist, kommen seine Meldungen "
            "hierher. Administratoren wählen einen anderen Thread, indem sie dort /subscribe und den Namen eines "
            "Themas senden."
        ]


async def test_a_forum_that_follows_nothing_there_any_more_is_not_told(forum: Forum) -> None:
    forum.closes()
    await forum.room.publish(await forum.room.draft("one", "Energy"))
    await forum.room.run()
    assert await forum.episodes() == 1
    await subscribing.unfollow_names(forum.room.db, forum.id, ["Energy"], now=forum.house.clock())
    await forum.turn()
    assert forum.told == []


async def test_a_paused_forum_is_told_when_it_goes_on(forum: Forum) -> None:
    forum.closes()
    await forum.room.publish(await forum.room.draft("one", "Energy"))
    await forum.room.run()
    for state, told in (ChatState.PAUSED, []), (ChatState.ACTIVE, [CLOSED]):
        async with forum.room.db.transaction() as conn:
            await chats.set_state(conn, forum.id, state, forum.house.clock())
        await forum.turn()
        assert forum.told == told


async def test_who_chooses_a_thread_that_is_still_closed_is_told_again(forum: Forum) -> None:
    forum.closes()
    await forum.publishes("one")
    await forum.house.says(EDITH, "/subscribe Energy", forum.id, thread=forum.thread)
    await forum.publishes("two")
    assert forum.told == [CLOSED] * 2


async def test_a_forum_that_refuses_the_notice_is_let_go(forum: Forum) -> None:
    forum.closes()
    await forum.room.publish(await forum.room.draft("one", "Energy"))
    await forum.room.run()
    forum.room.world.faults.add(Refuse(400, "Bad Request: TOPIC_CLOSED"), chat=forum.id)
    await forum.turn()
    forum.room.world.faults.clear()
    await forum.passes(RETRY_UNREACHED_AFTER.total_seconds())
    assert forum.told == []


async def test_a_notice_that_telegram_could_not_take_is_tried_again_later(forum: Forum) -> None:
    forum.closes()
    await forum.room.publish(await forum.room.draft("one", "Energy"))
    await forum.room.run()
    forum.room.world.faults.add(Refuse(401, "Unauthorized"), chat=forum.id)
    await forum.turn()
    tries = len(forum.room.world.faults.happened)
    await forum.passes(1)
    assert len(forum.room.world.faults.happened) == tries
    forum.room.world.faults.clear()
    await forum.passes(RETRY_UNREACHED_AFTER.total_seconds())
    assert forum.told == [CLOSED]


async def test_a_notice_that_cannot_be_written_down_is_not_repeated_every_second(forum: Forum) -> None:
    async with forum.room.db.transaction() as conn:
        await conn.execute("CREATE TRIGGER t BEFORE UPDATE ON closed_threads BEGIN SELECT RAISE(ABORT, 'full'); END")
    forum.closes()
    await forum.publishes("one")
    await forum.passes(1)
    assert forum.told == [CLOSED]


async def test_a_forum_that_moved_is_not_told_again_under_its_new_number(forum: Forum) -> None:
    forum.closes()
    await forum.publishes("one")
    old = forum.id
    await forum.opens(follows=False)
    await membership.move(forum.room.db, old, forum.id, forum.house.clock())
    forum.closes()
    await forum.publishes("two")
    assert (len(forum.house.messages(forum.id)), forum.told, await forum.episodes()) == (1, [], 1)


async def test_a_thread_of_a_forum_that_is_forgotten_meanwhile_leaves_no_trace(forum: Forum) -> None:
    forum.closes()
    await forum.publishes("one")
    await membership.forget(forum.room.db, forum.id, forum.room.house.clock())
    async with forum.room.db.transaction() as conn:
        await closed_threads.begin(conn, [(forum.id, forum.thread)], forum.house.clock())
    assert await forum.episodes() == 0


@pytest.mark.parametrize(("answers", "told"), [((Sent(1), GONE), 2), ((GONE, Sent(1)), 1), ((GONE, GONE), 1)])
async def test_what_is_answered_together_counts_in_the_order_of_the_answers(forum: Forum, answers, told) -> None:
    forum.closes()
    await forum.publishes("one")
    delivery = Delivery(1, 1, forum.id, forum.thread, forum.house.clock())
    items = [Item(delivery, None, None, None, 1, outcome=answer) for answer in answers]
    async with forum.room.db.transaction() as conn:
        await note_threads(conn, items, forum.house.clock())
    await forum.turn()
    assert len(forum.told) == told
