"""Links that editors sent, on any engine: what is waited for, and until when."""

from dataclasses import replace
from datetime import timedelta

from port_samples import NOW, Engine, put_article, story

from bot.domain.article import Picture, Provider, Story
from bot.domain.chat import ChatKind
from bot.domain.editing import AskedEdit, EditField, Ticked
from bot.domain.page import FeedLink
from bot.domain.pasted_link import Asked, PastedLink
from bot.store.content import imports
from bot.store.desk import asked_edits, pasted_links
from bot.store.readers import chat_rows, chats

EDITH, ANNA = 7003, 7001
LINK = PastedLink(EDITH, 5, "https://news.example/salt", NOW)


async def test_a_link_comes_back_as_it_was_kept_and_the_last_word_counts(engine: Engine) -> None:
    async with engine.transaction() as conn:
        told = Story(
            "", LINK.link, NOW, provider=Provider("Northgate"), pictures=(Picture("https://news.example/a.png"),)
        )
        feeds = (FeedLink("https://news.example/feed", "News"), FeedLink("https://news.example/all"))
        asking = replace(LINK, is_read=True, asked=Asked.TITLE, story=told, feeds=feeds)
        await pasted_links.keep(conn, LINK)
        assert await pasted_links.unread(conn) == [LINK]
        await pasted_links.keep(conn, asking)
        assert await pasted_links.found(conn, EDITH, 5) == asking
        assert await pasted_links.unread(conn) == []
        assert await pasted_links.found(conn, ANNA, 5) is None


async def test_the_last_question_is_waited_for_and_each_editor_has_their_own(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first = replace(LINK, is_read=True, asked=Asked.TITLE)
        second = replace(first, message_id=6, asked=Asked.EXCERPT)
        for one in (first, second, replace(first, person=ANNA)):
            await pasted_links.keep(conn, one)
        assert await pasted_links.waiting(conn, EDITH) == second
        await pasted_links.keep(conn, replace(second, asked=None))
        assert await pasted_links.waiting(conn, EDITH) == first
        assert first.is_waiting(NOW + timedelta(minutes=30)) and not first.is_waiting(NOW + timedelta(minutes=31))


async def test_old_links_and_those_of_who_is_forgotten_go(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await pasted_links.keep(conn, LINK)
        await pasted_links.keep(conn, replace(LINK, message_id=6, at=NOW + timedelta(days=1)))
        await pasted_links.forget_before(conn, NOW + timedelta(hours=1))
        assert [one.message_id for one in await pasted_links.unread(conn)] == [6]
        await chats.get_or_create(conn, EDITH, ChatKind.PRIVATE, "en", NOW)
        await chat_rows.delete(conn, EDITH)
        assert await pasted_links.unread(conn) == []


async def test_further_links_lead_to_an_article_unless_they_lead_to_one_already(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await put_article(conn, 2)
        await imports.lead(conn, ["https://short.example/1", story(2).link], 1)
        await imports.lead(conn, [], 2)
        assert await imports.linked(conn, ["https://short.example/1", story(2).link]) == {
            "https://short.example/1": 1,
            story(2).link: 2,
        }


async def test_each_person_is_asked_for_one_field_until_it_is_settled_or_they_are_forgotten(engine: Engine) -> None:
    title = AskedEdit(EDITH, 1, EditField.TITLE, 3, NOW, 5)
    link = replace(title, field=EditField.LINK, message_id=6, typed="it's “https://news.example/a”")
    sent = Picture("telegram:AgAC", 640, 360, credit="it's Jo's")
    other = AskedEdit(ANNA, 1, EditField.PICTURE, 1, NOW, 7, typed="", sent=sent)
    ticked = replace(other, field=EditField.TOPICS, sent=None, ticked=Ticked((3, 1), "it's “AI”"))
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await chats.get_or_create(conn, EDITH, ChatKind.PRIVATE, "en", NOW)
        assert await asked_edits.asked_of(conn, EDITH) is None
        for one in (title, other, link):
            await asked_edits.ask(conn, one)
        assert [await asked_edits.asked_of(conn, person) for person in (EDITH, ANNA)] == [link, other]
        await asked_edits.ask(conn, ticked)
        assert await asked_edits.asked_of(conn, ANNA) == ticked
        await asked_edits.forget(conn, ANNA)
        await asked_edits.forget(conn, ANNA)
        assert [await asked_edits.asked_of(conn, person) for person in (EDITH, ANNA)] == [link, None]
        await chat_rows.delete(conn, EDITH)
        assert await asked_edits.asked_of(conn, EDITH) is None
