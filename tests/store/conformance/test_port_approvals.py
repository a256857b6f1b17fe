"""What waits for a second editor on any engine, and what single editors are still to be told."""

from dataclasses import replace

from port_samples import ANNA, BEN, HIGHEST, HOUR, LOWEST, NOW, Engine, put_article

from bot.domain.approval import ApprovalRequest, DeskNews, Wanted
from bot.domain.article import ArticleState, Manner
from bot.store.content import articles
from bot.store.desk import approvals


async def test_one_request_waits_for_an_article_and_a_later_one_takes_its_place(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await approvals.request_for(conn, 1) is None and await approvals.waiting(conn) == []
        for number in (1, 2):
            await put_article(conn, number, state=ArticleState.DRAFT)
        first = ApprovalRequest(1, Wanted.PUBLISH, 1, ANNA, None, NOW)
        second = ApprovalRequest(2, Wanted.SCHEDULE, 3, None, "ci", NOW - HOUR, at=NOW + HOUR, manner=Manner.SILENT)
        for request in (first, second):
            await approvals.ask(conn, request)
            assert await approvals.request_for(conn, request.article) == request
        assert await approvals.waiting(conn) == [second, first]
        later = replace(first, revision=2, asked_by=BEN)
        await approvals.ask(conn, later)
        await approvals.ask(conn, replace(second, approved_by=BEN))
        assert await approvals.waiting(conn) == [later]
        assert await approvals.request_for(conn, 2) == replace(second, approved_by=BEN)
        assert [await approvals.forget(conn, 1) for _ in range(2)] == [True, False]
        for nobody in (0, 404, HIGHEST, LOWEST):
            assert await approvals.request_for(conn, nobody) is None and not await approvals.forget(conn, nobody)


async def test_each_editor_is_told_of_the_newest_about_an_article_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2):
            await put_article(conn, number, state=ArticleState.DRAFT)
        await approvals.let_know(conn, [], DeskNews.ASKED, 1)
        assert await approvals.untold(conn) == []
        await approvals.let_know(conn, [ANNA, BEN], DeskNews.ASKED, 1, by=7)
        await approvals.let_know(conn, [ANNA], DeskNews.ASKED, 2, key="ci", at=NOW)
        await approvals.let_know(conn, [BEN], DeskNews.APPROVED, 1, by=ANNA, at=NOW)
        waiting = await approvals.untold(conn)
        assert [(one.person, one.kind, one.article, one.by, one.key, one.at) for one in waiting] == [
            (ANNA, DeskNews.ASKED, 1, 7, None, None),
            (ANNA, DeskNews.ASKED, 2, None, "ci", NOW),
            (BEN, DeskNews.APPROVED, 1, ANNA, None, NOW),
        ]
        assert await approvals.untold(conn, 1) == waiting[:1]
        for _ in range(2):
            await approvals.told(conn, waiting[0].id)
        assert await approvals.untold(conn) == waiting[1:]


async def test_a_scheduled_article_keeps_its_manner_until_its_state_changes(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, state=ArticleState.DRAFT)
        await articles.set_manner(conn, 1, Manner.SILENT)
        assert (await articles.article(conn, 1)).manner is Manner.USUAL
        await articles.set_state(conn, 1, ArticleState.SCHEDULED, scheduled_at=NOW)
        for manner in (Manner.BREAKING, Manner.SILENT):
            await articles.set_manner(conn, 1, manner)
            assert (await articles.article(conn, 1)).manner is manner
        await articles.set_state(conn, 1, ArticleState.DRAFT)
        assert (await articles.article(conn, 1)).manner is Manner.USUAL
