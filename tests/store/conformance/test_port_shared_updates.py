"""Updates of several processes: each is one's, in the order of its chat, and what is left behind is taken over."""

from port_samples import ANNA, BEN, NOW, SECOND, Engine

from bot.store.readers import shared_updates

HERE, THERE = 1, 2**62


async def test_an_update_is_of_whoever_has_it_first_until_it_is_given_back(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await shared_updates.claim(conn, 5, ANNA, "{}", owner=HERE, now=NOW)
    async with engine.transaction() as conn:
        assert not await shared_updates.claim(conn, 5, ANNA, "{}", owner=THERE, now=NOW)
        assert await shared_updates.claim(conn, 5, ANNA, "{}", owner=HERE, now=NOW), "it may not have been told"
        await shared_updates.finish(conn, [5], NOW)
        for owner in (HERE, THERE):
            assert not await shared_updates.claim(conn, 5, ANNA, "{}", owner=owner, now=NOW), "done is done"
        await shared_updates.give_back(conn, 5)
        assert await shared_updates.claim(conn, 5, ANNA, "{}", owner=THERE, now=NOW)


async def test_an_update_waits_for_earlier_ones_of_its_chat_that_another_process_has(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await shared_updates.claim(conn, 5, ANNA, "{}", owner=HERE, now=NOW)
        for id, chat, owner, waits in (
            (6, ANNA, THERE, True),
            (7, ANNA, HERE, True),  # for the one before it, which another has
            (4, ANNA, THERE, False),
            (8, BEN, THERE, False),
        ):
            await shared_updates.claim(conn, id, chat, "{}", owner=owner, now=NOW)
            assert await shared_updates.is_behind_another(conn, id, chat, owner=owner) is waits, id
        await shared_updates.finish(conn, [5, 4], NOW)
        assert not await shared_updates.is_behind_another(conn, 6, ANNA, owner=THERE)


async def test_what_a_silent_process_left_is_taken_over_once_oldest_first(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for id in (9, 7, 8):
            await shared_updates.claim(conn, id, ANNA, f'{{"update_id": {id}}}', owner=HERE, now=NOW)
        await shared_updates.finish(conn, [8], NOW)
        await shared_updates.claim(conn, 10, BEN, "{}", owner=THERE, now=NOW)
        await shared_updates.renew(conn, THERE, NOW + SECOND)
        later = NOW + SECOND
        assert await shared_updates.take_over(conn, 3, NOW, later) == [], "it has just been heard of"
        taken = await shared_updates.take_over(conn, 3, later, later)
        assert taken == [(7, '{"update_id": 7}'), (9, '{"update_id": 9}')]
        assert await shared_updates.take_over(conn, THERE, later, later) == []


async def test_done_ones_are_known_for_a_while_and_those_at_work_stay(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for id in (5, 6):
            await shared_updates.claim(conn, id, ANNA, "{}", owner=HERE, now=NOW)
        await shared_updates.finish(conn, [5], NOW)
        await shared_updates.forget_done(conn, NOW)
        assert not await shared_updates.claim(conn, 5, ANNA, "{}", owner=THERE, now=NOW)
        await shared_updates.forget_done(conn, NOW + SECOND)
        assert await shared_updates.claim(conn, 5, ANNA, "{}", owner=THERE, now=NOW)
        assert not await shared_updates.claim(conn, 6, ANNA, "{}", owner=THERE, now=NOW)
