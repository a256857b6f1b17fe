"""Everybody gets exactly one row, wherever on the circle it starts and whenever it is cut."""

from pathlib import Path
from tempfile import TemporaryDirectory

from databases import empty_database
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from store_samples import NOW, put_article, put_chats

from bot.domain.delivery import NEWS, Lane, Subject, SubjectType
from bot.store.delivery import campaigns, fanout, leases, outbox
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.followers import followers_of
from bot.store.engine.database import Connection, Database

chat_ids = st.sets(st.integers(-(2**42), 2**42) | st.integers(-20, 20), min_size=1, max_size=25)


async def _start(conn: Connection, article: int, ring_start: int) -> Campaign:
    number = await campaigns.promise(
        conn, NEWS, Subject(SubjectType.ARTICLE, article), fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None
    )
    await fanout.begin(conn, number, ring_start)
    found = await campaigns.campaign(conn, number)
    assert found is not None
    return found


async def _furnish(conn: Connection, chats: set[int], threads: dict[int, int]) -> None:
    await conn.execute("INSERT INTO topics (number, id, name) VALUES (1, 't', 'T')")
    await put_chats(conn, sorted(chats), "group")
    await conn.executemany(
        "INSERT INTO subscriptions (topic, chat, thread, since) VALUES (1, ?, ?, 0)",
        [(chat, thread) for chat in chats for thread in range(threads.get(chat, 1))],
    )
    for article in (1, 2):
        await put_article(conn, article, topics=[1])


@examples(60)
@given(chat_ids, st.integers(-(2**43), 2**43) | st.integers(-25, 25), st.integers(1, 9), st.data())
async def test_a_fan_out_cut_at_any_piece_gives_each_chat_one_row_in_order_of_the_circle(chats, start, piece, data):
    threads = {chat: data.draw(st.integers(1, 4), label=f"threads of {chat}") for chat in sorted(chats)[:4]}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        empty_database(path)
        db = await Database.open(path, readers=1)
        try:
            async with db.transaction() as conn:
                await _furnish(conn, chats, threads)
                number = (await _start(conn, 1, start)).id
            more = True
            while more:
                crashes = data.draw(st.booleans(), label="crash")
                try:
                    async with db.transaction() as conn:
                        current = await campaigns.campaign(conn, number)
                        assert current is not None
                        more = await fanout.fan_out(conn, current, await followers_of(conn, 1, NOW), NOW, piece)
                        if crashes:
                            raise InterruptedError
                except InterruptedError:
                    more = True
            async with db.reading() as conn:
                rows = await conn.execute_fetchall("SELECT chat FROM deliveries ORDER BY id")
                done = await campaigns.campaign(conn, number)
        finally:
            await db.close()
    circle = [chat for chat in sorted(chats) if chat > start] + [chat for chat in sorted(chats) if chat <= start]
    assert [row["chat"] for row in rows] == circle
    assert done is not None and done.is_complete and done.total == len(chats)


@examples(25)
@given(chat_ids, st.integers(1, 9))
async def test_articles_of_one_busy_period_share_their_start_and_each_chat_gets_them_in_order(chats, piece):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        empty_database(path)
        db = await Database.open(path, readers=1)
        try:
            async with db.transaction() as conn:
                await _furnish(conn, chats, {})
                assert await fanout.ring_of_busy_period(conn) is None
                first = await _start(conn, 1, sorted(chats)[len(chats) // 2])
                shared = await fanout.ring_of_busy_period(conn)
                assert shared == first.ring_start
                second = await _start(conn, 2, shared)
                open_ones = [first, second]
                while open_ones:  # in turns, as pieces of both may be
                    for one in list(open_ones):
                        current = await campaigns.campaign(conn, one.id)
                        assert current is not None
                        audience = await followers_of(conn, current.subject.number, NOW)
                        if not await fanout.fan_out(conn, current, audience, NOW, piece):
                            open_ones.remove(one)
                claimed = await outbox.claim(conn, NOW, 1000, owner=await leases.take(conn, "one", NOW))
        finally:
            await db.close()
    order = [(delivery.campaign, delivery.chat) for delivery in claimed]
    assert len(order) == 2 * len(chats)
    assert [chat for campaign, chat in order if campaign == first.id] == [
        chat for campaign, chat in order if campaign == second.id
    ]
    assert order == sorted(order, key=lambda one: one[0])


async def test_what_a_dead_process_had_claimed_is_claimed_again_and_counts_as_perhaps_twice(tmp_path: Path) -> None:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        await _furnish(conn, {1, 2, 3}, {})
        started = await _start(conn, 1, 0)
        first = await leases.take(conn, "one", NOW)
        await fanout.fan_out(conn, started, await followers_of(conn, 1, NOW), NOW)
        assert len(await outbox.claim(conn, NOW, 2, owner=first)) == 2
    await db.close()
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        assert await leases.take_back_all(conn) == 2
        assert await outbox.claim(conn, NOW, 10, owner=first) == []  # a term that is over claims nothing
        again = await outbox.claim(conn, NOW, 10, owner=await leases.take(conn, "another", NOW))
    await db.close()
    assert sorted((delivery.chat, delivery.unsure) for delivery in again) == [(1, 1), (2, 1), (3, 0)]


async def test_the_more_urgent_lane_is_claimed_and_returned_first_whatever_was_promised_before(tmp_path):
    path = tmp_path / "news.db"
    empty_database(path)
    db = await Database.open(path, readers=1)
    try:
        async with db.transaction() as conn:
            await _furnish(conn, {1, 2, 3}, {})
            numbers = {}
            for article, lane in ((1, Lane.LATER), (2, Lane.NEWS), (1, Lane.URGENT), (2, Lane.URGENT)):
                number = await campaigns.promise(
                    conn, NEWS, Subject(SubjectType.ARTICLE, article), fixed_at=NOW, start_at=NOW, lane=lane, by=None
                )
                numbers[number] = lane
                await conn.executemany(
                    "INSERT INTO deliveries (campaign, chat, thread, not_before) VALUES (?, ?, 0, 0)",
                    [(number, chat) for chat in (3, 1, 2)],
                )
            term = await leases.take(conn, "one", NOW)
            claimed = [await outbox.claim(conn, NOW, many, owner=term) for many in (5, 100)]
        assert [[numbers[one.campaign] for one in some] for some in claimed] == [
            [Lane.URGENT] * 5,
            [Lane.URGENT] + [Lane.NEWS] * 3 + [Lane.LATER] * 3,
        ]
        urgent = claimed[0] + claimed[1][:1]
        assert [one.campaign for one in urgent] == [3, 3, 3, 4, 4, 4]
        assert [one.chat for one in urgent] == [3, 1, 2, 3, 1, 2]
    finally:
        await db.close()
