"""Writing the bot's name and some words in any chat: cards, the message behind each, and what it leads to."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom_samples import PICTURE, SECTIONS, define, plain, put
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.domain.article import Picture, Provider
from bot.domain.limits import INLINE_RESULTS
from bot.sandbox.world.faults import Refuse
from bot.sandbox.world.inline import InlineAnswer
from bot.services.readers import subscribing
from bot.store.content import media
from bot.telegram_edge.conversations.reader.inline import CARDS
from bot.telegram_edge.kit import inline_quota
from bot.telegram_edge.kit.inline_request import CACHED_FOR

OTHERS = -1_000_000_009_001


@pytest.fixture
async def library(house: StoryHouse) -> StoryHouse:
    await define(house, *SECTIONS)
    await put(house, "Solar eyes", worn=["Computer Vision"], excerpt="They see *light*.", pictures=(PICTURE,))
    await put(house, "Solar robots", worn=["Robotics"], age=timedelta(hours=2))
    await put(house, "The sea", age=timedelta(hours=3))
    return house


def titles(answer: InlineAnswer | None) -> list[str]:
    assert answer is not None, "nobody answered the question"
    return [plain(card["title"]) for card in answer.cards]


def only(answer: InlineAnswer | None) -> dict[str, object]:
    """Return the message behind the one card of an answer."""
    assert answer is not None
    [message] = answer.messages.values()
    return message


async def test_words_find_what_the_search_finds_and_none_finds_the_newest(library: StoryHouse) -> None:
    house = library
    assert titles(await house.asks(ANNA, "solar")) == ["Solar eyes", "Solar robots"]
    assert titles(await house.asks(ANNA, "")) == ["Solar eyes", "Solar robots", "The sea"]
    assert titles(await house.asks(ANNA, "  ")) == ["Solar eyes", "Solar robots", "The sea"]
    assert titles(await house.asks(ANNA, "topic:robotics solar")) == ["Solar robots"]
    assert titles(await house.asks(ANNA, "#2")) == ["Solar robots"]


async def test_a_card_has_the_picture_and_its_message_title_excerpt_source_and_two_links(library: StoryHouse) -> None:
    house = library
    answer = await house.asks(ANNA, "eyes")
    assert answer is not None
    assert answer.cards == [
        {
            "id": "1.1",
            "type": "article",
            "title": "Solar eyes",
            "description": "Northgate: They see *light*.",
            "thumbnail_url": PICTURE.url,
        }
    ]
    message = only(answer)
    assert plain(str(message["text"])) == "Solar eyes\n\nThey see *light*.\n\nNorthgate, 2 Mar 2026"
    preview = message["link_preview_options"]
    assert isinstance(preview, dict) and preview["url"] == "https://northgate.example/1"
    assert preview["prefer_large_media"] is True
    [[read, follow]] = message["reply_markup"]["inline_keyboard"]  # type: ignore[index]
    assert (read["text"], read["url"]) == ("Read", "https://northgate.example/1")
    assert follow["text"] == "Follow Computer Vision"
    assert follow["url"] == f"https://t.me/{house.ctx.bot_username}?start=t_computer-vision"


async def test_an_article_of_no_topic_leads_to_itself_in_the_bot(library: StoryHouse) -> None:
    [[_, opens]] = only(await library.asks(ANNA, "sea"))["reply_markup"]["inline_keyboard"]  # type: ignore[index]
    assert (opens["text"], opens["url"]) == ("Open in bot", f"https://t.me/{library.ctx.bot_username}?start=a_3")


async def test_what_somebody_shares_makes_their_friend_a_follower(library: StoryHouse) -> None:
    """The bot is no member of the group, and learns of nothing but the two acts that are meant for it."""
    house = library
    friends = house.world.add_chat("group", "Friends", members={ANNA: "creator", BEN: "member"}).id
    query = house.world.ask_inline(ANNA, "eyes", chat_id=friends)
    await house.settle()
    message = house.world.choose_inline(ANNA, friends, query, "1.1")
    assert message["via_bot"]["id"] == house.world.bot["id"] and message["from"]["id"] == ANNA
    await house.settle()
    assert house.messages(friends) == []
    payload = message["reply_markup"]["inline_keyboard"][0][1]["url"].partition("start=")[2]
    await house.starts(BEN, payload)
    assert plain(house.screen(BEN)).startswith("Following Computer Vision now.")
    follows = await subscribing.follows(house.db, BEN, now=house.clock())
    assert [topic.name for topic in follows.topics] == ["Computer Vision"]


@pytest.mark.parametrize("state", ["draft", "scheduled", "held", "retracted"])
async def test_what_readers_cannot_list_is_in_no_answer(library: StoryHouse, state: str) -> None:
    house = library
    [number] = await put(house, "Secret merger", worn=["Speech"], state=state, age=timedelta(0))
    assert titles(await house.asks(ANNA, "")) == ["Solar eyes", "Solar robots", "The sea"]
    for words in ("merger", f"#{number}", "topic:speech"):
        answer = await house.asks(ANNA, words)
        assert titles(answer) == [], words
        assert answer is not None and answer.button == {
            "text": "Nothing found. Open the bot",
            "start_parameter": "inline",
        }


async def test_a_topic_that_only_a_draft_names_is_unknown_to_questions_too(library: StoryHouse) -> None:
    await put(library, "Secret merger", worn=["Merger Talks"], state="draft")
    assert titles(await library.asks(ANNA, "topic:merger-talks")) == []


async def test_what_is_retracted_is_gone_from_the_answer_once_telegram_asks_again(library: StoryHouse) -> None:
    """Telegram gives the same answer again for `cache_time` seconds: https://core.telegram.org/bots/api#answerinlinequery"""
    house = library
    assert titles(await house.asks(ANNA, "eyes")) == ["Solar eyes"]
    async with house.db.transaction() as conn:
        await conn.execute("UPDATE articles SET state = 'retracted' WHERE number = 1", {})
    house.clock.advance(CACHED_FOR)
    assert titles(await house.asks(ANNA, "eyes")) == []


async def test_cards_are_in_the_language_of_who_asks_and_never_given_to_another(library: StoryHouse) -> None:
    """`is_personal`: else the answer would go to whoever asks the same next."""
    house = library
    house.world.set_language(BEN, "de")
    for person, read in ((ANNA, "Read"), (BEN, "Lesen")):
        [[button, _]] = only(await house.asks(person, "eyes"))["reply_markup"]["inline_keyboard"]  # type: ignore[index]
        assert button["text"] == read


async def test_who_chose_a_language_in_the_bot_passes_cards_on_in_that(library: StoryHouse) -> None:
    house = library
    await house.says(ANNA, "/settings language de")
    [[button, _]] = only(await house.asks(ANNA, "eyes"))["reply_markup"]["inline_keyboard"]  # type: ignore[index]
    assert button["text"] == "Lesen"


async def test_pages_follow_each_other_without_a_gap_or_a_double(house: StoryHouse) -> None:
    many = 2 * CARDS + 3
    await put(house, *(f"Tide {number}" for number in range(many)))
    for words in ("", "tide"):
        seen: list[str] = []
        offset = ""
        while True:
            answer = await house.asks(ANNA, words, offset=offset)
            assert answer is not None and len(answer.cards) <= min(CARDS, INLINE_RESULTS)
            seen += titles(answer)
            offset = answer.next_offset
            if not offset:
                break
            if len(seen) == CARDS:  # news in between moves nothing
                await put(house, "Tide of now", age=timedelta(0))
        assert seen == [f"Tide {number}" for number in range(many)], words
        async with house.db.transaction() as conn:
            await conn.execute("UPDATE articles SET state = 'retracted' WHERE title = 'Tide of now'", {})
        house.clock.advance(timedelta(minutes=1))


@pytest.mark.parametrize("offset", ["x", "1", "1.2.3", "-", "٣.٣", "9" * 30, "1.1\n", "0.0", f"{-(10**17)}.5"])
async def test_an_offset_that_leads_nowhere_has_no_cards_and_no_next(library: StoryHouse, offset: str) -> None:
    answer = await library.asks(ANNA, "solar", offset=offset)
    assert answer is not None and (answer.cards, answer.next_offset, answer.button) == ([], "", None)


@pytest.mark.parametrize(
    "words",
    ['"', "!!!", "NEAR(", "topic:", 'source:"', "#0", "#" + "9" * 18, "-cats OR", "'); DROP", "\u202e", "a" * 256],
)
async def test_no_question_is_an_error(library: StoryHouse, words: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        answer = await library.asks(ANNA, words)
    assert titles(answer) == [] and not caplog.records


async def test_hostile_words_stay_text_in_cards_and_messages(house: StoryHouse) -> None:
    await put(
        house,
        "</b>\u202eGive @admin /stop example.com",
        excerpt="[x](tg://user?id=1)",
        provider=Provider("\u2067Evil", "evil.example"),
    )
    answer = await house.asks(ANNA, "give")
    assert answer is not None
    assert "\u202e" not in answer.cards[0]["title"] + answer.cards[0]["description"]
    message = only(answer)
    assert {entity["type"] for entity in message["entities"]} <= {"bold", "date_time"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["none", "banner", "local", "refused"])
async def test_a_picture_that_cannot_stand_for_the_story_is_no_thumbnail(house: StoryHouse, kind: str) -> None:
    match kind:
        case "none":
            await put(house, "Tide")
        case "banner":
            await put(house, "Tide", "One", "Two", "Three", pictures=(PICTURE,))
        case "local":
            await put(house, "Tide", pictures=(Picture("tide.jpg", is_local=True),))
        case "refused":
            await put(house, "Tide", pictures=(PICTURE,))
            async with house.db.transaction() as conn:
                await media.refused(conn, PICTURE.url, "wrong type of the web page content", house.clock())
    answer = await house.asks(ANNA, "tide")
    assert answer is not None and "thumbnail_url" not in answer.cards[0]


async def test_who_asks_without_end_is_answered_as_often_as_a_person_types(library: StoryHouse) -> None:
    house = library
    answers = [await house.asks(ANNA, f"solar {number}") for number in range(inline_quota.AT_ONCE + 5)]
    assert [answer is not None for answer in answers] == [True] * inline_quota.AT_ONCE + [False] * 5
    assert await house.asks(BEN, "solar") is not None  # nobody pays for another
    house.clock.advance(timedelta(seconds=2))
    assert [await house.asks(ANNA, words) is not None for words in ("a", "b", "c")] == [True, True, False]
    await house.says(ANNA, "/help")
    assert house.screens(ANNA)  # and the bot itself still answers


async def test_a_question_leaves_nothing_behind(library: StoryHouse) -> None:
    """Nobody who only asked is a chat of ours, and no words of theirs are kept."""
    house = library
    await house.asks(BEN, "solar")
    assert await house.chat(BEN) is None
    async with house.db.reading() as conn:
        assert [tuple(row) for row in await conn.execute_fetchall("SELECT count(*) FROM searches")] == [(0,)]


async def test_cards_that_telegram_refuses_come_as_plain_text(library: StoryHouse) -> None:
    house = library
    house.world.faults.add(Refuse(400, "Bad Request: BUTTON_URL_INVALID"), method="answerInlineQuery", times=1)
    message = only(await house.asks(ANNA, "eyes"))
    assert plain(str(message["text"])).endswith("\n\nhttps://northgate.example/1") and "reply_markup" not in message


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(400, "Bad Request: query is too old and response timeout expired"),
        Refuse(429, "Too Many Requests: retry after 5"),
    ],
)
async def test_an_answer_that_comes_too_late_is_lost_without_a_word(
    library: StoryHouse, fault: Refuse, caplog: pytest.LogCaptureFixture
) -> None:
    library.world.faults.add(fault, method="answerInlineQuery", times=1)
    with caplog.at_level(logging.WARNING):
        assert await library.asks(ANNA, "eyes") is None
    assert not caplog.records and len(library.world.ledger.of("answerInlineQuery")) == 1


async def test_a_question_from_before_the_start_is_not_answered(library: StoryHouse) -> None:
    house = library
    query = house.world.ask_inline(ANNA, "solar")
    house.update_queue.backlog_until = 2**40
    await house.settle()
    assert house.world.inline.answered(query) is None


async def test_share_begins_the_question_for_this_very_story_where_the_bot_may_be_asked(library: StoryHouse) -> None:
    """`switch_inline_query`: https://core.telegram.org/bots/api#inlinekeyboardbutton"""
    house = library
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.starts(ANNA, "a_1")
    buttons = {
        button["text"]: button for row in house.messages(ANNA)[-1]["reply_markup"]["inline_keyboard"] for button in row
    }
    assert buttons["Share"] == {"text": "Share", "switch_inline_query": "#1"}
    assert titles(await house.asks(ANNA, buttons["Share"]["switch_inline_query"], house.group)) == ["Solar eyes"]


@pytest.fixture
async def without_inline(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with story_house(tmp_path, has_inline=False) as house:
        yield house


async def test_share_is_a_link_where_the_owner_has_not_switched_inline_mode_on(without_inline: StoryHouse) -> None:
    """`supports_inline_queries`: https://core.telegram.org/bots/api#user"""
    house = without_inline
    await put(house, "Eyes")
    await house.starts(ANNA, "a_1")
    share = house.messages(ANNA)[-1]["reply_markup"]["inline_keyboard"][1][1]
    assert share["url"].startswith("https://t.me/share/url?")


async def test_a_card_that_was_passed_on_is_counted_where_telegram_tells_of_it(library: StoryHouse) -> None:
    """Telegram sends chosen_inline_result only after /setinlinefeedback: core.telegram.org/bots/inline."""
    house = library

    async def shared() -> dict[int, int]:
        async with house.db.reading() as conn:
            rows = await conn.execute_fetchall("SELECT article, many FROM article_acts WHERE act = 5")
        return {row["article"]: row["many"] for row in rows}

    for tells, expected in ((False, {}), (True, {1: 1})):
        house.world.inline.tells_choices = tells
        query = house.world.ask_inline(ANNA, "eyes")
        await house.settle()
        house.world.choose_inline(ANNA, house.group, query, "1.1")
        await house.settle()
        assert await shared() == expected
    for forged in ("77.1", "x.1", "9" * 60, "-1.1", "", "²"):
        house.world.updates.put(
            "chosen_inline_result", {"result_id": forged, "from": house.world.people[ANNA].user(), "query": ""}
        )
    await house.settle()
    assert await shared() == {1: 1}
