"""
The command menus and descriptions that Telegram shows, told to it only when they changed.

Readers' menus are the same for all; an editor's hangs on their own chat with the bot, where nobody else sees it.
Source: https://core.telegram.org/bots/api#setmycommands (the narrowest scope and language wins)
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import telegram
from telegram.error import TelegramError

from bot.domain.role import Role
from bot.render.locale import SOURCE, Words, languages, passing_words, texts_checksum, words_for
from bot.render.locale.matching import best_match
from bot.services.newsroom import menus as state
from bot.services.newsroom import roles
from bot.settings import Settings
from bot.store.engine.database import Database
from bot.telegram_edge.botapi import ephemeral
from bot.telegram_edge.kit.commands import Access, CommandInfo, Commands, Where, may, spoken

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Menus:
    """Our commands as Telegram shows them."""

    db: Database
    bot: telegram.Bot
    commands: Commands
    settings: Settings

    async def register(self) -> None:
        """Tell Telegram commands and descriptions, for every language, if they differ from what it was told last.

        The bot's name is left as its owner chose it. Raises: telegram.error.TelegramError.
        """
        readers = self.commands.menu(Access.READERS)
        english = passing_words(SOURCE)
        where = [(command.where, command.for_one) for command in readers]
        said = (_entries(english, readers), _described(english), where)
        state_now = _digest((self.settings.language, texts_checksum(), said))
        if await state.readers_told(self.db) == state_now:
            return
        default = words_for(self.settings.language).language
        told = {code: best_match(code, languages()) for code in dict.fromkeys(map(menu_code, languages()))}
        # Without a language code stands what people see whose language we do not speak.
        for code, tag in (*told.items(), (None, default)):
            await self._register_language(passing_words(tag or default), code)
        await self.bot.set_chat_menu_button(menu_button=telegram.MenuButtonCommands())
        await state.remember_readers(self.db, state_now)

    async def register_editors(self) -> bool:
        """Give every editor their menu, and take it from those who are none any more.

        Return whether everybody has what they should have. What Telegram refused is tried again at the next call.
        """
        before = await state.editors_told(self.db, self.settings.admins)
        told, is_done = dict(before.told), True
        for person, chat in before.chats.items():
            words = words_for(chat.language, self.settings.language)
            menu = self._menu(words, before.people[person])
            if told.get(person) == _digest(menu):
                continue
            if await self._tell(person, menu):
                told[person] = _digest(menu)
            else:
                is_done = False
        for person in told.keys() - before.people:
            if await self._tell(person, None):
                del told[person]
            else:
                is_done = False
        if told != before.told:
            await state.remember_editors(self.db, told)
        return is_done

    async def retranslate(self, chat: int) -> None:
        """Give an editor their menu in the language that their chat speaks now. A reader's stands in every language."""
        if await roles.role_of(self.db, chat, self.settings.admins) is not None:
            await self.register_editors()

    async def _register_language(self, words: Words, code: str | None) -> None:
        scopes: tuple[tuple[telegram.BotCommandScope, bool], ...] = (
            (telegram.BotCommandScopeDefault(), False),
            (telegram.BotCommandScopeAllGroupChats(), True),
        )
        for scope, is_group in scopes:
            menu = [
                command
                for command in self.commands.menu(Access.READERS)
                if command.where is Where.EVERYWHERE or not is_group
            ]
            entries = [
                ephemeral.command(name, text) if is_group and command.for_one else telegram.BotCommand(name, text)
                for command, (name, text) in zip(menu, _entries(words, menu), strict=True)
            ]
            await self.bot.set_my_commands(entries, scope=scope, language_code=code)
        description, short_description = _described(words)
        await self.bot.set_my_description(description, language_code=code)
        await self.bot.set_my_short_description(short_description, language_code=code)

    async def _tell(self, person: int, menu: Sequence[tuple[str, str]] | None) -> bool:
        """Set or delete the menu of one person's chat; return whether Telegram took it."""
        scope = telegram.BotCommandScopeChat(person)
        try:
            if menu is None:
                await self.bot.delete_my_commands(scope=scope)
            else:
                await self.bot.set_my_commands(menu, scope=scope)
        except TelegramError as error:
            log.info("an editor's menu could not be changed: %s", type(error).__name__)
            return False
        return True

    def _menu(self, words: Words, role: Role) -> list[tuple[str, str]]:
        return _entries(words, self.commands.menu(*(level for level in Access if may(role, level))))


def menu_code(tag: str) -> str:
    """Return the code under which Telegram knows a language of ours: two letters, also of pt-BR and zh-Hans.

    Source: https://core.telegram.org/bots/api#setmycommands (language_code: "A two-letter ISO 639-1 language code")
    """
    return tag.partition("-")[0]


def _entries(words: Words, commands: Sequence[CommandInfo]) -> list[tuple[str, str]]:
    return [(command.name, spoken(words, command.summary)) for command in commands]


def _described(words: Words) -> tuple[str, str]:
    """Return what an empty chat with the bot shows (at most 512 characters) and what its profile shows (120)."""
    return (
        words(
            "News on the topics you pick, as it is published: each story once, with its picture and its source. "
            "Press Start to pick topics. /stop pauses it, /privacy says what is stored."
        ),
        words("News on the topics you pick, as it is published."),
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
