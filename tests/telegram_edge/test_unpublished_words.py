"""
What is not published yet is nobody's to learn: two houses, one with a secret at its desk and one without, answer alike.

Every way in which a reader can name a topic or a story is gone through in both, with names and with the numbers that a
changed client may put into a button. Telegram passes on whatever data a client names:
https://core.telegram.org/bots/api#callbackquery
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import SECTIONS, define, plain, put
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.domain.article import ArticleState, Related, Story
from bot.domain.press import press
from bot.domain.publishing import PushWindow
from bot.domain.topic import TopicFile
from bot.render.reader.card import Verb
from bot.render.reader.lists import FOLLOW, OPEN, TOP, UNFOLLOW
from bot.render.reader.picker import LATEST, PICK
from bot.render.reader.subscriptions import HEAR
from bot.services.content.imports import Policy, Seen, take
from bot.services.newsroom import arriving_news, newsroom
from bot.services.readers import exports
from bot.store.content import articles, topics

NAME = "Secret Merger"
POLICY = Policy(PushWindow(timedelta(hours=48)), burst=10, undo=timedelta(0))
UNDO = timedelta(0)
SECRETS = ("Secret Merger", "SecretMerger", "Wharfinger", "Quaysider", "cormorant")
# The desk's stories and topics have the next numbers behind those that are out.
TOPIC, ARTICLE = len(SECTIONS) + 1, 4


def story(house: StoryHouse, **changes: Any) -> Story:
    return Story(
        **{
            "title": "Wharfinger buys Quaysider",
            "link": "https://northgate.example/wharfinger",
            "published_at": house.clock() - timedelta(hours=1),
            "excerpt": "The cormorant clause is agreed.",
            "topics": (NAME,),
            "related": (Related("Quaysider for sale", "https://harbour.example/quaysider"),),
            "published": False,
            **changes,
        }
    )


async def imported(house: StoryHouse, *stories: Story) -> None:
    """Read stories from files, the same ones each time."""
    seen = [Seen(f"{n}.md", repr(told), told, (f"secret-{n}",)) for n, told in enumerate(stories)]
    await take(house.db, seen, gone=(), now=house.clock(), policy=POLICY)


async def draft(house: StoryHouse) -> None:
    await imported(house, story(house))


async def three_drafts(house: StoryHouse) -> None:
    links = [f"https://northgate.example/wharfinger/{n}" for n in range(3)]
    await imported(house, *(story(house, link=link) for link in links))


async def scheduled(house: StoryHouse) -> None:
    await imported(house, story(house, published=True, published_at=house.clock() + timedelta(days=1)))


async def held(house: StoryHouse) -> None:
    await imported(house, story(house, published=True))  # a topic that nobody knows, where somebody follows something


async def never_out(house: StoryHouse) -> None:
    await draft(house)
    async with house.db.transaction() as conn:
        await articles.set_state(conn, ARTICLE, ArticleState.RETRACTED)


async def parent_in_a_file(house: StoryHouse) -> None:
    """A topic's file names the secret as its parent: nothing defines it yet."""
    await draft(house)
    await define(house, TopicFile("robotics", "Robotics", parent=NAME))


STATES = {
    "draft": (draft, ArticleState.DRAFT),
    "three drafts": (three_drafts, ArticleState.DRAFT),
    "scheduled": (scheduled, ArticleState.SCHEDULED),
    "held": (held, ArticleState.HELD),
    "retracted before it was out": (never_out, ArticleState.RETRACTED),
    "parent in a file": (parent_in_a_file, ArticleState.DRAFT),
}


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[StoryHouse]:
    """Three stories about Energy are out; Anna follows that, in her own chat and in a group."""
    folder.mkdir()
    async with story_house(folder) as house:
        await define(house, *SECTIONS)
        await put(house, "Batteries along the coast", "The grid holds", "Wind in the north", worn=["Energy"])
        house.world.add_bot(ANNA, house.group)
        await house.settle()
        await house.starts(ANNA)
        await house.says(ANNA, "/subscribe Energy")
        yield house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with town(tmp_path / "with") as house:
        yield house


@pytest.fixture
async def ignorant(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with town(tmp_path / "without") as house:
        yield house


NAMED = [
    f"/subscribe {NAME}",
    "/subscribe secretmerger",
    "/subscribe #SecretMerger, Energy, Robotics",
    "/subscribe Secret Mergr",
    f"/unsubscribe {NAME}",
    NAME,
    "secret merg",
    f"/latest {NAME}",
    f"/latest {NAME} 1",
    f"/latest {NAME} 5",
    f"/top {NAME}",
    "/subscribe Robotic",
]
LOOKED_FOR = [
    "/search wharfinger",
    "/search wharfinger buys",
    "/search harfinge",
    "/search cormorant",
    f"/search {NAME}",
    "/search Quaysider",
    "/latest 10",
    "/top 10",
    "/saved",
    "/topics",
    "/subscriptions",
    f"/preview {ARTICLE}",
    "/preview wharfinger",
    f"/delivery {ARTICLE}",
    "/drafts",
    "/stats",
    "/log",
    "/help",
]
LINKS = [f"t_{TOPIC}", "t_secret-merger", "t_secretmerger", "t_Secret_Merger", f"a_{ARTICLE}", "a_secret-0"]
FORGED = [
    press(FOLLOW, TOPIC),
    press(UNFOLLOW, TOPIC),
    press(LATEST, TOPIC, 6, 0, 0, 0),
    press(TOP, TOPIC, 6, 0),
    press(PICK, TOPIC, 1, 0, 0, 0),
    press(PICK, TOPIC, 0, 0, 0, 0),
    press(HEAR, TOPIC),
    press(OPEN, ARTICLE),
    *(press(verb, 1, TOPIC) for verb in Verb),
    *(press(verb, ARTICLE, TOPIC) for verb in Verb),
    *(press(verb, ARTICLE) for verb in Verb),
]


async def told(house: StoryHouse, chat: int) -> list[Any]:
    """Return all that Anna gets to read in a chat by asking in every way there is."""
    said: list[Any] = []

    def note(toast: str | None = None) -> None:
        message = house.messages(chat)[-1]
        said.append((toast, [plain(text) for text in house.screens(chat)], message.get("reply_markup")))

    for text in (*NAMED, *LOOKED_FOR):
        await house.says(ANNA, text, chat)
        note()
        house.clock.advance(timedelta(minutes=1))  # a group is answered once a minute
    for payload in LINKS if chat == ANNA else ():
        await house.starts(ANNA, payload)
        note()
    await house.says(ANNA, "/latest 1", chat)
    card = house.messages(chat)[-1]["message_id"]
    for data in FORGED:
        note(await house.presses_data(ANNA, data, card, chat))
    await house.says(ANNA, "/subscriptions", chat)
    note()
    return [*said, await exports.export_of(house.db, chat, house.clock())]


@pytest.mark.parametrize("kind", STATES)
async def test_a_reader_cannot_tell_a_name_at_the_desk_from_one_that_nobody_has_heard_of(
    house: StoryHouse, ignorant: StoryHouse, kind: str
) -> None:
    make, state = STATES[kind]
    await make(house)
    async with house.db.reading() as conn:
        assert (await articles.article(conn, ARTICLE)).state is state
        assert (await topics.topics(conn))[TOPIC].name == NAME
    heard = await told(house, ANNA)
    assert heard == await told(ignorant, ANNA)
    assert "Quaysider buys" not in repr(heard) and "clause" not in repr(heard)


async def test_a_group_cannot_tell_them_apart_either(house: StoryHouse, ignorant: StoryHouse) -> None:
    await three_drafts(house)
    assert await told(house, house.group) == await told(ignorant, ignorant.group)


WAYS: dict[str, Callable[[StoryHouse], Any]] = {
    "by name": lambda house: house.says(ANNA, f"/subscribe {NAME}"),
    "by near miss": lambda house: house.says(ANNA, "/subscribe Secret Mergr"),
    "by plain text": lambda house: house.says(ANNA, "secret-merger"),
    "latest": lambda house: house.says(ANNA, f"/latest {NAME}"),
    "top": lambda house: house.says(ANNA, f"/top {NAME}"),
    "by number": lambda house: house.starts(ANNA, f"t_{TOPIC}"),
    "by link": lambda house: house.starts(ANNA, "t_secretmerger"),
    "follow": lambda house: house.presses_data(ANNA, press(FOLLOW, TOPIC), house.messages(ANNA)[-1]["message_id"]),
    "searched": lambda house: house.says(ANNA, "/search cormorant"),
    "article": lambda house: house.starts(ANNA, f"a_{ARTICLE}"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["draft", "three drafts", "scheduled", "held"])
async def test_once_the_story_is_out_its_topic_is_known_in_every_way(house: StoryHouse, kind: str, way: str) -> None:
    await STATES[kind][0](house)
    await newsroom.publish(house.db, ARTICLE, by=EDITH, now=house.clock(), undo=UNDO)
    await WAYS[way](house)
    assert any(word in plain(house.screen(ANNA)) + repr(house.buttons(ANNA)) for word in ("Secret", "Wharfinger"))


@pytest.mark.parametrize("how", ["archived by hand", "archived by file", "embargo that pushes nothing", "changed"])
async def test_what_is_listed_without_a_push_makes_its_topic_known_too(house: StoryHouse, how: str) -> None:
    if how == "archived by hand":
        await draft(house)
        await newsroom.archive(house.db, ARTICLE, by=EDITH, now=house.clock())
    elif how == "archived by file":
        await imported(house, story(house, published=True, published_at=house.clock() - timedelta(days=9)))
    elif how == "embargo that pushes nothing":
        await scheduled(house)
        now = house.clock() + timedelta(days=2)
        await arriving_news.end_embargoes(house.db, now=now, burst=10, undo=UNDO, push=False)
    else:
        old = story(house, published=True, published_at=house.clock() - timedelta(days=9), topics=("Energy",))
        await imported(house, old)
        await house.says(ANNA, NAME)
        assert "Follow Secret Merger" not in repr(house.buttons(ANNA))
        await imported(house, replace(old, topics=("Energy", NAME)))
    await house.says(ANNA, NAME)
    assert "Follow" in repr(house.buttons(ANNA)) and "Secret Merger" in repr(house.buttons(ANNA))


async def test_an_editor_who_accepts_a_topic_of_a_draft_makes_it_known(house: StoryHouse) -> None:
    await draft(house)
    await newsroom.add_topic(house.db, ARTICLE, TOPIC, by=EDITH, now=house.clock(), undo=UNDO)
    await house.says(ANNA, f"/subscribe {NAME}")
    assert plain(house.screen(ANNA)).startswith("Following Secret Merger")
    await house.says(ANNA, "/topics")
    assert "Secret Merger" in repr(house.buttons(ANNA))


async def test_editors_see_an_unknown_topic_where_they_work(house: StoryHouse) -> None:
    await draft(house)
    await house.starts(EDITH)
    await house.says(EDITH, f"/preview {ARTICLE}")
    assert "#SecretMerger" in plain(house.screens(EDITH)[-2])


async def test_who_follows_a_topic_goes_on_seeing_it_and_nobody_else_does(house: StoryHouse) -> None:
    await draft(house)
    async with house.db.transaction() as conn:
        await conn.execute("INSERT INTO subscriptions (topic, chat, since) VALUES (?, ?, 0)", (TOPIC, ANNA))
    await house.says(ANNA, "/subscriptions")
    assert "Secret Merger" in plain(house.screen(ANNA))
    await house.says(BEN, f"/subscribe {NAME}")
    assert not plain(house.screen(BEN)).startswith("Following")
    assert "Follow" not in repr(house.buttons(BEN))
    await house.says(ANNA, f"/unsubscribe {NAME}")
    assert plain(house.screen(ANNA)).startswith("No longer following Secret Merger")


async def test_what_was_out_once_stays_known_but_not_what_it_was_changed_to(house: StoryHouse) -> None:
    told_of = story(
        house, published=True, topics=("Energy", "Harbours"), title="Harbours merge", excerpt="Two of them."
    )
    await imported(house, told_of)
    await house.starts(ANNA, f"a_{ARTICLE}")
    assert await house.presses(ANNA, "Save") is not None
    card = house.messages(ANNA)[-1]["message_id"]
    await newsroom.retract(house.db, ARTICLE, by=EDITH, now=house.clock())
    await imported(house, story(house, published=True))
    async with house.db.reading() as conn:
        rewritten = await articles.article(conn, ARTICLE)
    assert (rewritten.story.title, rewritten.state) == ("Wharfinger buys Quaysider", ArticleState.RETRACTED)
    said = []
    for text in ("/saved", "/latest 10", "/top 10", "/search Quaysider", "/subscribe Secret Merger"):
        await house.says(ANNA, text)
        said += [
            plain(house.screen(ANNA)).replace("Secret Merger", "", 1).replace("Quaysider", "", 1),
            house.buttons(ANNA),
        ]
    await house.starts(ANNA, f"a_{ARTICLE}")
    said += [plain(house.screen(ANNA)), house.buttons(ANNA)]
    for verb in Verb:  # the old card's buttons
        said.append(await house.presses_data(ANNA, press(verb, ARTICLE), card))
    said.append(house.messages(ANNA))
    exported = await exports.export_of(house.db, ANNA, house.clock())
    said.append(exported)
    assert exported["saved"] == []  # "Unsave" was among the buttons
    await house.says(ANNA, "/subscribe Harbours")
    assert plain(house.screen(ANNA)).startswith("Following Harbours")
    secret = plain(json.dumps(said, ensure_ascii=False))
    assert not [
        word
        for word in ("SecretMerger", "Follow Secret", "Following Secret", "Wharfinger", "cormorant")
        if word in secret
    ]


async def test_an_export_names_no_title_that_readers_may_not_see(house: StoryHouse) -> None:
    await imported(house, story(house, published=True, topics=("Energy",), title="Harbours merge"))
    await house.starts(ANNA, f"a_{ARTICLE}")
    await house.presses(ANNA, "Save")

    async def titles() -> list[object]:
        saved = (await exports.export_of(house.db, ANNA, house.clock()))["saved"]
        return [(one["article"], one["title"]) for one in saved]  # type: ignore[attr-defined]

    assert await titles() == [(ARTICLE, "Harbours merge")]
    await newsroom.retract(house.db, ARTICLE, by=EDITH, now=house.clock())
    await imported(house, story(house, published=True, topics=("Energy",)))
    assert await titles() == [(ARTICLE, None)]
    await newsroom.publish(house.db, ARTICLE, by=EDITH, now=house.clock(), undo=UNDO)
    assert await titles() == [(ARTICLE, "Wharfinger buys Quaysider")]
