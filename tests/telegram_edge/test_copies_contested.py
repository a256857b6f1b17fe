"""
Delivered copies that several acts are about at once: two editors, an older change under way, a copy that is gone.

What Telegram says of messages that cannot be changed any more is in the Bot API's source alone:
https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp (message to edit not found, message
can't be edited), https://github.com/tdlib/td/blob/master/td/telegram/MessageQueryManager.cpp (can't be deleted).
"""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from copy_desk import CopyDesk, copy_desk
from newsroom_samples import plain
from press_room import again, eventually
from story import BEN, EDITH, StoryHouse

from bot.domain.article import Article, ArticleState
from bot.domain.chat import ChatKind, ChatState
from bot.domain.copies import ChangedCopies
from bot.domain.role import Role
from bot.sandbox.world.faults import Held, Refuse
from bot.store.content import articles
from bot.store.delivery import campaigns
from bot.store.desk import audit_log, editors
from bot.store.readers import chats, restrictions

BUSY = Refuse(500, "Internal Server Error")
TAKEN_BACK = "This story was taken back."


@pytest.fixture
async def desk(house: StoryHouse, tmp_path: Path) -> AsyncIterator[CopyDesk]:
    async with copy_desk(house, tmp_path) as desk:
        async with house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, EDITH, house.clock())
        await house.starts(BEN)
        yield desk


async def _on_the_wire(desk: CopyDesk, text: str, then: Refuse | None, method: str) -> asyncio.Event:
    """Let Edith say something, and all the calls that come of it wait for the event; `then` is their answer."""
    faults, release = desk.house.world.faults, asyncio.Event()
    before = len(faults.happened)
    faults.add(Held(release, then), method=method)
    await desk.house.says(EDITH, text)
    await desk.room.spread()
    desk.room.dispatcher.wake()
    await eventually(lambda: len(faults.happened) >= before + 3)
    faults.clear()
    return release


async def _later(desk: CopyDesk) -> None:
    """Let everything happen that waits for another try."""
    await desk.turn()
    desk.house.clock.advance(timedelta(minutes=2))
    await desk.turn()


async def _article(desk: CopyDesk, article: Article) -> Article:
    async with desk.house.db.reading() as conn:
        return await articles.article(conn, article.number)


def _text(desk: CopyDesk, person: int) -> str:
    copy = desk.copy(person)
    return plain(copy.get("caption") or copy["text"])


@pytest.mark.parametrize("then", [None, BUSY], ids=["which arrives", "which fails"])
async def test_a_correction_on_the_wire_is_followed_by_a_newer_one_that_counts_every_copy(
    desk: CopyDesk, then: Refuse | None
) -> None:
    article, people = await desk.delivered(pictures=())
    release = await _on_the_wire(desk, f"/correct {article.number} first", then, "editMessageText")
    await desk.house.says(BEN, f"/correct {article.number} second")
    release.set()
    await _later(desk)
    for person in people:
        assert [line.partition(": ")[2] for line in _text(desk, person).splitlines()[-2:]] == ["first", "second"]
    assert await desk.copies(article) == ChangedCopies(corrected=3)
    assert "Corrected on 3 of 3 phones." in plain(desk.house.screen(BEN))


async def test_an_older_correction_that_fails_is_not_tried_again_beside_the_newer_one(desk: CopyDesk) -> None:
    article, people = await desk.delivered(pictures=())
    release = await _on_the_wire(desk, f"/correct {article.number} first", BUSY, "editMessageText")
    await desk.house.says(EDITH, f"/correct {article.number} second")
    before = len(desk.house.world.ledger)
    release.set()
    await _later(desk)
    edits = [call for call in list(desk.house.world.ledger)[before:] if call.method == "editMessageText"]
    assert [sum(call.chat_id == person and call.status == 200 for call in edits) for person in people] == [1, 1, 1]


async def test_a_copy_that_an_older_change_found_gone_is_counted_by_the_newer_one(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered(pictures=())
    desk.house.world.history.remove(anna, desk.copy(anna)["message_id"])
    release = await _on_the_wire(desk, f"/correct {article.number} first", None, "editMessageText")
    await desk.house.says(EDITH, f"/correct {article.number} second")
    release.set()
    await _later(desk)
    found = await desk.copies(article)
    assert (found.corrected, found.not_corrected, found.reasons) == (2, 1, (("message to edit not found", 1),))
    assert "Corrected on 2 of 3 phones; 1 could not be changed (1 deleted it)." in desk.screen
    await desk.house.says(EDITH, f"/retract {article.number} delete")
    await _later(desk)
    found = await desk.copies(article)
    assert (found.deleted, found.not_retracted, found.retracting) == (3, 0, 0)


async def test_a_retraction_during_a_correction_wins_and_leaves_no_copy_behind(desk: CopyDesk) -> None:
    article, people = await desk.delivered()
    release = await _on_the_wire(desk, f"/correct {article.number} first", BUSY, "editMessageCaption")
    await desk.house.says(BEN, f"/retract {article.number} notice it was another city")
    release.set()
    await _later(desk)
    assert {_text(desk, person) for person in people} == {"Grid\n\nThis story was taken back: it was another city"}
    assert (await desk.copies(article)).noticed == 3


@pytest.mark.parametrize("first", ["correct", "retract"])
async def test_two_editors_correct_and_retract_at_one_moment(desk: CopyDesk, first: str) -> None:
    article, people = await desk.delivered(pictures=())
    acts = {"correct": (EDITH, f"/correct {article.number} why"), "retract": (BEN, f"/retract {article.number} delete")}
    order = [acts[first], *(act for name, act in acts.items() if name != first)]
    await asyncio.gather(*(desk.house.says(person, text) for person, text in order))
    await _later(desk)
    assert (await _article(desk, article)).state is ArticleState.RETRACTED
    assert [desk.house.messages(person) for person in people] == [[], [], []]
    assert (await desk.copies(article)).deleted == 3
    said = plain(desk.house.screen(EDITH))
    assert "is in no list, so there is nothing to correct." in said or "#1 Grid: Corrected on" in said
    async with desk.house.db.reading() as conn:
        acts_logged = [entry.act for entry in await audit_log.latest(conn)]
    assert acts_logged.count("retract") == acts_logged.count("take back copies") == 1


@pytest.mark.parametrize("pause", [0, 60], ids=["at once", "later"])
async def test_two_editors_who_press_every_copy_correct_it_once(desk: CopyDesk, pause: float) -> None:
    article, people = await desk.delivered(pictures=())
    await desk.changes(article, title="Cells for the grid")
    before = len(desk.house.world.ledger)
    await desk.house.presses(EDITH, "Every copy")
    if pause:
        await desk.turn()
        desk.house.clock.advance(timedelta(seconds=pause))
    await desk.house.presses(BEN, "Every copy")
    await _later(desk)
    for person in people:
        assert _text(desk, person).endswith(": title")
        assert _text(desk, person).count("Corrected ") == 1
    edits = [call for call in list(desk.house.world.ledger)[before:] if call.chat_id in people]
    assert len(edits) == 3
    for person in (EDITH, BEN):
        assert "Corrected on 3 of 3 phones." in plain(desk.house.screen(person))


@pytest.mark.parametrize("button", ["Lists only", "Leave it"])
async def test_who_would_leave_copies_that_another_editor_corrects_is_shown_that(desk: CopyDesk, button: str) -> None:
    article, people = await desk.delivered(pictures=())
    await desk.changes(article, title="Cells for the grid")
    await desk.house.presses(EDITH, "Every copy")
    await desk.house.presses(BEN, button)
    await _later(desk)
    assert all(_text(desk, person).startswith("Cells for the grid\n") for person in people)
    assert "Corrected on 3 of 3 phones." in plain(desk.house.screen(BEN))


async def test_every_copy_is_corrected_again_after_a_change_that_only_lists_show(desk: CopyDesk) -> None:
    article, people = await desk.delivered(pictures=())
    await desk.changes(article, title="Cells")
    await desk.house.presses(EDITH, "Every copy")
    await _later(desk)
    await desk.changes(article, title="Cells for the grid")
    await desk.house.presses(EDITH, "Lists only")
    await _later(desk)
    assert all(_text(desk, person).startswith("Cells\n") for person in people)
    await desk.house.presses(EDITH, "Every copy")
    await _later(desk)
    assert all(_text(desk, person).startswith("Cells for the grid\n") for person in people)


async def test_a_retraction_and_what_becomes_of_the_copies_are_one_act(desk: CopyDesk) -> None:
    """A bot that ends between the two would have retracted an article whose copies nobody takes back."""
    article, _ = await desk.delivered(pictures=())
    await desk.house.says(EDITH, f"/retract {article.number} notice")
    async with desk.house.db.reading() as conn:
        at = {entry.act: entry.at for entry in await audit_log.latest(conn)}
        changes = await campaigns.changing(conn, (await campaigns.of_article(conn, article.number))[0].subject)
    assert at["retract"] == at["take back copies"]
    assert [one.kind for one in changes] == ["notice"]


# Published again


async def test_what_was_taken_back_by_mistake_is_deleted_no_further_once_it_is_published_again(desk: CopyDesk) -> None:
    article, people = await desk.delivered(pictures=())
    release = await _on_the_wire(desk, f"/retract {article.number} delete", BUSY, "deleteMessage")
    await desk.house.says(EDITH, f"/publish {article.number}")
    release.set()
    await _later(desk)
    assert [_text(desk, person).splitlines()[0] for person in people] == ["Grid"] * 3
    assert (await _article(desk, article)).state is ArticleState.PUBLISHED
    found = await desk.copies(article)
    assert (found.deleted, found.noticed, found.retracting) == (0, 0, 0)
    await desk.house.says(EDITH, f"/correct {article.number} it is true after all")
    await _later(desk)
    assert all("it is true after all" in _text(desk, person) for person in people)
    assert (await desk.copies(article)).corrected == 3


async def test_notices_of_what_is_published_again_are_asked_about_and_show_the_story_again(desk: CopyDesk) -> None:
    article, people = await desk.delivered()
    pictures = [desk.copy(person)["photo"][-1]["file_unique_id"] for person in people]
    await desk.house.says(EDITH, f"/retract {article.number} notice")
    await _later(desk)
    assert all(TAKEN_BACK in _text(desk, person) for person in people)
    await desk.house.says(EDITH, f"/publish {article.number}")
    await _later(desk)
    asked = (
        "#1 Grid was changed: text and picture. Lists show it already. 3 delivered copies show what was there before"
    )
    assert any(asked in plain(screen) for screen in desk.house.screens(EDITH))
    assert all(TAKEN_BACK in _text(desk, person) for person in people)  # nothing is changed unasked
    await desk.house.presses(EDITH, "Every copy")
    await _later(desk)
    for person, picture in zip(people, pictures, strict=True):
        assert _text(desk, person).startswith("Grid\n\nAn excerpt of some words.")
        assert TAKEN_BACK not in _text(desk, person)
        assert desk.copy(person)["photo"][-1]["file_unique_id"] == picture
        assert desk.house.buttons(person)[0] == ["Read"]
    assert (await desk.copies(article)).corrected == 3


async def test_what_is_only_listed_again_is_taken_back_no_further_either(desk: CopyDesk) -> None:
    article, people = await desk.delivered(pictures=())
    release = await _on_the_wire(desk, f"/retract {article.number} notice", BUSY, "editMessageText")
    await desk.house.says(EDITH, f"/preview {article.number}")
    await desk.house.presses(EDITH, "More")
    await desk.house.presses(EDITH, "List without pushing")
    release.set()
    await _later(desk)
    assert (await _article(desk, article)).state is ArticleState.ARCHIVED
    assert not any(TAKEN_BACK in _text(desk, person) for person in people)


async def test_a_copy_that_arrives_after_all_is_over_is_left_as_its_article_stands(desk: CopyDesk) -> None:
    article, people, arrive = await desk.under_way()
    await desk.house.says(EDITH, f"/retract {article.number} delete")
    await desk.room.spread()
    await desk.house.says(EDITH, f"/publish {article.number}")
    arrive.set()
    await _later(desk)
    assert [[plain(one["text"]).splitlines()[0] for one in desk.house.messages(person)] for person in people] == [
        ["Grid"]
    ] * 3


# What is not out


async def test_what_is_scheduled_again_after_a_retraction_cannot_be_corrected_until_it_is_out(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered(pictures=())
    await desk.house.says(EDITH, f"/retract {article.number} notice")
    await _later(desk)
    await desk.house.says(EDITH, f"/schedule {article.number} tomorrow 9:00")
    await desk.house.says(EDITH, f"/correct {article.number} why")
    assert plain(desk.house.screen(EDITH)).endswith("is in no list, so there is nothing to correct.")
    await _later(desk)
    assert TAKEN_BACK in _text(desk, anna)


async def test_a_file_that_changes_during_a_correction_is_shown_and_asked_about(desk: CopyDesk) -> None:
    article, people = await desk.delivered(pictures=())
    release = await _on_the_wire(desk, f"/correct {article.number} first", BUSY, "editMessageText")
    await desk.room.take({"grid.md": again(article.story, title="Cells for the grid")})
    release.set()
    await _later(desk)
    assert any("was changed: title" in plain(screen) for screen in desk.house.screens(EDITH))
    await desk.house.presses(EDITH, "Every copy")
    await _later(desk)
    for person in people:
        text = _text(desk, person)
        assert text.startswith("Cells for the grid\n")
        assert [line.partition(": ")[2] for line in text.splitlines()[-2:]] == ["first", "title"]
    assert (await desk.copies(article)).corrected == 3


# What cannot be changed


async def test_a_copy_that_telegram_does_not_let_be_deleted_becomes_a_notice(desk: CopyDesk) -> None:
    """Two days may pass between the promise and its turn, and a clock may be wrong."""
    article, [anna, ben, cara] = await desk.delivered()
    refusal = Refuse(400, "Bad Request: message can't be deleted for everyone")
    desk.house.world.faults.add(refusal, method="deleteMessage", chat=ben)
    await desk.house.says(EDITH, f"/retract {article.number} delete it was another city")
    await _later(desk)
    assert [desk.house.messages(person) for person in (anna, cara)] == [[], []]
    assert _text(desk, ben) == "Grid\n\nThis story was taken back: it was another city"
    assert await desk.copies(article) == ChangedCopies(deleted=2, noticed=1)
    assert "1 copy becomes a notice, because Telegram does not let it be deleted." in desk.screen


async def test_a_refusal_about_a_message_says_nothing_about_its_chat(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered(pictures=())
    desk.house.world.faults.add(Refuse(403, "Forbidden: MESSAGE_DELETE_FORBIDDEN"), method="deleteMessage", chat=anna)
    desk.house.world.faults.add(Refuse(403, "Forbidden: MESSAGE_AUTHOR_REQUIRED"), method="editMessageText", chat=anna)
    await desk.house.says(EDITH, f"/retract {article.number} delete")
    await _later(desk)
    found = await desk.copies(article)
    assert (found.deleted, found.not_retracted, found.reasons) == (2, 1, (("MESSAGE_AUTHOR_REQUIRED", 1),))
    async with desk.house.db.reading() as conn:
        assert (await chats.chats(conn, [anna]))[anna].state is ChatState.ACTIVE


async def test_what_cannot_be_edited_is_tried_once(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered(pictures=())
    refusal = Refuse(400, "Bad Request: message can't be edited")
    desk.house.world.faults.add(refusal, method="editMessageText", chat=anna)
    await desk.house.says(EDITH, f"/correct {article.number} why")
    await _later(desk)
    assert [method for method, chat, _ in desk.house.world.faults.happened if chat == anna] == ["editMessageText"]
    found = await desk.copies(article)
    assert (found.corrected, found.reasons) == (2, (("message can't be edited", 1),))


async def test_a_group_that_forbids_writing_has_its_copy_corrected_and_keeps_what_waits_for_it(desk: CopyDesk) -> None:
    group = desk.house.world.add_chat("supergroup", "Night owls", bot_status="member").id
    async with desk.house.db.transaction() as conn:
        await chats.get_or_create(conn, group, ChatKind.GROUP, "en", desk.house.clock())
    await desk.room.follow([group], "Energy")
    article = await desk.room.draft("grid", "Energy", pictures=())
    await desk.room.publish(article, by=EDITH)
    await desk.turn()
    closed = Refuse(400, "Bad Request: not enough rights to send text messages to the chat")
    desk.house.world.faults.add(closed, method="sendMessage", chat=group)
    await desk.room.publish(await desk.room.draft("other", "Energy", pictures=()), by=EDITH)
    await desk.turn()
    await desk.house.says(EDITH, f"/correct {article.number} why")
    await desk.turn()
    assert await desk.copies(article) == ChangedCopies(corrected=1)
    assert _text(desk, group).endswith(": why")
    async with desk.house.db.reading() as conn:
        assert await restrictions.of(conn, group) is not None  # to edit is not to write


async def test_a_right_that_is_missing_for_one_copy_holds_back_no_news(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered(pictures=())
    refusal = Refuse(400, "Bad Request: not enough rights to edit the message")
    desk.house.world.faults.add(refusal, method="editMessageText", chat=anna)
    await desk.house.says(EDITH, f"/correct {article.number} why")
    await _later(desk)
    found = await desk.copies(article)
    assert (found.corrected, found.not_corrected) == (2, 1)
    assert found.reasons == (("not enough rights to edit the message", 1),)
    async with desk.house.db.reading() as conn:
        assert await restrictions.of(conn, anna) is None


async def test_a_copy_in_a_group_that_became_a_supergroup_is_accounted_for(desk: CopyDesk) -> None:
    """The message stays in the old group. https://core.telegram.org/api/channel#migration"""
    group = desk.house.world.add_chat("group", "Neighbours", bot_status="member").id
    async with desk.house.db.transaction() as conn:
        await chats.get_or_create(conn, group, ChatKind.GROUP, "en", desk.house.clock())
    await desk.room.follow([group], "Energy")
    article, _ = await desk.delivered(1, pictures=())
    moved = {"migrate_to_chat_id": -(10**12) + group}
    desk.house.world.faults.add(
        Refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", moved), chat=group
    )
    words = "it stands in a group that has become a supergroup"
    # Met on the way; and known before, when the editor is told of the others alone.
    for why, said in (
        ("first", "1 of 2 phones; 1 could not be changed (1 was refused)."),
        ("second", "1 of 1 phones."),
    ):
        await desk.house.says(EDITH, f"/correct {article.number} {why}")
        await _later(desk)
        found = await desk.copies(article)
        assert (found.corrected, found.not_corrected, found.reasons) == (1, 1, ((words, 1),))
        assert f"Corrected on {said}" in desk.screen


async def test_a_third_correction_during_the_first_leaves_all_three_in_every_copy_and_a_fourth_the_newest(
    desk: CopyDesk,
) -> None:
    article, people = await desk.delivered(pictures=())
    release = await _on_the_wire(desk, f"/correct {article.number} first", None, "editMessageText")
    for person, why in ((BEN, "second"), (EDITH, "third")):
        before = len(desk.house.screens(person))
        await desk.house.says(person, f"/correct {article.number} {why}")
        assert len(desk.house.screens(person)) == before + 1, "one answer"
    release.set()
    await _later(desk)
    for person in people:
        assert [line.partition(": ")[2] for line in _text(desk, person).splitlines()[-3:]] == [
            "first",
            "second",
            "third",
        ]
    assert await desk.copies(article) == ChangedCopies(corrected=3)
    await desk.house.says(BEN, f"/correct {article.number} fourth")
    await _later(desk)
    for person in people:
        corrections = [line for line in _text(desk, person).splitlines() if line.startswith("Corrected ")]
        assert [line.partition(": ")[2] for line in corrections] == ["second", "third", "fourth"]
    assert await desk.copies(article) == ChangedCopies(corrected=3)


async def test_a_correction_that_arrives_once_more_is_the_same_one(desk: CopyDesk) -> None:
    """What was done right before a kill may not have been confirmed to Telegram, and is sent to the bot again."""
    article, people = await desk.delivered(pictures=())
    for _ in range(2):
        await desk.house.says(EDITH, f"/correct {article.number} why")
    await _later(desk)
    await desk.house.says(EDITH, f"/correct {article.number} why")
    await _later(desk)
    assert all(_text(desk, person).count(": why") == 1 for person in people)
    async with desk.house.db.reading() as conn:
        assert len([one for one in await audit_log.latest(conn) if one.act == "correct"]) == 1
    await desk.house.says(EDITH, f"/edit {article.number} title Grid, again")
    await desk.house.says(EDITH, f"/correct {article.number} why")
    await _later(desk)
    assert all(_text(desk, person).count(": why") == 2 for person in people), "this time something has changed"


@pytest.mark.parametrize(
    "refusal",
    [
        Refuse(400, "Bad Request: need administrator rights in the channel chat"),
        Refuse(403, "Forbidden: bot is not a member of the channel chat"),
        Refuse(403, "Forbidden: bot was kicked from the channel chat"),
    ],
    ids=["rights", "not a member", "kicked"],
)
@pytest.mark.parametrize("act", ["correct", "delete", "notice"])
async def test_a_channel_where_the_bot_lost_its_rights_is_accounted_for_and_holds_nobody_back(
    desk: CopyDesk, refusal: Refuse, act: str
) -> None:
    channel = desk.house.channel
    desk.house.world.add_bot(EDITH, channel)
    await desk.house.settle()
    async with desk.house.db.transaction() as conn:
        await chats.get_or_create(conn, channel, ChatKind.CHANNEL, "en", desk.house.clock())
    await desk.room.follow([channel], "Energy")
    article, people = await desk.delivered(2, pictures=())
    for method in ("editMessageText", "deleteMessage", "deleteMessages"):
        desk.house.world.faults.add(refusal, method=method, chat=channel)
    text = {"correct": "/correct {} why", "delete": "/retract {} delete", "notice": "/retract {} notice why"}[act]
    await desk.house.says(EDITH, text.format(article.number))
    await _later(desk)
    found = await desk.copies(article)
    match act:
        case "correct":
            assert (found.corrected, found.correcting, found.not_corrected) == (len(people), 0, 1)
        case "delete":
            assert (found.deleted, found.retracting, found.not_retracted) == (len(people), 0, 1)
        case _:
            assert (found.noticed, found.retracting, found.not_retracted) == (len(people), 0, 1)
    words = refusal.description.partition(": ")[2] if refusal.status == 400 else "the chat cannot be reached"
    assert found.reasons == ((words, 1),)
    assert "1 could not be" in desk.screen
    tries = [method for method, chat, _ in desk.house.world.faults.happened if chat == channel]
    assert 1 <= len(tries) <= 3, tries  # in plainer forms, and then no more


PUBLISHES = ("publish", "archive", "desk_silently", "desk_breaking", "schedule_at")


@pytest.mark.parametrize("way", ["/preview {}", "/schedule {}", "more"])
async def test_a_button_drawn_before_an_article_was_taken_back_does_not_publish_it(desk: CopyDesk, way: str) -> None:
    """Ben had the card, its other buttons or the times to choose from open when Edith took the article back."""
    house = desk.house
    article = await desk.room.draft("grid", "Energy", pictures=())
    await house.says(BEN, "/preview 1" if way == "more" else way.format(article.number))
    if way == "more":
        await house.presses_data(BEN, "1:desk_more:1", house.messages(BEN)[-1]["message_id"])
    card = deepcopy(house.messages(BEN)[-1])
    buttons = [button["callback_data"] for row in card["reply_markup"]["inline_keyboard"] for button in row]
    stale = [data for data in buttons if data.split(":")[1] in PUBLISHES]
    assert stale, buttons
    await desk.room.publish(article, by=EDITH)
    await house.says(EDITH, f"/retract {article.number}")
    await desk.turn()
    for data in stale:
        await house.presses_data(BEN, data, card["message_id"])
        shown = house.messages(BEN)[-1]
        assert plain(shown["text"]) == "#1 Grid was taken back meanwhile, so nothing was done."
        assert house.buttons(BEN) == [["Open #1"]]
    await desk.turn()
    assert (await _article(desk, article)).state is ArticleState.RETRACTED
    await house.presses(BEN, "Open #1")
    assert "(taken back)" in house.screen(BEN)
    await house.presses(BEN, "Publish to 0")  # he knows now
    assert (await _article(desk, article)).state is ArticleState.PUBLISHED
