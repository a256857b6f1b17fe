"""The page of `/settings` on what reaches a chat: announcements, breaking news at any hour, and the least quality."""

from __future__ import annotations

from bot.domain.chat import Chat
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.reader.settings import quality_line
from bot.render.reader.settings_menu import SETTINGS, SettingsPage, ticked
from bot.render.text import clip, foreign, join

ANNOUNCEMENTS = "set_announce"
BREAKING = "set_breaking"
QUALITY = "set_quality"

QUALITIES = (40, 60, 80, 100)
_SAID = 60


def filters_page(words: Words, chat: Chat, wrong: str = "") -> Message:
    """Return what reaches the chat and what can be changed. `wrong` is what somebody wrote that is no quality."""
    lines: list[Text | str] = []
    if wrong:
        said = foreign(clip(wrong, _SAID))
        lines.append(
            words("“{said}” is no quality. Write a whole number, such as /settings quality 60, or off.", said=said)
        )
    lines += [
        announcements_set(words, chat.announcements) + ".",
        breaking_set(words, chat.breaking) + ".",
        quality_line(words, chat.quality) + ".",
        words("A story that states no quality comes whatever the least one is."),
    ]
    announcements = words("No announcements") if chat.announcements else words("Take announcements")
    breaking = words("Let breaking news wait") if chat.breaking else words("Breaking news at once")
    choices = [
        Button(ticked(words.number(least), least == chat.quality), data=press(QUALITY, least)) for least in QUALITIES
    ]
    return Message(
        join(lines, "\n"),
        keyboard=(
            (Button(announcements, data=press(ANNOUNCEMENTS, int(not chat.announcements))),),
            (Button(breaking, data=press(BREAKING, int(not chat.breaking))),),
            (Button(ticked(words("Any quality"), chat.quality is None), data=press(QUALITY)), *choices),
            (Button(words("Back"), data=press(SETTINGS, SettingsPage.OVERVIEW)),),
        ),
    )


def announcements_set(words: Words, wanted: bool) -> str:
    """Return the toast of a change."""
    if wanted:
        return words("Announcements of this bot come here")
    return words("Announcements of this bot do not come here")


def breaking_set(words: Words, allowed: bool) -> str:
    """Return the toast of a change."""
    if allowed:
        return words("Breaking news comes at once, also in quiet hours and between lists")
    return words("Breaking news comes when all news comes")
