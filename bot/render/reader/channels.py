"""Screens of `/channel`: the channels somebody manages from a private chat, and what frames the screens about one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.channel import Channel, Standing
from bot.domain.limits import CAPTION, TEXT
from bot.domain.message import Button, Keyboard, Message, Paragraph
from bot.domain.press import press, read_press
from bot.domain.text import Text, utf16_len
from bot.render.labels import IN_A_TOAST, label
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, placeholders

CHANNELS = "channels"
CHANNEL = "channel"
ANOTHER = "channel_add"

_NAME = 60
# Commands that texts about a chat name. In a name from outside an invisible joiner follows the slash.
_COMMAND = re.compile(
    r"(?<![\w/])/(?=(?:settings|subscriptions|subscribe|unsubscribe|topics|never|start|stop|export|forget)\b)"
)


def channel_list(words: Words, managed: Sequence[tuple[Channel, Standing]]) -> Message:
    """Return the channels that somebody manages, and what is wrong with some of them; or how one becomes theirs."""
    if not managed:
        return another(words, words("No channel is managed from here yet."))
    lines: list[Text | str] = [words("The channels you manage from here:")]
    lines += [_trouble(words, channel, told) for channel, told in managed if told is not Standing.MANAGES]
    buttons = [
        (Button(label(channel.title, words), data=press(CHANNEL, channel.id)),)
        for channel, told in managed
        if told.may_change
    ]
    more = (Button(words("Another channel"), data=press(ANOTHER)),)
    return Message(clip(join(lines, "\n"), TEXT), keyboard=(*buttons, more))


def another(words: Words, first: str = "") -> Message:
    """Return how to come to manage a channel from here, with a key that lets them choose one."""
    how = words(
        "Choose the channel with the key below: this bot becomes an administrator there that may post. If it is one "
        "already, you can also send /channel and the channel's @name, or forward one of its posts to this chat."
    )
    return Message(join([first, placeholders(how)], "\n"), channel_request=words("Choose a channel"))


def framed(message: Message, *, words: Words, channel: Channel, verbs: Collection[str]) -> Message:
    """Return a screen about a channel as it stands in a private chat.

    Above it stands the channel's name, its buttons act for the channel, and commands are written as they work here.
    Buttons that do not act for a chat (`verbs` do) are left out.
    """
    keyboard = tuple(row for row in (_row(row, channel, verbs) for row in message.keyboard) if row)
    back = (Button(words("All channels"), data=press(CHANNELS)),)
    heading = bold(foreign(clip(channel.title, _NAME)))
    text = join([heading, addressed(message.text, f"channel {channel.handle} ")], "\n")
    limit = TEXT if message.photo is None else CAPTION
    rich = message.rich
    if rich is not None:  # buttons within it would act for the private chat; a channel's lists have none
        rich = None if rich.has_buttons else replace(rich, blocks=(Paragraph(heading), *rich.blocks), keyboard=(back,))
    return replace(message, text=clip(text, limit), keyboard=(*keyboard, back), rich=rich)


def addressed(text: Text, prefix: str) -> Text:
    """Return a text whose commands begin with `prefix`: `/settings quiet off` becomes `/channel @wire settings …`."""
    offsets = [utf16_len(text.string[: found.end()]) for found in _COMMAND.finditer(text.string)]
    longer = utf16_len(prefix)
    spans = []
    for span in text.entities:
        before = sum(at <= span.offset for at in offsets)
        inside = sum(span.offset < at <= span.offset + span.length for at in offsets)
        spans.append(replace(span, offset=span.offset + before * longer, length=span.length + inside * longer))
    return Text(_COMMAND.sub(lambda found: found[0] + prefix, text.string), tuple(spans))


def refused(words: Words, channel: Channel, told: Standing) -> str:
    """Return why somebody may not change what a channel gets."""
    name = label(channel.title, words, IN_A_TOAST)
    match told:
        case Standing.NOT_ADMINISTRATOR:
            return words("You do not administer {channel}, so nothing was changed.", channel=name)
        case Standing.UNVERIFIED:
            return words(
                "Telegram does not say at the moment who administers {channel}, so nothing was changed. "
                "Try again in a minute.",
                channel=name,
            )
        case _:
            return words(
                "This bot is no administrator of {channel} any more, so nothing was changed. Make it one there that "
                "may post.",
                channel=name,
            )


def unknown(words: Words, name: str) -> Message:
    """Return the answer to the name of a channel that is not to be found, or not theirs to know of."""
    shown = foreign(clip(name, _NAME))
    return another(words, words("No channel “{name}” that you and this bot administer.", name=shown))


def no_such_command(words: Words, channel: Channel, wish: str) -> Message:
    """Return the answer to what stands behind a channel's name and means nothing."""
    return Message(
        Text(
            words(
                "“{wish}” does nothing for a channel. Behind its name works: topics, subscribe, unsubscribe, never, "
                "subscriptions, settings, stop, start, export, forget. Such as /channel {channel} settings quiet off.",
                wish=foreign(clip(wish, _NAME)),
                channel=channel.handle,
            )
        )
    )


def _trouble(words: Words, channel: Channel, told: Standing) -> str:
    name = foreign(clip(channel.title, _NAME))
    match told:
        case Standing.CANNOT_POST:
            return words("{channel}: this bot may not post there. Give it the right to post messages.", channel=name)
        case Standing.NOT_ADMINISTRATOR:
            return words("{channel}: you do not administer it any more.", channel=name)
        case Standing.UNVERIFIED:
            return words("{channel}: Telegram does not say at the moment who administers it.", channel=name)
        case _:
            return words(
                "{channel}: this bot is no administrator there any more, and posts nothing. Make it one that may post.",
                channel=name,
            )


def _row(row: Sequence[Button], channel: Channel, verbs: Collection[str]) -> tuple[Button, ...]:
    return tuple(button for button in (_button(one, channel, verbs) for one in row) if button is not None)


def _button(button: Button, channel: Channel, verbs: Collection[str]) -> Button | None:
    if button.data is None:
        return button
    meant = read_press(button.data)
    if meant is None or meant.verb not in verbs:
        return None
    return replace(button, data=str(replace(meant, channel=channel.id)))


def keyboard_of_greeting(words: Words, bot_username: str, channel: int) -> Keyboard:
    """Return the button under the one message in a channel: it leads its administrators to where it is managed."""
    return ((Button(words("Open in bot"), url=f"https://t.me/{bot_username}?start=c_{-channel}"),),)
