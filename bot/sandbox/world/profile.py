"""
What the bot says of itself: commands by scope and language, names, descriptions, the menu button.

Source: https://core.telegram.org/bots/api#botcommandscope (which list a person is shown)
"""

from __future__ import annotations

from bot.sandbox.world.people import Chat, Json, Person

Scope = tuple[str, int | None, int | None]
"""A scope's type, its chat and its user."""


class Profile:
    """Texts by language, `""` being the one for all others."""

    def __init__(self, name: str) -> None:
        self.commands: dict[tuple[Scope, str], list[Json]] = {}
        self.names: dict[str, str] = {"": name}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.menu_buttons: dict[int | None, Json] = {}

    def commands_for(self, chat: Chat, person: Person) -> list[Json]:
        """Return the commands that the person's client shows in this chat: the narrowest list, their language first."""
        scopes: list[Scope] = [("chat", chat.id, None)]
        if chat.type == "private":
            scopes.append(("all_private_chats", None, None))
        else:
            scopes.insert(0, ("chat_member", chat.id, person.id))
            if chat.members.get(person.id) in ("creator", "administrator"):
                scopes.insert(1, ("chat_administrators", chat.id, None))
                scopes.append(("all_chat_administrators", None, None))
            scopes.append(("all_group_chats", None, None))
        scopes.append(("default", None, None))
        language = (person.language or "").partition("-")[0].lower()
        for scope in scopes:
            for code in dict.fromkeys((language, "")):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []
