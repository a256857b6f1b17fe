"""
The methods with which a bot describes itself: commands, names, descriptions, the menu button.

Source: https://core.telegram.org/bots/api#setmycommands and its neighbours
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.domain.limits import COMMANDS
from bot.sandbox.bot_api.permission import readable_chat
from bot.sandbox.bot_api.sending import Uploads
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.people import Json
from bot.sandbox.world.profile import Scope

if TYPE_CHECKING:
    from bot.sandbox.world.profile import Profile
    from bot.sandbox.world.world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_COMMAND_DESCRIPTION = 256
_NAME, _DESCRIPTION, _SHORT_DESCRIPTION = 64, 512, 120


def set_my_commands(world: World, params: Json, uploads: Uploads) -> bool:
    commands = params["commands"]
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        # A slash in front and capital letters are put right, as Telegram does.
        command["command"] = command["command"].removeprefix("/").lower()
        if not _COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"].strip()) <= _COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    key = _scope(world, params), _language(params)
    if commands:
        world.profile.commands[key] = commands
    else:
        world.profile.commands.pop(key, None)
    world.tell("people", 0, {"commands": True})
    return True


def get_my_commands(world: World, params: Json, uploads: Uploads) -> list[Json]:
    return world.profile.commands.get((_scope(world, params), _language(params)), [])


def delete_my_commands(world: World, params: Json, uploads: Uploads) -> bool:
    world.profile.commands.pop((_scope(world, params), _language(params)), None)
    world.tell("people", 0, {"commands": True})
    return True


def _scope(world: World, params: Json) -> Scope:
    scope = params.get("scope", {"type": "default"})
    chat_id = readable_chat(world, scope["chat_id"]).id if "chat_id" in scope else None
    return scope["type"], chat_id, scope.get("user_id")


def _language(params: Json) -> str:
    code: str = params.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _setter(texts: Callable[[Profile], dict[str, str]], field: str, longest: int) -> Callable[..., bool]:
    """Return the method that sets one of the bot's texts in one language, or takes it away when it is empty."""

    def set_text(world: World, params: Json, uploads: Uploads) -> bool:
        text, language = params.get(field, "").strip(), _language(params)
        if len(text) > longest:
            raise bad_request(f"bot {field.replace('_', ' ')} is too long")
        if not text and field == "name" and not language:
            raise bad_request("bot name must be non-empty")
        if text:
            texts(world.profile)[language] = text
        else:
            texts(world.profile).pop(language, None)
        return True

    return set_text


def _getter(texts: Callable[[Profile], dict[str, str]], field: str) -> Callable[..., Json]:
    def get_text(world: World, params: Json, uploads: Uploads) -> Json:
        known = texts(world.profile)
        return {field: known.get(_language(params), known.get("", ""))}

    return get_text


set_my_name = _setter(lambda profile: profile.names, "name", _NAME)
get_my_name = _getter(lambda profile: profile.names, "name")
set_my_description = _setter(lambda profile: profile.descriptions, "description", _DESCRIPTION)
get_my_description = _getter(lambda profile: profile.descriptions, "description")
set_my_short_description = _setter(lambda profile: profile.short_descriptions, "short_description", _SHORT_DESCRIPTION)
get_my_short_description = _getter(lambda profile: profile.short_descriptions, "short_description")


def set_chat_menu_button(world: World, params: Json, uploads: Uploads) -> bool:
    button = params.get("menu_button", {"type": "default"})
    if button["type"] == "web_app" and not button["web_app"]["url"].startswith("https://"):
        raise bad_request("BUTTON_URL_INVALID")
    chat_id = _menu_chat(world, params)
    if button["type"] == "default":
        world.profile.menu_buttons.pop(chat_id, None)
    else:
        world.profile.menu_buttons[chat_id] = button
    return True


def get_chat_menu_button(world: World, params: Json, uploads: Uploads) -> Json:
    chat_id = _menu_chat(world, params)
    return world.profile.menu_buttons.get(chat_id) or world.profile.menu_buttons.get(None) or {"type": "commands"}


def _menu_chat(world: World, params: Json) -> int | None:
    if "chat_id" not in params:
        return None
    chat = readable_chat(world, params["chat_id"])
    if chat.type != "private":
        raise bad_request("menu button can be changed only in private chats")
    return chat.id
