"""Roles that change: contributors make drafts and publish nothing, and whoever becomes less loses it at that moment."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_stories import plain
from newsroom_samples import put
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.domain.press import press
from bot.domain.role import Role
from bot.render.editor.verbs import Verb
from bot.services.newsroom import roles as services
from bot.store.content import articles
from bot.store.delivery import campaigns
from bot.store.desk import audit_log, editors
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.commands import Access

NOTHING = "There is nothing for that here."
TOO_OLD = "This button is too old to use. Send /topics for a new list."
GONE = "There is no article #1 any more."


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with story_house(tmp_path, content=str(tmp_path)) as house:
        for person in (ANNA, BEN, EDITH):
            await house.starts(person)
        yield house


async def make(house: StoryHouse, person: int, role: Role) -> None:
    await house.says(EDITH, f"/editors add {person} {role}")


async def roles(house: StoryHouse) -> dict[int, Role]:
    async with house.db.reading() as conn:
        return await editors.editors(conn, house.ctx.settings.admins)


def menu(house: StoryHouse, person: int) -> list[str]:
    commands = house.world.commands_for(house.world.people[person], house.world.chats[person])
    return [one["command"] for one in commands]


def document(title: str, link: str) -> bytes:
    story = {"title": title, "webUrl": link, "publishedDateTime": "2026-03-02T10:00Z", "published": True}
    return json.dumps(story).encode()


async def test_a_contributor_by_link_makes_drafts_sees_only_those_and_publishes_nothing(house: StoryHouse) -> None:
    [foreign] = await put(house, "Secret plans", state="draft")
    await house.says(EDITH, "/editors")
    await house.presses(EDITH, "Invite a contributor")
    link = re.search(r"start=(e_[\w-]{22})$", plain(house.screen(EDITH)))
    assert link is not None and "becomes a contributor" in house.screen(EDITH)
    await house.starts(BEN, link[1])
    assert plain(house.screen(BEN)).startswith("You are a contributor to ")
    assert plain(house.screen(BEN)).endswith("Edith Lindqvist invited you.")
    assert {"drafts", "preview"} <= set(menu(house, BEN)) and not {"publish", "log", "editors"} & set(menu(house, BEN))
    await house.uploads(BEN, "mine.json", document("Mine", "https://news.example/mine"))
    assert "#2" in plain(house.screen(BEN))
    await house.says(BEN, "/drafts")
    assert "Mine" in house.screen(BEN) and "Secret" not in house.screen(BEN)
    await house.presses(BEN, "Open #2")
    assert plain(house.screens(BEN)[-2]).startswith("Mine")
    assert "An editor publishes it." in house.screen(BEN) and house.buttons(BEN) == [["Edit"]]
    for asked in (f"/preview {foreign}", "/preview slug-1", "/preview slug"):
        await house.says(BEN, asked)
        assert house.screen(BEN).startswith("No single article goes by")
    await house.says(BEN, "/help")
    assert "/preview" in house.screen(BEN) and "/publish" not in house.screen(BEN)
    await house.says(EDITH, "/drafts")
    assert "Mine" in house.screen(EDITH) and "Secret" in house.screen(EDITH)


async def test_a_contributor_s_forged_buttons_and_typed_commands_do_nothing_and_tell_nothing(house: StoryHouse) -> None:
    await make(house, BEN, Role.CONTRIBUTOR)
    [foreign] = await put(house, "Secret plans", state="draft")
    await house.uploads(BEN, "mine.json", document("Mine", "https://news.example/mine"))
    message_id, said = house.messages(BEN)[-1]["message_id"], len(house.messages(BEN))
    rules = [rule for each in REGISTRY.conversations for rule in each.presses]
    for rule in rules:
        if rule.access in (Access.EDITORS, Access.OWNERS):
            for number in (foreign, 2):
                assert await house.presses_data(BEN, press(rule.verb, number), message_id) == TOO_OLD, rule.verb
    assert await house.presses_data(BEN, press(Verb.OPEN, foreign), message_id) == GONE
    assert len(house.messages(BEN)) == said
    for command in REGISTRY.commands.of(Access.EDITORS, Access.OWNERS):
        await house.says(BEN, f"/{command.name} 2")
        assert house.screen(BEN).startswith(NOTHING), command.name
    async with house.db.reading() as conn:
        assert [one.state for one in await articles.articles(conn, [1, 2])] == ["draft", "draft"]
        assert await campaigns.open_ones(conn) == []
        assert {entry.act for entry in await audit_log.latest(conn)} == {"role"}


async def test_a_contributor_s_document_changes_their_own_draft_and_nobody_else_s(house: StoryHouse) -> None:
    for person in (ANNA, BEN):
        await make(house, person, Role.CONTRIBUTOR)
    await house.uploads(BEN, "ben.json", document("By Ben", "https://news.example/ben"))
    await house.uploads(ANNA, "anna.json", document("Anna was here", "https://news.example/ben"))
    assert "Known already, and not changed: #1" in plain(house.screen(ANNA))
    await house.uploads(BEN, "ben.json", document("By Ben, again", "https://news.example/ben"))
    assert "Changed: #1" in plain(house.screen(BEN))
    await house.uploads(ANNA, "topic.json", b'{"taxonomy": "topic", "_id": "x", "name": "X"}')
    assert "ask an editor" in plain(house.screen(ANNA))
    async with house.db.reading() as conn:
        article = await articles.article(conn, 1)
        assert (article.story.title, article.made_by) == ("By Ben, again", BEN)
    await house.says(EDITH, "/publish 1")
    await house.uploads(BEN, "ben.json", document("Too late", "https://news.example/ben"))
    async with house.db.reading() as conn:
        assert (await articles.article(conn, 1)).story.title == "By Ben, again"


async def test_a_demoted_editor_s_old_buttons_and_half_done_dialogue_act_as_if_there_were_none(
    house: StoryHouse,
) -> None:
    await make(house, BEN, Role.EDITOR)
    await put(house, "First", state="draft")
    await house.says(BEN, "/preview 1")
    note = house.messages(BEN)[-1]
    await house.says(BEN, "/sources")
    await house.presses(BEN, "Add a source")  # what Ben writes next would be its address
    await make(house, BEN, Role.CONTRIBUTOR)
    assert "publish" not in menu(house, BEN) and "drafts" in menu(house, BEN)
    for row in note["reply_markup"]["inline_keyboard"]:
        for button in row:
            # A contributor edits too: their own drafts, and nobody else's are there for them.
            answer = GONE if button["text"] == "Edit" else TOO_OLD
            assert await house.presses_data(BEN, button["callback_data"], note["message_id"]) == answer
    await make(house, BEN, Role.EDITOR)
    assert await house.presses_data(BEN, press(Verb.MORE, 1), note["message_id"]) is None
    await house.says(EDITH, f"/editors remove {BEN}")
    assert plain(house.screen(EDITH)) == "Ben Okafor is no editor any more."
    await house.says(BEN, "https://127.0.0.1/feed.xml")
    assert house.screen(BEN).startswith("No topic and no story for")  # as any reader's words
    assert "drafts" not in menu(house, BEN)


@pytest.mark.parametrize("was", [Role.EDITOR, Role.OWNER])
async def test_every_kind_of_button_of_whoever_was_let_go_does_nothing_and_tells_nothing(
    house: StoryHouse, was: Role
) -> None:
    """Each verb, about an article that was theirs and one that was not, and about people, links and campaigns."""
    await put(house, "Secret plans", state="draft")
    await make(house, BEN, was)
    await house.uploads(BEN, "mine.json", document("Mine", "https://news.example/mine"))
    await house.says(BEN, "/announce We move")
    await house.says(EDITH, f"/editors remove {BEN}")
    message_id, said = house.messages(BEN)[-1]["message_id"], len(house.messages(BEN))
    async with house.db.reading() as conn:
        logged = len(await audit_log.latest(conn))
    rules = [rule for each in REGISTRY.conversations for rule in each.presses]
    kinds = [rule.verb for rule in rules if rule.access is not Access.READERS]
    assert len(kinds) > 60
    for verb in kinds:
        for numbers in ((), (1,), (2,), (1, 1), (2, 1, 0, 1), (EDITH, 1), (ANNA, 0)):
            assert await house.presses_data(BEN, press(verb, *numbers), message_id) == TOO_OLD, verb
    assert len(house.messages(BEN)) == said
    async with house.db.reading() as conn:
        assert [one.state for one in await articles.articles(conn, [1, 2])] == ["draft", "draft"]
        assert await campaigns.open_ones(conn) == [] and len(await audit_log.latest(conn)) == logged
    assert await roles(house) == {EDITH: Role.OWNER}


async def test_a_role_is_changed_by_buttons_and_a_second_tap_changes_nothing_back(house: StoryHouse) -> None:
    await make(house, BEN, Role.EDITOR)
    await house.says(BEN, "/drafts")  # from then on his name is known
    await house.says(EDITH, "/editors")
    await house.presses(EDITH, "Change role")
    assert plain(house.screen(EDITH)).startswith(f"editor Ben Okafor ({BEN})")
    assert house.buttons(EDITH)[:2] == [["Back"], ["Make contributor", "Make owner"]]
    message_id, data = house.button(EDITH, "Make contributor")
    toast = await house.presses_data(EDITH, data, message_id)
    assert toast is not None and plain(toast) == "Ben Okafor is a contributor now"
    assert await house.presses_data(EDITH, data, message_id) == "That list was out of date. Here is the current one."
    assert (await roles(house))[BEN] is Role.CONTRIBUTOR
    await house.says(EDITH, "/log")
    assert f"you: changed a role (Ben Okafor ({BEN})): editor → contributor" in plain(house.screen(EDITH))


async def test_the_last_owner_stays_one_and_an_owner_by_link_may_step_down_when_another_is_left(
    tmp_path: Path,
) -> None:
    async with story_house(tmp_path, admins="") as house:
        for person in (ANNA, BEN):
            await house.starts(person)
        await house.starts(ANNA, f"o_{await services.owner_code(house.db, house.clock())}")
        await house.says(ANNA, f"/editors remove {ANNA}")
        only = "You are the only owner. Make somebody else an owner first."
        assert house.screen(ANNA) == only
        await house.says(ANNA, "/editors")
        await house.presses(ANNA, "Change the role of \u2068Anna Weber\u2069")
        assert await house.presses(ANNA, "Make editor") == only
        await house.says(ANNA, f"/editors add {BEN} owner")
        await house.says(ANNA, f"/editors remove {ANNA}")
        assert house.screen(ANNA) == "You are no owner any more."
        await house.says(ANNA, "/editors")
        assert house.screen(ANNA).startswith(NOTHING)
        assert await roles(house) == {BEN: Role.OWNER}


@pytest.mark.parametrize(
    "typed",
    ["add", "add x", "add 0", "add 12345 king", "add 12345 editor please", "remove", "remove ben", "invite owner",
     "withdraw", "withdraw x", "add -7", "add 99999999999999999999", "add ٣", "frobnicate 1"],
)  # fmt: skip
async def test_what_is_not_understood_to_its_end_changes_nothing(house: StoryHouse, typed: str) -> None:
    await house.says(EDITH, f"/editors {typed}")
    assert house.screen(EDITH).startswith("Write /editors add ID ROLE")
    assert await roles(house) == {EDITH: Role.OWNER}
    async with house.db.reading() as conn:
        assert await audit_log.latest(conn) == []


async def test_somebody_who_never_wrote_is_added_by_id_and_has_the_menu_once_they_start(house: StoryHouse) -> None:
    cara = house.world.add_person("Cara", id=31000).id
    await house.says(EDITH, f"/editors add {cara}")
    assert plain(house.screen(EDITH)) == f"{cara} is an editor now."
    await house.says(EDITH, f"/editors add {cara} editor")
    assert plain(house.screen(EDITH)) == f"{cara} is that already."
    await house.starts(cara)
    await house.says(cara, "/drafts")
    assert house.screen(cara).startswith("No drafts.")


async def test_what_a_contributor_knows_of_a_link_that_an_editor_has_is_that_it_is_here(house: StoryHouse) -> None:
    await make(house, BEN, Role.CONTRIBUTOR)
    await put(house, "Secret plans", state="draft")
    await house.says(BEN, "https://northgate.example/1")
    assert house.screen(BEN) == "This story is here already. An editor has it."


async def test_the_log_is_turned_over_and_narrowed_by_buttons(house: StoryHouse) -> None:
    await put(house, *(f"Story {n}" for n in range(25)), state="draft")
    for number in range(1, 26):
        async with house.db.transaction() as conn:
            await audit_log.record(
                conn, "edit", at=house.clock(), person=EDITH, article=number, before="Old", after="New"
            )
    await make(house, BEN, Role.EDITOR)
    await house.says(EDITH, "/log")
    first = plain(house.screen(EDITH))
    assert first.count("\n") == 12 and "you: edited #25: Old → New" in first and "edited #14:" not in first
    assert house.buttons(EDITH) == [["✓ All", "Articles", "People"], ["Sources", "Programs"], ["Older"]]
    await house.presses(EDITH, "Older")
    assert "edited #14:" in plain(house.screen(EDITH)) and house.buttons(EDITH)[-1] == ["Newest", "Older"]
    await house.presses(EDITH, "Older")
    assert "edited #1:" in plain(house.screen(EDITH)) and house.buttons(EDITH)[-1] == ["Newest"]
    await house.presses(EDITH, "People")
    assert plain(house.screen(EDITH)).count("\n") == 1 and "changed a role" in house.screen(EDITH)
    await house.presses(EDITH, "Programs")
    assert house.screen(EDITH) == "Nothing of that was done yet."
    await house.says(EDITH, "/log 7")
    assert plain(house.screen(EDITH)).split("\n")[0] == "Log of #7" and plain(house.screen(EDITH)).count("\n") == 1
    message_id = house.messages(EDITH)[-1]["message_id"]
    for data in ("1:log_page", "1:log_page:9z:-1:-5", "1:log_page:-1:1y2p0ij32e8e7:1y2p0ij32e8e7"):
        await house.presses_data(EDITH, data, message_id)  # nobody is told of a fault
    assert house.screen(EDITH).startswith(("Log", "Nothing"))


async def test_a_page_of_the_longest_entries_loses_none(house: StoryHouse) -> None:
    async with house.db.transaction() as conn:
        await editors.set_name(conn, EDITH, "ab" * 64)
        for number in range(30):
            about = {"person": 10**15, "article": 10**9 + number, "detail": "d" * 300}
            await audit_log.record(conn, "edit", at=house.clock(), **about, before="b" * 300, after="a" * 300)
        await editors.set_name(conn, 10**15, "x" * 128)
    await house.says(EDITH, "/log")
    seen = set()
    for _ in range(4):
        screen = plain(house.screen(EDITH))
        assert screen.count("\n") in (12, 6)
        seen.update(re.findall(r"#(\d+)", screen))
        if "Older" in house.buttons(EDITH)[-1]:
            await house.presses(EDITH, "Older")
    assert len(seen) == 30
