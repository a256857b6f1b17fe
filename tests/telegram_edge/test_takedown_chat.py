"""Taking a story down in chat: copies old and young, in lists and on the wire, and what editors are told at the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from copy_desk import CopyDesk
from newsroom_samples import plain
from press_room import again, eventually, press_room
from story import ANNA, EDITH, StoryHouse
from test_digest_chat import gets_a_digest

from bot.domain.article import Related
from bot.domain.copies import ChangedCopies
from bot.domain.press import press
from bot.sandbox.world.faults import Held, Refuse
from bot.services.newsroom import takedown
from bot.store.content import articles, taken_down
from bot.store.delivery import retention

NOTICE = "This message was taken down."
LINK = "https://news.example/grid"


@pytest.fixture
async def desk(house: StoryHouse, tmp_path: Path) -> AsyncIterator[CopyDesk]:
    await house.starts(EDITH)
    async with press_room(house, tmp_path) as room:
        yield CopyDesk(room)


async def test_young_copies_are_deleted_and_old_ones_say_nothing_of_it(desk: CopyDesk) -> None:
    """Telegram deletes for bots what is younger than 48 hours: https://core.telegram.org/bots/api#deletemessage"""
    article, [old, *_] = await desk.delivered(1, title="Quillfeather pays")
    before = desk.copy(old)
    desk.house.clock.advance(timedelta(hours=50))
    await desk.house.says(EDITH, f"/takedown {article.number} a court wants it")
    assert "1 copy was delivered" in desk.screen
    assert "1 is older and becomes a notice without text, picture or link." in desk.screen
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    after = desk.copy(old)
    assert (after["message_id"], plain(after["caption"])) == (before["message_id"], NOTICE)
    assert "reply_markup" not in after
    assert after["photo"] != before["photo"]
    assert await desk.copies(article) == ChangedCopies(noticed=1)
    assert "Deleted: 0. Replaced by a notice that says nothing of it, or taken out of a list: 1." in desk.screen
    assert "Quillfeather" not in desk.screen


async def test_a_list_loses_the_headline_and_keeps_the_others(desk: CopyDesk) -> None:
    await desk.house.starts(ANNA)
    digest = await gets_a_digest(desk.room, ANNA, "quillfeather", "b-second", "c-third")
    assert "Quillfeather" in desk.house.screen(ANNA)
    await desk.house.says(EDITH, "/takedown quillfeather")
    assert "1 stands in a list, which loses the headline." in desk.screen
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    after = desk.copy(ANNA)
    assert after["message_id"] == digest
    text = plain(after["text"])
    assert "Quillfeather" not in text
    assert "B second" in text and "C third" in text
    assert text.splitlines()[0] == "Your 08:00 news: 2 stories"
    assert await desk.house.presses(ANNA, "Open 2") is None
    for slug in ("b-second", "c-third"):
        await desk.house.says(EDITH, f"/takedown {slug}")
        await desk.house.presses(EDITH, "Take down")
        await desk.turn()
    assert plain(next(one for one in desk.house.messages(ANNA) if one["message_id"] == digest)["text"]) == NOTICE


async def test_a_digest_that_waits_goes_without_it(desk: CopyDesk) -> None:
    await desk.house.starts(ANNA)
    await desk.room.follow([ANNA], "Energy")
    await desk.house.says(ANNA, "/settings daily 08:00")
    for slug in ("quillfeather", "b-second"):
        await desk.room.publish(await desk.room.draft(slug, "Energy"))
    await desk.room.run()
    await desk.house.says(EDITH, "/takedown quillfeather")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    desk.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    await desk.turn()
    assert "B second" in desk.house.screen(ANNA)
    assert "Quillfeather" not in " ".join(desk.house.screens(ANNA))


async def test_copies_on_the_wire_go_when_they_arrive(desk: CopyDesk) -> None:
    article, ids, arrive = await desk.under_way()
    await takedown.take_down(desk.house.db, article.number, by=EDITH, now=desk.house.clock())
    arrive.set()
    await desk.turn()
    assert [desk.house.screens(one) for one in ids] == [[], [], []]
    assert (await desk.copies(article)).deleted == 3


async def test_who_names_it_as_related_names_it_no_more_and_says_nothing_about_that(desk: CopyDesk) -> None:
    other, [anna] = await desk.delivered(1, related=(Related("Quillfeather pays", "http://www.news.example/quill/"),))
    assert "Quillfeather pays" in plain(desk.copy(anna)["caption"])
    named = await desk.room.draft("quill", "Water")
    await takedown.take_down(desk.house.db, named.number, by=EDITH, now=desk.house.clock())
    await desk.turn()
    assert "Quillfeather" not in plain(desk.copy(anna)["caption"])
    assert "Corrected" not in plain(desk.copy(anna)["caption"])
    async with desk.house.db.reading() as conn:
        story = (await articles.article(conn, other.number)).story
    naming = (Related("Quillfeather pays", "https://news.example/quill"),)
    await desk.room.take({"grid.md": again(story, heat=7, related=naming)})
    await desk.turn()
    async with desk.house.db.reading() as conn:
        assert (await articles.article(conn, other.number)).story.related == (), "nor when its file does again"


async def test_what_telegram_refuses_to_delete_says_nothing_of_it_either(desk: CopyDesk) -> None:
    article, [one, *others] = await desk.delivered(3)
    desk.house.world.faults.add(Refuse(400, "Bad Request: message can't be deleted"), chat=one, times=1)
    await desk.house.says(EDITH, "/takedown grid")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    assert plain(desk.copy(one)["caption"]) == NOTICE
    assert [desk.house.messages(other) for other in others] == [[], []]
    assert await desk.copies(article) == ChangedCopies(deleted=2, noticed=1)
    assert "Copies delivered: 3. Deleted: 2. Replaced by a notice" in desk.screen
    assert ": 1. Still to do: 0. Not reached: 0." in desk.screen


async def test_what_can_be_neither_deleted_nor_changed_is_reported_with_telegrams_words(desk: CopyDesk) -> None:
    article, [one, *_] = await desk.delivered(3)
    desk.house.world.faults.add(Refuse(400, "Bad Request: message can't be edited"), chat=one)
    await desk.house.says(EDITH, "/takedown grid")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    assert "Copies delivered: 3. Deleted: 2." in desk.screen
    assert "Not reached: 1." in desk.screen
    assert "- 1 in private chats: Telegram says “message can't be edited”" in desk.screen
    assert (await desk.copies(article)).not_retracted == 1


async def test_a_list_on_the_wire_loses_the_headline_when_it_has_arrived(desk: CopyDesk) -> None:
    await desk.house.starts(ANNA)
    await desk.room.follow([ANNA], "Energy")
    await desk.house.says(ANNA, "/settings daily 08:00")
    for slug in ("b-second", "quillfeather"):
        await desk.room.publish(await desk.room.draft(slug, "Energy"))
    await desk.room.run()
    desk.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    arrive = asyncio.Event()
    desk.house.world.faults.add(Held(arrive), chat=ANNA)
    await desk.room.spread()
    desk.room.dispatcher.wake()
    await eventually(lambda: desk.house.world.faults.happened)
    async with desk.house.db.reading() as conn:
        number = (await articles.find(conn, "quillfeather")).number
    await takedown.take_down(desk.house.db, number, by=EDITH, now=desk.house.clock())
    desk.house.world.faults.clear()
    arrive.set()
    await desk.turn()
    text = plain(desk.house.screen(ANNA))
    assert "Quillfeather" not in text
    assert "B second" in text


async def test_many_who_are_gone_do_not_stop_it(desk: CopyDesk) -> None:
    article, people = await desk.delivered(220, pictures=())
    for person in people[:215]:
        desk.house.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=person)
    await desk.house.says(EDITH, f"/takedown {article.number}")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    assert "- 215 in private chats: the bot was blocked or removed there" in desk.screen
    assert "Deleted: 5." in desk.screen


async def test_the_log_of_it_stays_without_its_words(desk: CopyDesk) -> None:
    article, _ = await desk.delivered(1, title="Quillfeather pays")
    await desk.house.says(EDITH, "/edit 1 title Quillfeather paid")
    await desk.house.says(EDITH, "/correct 1 Quillfeather paid twice")
    await desk.turn()
    await desk.house.says(EDITH, f"/takedown {article.number} order 12-O-34")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    await desk.house.says(EDITH, "/log 1")
    assert "you: took down #1 (order 12-O-34)" in desk.screen
    assert "you: edited #1" in desk.screen
    assert "Quillfeather" not in desk.screen


async def test_copies_older_than_what_is_known_are_reported(desk: CopyDesk) -> None:
    article, _ = await desk.delivered(2)
    desk.house.clock.advance(timedelta(days=91))
    async with desk.house.db.transaction() as conn:
        while await retention.prune(conn, desk.house.clock() - timedelta(days=90)):
            pass
    await desk.house.says(EDITH, f"/takedown {article.number}")
    assert "2 are out of reach." in desk.screen
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    assert "Copies delivered: 2. Deleted: 0." in desk.screen
    assert "- 2 in private chats: so old that it is not known any more which message each is" in desk.screen


async def test_the_button_stands_under_a_published_article_and_one_that_was_taken_back(desk: CopyDesk) -> None:
    await desk.delivered(1)
    await desk.house.says(EDITH, "/preview grid")
    await desk.house.presses(EDITH, "More")
    assert desk.house.buttons(EDITH)[-1] == ["Take down"]
    await desk.house.presses(EDITH, "Take down")
    assert desk.screen.startswith("Take #1 Grid down for good?")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["Open #1"], ["Take down"]]
    await desk.house.says(EDITH, "/retract grid")
    await desk.house.says(EDITH, "/preview grid")
    await desk.house.presses(EDITH, "More")
    assert desk.house.buttons(EDITH)[-1] == ["Take down"]
    await desk.house.presses(EDITH, "Take down")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    assert "Copies delivered: 1. Deleted: 1." in desk.screen


async def test_old_buttons_of_editors_say_that_it_was_taken_down(desk: CopyDesk) -> None:
    article, _ = await desk.delivered(1)
    await desk.house.says(EDITH, "/preview grid")
    card = desk.house.messages(EDITH)[-1]["message_id"]
    await takedown.take_down(desk.house.db, article.number, by=EDITH, now=desk.house.clock())
    await desk.turn()
    for verb in ("publish", "desk_open", "take_back", "edit", "delivery", "copies_ask", "schedule", "desk_more"):
        said = await desk.house.presses_data(EDITH, press(verb, article.number), card)
        assert "was taken down" in f"{said} {desk.screen}", verb
    for text in ("/preview 1", "/publish 1", "/retract 1", "/edit 1 title New", "/correct 1 x", "/takedown 1"):
        await desk.house.says(EDITH, text)
        assert desk.screen.startswith("#1 was taken down"), text
    await desk.house.presses(EDITH, "Report")
    assert desk.screen.startswith("#1 was taken down on 2026-03-02 12:0")


async def test_hashes_are_all_that_is_kept_of_its_links(desk: CopyDesk) -> None:
    article, _ = await desk.delivered(1)
    async with desk.house.db.reading() as conn:
        assert not await taken_down.anything(conn)
    await takedown.take_down(desk.house.db, article.number, by=EDITH, now=desk.house.clock())
    async with desk.house.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT salt, print, article FROM taken_down_links")
        assert [row["article"] for row in rows] == [1]
        assert all("news" not in row["print"] and len(row["print"]) == 32 for row in rows)
        assert await taken_down.matching(conn, [LINK, "https://news.example/other"]) == {LINK: 1}


async def test_notes_about_its_corrections_go_with_it(desk: CopyDesk) -> None:
    article, [old, young] = await desk.delivered(2, title="Quillfeather pays", pictures=())
    await desk.house.says(EDITH, f"/correct {article.number} Quillfeather paid twice")
    await desk.turn()
    await desk.house.says(EDITH, f"/tell {article.number}")
    await desk.house.presses(EDITH, "2 who have it")
    await desk.turn()
    assert all("Quillfeather" in plain(desk.house.screen(one)) for one in (old, young))
    assert [len(desk.house.messages(one)) for one in (old, young)] == [2, 2]
    desk.house.clock.advance(timedelta(hours=50))
    await desk.house.says(EDITH, f"/takedown {article.number}")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    for one in (old, young):
        assert [plain(text) for text in desk.house.screens(one)] == [NOTICE, NOTICE]
    async with desk.house.db.reading() as conn:
        assert not await conn.execute_fetchall("SELECT 1 FROM change_notes WHERE why IS NOT NULL OR fields <> '[]'")


async def test_young_notes_are_deleted_and_those_that_wait_never_come(desk: CopyDesk) -> None:
    article, [anna, ben] = await desk.delivered(2, title="Quillfeather pays", pictures=())
    await desk.house.says(ben, "/settings quiet 11:00-23:00")
    await desk.house.says(EDITH, f"/correct {article.number} Quillfeather paid twice")
    await desk.turn()
    await desk.house.says(EDITH, f"/tell {article.number}")
    await desk.house.presses(EDITH, "2 who have it")
    await desk.turn()
    assert len(desk.house.messages(anna)) == 2
    await desk.house.says(EDITH, f"/takedown {article.number}")
    await desk.house.presses(EDITH, "Take down")
    await desk.turn()
    desk.house.clock.advance(timedelta(hours=14))
    await desk.turn()
    assert desk.house.screens(anna) == []
    assert not any("Quillfeather" in text for text in desk.house.screens(ben))


async def test_readers_find_it_nowhere_and_a_deep_link_to_it_leads_to_nothing(desk: CopyDesk) -> None:
    article, _ = await desk.delivered(1, title="Quillfeather pays")
    await desk.house.starts(ANNA, f"a_{article.number}")
    assert "Quillfeather" in desk.house.screen(ANNA)
    opened = desk.house.messages(ANNA)[-1]["message_id"]
    found = await desk.house.asks(ANNA, "Quillfeather", chat=desk.house.group)
    assert found is not None and len(found.cards) == 1
    await takedown.take_down(desk.house.db, article.number, by=EDITH, now=desk.house.clock())
    await desk.turn()
    desk.house.clock.advance(timedelta(seconds=10))  # for so long Telegram itself gives the answer it had
    found = await desk.house.asks(ANNA, "Quillfeather", chat=desk.house.group)
    assert found is None or not [one for one in found.cards if "Quillfeather" in str(one)]
    await desk.house.starts(ANNA, f"a_{article.number}")
    assert desk.house.screen(ANNA).startswith("There is no story #1 to read.")
    gone = "There is no story #1 to read. /latest lists those there are."
    for verb in ("card_more", "card_save", "card_related", "card_less", "card_alike", "card_story", "open"):
        toast = await desk.house.presses_data(ANNA, press(verb, article.number), opened)
        assert toast == gone, verb
