"""Threads of topics in private chats, on any engine: what is to be done, where news goes, and what outlives what."""

from datetime import timedelta

from port_samples import ANNA, BEN, GROUP, HOUR, NOW, SECOND, Engine, put_article, put_chats, put_topics

from bot.domain.chat import ChatKind, ChatState
from bot.domain.topic_threads import Task, ThreadWork
from bot.store.delivery.followers import followers_of
from bot.store.engine.connection import Connection
from bot.store.readers import chats, closed_threads, export, forgetting, subscriptions, topic_threads

MINUTES = timedelta(minutes=10)


async def _furnished(conn: Connection) -> dict[str, int]:
    """Let Anna want threads, and Ben none; both follow AI and Energy."""
    found = await put_topics(conn, "AI", "Energy")
    await put_chats(conn, ANNA, BEN)
    for chat in (ANNA, BEN):
        for number in found.values():
            await subscriptions.follow(conn, chat, number, 0, NOW)
    await topic_threads.want(conn, ANNA, True)
    return found


async def _work(conn: Connection, limit: int = 9) -> list[ThreadWork]:
    return await topic_threads.work(conn, NOW, MINUTES, limit)


async def _routes(conn: Connection, chat: int) -> dict[str, int]:
    document = await export.export(conn, chat)
    return {row["topic"]: row["thread"] for row in document["follows"]}  # type: ignore[attr-defined]


async def test_each_followed_topic_of_who_wants_it_gets_a_thread_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await _furnished(conn)
        ai, energy = found["AI"], found["Energy"]
        first, second = await _work(conn)
        assert {first.topic, second.topic} == {ai, energy} and {first.chat, first.task} == {ANNA, Task.MAKE}
        assert len(await _work(conn, 1)) == 1
        await topic_threads.made(conn, ANNA, ai, 5, "AI")
        await topic_threads.made(conn, ANNA, energy, 6, "Energy")
        assert await _work(conn) == []
        assert await _routes(conn, ANNA) == {"AI": 5, "Energy": 6}
        assert await _routes(conn, BEN) == {"AI": 0, "Energy": 0}
        assert await topic_threads.thread_of(conn, ANNA, ai) == 5
        assert await topic_threads.thread_of(conn, BEN, ai) is None
        await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW)
        await subscriptions.unfollow(conn, ANNA, ai)
        await topic_threads.want(conn, ANNA, False)
        assert await _routes(conn, ANNA) == {"Energy": 0}
        assert await topic_threads.thread_of(conn, ANNA, ai) is None
        await topic_threads.want(conn, ANNA, True)
        assert await _routes(conn, ANNA) == {"Energy": 6}
        assert await topic_threads.thread_of(conn, ANNA, ai) == 5  # it outlives the unfollow


async def test_only_a_private_chat_wants_them(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await _furnished(conn)
        await chats.get_or_create(conn, GROUP, ChatKind.GROUP, "en", NOW)
        await subscriptions.follow(conn, GROUP, found["AI"], 7, NOW)
        for wants in (True, False):
            await topic_threads.want(conn, GROUP, wants)
            known = await chats.chat(conn, GROUP)
            assert known is not None and not known.topic_threads
        assert await _routes(conn, GROUP) == {"AI": 7}
        await topic_threads.want(conn, 404, True)


async def test_a_thread_that_stays_lost_is_made_anew_and_one_with_another_name_named(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await _furnished(conn)
        ai, energy = found["AI"], found["Energy"]
        await topic_threads.made(conn, ANNA, ai, 5, "AI")
        await topic_threads.made(conn, ANNA, energy, 6, "Power")
        assert await _work(conn) == [ThreadWork(ANNA, energy, "Energy", Task.RENAME, 6)]
        await topic_threads.named(conn, ANNA, energy, "Energy")
        await topic_threads.named(conn, BEN, energy, "Energy")  # has none
        await closed_threads.begin(conn, [(ANNA, 5)], NOW - MINUTES + SECOND)
        assert await _work(conn) == [] and await closed_threads.untold(conn) == []
        await closed_threads.end(conn, [(ANNA, 5)])
        await closed_threads.begin(conn, [(ANNA, 5)], NOW - MINUTES)
        assert await _work(conn) == [ThreadWork(ANNA, ai, "AI", Task.MAKE_ANEW, 5)]
        await topic_threads.made(conn, ANNA, ai, 9, "AI")
        assert await _work(conn) == [] and (await _routes(conn, ANNA))["AI"] == 9


async def test_a_chat_that_is_left_alone_is_so_for_longer_each_time(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _furnished(conn)
        assert await topic_threads.leave_alone(conn, ANNA, NOW) == NOW + MINUTES
        assert await topic_threads.leave_alone(conn, ANNA, NOW) == NOW + 2 * MINUTES
        assert await topic_threads.leave_alone(conn, 404, NOW) is None
        assert await _work(conn) == []
        assert len(await topic_threads.work(conn, NOW + 2 * MINUTES, MINUTES, 9)) == 2
        await topic_threads.want(conn, ANNA, True)  # whoever asks anew need not wait
        assert len(await _work(conn)) == 2
        await chats.switch_off(conn, ANNA, NOW)
        assert await _work(conn) == []


async def test_a_story_goes_to_the_nearest_topics_thread_and_to_each_chat_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await _furnished(conn)
        await topic_threads.made(conn, ANNA, found["AI"], 5, "AI")
        await put_article(conn, 1, topics_of={"Energy": found["Energy"], "AI": found["AI"]})
        audience = await followers_of(conn, 1, NOW + HOUR)
        assert set(await audience.wanting(conn, [ANNA, BEN], NOW)) == {ANNA, BEN}
        await forgetting.forget(conn, ANNA, NOW)
        assert not any((await export.export(conn, ANNA)).values())
