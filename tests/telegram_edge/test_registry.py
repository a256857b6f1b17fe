"""The table of conversations, and the menus that follow it."""

import json

import pytest
from story import ANNA, BEN, EDITH, story_house
from telegram.error import BadRequest

from bot.domain import limits
from bot.domain.role import Role
from bot.sandbox.world.faults import Refuse
from bot.store.desk import editors
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.commands import MENU, Access
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule, Registry, StartRule, TextRule


async def nothing(house, request):
    return None


async def taken(house, request):
    return True


def test_two_conversations_cannot_claim_the_same_name():
    command = Conversation("one", commands=(Command("topics", "", nothing),))
    press = Conversation("one", presses=(PressRule("follow", nothing),))
    start = Conversation("one", starts=(StartRule("t_", nothing),))
    for conversation in (command, press, start):
        with pytest.raises(ValueError, match="two conversations claim"):
            Registry((conversation, conversation))


def test_the_longest_prefix_of_a_deep_link_wins():
    registry = Registry((Conversation("one", starts=(StartRule("t_", nothing), StartRule("t_x_", nothing))),))
    rule, rest = registry.start("t_x_12")
    assert (rule.prefix, rest) == ("t_x_", "12")
    assert registry.start("a_1") is None


def test_editors_texts_are_asked_before_readers():
    readers, editors_ = TextRule(taken), TextRule(taken, access=Access.EDITORS)
    assert Registry((Conversation("one", texts=(readers, editors_)),)).texts == (editors_, readers)


def test_the_readers_menu_is_the_contracts_in_its_order():
    assert [command.name for command in REGISTRY.commands.menu(Access.READERS)] == list(MENU)


def test_commands_are_found_in_any_case():
    assert REGISTRY.command("LaTest") is REGISTRY.command("latest") is not None


def test_every_command_fits_telegrams_menu():
    everyone = REGISTRY.commands.of(*Access)
    assert len(everyone) <= limits.COMMANDS
    for command in everyone:
        assert 1 <= len(command.name) <= 32
        assert command.name == command.name.lower()
        assert 1 <= len(command.summary) <= 256
        assert not command.summary.endswith(".")
        assert command.usage == "" or command.usage.split()[0] == f"/{command.name}"


async def test_menus_are_registered_once_and_again_only_when_they_change(house):
    await house.ctx.menus.register()
    first = len(house.world.ledger)
    assert first > 0
    names = [command["command"] for command in house.world.ledger.of("setMyCommands")[0].params["commands"]]
    assert names == list(MENU)
    codes = {call.params.get("language_code") for call in house.world.ledger.of("setMyDescription")}
    assert codes >= {None, "en", "de"}
    assert not house.world.ledger.of("setMyName")
    await house.ctx.menus.register()
    assert len(house.world.ledger) == first


async def test_a_menu_that_telegram_refused_is_told_again_at_the_next_start(house):
    house.world.faults.add(Refuse(400, "Bad Request: nope"), method="setChatMenuButton", times=1)
    with pytest.raises(BadRequest, match="Nope"):
        await house.ctx.menus.register()
    await house.ctx.menus.register()
    assert len(house.world.ledger.of("setChatMenuButton")) == 2


async def test_an_editor_has_a_menu_in_their_own_chat_until_they_are_one_no_more(tmp_path):
    registry = Registry(
        (
            *REGISTRY.conversations,
            Conversation(
                "desk",
                commands=(Command("desk_test", "the desk", nothing, access=Access.EDITORS, in_menu=True),),
            ),
        )
    )
    async with story_house(tmp_path, registry=registry) as house:
        await house.starts(BEN)
        async with house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, by=EDITH, now=house.clock())
        await house.ctx.menus.register_editors()
        await house.ctx.menus.register_editors()
        [call] = house.world.ledger.of("setMyCommands")  # Edith never started the bot: she has no chat yet
        assert call.params["scope"] == {"type": "chat", "chat_id": BEN}
        names = [command["command"] for command in call.params["commands"]]
        assert names[: len(MENU)] == list(MENU)
        assert "desk_test" in names
        async with house.db.transaction() as conn:
            await editors.remove(conn, BEN)
        await house.ctx.menus.register_editors()
        [gone] = house.world.ledger.of("deleteMyCommands")
        assert json.loads(json.dumps(gone.params["scope"])) == {"type": "chat", "chat_id": BEN}


WHAT_GOES_OUT = ["drafts", "preview", "publish", "retract", "takedown", "edit", "correct", "tell"]
DESK = [*WHAT_GOES_OUT, "announce", "approve", "schedule", "delivery", "sources", "log", "stats"]


async def test_an_editors_menu_lists_all_that_editors_can_do_and_an_owners_the_people_too(tmp_path):
    async with story_house(tmp_path) as house:
        for person in (BEN, EDITH):
            await house.starts(person)
        async with house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, by=EDITH, now=house.clock())
        await house.ctx.menus.register_editors()
        shown = {
            call.params["scope"]["chat_id"]: [command["command"] for command in call.params["commands"]]
            for call in house.world.ledger.of("setMyCommands")
        }
        assert shown == {BEN: [*MENU, *DESK], EDITH: [*MENU, *DESK, "editors"]}
        for name in shown[EDITH]:  # a tap on an entry sends it alone
            before = len(house.screens(EDITH))
            await house.says(EDITH, f"/{name}")
            followed = 1 if name == "stats" else 0  # by a chart
            assert len(house.screens(EDITH)) == before + 1 + followed, name


async def test_help_names_what_editors_can_do_to_editors_only_and_never_in_groups(tmp_path):
    registry = Registry(
        (
            *REGISTRY.conversations,
            Conversation("desk", commands=(Command("desk_test", "the desk", nothing, access=Access.EDITORS),)),
        )
    )
    async with story_house(tmp_path, registry=registry) as house:
        await house.says(EDITH, "/help")
        assert "/desk_test: the desk" in house.screen(EDITH)
        await house.says(ANNA, "/help")
        assert "desk_test" not in house.screen(ANNA)
        house.world.add_bot(EDITH, house.group)
        await house.says(EDITH, "/help", house.group)
        assert "desk_test" not in house.screen(house.group)
