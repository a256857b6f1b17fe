"""Owners invite editors, withdraw links and let editors go; to everybody else none of that is there."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import plain
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.domain.role import Objection, Role
from bot.services.newsroom import roles as services
from bot.services.newsroom.roles import RoleChange
from bot.store.desk import audit_log, editors
from bot.telegram_edge.notifications.notifier import Notifier

NOTHING = "There is nothing for that here."
INVITE = ["Invite an editor", "Invite a contributor", "By id"]
USED_UP = "This link was used already, was withdrawn or is older than 15 minutes. Ask for a new one."
CONFIGURED = "You are an owner by NEWSBOT_ADMINS; only the operator can change that."
NAMES = {ANNA: "Anna Weber", BEN: "Ben Okafor", EDITH: "Edith Lindqvist"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with story_house(tmp_path) as house:
        for person in (ANNA, BEN, EDITH):
            await house.starts(person)
        yield house


async def invited(house: StoryHouse, by: int = EDITH) -> str:
    """Return the payload of a fresh link."""
    await house.says(by, "/editors")
    await house.presses(by, "Invite an editor")
    found = re.search(r"start=(e_[\w-]{22})$", plain(house.screen(by)))
    assert found is not None, house.screen(by)
    return found[1]


async def owner_link(house: StoryHouse) -> str:
    return f"o_{await services.owner_code(house.db, house.clock())}"


async def roles(house: StoryHouse) -> dict[int, Role]:
    async with house.db.reading() as conn:
        return await editors.editors(conn, house.ctx.settings.admins)


async def acts(house: StoryHouse) -> list[tuple[int | None, str, str | None]]:
    """Return who did what to whom, oldest first."""
    async with house.db.reading() as conn:
        return [(entry.person, entry.act, entry.detail) for entry in reversed(await audit_log.latest(conn))]


async def logged(house: StoryHouse) -> list[str]:
    """Return the lines of `/log` as Edith reads them, newest first, without their time."""
    await house.says(EDITH, "/log")
    return [line.partition("12:00: ")[2] for line in plain(house.screen(EDITH)).split("\n")[1:]]


async def told(house: StoryHouse, notifications: Notifier) -> None:
    await notifications.turn()
    await notifications.settled()


def let_go(name: str) -> str:
    return f"Let \u2068{name}\u2069 go"


async def test_who_opens_the_link_first_is_an_editor_until_an_owner_lets_them_go(house: StoryHouse) -> None:
    link = await invited(house)
    await house.starts(BEN, link)
    assert house.screen(BEN).startswith("You are an editor of ")
    await house.starts(ANNA, link)
    assert "used already" in house.screen(ANNA)
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    await house.says(BEN, "/drafts")
    assert house.screen(BEN).startswith("No drafts.")
    await house.says(EDITH, "/editors")
    assert plain(house.screen(EDITH)) == f"Who may publish\nowner you\neditor Ben Okafor ({BEN})"
    toast = await house.presses(EDITH, let_go("Ben Okafor"))
    assert toast is not None and plain(toast) == "Ben Okafor is no editor any more"
    assert house.buttons(EDITH) == [INVITE]
    await house.says(BEN, "/drafts")
    assert house.screen(BEN).startswith(NOTHING)
    person = house.world.people[BEN]
    assert "drafts" not in [one["command"] for one in house.world.commands_for(person, house.world.chats[BEN])]
    assert await logged(house) == [
        f"you: let an editor go (Ben Okafor ({BEN}))",
        f"Ben Okafor ({BEN}): became an editor (invited by you)",
        "you: invited an editor",
    ]


async def test_a_link_lasts_for_fifteen_minutes(house: StoryHouse) -> None:
    link = await invited(house)
    house.clock.advance(timedelta(minutes=15))
    await house.starts(BEN, link)
    assert await roles(house) == {EDITH: Role.OWNER}


async def test_no_editor_adds_editors_or_lets_anybody_go(house: StoryHouse) -> None:
    await house.starts(BEN, await invited(house))
    await invited(house)
    await house.says(BEN, "/editors")
    assert house.screen(BEN).startswith(NOTHING)
    await house.says(BEN, "/help")
    assert "/drafts" in house.screen(BEN) and "/editors" not in house.screen(BEN)
    message_id = house.messages(BEN)[-1]["message_id"]
    said = len(house.messages(BEN))
    before = await acts(house)
    for data in ("invite", f"let_go:{_base36(BEN)}", "let_go", "withdraw:1", "withdraw:2", "withdraw"):
        await house.presses_data(BEN, f"1:editor_{data}", message_id)
    assert len(house.messages(BEN)) == said
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    assert await acts(house) == before


async def test_nobody_lets_an_owner_of_the_configuration_go_nor_somebody_who_is_nobody(house: StoryHouse) -> None:
    await house.says(EDITH, "/editors")
    message_id = house.messages(EDITH)[-1]["message_id"]
    for person in (12345, 0):
        toast = await house.presses_data(EDITH, f"1:editor_let_go:{_base36(person)}", message_id)
        assert toast == "That list was out of date. Here is the current one."
    toast = await house.presses_data(EDITH, f"1:editor_let_go:{_base36(EDITH)}", message_id)
    assert toast == CONFIGURED
    for typed in (f"/editors remove {EDITH}", f"/editors add {EDITH} editor"):
        await house.says(EDITH, typed)
        assert house.screen(EDITH) == CONFIGURED
    assert await roles(house) == {EDITH: Role.OWNER}
    assert await acts(house) == []


async def test_a_link_that_is_not_used_yet_is_listed_and_can_be_withdrawn(house: StoryHouse) -> None:
    first, second = await invited(house), await invited(house)
    await house.says(EDITH, "/editors")
    assert plain(house.screen(EDITH)).split("\n")[2:] == [
        "Links that are still good",
        f"link 1: for an editor, by Edith Lindqvist ({EDITH}), until 12:15",
        f"link 2: for an editor, by Edith Lindqvist ({EDITH}), until 12:15",
    ]
    assert house.buttons(EDITH) == [["Withdraw link 1"], ["Withdraw link 2"], INVITE]
    message_id = house.messages(EDITH)[-1]["message_id"]
    assert await house.presses(EDITH, "Withdraw link 1") == "Link 1 is withdrawn"
    assert house.buttons(EDITH) == [["Change more"], INVITE]
    again = await house.presses_data(EDITH, "1:editor_withdraw:1", message_id)
    assert again == "That list was out of date. Here is the current one."
    await house.starts(BEN, first)
    assert house.screen(BEN) == USED_UP
    await house.starts(BEN, second)
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    used = await house.presses_data(EDITH, "1:editor_withdraw:2", message_id)
    assert used == again and await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    assert [act for _, act, _ in await acts(house)] == ["invite", "invite", "withdraw", "become editor"]


async def test_the_number_of_a_withdrawn_link_is_never_that_of_another(house: StoryHouse) -> None:
    await invited(house)
    await house.says(EDITH, "/editors")
    await house.presses(EDITH, "Withdraw link 1")
    await invited(house)
    await house.says(EDITH, "/editors")
    assert house.buttons(EDITH) == [["Withdraw link 2"], INVITE]


@pytest.mark.parametrize("what", ["used", "withdrawn", "too old", "made up", "empty"])
async def test_a_link_that_gives_nothing_is_answered_like_one_that_nobody_made(house: StoryHouse, what: str) -> None:
    link = await invited(house)
    match what:
        case "used":
            await house.starts(BEN, link)
        case "withdrawn":
            await house.says(EDITH, "/editors")
            await house.presses(EDITH, "Withdraw link 1")
        case "too old":
            house.clock.advance(timedelta(minutes=16))
        case "made up":
            link = "e_" + "x" * 22
        case "empty":
            link = "e_"
    before = await roles(house)
    await house.starts(ANNA, link)
    assert house.screen(ANNA) == USED_UP
    assert await roles(house) == before and ANNA not in before


async def test_of_several_who_open_a_link_at_once_one_is_an_editor(house: StoryHouse) -> None:
    crowd = [house.world.add_person(f"Reader {n}", id=20_000 + n).id for n in range(8)]
    for kind in ("e", "o"):
        link = await invited(house) if kind == "e" else await owner_link(house)
        for person in crowd:
            house.world.start(person, link)
        await house.settle()  # all of it is fetched at once, and different chats are answered side by side
        made = [person for person in crowd if house.screen(person).startswith("You are an")]
        assert len(made) == 1 and set(await roles(house)) == {EDITH, *made}
        assert [house.screen(person) for person in crowd if person not in made] == [USED_UP] * 7
        async with house.db.transaction() as conn:
            await editors.dismiss(conn, made[0], house.clock())


async def test_who_is_an_editor_or_owner_already_leaves_the_link_to_somebody_else(house: StoryHouse) -> None:
    await house.starts(BEN, await invited(house))
    link = await invited(house)
    for person in (EDITH, BEN):
        await house.starts(person, link)
        assert house.screen(person).startswith("You are that already")
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    await house.starts(ANNA, link)
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR, ANNA: Role.EDITOR}
    await house.starts(BEN, await owner_link(house))
    assert (await roles(house))[BEN] is Role.OWNER


async def test_owners_are_told_who_took_an_invitation_and_can_undo_it(house: StoryHouse) -> None:
    notifications = Notifier(house.ctx)
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.OWNER, None, house.clock())
    wakes = house.wakes
    await house.starts(BEN, await invited(house))
    assert house.wakes == wakes + 1  # who tells does not wait for its next turn
    said = {person: len(house.messages(person)) for person in (ANNA, BEN, EDITH)}
    await told(house, notifications)
    for owner in (EDITH, ANNA):
        assert plain(house.screen(owner)) == (
            f"Ben Okafor ({BEN}) took the invitation of Edith Lindqvist ({EDITH}) and is an editor now."
        )
        assert house.buttons(owner) == [[let_go("Ben Okafor")]]
    await told(house, Notifier(house.ctx))  # as after a restart
    assert [len(house.messages(person)) for person in (ANNA, BEN, EDITH)] == [
        said[ANNA] + 1,
        said[BEN],
        said[EDITH] + 1,
    ]
    old = {person: house.messages(person)[-1] for person in (ANNA, EDITH)}
    data = old[EDITH]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    both = [house.world.press(person, person, old[person]["message_id"], data) for person in (EDITH, ANNA, EDITH)]
    await house.settle()
    toasts = [plain((house.world.answer_to(query) or {})["text"]) for query in both]
    assert sorted(set(toasts)) == [
        "Ben Okafor is no editor any more",
        "That list was out of date. Here is the current one.",
    ]
    assert toasts.count("Ben Okafor is no editor any more") == 1
    assert await roles(house) == {EDITH: Role.OWNER, ANNA: Role.OWNER}
    assert [act for _, act, _ in await acts(house)].count("let go") == 1


async def test_owners_are_told_who_opened_an_owner_link_and_what_undoes_it(house: StoryHouse) -> None:
    await house.starts(BEN, await owner_link(house))
    await told(house, Notifier(house.ctx))
    assert plain(house.screen(EDITH)) == (
        f"Ben Okafor ({BEN}) opened the owner link and is an owner now. If that is not who it was for: newsbot "
        f"editors remove {BEN} in the shell."
    )
    assert house.buttons(EDITH) == []
    assert house.screen(BEN).startswith("You are an owner")  # nobody is told of themselves
    assert await logged(house) == [f"Ben Okafor ({BEN}): became an owner", "newsbot: made a link for an owner"]


async def test_an_owner_who_cannot_be_reached_is_told_when_they_are_back(house: StoryHouse) -> None:
    notifications = Notifier(house.ctx)
    link = await invited(house)
    house.world.block(EDITH)
    await house.settle()
    await house.starts(BEN, link)
    calls = len(house.world.ledger.calls_to(EDITH))
    for _ in range(3):
        house.clock.advance(timedelta(minutes=11))
        await told(house, notifications)
    assert len(house.world.ledger.calls_to(EDITH)) == calls
    house.world.unblock(EDITH)
    await house.settle()
    await told(house, notifications)
    assert "and is an editor now" in house.screen(EDITH)


async def test_neither_is_a_former_owner_told_nor_anybody_of_an_editor_who_is_gone_again(
    house: StoryHouse,
) -> None:
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.OWNER, None, house.clock())
    await house.starts(BEN, await invited(house))
    async with house.db.transaction() as conn:
        await editors.dismiss(conn, ANNA, house.clock())
    said = len(house.messages(ANNA))
    await house.says(EDITH, "/editors")
    await house.presses(EDITH, let_go("Ben Okafor"))
    await told(house, Notifier(house.ctx))
    assert len(house.messages(ANNA)) == said and "took the invitation" not in house.screen(EDITH)


async def test_the_links_of_an_owner_who_is_removed_are_worth_nothing(house: StoryHouse) -> None:
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.OWNER, None, house.clock())
    link = await invited(house, ANNA)
    message_id = house.messages(ANNA)[-1]["message_id"]
    admins, now = house.ctx.settings.admins, house.clock()
    gone = await services.change_role(house.db, ANNA, None, by=None, admins=admins, now=now)
    assert gone == RoleChange(ANNA, Role.OWNER, None)
    await house.starts(BEN, link)
    assert house.screen(BEN) == USED_UP
    for verb in ("invite", "withdraw:1", f"let_go:{_base36(EDITH)}"):  # her old buttons
        toast = await house.presses_data(ANNA, f"1:editor_{verb}", message_id)
        assert toast == "This button is too old to use. Send /topics for a new list."
    assert await roles(house) == {EDITH: Role.OWNER}


async def test_the_right_is_looked_up_where_the_act_is_written_down(house: StoryHouse) -> None:
    """Between the press and the act an owner can lose the role: then nothing happens."""
    await house.starts(BEN, await invited(house))
    await invited(house)
    admins, now = house.ctx.settings.admins, house.clock()
    before = await acts(house)
    for role in Role:
        assert await services.invite(house.db, role, by=BEN, admins=admins, now=now) is None
    assert await services.invite(house.db, Role.OWNER, by=EDITH, admins=admins, now=now) is None
    assert not await services.withdraw(house.db, 2, by=BEN, admins=admins, now=now)
    for person, role, by, why in (
        (BEN, None, ANNA, Objection.NOT_ALLOWED),
        (BEN, Role.OWNER, BEN, Objection.NOT_ALLOWED),
        (EDITH, None, None, Objection.CONFIGURED),
    ):
        assert await services.change_role(house.db, person, role, by=by, admins=admins, now=now) is why
    assert await acts(house) == before


async def test_owner_links_from_the_shell_make_one_owner(house: StoryHouse) -> None:
    links = [await owner_link(house) for _ in range(3)]
    await house.starts(BEN, links[1])
    assert (await roles(house))[BEN] is Role.OWNER
    for link in (links[0], links[2]):
        await house.starts(ANNA, link)
        assert house.screen(ANNA) == USED_UP
    await house.says(EDITH, "/editors")
    assert "Links that are still good" not in plain(house.screen(EDITH))
    assert [act for _, act, _ in await acts(house)] == [*["owner link"] * 3, "become owner", "withdraw", "withdraw"]


HOSTILE = (
    "\u202eevil\u2067",
    "@edith /stop https://evil.example #x",
    "Edith Lindqvist (7003)",
    "a" * 64,
    "\u200b",
    "newline\nowner 1",
    "<b>&amp;{person}%s",
    "👩‍👩‍👧‍👦" * 12,
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_cannot_change_what_stands_around_it(house: StoryHouse, name: str) -> None:
    mallory = house.world.add_person(name, id=31337, last_name=name).id
    await house.starts(mallory, await invited(house))
    await told(house, Notifier(house.ctx))
    screens = [house.screen(EDITH)]
    await house.says(EDITH, "/editors")
    screens.append(house.screen(EDITH))
    await house.says(EDITH, "/log")
    screens.append(house.screen(EDITH))
    await house.says(EDITH, "/editors")
    for message in house.messages(EDITH)[-4:]:
        assert {entity["type"] for entity in message.get("entities", ())} <= {"bold", "url"}
    for screen in screens:
        assert "(31337)" in screen
        assert not re.search("[\u202a-\u202e\u2066\u2067]", screen) and screen.count("\u2068") == screen.count("\u2069")
    assert len(screens[1].split("\n")) == 3
    [button] = [one for row in house.buttons(EDITH) for one in row if one.startswith("Let")]
    assert len(button.encode("utf-16-le")) // 2 <= 60
    await house.presses(EDITH, button)
    assert await roles(house) == {EDITH: Role.OWNER}


async def test_a_name_is_that_of_the_last_act_and_only_of_who_has_a_role(house: StoryHouse) -> None:
    await house.starts(BEN, await invited(house))
    house.world.people[BEN].first_name, house.world.people[BEN].last_name = "Benjamin", None
    await house.says(BEN, "/drafts")
    await house.says(ANNA, "/drafts")
    async with house.db.reading() as conn:
        assert await editors.names(conn) == {EDITH: NAMES[EDITH], BEN: "Benjamin"}
    await house.says(BEN, "/privacy")
    assert "your name, as Telegram shows it" in house.screen(BEN)
    await house.says(ANNA, "/privacy")
    assert "your name, as Telegram shows it" not in house.screen(ANNA)
    await house.says(BEN, "/forget")
    await house.presses(BEN, "Delete all")
    async with house.db.reading() as conn:
        assert await editors.names(conn) == {EDITH: NAMES[EDITH]}


async def test_hundreds_of_colleagues_with_long_names_fit_one_message(house: StoryHouse) -> None:
    async with house.db.transaction() as conn:
        for n in range(300):
            person = 9_000_000_000 + n
            await editors.add(conn, person, Role.OWNER if n % 2 else Role.EDITOR, EDITH, house.clock())
            await editors.set_name(conn, person, "ab" * 60)
    for _ in range(12):
        await invited(house)
    await house.says(EDITH, "/editors")
    message = house.messages(EDITH)[-1]
    assert message["text"].startswith("Who may publish") and len(house.buttons(EDITH)) == 25 + 8 + 1
    assert "\nand 269 more\nLinks that are still good\n" in plain(message["text"])
    assert "\nlink 8: " in message["text"] and not message["text"].endswith("…")
    assert house.screen(EDITH).count("\u2068") == house.screen(EDITH).count("\u2069")


async def test_ten_owners_who_press_at_once_let_one_editor_go_once(house: StoryHouse) -> None:
    crowd = [house.world.add_person(f"Owner {n}", id=21_000 + n).id for n in range(10)]
    async with house.db.transaction() as conn:
        for person in crowd:
            await editors.add(conn, person, Role.OWNER, None, house.clock())
        await editors.add(conn, BEN, Role.EDITOR, EDITH, house.clock())
    await asyncio.gather(*(house.starts(person) for person in crowd))
    for person in crowd:
        house.world.say(person, person, "/editors")
    await house.settle()
    for person in crowd:
        house.world.press(person, person, house.messages(person)[-1]["message_id"], f"1:editor_let_go:{_base36(BEN)}")
    await house.settle()
    assert [act for _, act, _ in await acts(house)] == ["let go"]
    assert BEN not in await roles(house)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]


async def test_who_asks_is_called_you_and_the_others_by_name(house: StoryHouse) -> None:
    await house.starts(BEN, await invited(house))
    await house.says(BEN, "/log")
    assert plain(house.screen(BEN)).split("\n")[1:] == [
        f"2 Mar 2026, 12:00: you: became an editor (invited by Edith Lindqvist ({EDITH}))",
        f"2 Mar 2026, 12:00: Edith Lindqvist ({EDITH}): invited an editor",
    ]
    await house.says(EDITH, "/log")
    assert plain(house.screen(EDITH)).split("\n")[1:] == [
        f"2 Mar 2026, 12:00: Ben Okafor ({BEN}): became an editor (invited by you)",
        "2 Mar 2026, 12:00: you: invited an editor",
    ]
