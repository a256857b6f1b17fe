"""Articles that people keep by reacting."""

from __future__ import annotations

from port_samples import ANNA, BEN, GROUP, HIGHEST, NOW, SECOND, Engine, message_in, put_article, put_chats, send_to

from bot.domain.delivery import Status
from bot.store.readers import browsing, reactions, subscriptions


async def test_the_article_of_a_message_is_the_one_that_it_brought_to_that_chat(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED})
        assert await reactions.article_in(conn, ANNA, message_in(ANNA)) == 1
        for chat, message in ((BEN, message_in(BEN)), (ANNA, 1), (BEN, message_in(ANNA)), (HIGHEST, HIGHEST)):
            assert await reactions.article_in(conn, chat, message) is None


async def test_a_message_that_brought_several_articles_is_none_of_them(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for article in (1, 2):
            await send_to(conn, article, {ANNA: Status.SENT})
        assert await reactions.article_in(conn, ANNA, message_in(ANNA)) is None


async def test_the_last_reaction_that_goes_lets_it_go_unless_the_person_kept_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        for number in (1, 2):
            await put_article(conn, number)
        assert await reactions.keep(conn, ANNA, 1, ANNA, NOW) and not await reactions.keep(conn, ANNA, 1, GROUP, NOW)
        assert not await reactions.keep(conn, ANNA, 1, GROUP, NOW + SECOND)  # once more
        assert not await reactions.take_back(conn, ANNA, 1, ANNA) and await subscriptions.has_saved(conn, ANNA, 1)
        assert await reactions.take_back(conn, ANNA, 1, GROUP) and not await subscriptions.has_saved(conn, ANNA, 1)
        assert not await reactions.take_back(conn, ANNA, 1, GROUP)
        await subscriptions.save(conn, ANNA, 2, NOW)
        assert not await reactions.keep(conn, ANNA, 2, ANNA, NOW) and not await reactions.take_back(conn, ANNA, 2, ANNA)
        assert [place.number for place in await browsing.saved(conn, ANNA, None, 9)] == [2]


async def test_saving_what_a_reaction_kept_makes_it_stay_where_it_is(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        await put_article(conn, 1)
        await reactions.keep(conn, ANNA, 1, ANNA, NOW)
        [before] = await browsing.saved(conn, ANNA, None, 9)
        await subscriptions.save(conn, ANNA, 1, NOW + SECOND)
        assert await browsing.saved(conn, ANNA, None, 9) == [before]
        assert not await reactions.take_back(conn, ANNA, 1, ANNA) and await subscriptions.has_saved(conn, ANNA, 1)
        await subscriptions.unsave(conn, ANNA, 1)
        assert await reactions.keep(conn, ANNA, 1, ANNA, NOW)
