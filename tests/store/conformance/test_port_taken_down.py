"""What was taken down, on any engine: what is left of it, what is known again, and what became of its copies."""

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    HOUR,
    NOW,
    Engine,
    about,
    broadcast,
    put_article,
    put_chats,
    put_topics,
    queue,
    story,
    the_campaign,
)

from bot.domain.article import ArticleState, Related
from bot.domain.correction import Correction, Field
from bot.domain.delivery import NOTICE, Delivery, Lane, Operation, Status
from bot.domain.ingestion import SourceItem
from bot.domain.pasted_link import PastedLink
from bot.domain.takedown import OutOfReach
from bot.errors import TakenDown, UnknownArticle
from bot.store.content import articles, imports, taken_down, topics
from bot.store.delivery import (
    campaign_changes,
    campaigns,
    change_notes,
    fanout,
    leases,
    outbox,
    retention,
    settlement,
    takedown_report,
)
from bot.store.delivery.audiences import Holders
from bot.store.delivery.settlement import Settled
from bot.store.desk import asked_takedowns, audit_log, pasted_links
from bot.store.engine.connection import Connection
from bot.store.readers import subscriptions

GROUP = -1009
EDITH = 7003
LINK = "https://news.example/1"


async def _told(conn: Connection, number: int = 1, *paths: str) -> None:
    """Put an article, and let items have told it."""
    await put_article(conn, number)
    await imports.remember(conn, [SourceItem(path, "x", number, True, True, None) for path in paths])


async def test_nothing_of_an_article_is_left_but_its_number_and_when_it_was_taken_down(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _told(conn, 1, "a.md", "api:desk:4711", "link:https://news.example/1", "upload:https://news.example/1")
        await put_article(conn, 2)
        await audit_log.record(conn, "edit", at=NOW, article=1, detail="title", before="Old", after="New")
        revision = await articles.revision(conn, 1)
        assert await taken_down.taken_down_at(conn, 1) is None
        await taken_down.erase(conn, 1, NOW)
        left = await articles.even_taken_down(conn, 1)
        assert (left.state, left.story.title, left.story.link) == (ArticleState.TAKEN_DOWN, "", "")
        assert left.revision == (revision or 0) + 1
        assert await taken_down.taken_down_at(conn, 1) == NOW
        assert [one.number for one in await articles.articles(conn, [1, 2])] == [2]
        with pytest.raises(TakenDown):
            await articles.article(conn, 1)
        assert await taken_down.links_of(conn, 1) == []
        assert await imports.payloads(conn, [1]) == {1: {}}
        assert sorted(await imports.files(conn, ["a.md", "api:desk:4711", "link:https://news.example/1"])) == ["a.md"]
        [entry] = await audit_log.latest(conn, article=1)
        assert (entry.act, entry.detail, entry.before, entry.after) == ("edit", "title", None, None)
        with pytest.raises(UnknownArticle):
            await articles.even_taken_down(conn, 99)


async def test_a_topic_that_only_it_bore_goes_with_it_and_one_that_somebody_has_stays(engine: Engine) -> None:
    async with engine.transaction() as conn:
        numbers = await topics.resolve(conn, ["Name", "Shared"]) | await put_topics(conn, "Defined")
        await put_article(conn, 1, topics_of=numbers)
        await put_article(conn, 2, topics_of={"Shared": numbers["Shared"]})
        await taken_down.erase(conn, 1, NOW)
        assert set(await topics.topics(conn)) == {numbers["Shared"], numbers["Defined"]}


async def test_links_are_known_again_by_hashes_alone(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert not await taken_down.anything(conn)
        assert await taken_down.matching(conn, [LINK]) == {}
        await taken_down.remember(conn, 1, [LINK, "api:desk:4711"], NOW)
        await taken_down.remember(conn, 1, [LINK], NOW + HOUR)
        await taken_down.remember(conn, 2, ["https://news.example/2"], NOW)
        assert await taken_down.anything(conn)
        asked = [LINK, "api:desk:4711", "https://news.example/2", "https://news.example/3"]
        assert await taken_down.matching(conn, asked) == {LINK: 1, "api:desk:4711": 1, "https://news.example/2": 2}
        assert await taken_down.matching(conn, []) == {}


async def test_an_older_copy_that_has_it_is_noticed(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await put_article(conn, 2)
        assert await taken_down.brought_back(conn) == []
        [link] = await taken_down.links_of(conn, 1)
        await taken_down.remember(conn, 1, [link], NOW)
        assert await taken_down.brought_back(conn) == [1]


async def test_items_that_told_it_are_known_and_those_of_others_are_not(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _told(conn, 1, "a.md", "feed://1/abc", "api:desk:4711")
        await _told(conn, 2, "b.md")
        assert await taken_down.of_items(conn, ["a.md", "b.md"]) == {}
        assert await taken_down.ids_of(conn, 1) == ["api:desk:4711"]
        assert await taken_down.told_in(conn, 1) == (["a.md"], [])
        await taken_down.erase(conn, 1, NOW)
        assert await taken_down.of_items(conn, ["a.md", "feed://1/abc", "b.md", "c.md"]) == {
            "a.md": 1,
            "feed://1/abc": 1,
        }
        await imports.forget_fingerprints(conn, ["a.md"])
        assert await taken_down.told_in(conn, 1) == ([], []), "the file is gone"


async def test_who_names_it_is_found_and_named_no_more(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        [link] = await taken_down.links_of(conn, 1)
        named = story(2, related=(Related("One", link),))
        await imports.add(conn, {2: ("two", named)}, NOW)
        await imports.index(conn, {2: named}, {})
        assert await taken_down.naming(conn, 1, [link]) == [2]
        assert await taken_down.naming(conn, 2, [link]) == [], "itself is none of them"
        await taken_down.rewrite_related(conn, 2, [link])
        assert await taken_down.naming(conn, 1, [link]) == []


async def test_links_of_editors_that_lead_to_it_are_forgotten(engine: Engine) -> None:
    async with engine.transaction() as conn:
        leading = PastedLink(EDITH, 5, "http://www.news.example/1/?utm_source=x", NOW, is_read=True)
        found = PastedLink(EDITH, 6, "https://short.example/x", NOW, is_read=True, story=story(1, link=LINK))
        other = PastedLink(EDITH, 7, "https://news.example/3", NOW, is_read=True)
        for one in (leading, found, other):
            await pasted_links.keep(conn, one)
        await taken_down.forget_pasted(conn, [LINK])
        assert [await pasted_links.found(conn, EDITH, id) for id in (5, 6, 7)] == [None, None, other]
        await pasted_links.forget(conn, EDITH, 7)
        assert await pasted_links.found(conn, EDITH, 7) is None


async def test_the_reason_is_kept_for_the_one_who_was_asked_about_it_last(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await put_article(conn, 2)
        await asked_takedowns.ask(conn, EDITH, 1, "a court", NOW)
        assert await asked_takedowns.why_of(conn, EDITH, 1) == "a court"
        assert await asked_takedowns.why_of(conn, ANNA, 1) is None
        await asked_takedowns.ask(conn, EDITH, 2, None, NOW)
        assert await asked_takedowns.why_of(conn, EDITH, 1) is None
        assert await asked_takedowns.why_of(conn, EDITH, 2) is None


async def _settle(conn: Connection, number: int, ended: dict[int, Delivery], **how: bool) -> None:
    """Settle what a campaign has for these chats; each of its deliveries becomes what `ended` says of its chat."""
    owner = await leases.take(conn, "a process", NOW)
    claimed = await outbox.claim(conn, NOW, 100, among=[number], owner=owner)
    one = await the_campaign(conn, number)
    settled = [
        Settled(
            delivery._replace(
                status=ended[delivery.chat].status,
                message_id=ended[delivery.chat].message_id,
                reason=ended[delivery.chat].reason,
                unsure=ended[delivery.chat].unsure,
            ),
            [(one.subject, one.revision or 1)],
            has_photo=False,
            **how,
        )
        for delivery in claimed
    ]
    await settlement.settle(conn, settled, NOW, owner=owner)
    await leases.end(conn, owner)
    await campaign_changes.close_finished(conn, NOW)


def _ends(status: Status, reason: str | None = None, message_id: int | None = None, unsure: int = 0) -> Delivery:
    return Delivery(0, 0, 0, 0, NOW)._replace(status=status, reason=reason, message_id=message_id, unsure=unsure)


async def _sent(conn: Connection, article: int, ended: dict[int, Delivery], **how: bool) -> None:
    """Send an article to the chats that follow Energy."""
    await put_article(conn, article, topics_of=await topics.resolve(conn, ["Energy"]))
    number = await broadcast(conn, article)
    await queue(conn, number)
    await _settle(conn, number, ended, **how)


async def _followers(conn: Connection, *ids: int) -> None:
    energy = (await topics.resolve(conn, ["Energy"]))["Energy"]
    await put_chats(conn, *ids)
    for chat in ids:
        await subscriptions.follow(conn, chat, energy, 0, NOW - HOUR)


async def test_copies_out_of_reach_are_told_by_kind_of_chat_and_reason(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _followers(conn, ANNA, BEN, GROUP)
        await _sent(conn, 1, {one: _ends(Status.SENT, message_id=5, unsure=1) for one in (ANNA, BEN, GROUP)})
        assert await takedown_report.unknown(conn, 1) == ()
        assert await takedown_report.refused(conn, 1) == ()
        assert await takedown_report.beside(conn, 1) == 3
        await taken_down.erase(conn, 1, NOW)
        revision = await articles.revision(conn, 1)
        number = await campaigns.promise(
            conn,
            NOTICE,
            about(1),
            fixed_at=NOW,
            start_at=NOW,
            lane=Lane.URGENT,
            by=None,
            revision=revision,
            operation=Operation.EDIT,
        )
        await fanout.begin(conn, number, 0)
        more = True
        while more:
            one = await the_campaign(conn, number)
            more = await fanout.fan_out(conn, one, Holders(about(1), revision), NOW, operation=Operation.EDIT)
        ended = {
            ANNA: _ends(Status.FAILED, "message can't be edited"),
            BEN: _ends(Status.UNREACHABLE, "Forbidden: bot was blocked by the user"),
            GROUP: _ends(Status.FAILED, "message to edit not found"),
        }
        await _settle(conn, number, ended)
        assert await takedown_report.refused(conn, 1) == (
            OutOfReach("private", "", 1),
            OutOfReach("private", "message can't be edited", 1),
        )
        while await retention.prune(conn, NOW + DAY):
            pass
        assert await takedown_report.unknown(conn, 1) == (OutOfReach("private", "", 2), OutOfReach("group", "", 1))


async def test_lists_are_edited_where_single_copies_are_deleted(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _followers(conn, ANNA)
        await _sent(conn, 1, {ANNA: _ends(Status.SENT, message_id=7)}, is_list=True)
        await _followers(conn, BEN)
        await _sent(conn, 2, {one: _ends(Status.SENT, message_id=8) for one in (ANNA, BEN)})
        for article, deleted, edited in ((1, set(), {ANNA}), (2, {ANNA, BEN}, set())):
            young = Holders(about(article), 9, sent_from=NOW - DAY)
            others = Holders(about(article), 9, sent_before=NOW - DAY)
            assert set(await young.wanting(conn, [ANNA, BEN], NOW)) == deleted
            assert set(await others.wanting(conn, [ANNA, BEN], NOW)) == edited


async def test_notes_about_its_changes_say_nothing_any_more(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await put_article(conn, 2)
        first = await change_notes.of_correction(conn, 1, Correction(NOW, "a name was wrong", (Field.TITLE,)))
        second = await change_notes.of_correction(conn, 1, Correction(NOW + HOUR, "another"))
        other = await change_notes.of_correction(conn, 2, Correction(NOW, "a number was wrong"))
        assert await change_notes.blank(conn, 1) == [first.number, second.number]
        assert await change_notes.blank(conn, 9) == []
        blank = await change_notes.note(conn, first.number)
        assert blank is not None and blank.correction == Correction(NOW) and blank.is_decided
        assert await change_notes.note(conn, other.number) == other


async def test_deleted_words_go_out_of_the_index_of_words_in_steps_that_end(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in range(1, 40):
            await put_article(conn, number)
        await taken_down.erase(conn, 1, NOW)
        steps = 0
        while await conn.drop_words():
            steps += 1
            assert steps < 100
        assert not await conn.drop_words()
