"""What editors are told of weighty acts at the shell and of programs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.acts import Act, Done
from bot.domain.limits import TEXT
from bot.domain.message import Message
from bot.domain.text import Text
from bot.render.editor.desk import called, open_button
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

_SHOWN = 12
_BUTTONS = 6
_NAME = 60  # UTF-16 code units


def acts(words: Words, done: Sequence[Done]) -> Message:
    """Return what was done to which articles, and by whom, each in a line; what is left of many is counted."""
    lines: list[Text | str] = [_line(words, one) for one in done[:_SHOWN]]
    more = len(done) - _SHOWN
    if more > 0:
        lines.append(words.count("{n} more act stands in /log.", "{n} more acts stand in /log.", more))
    open_ = [one.number for one in done if one.article is not None][:_BUTTONS]
    buttons = tuple(open_button(words, number) for number in dict.fromkeys(open_))
    return Message(
        clip(join(lines, "\n"), TEXT), keyboard=tuple(buttons[at : at + 3] for at in range(0, len(buttons), 3))
    )


def _line(words: Words, done: Done) -> Text:
    said: dict[str, Text | str | int] = {
        "who": _who(words, done),
        "article": Text(f"#{done.number}") if done.article is None else called(done.article),
    }
    match done.act:
        case Act.CORRECT:
            return words.text("{who}: {article} is being corrected in every delivered copy.", **said)
        case Act.RETRACT:
            return words.text("{who}: {article} was taken out of every list. Its copies stay.", **said)
        case Act.DELETE:
            return words.text("{who}: {article} was taken back, and its copies are being deleted.", **said)
        case Act.NOTICE:
            return words.text("{who}: {article} was taken back, and its copies become a notice.", **said)
        case Act.TAKE_DOWN:
            return words.text("{who}: {article} was taken down for good, with every copy.", **said)


def _who(words: Words, done: Done) -> str:
    if done.key is not None:
        return words("key {name}", name=foreign(tame(clip(done.key, _NAME))))
    return words("shell ({name})", name=foreign(tame(clip(done.shell or "", _NAME))))
