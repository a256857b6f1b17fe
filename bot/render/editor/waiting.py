"""All that waits for another editor, in one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.domain.approval import ApprovalRequest
from bot.domain.article import Article
from bot.domain.message import Message
from bot.domain.text import Text
from bot.render.editor import approvals, second_editor
from bot.render.editor.desk import open_button
from bot.render.editor.second_editor import Proposed
from bot.render.locale import Words
from bot.render.text import join

MOST = 10


def waiting(
    words: Words,
    requests: Sequence[tuple[Article, ApprovalRequest]],
    proposals: Sequence[tuple[Proposed, int, int]],
    names: Mapping[int, str],
    zone: ZoneInfo,
) -> Message:
    """Return what waits and who asks for it, each with a button that shows it: nobody approves what they have not seen.

    A proposal is what is to be sent, to how many chats, and who asks for it. What is newer than the first few is only
    counted.
    """
    lines: list[Text | str] = [approvals.asked_text(words, *request, names, zone) for request in requests]
    lines += [second_editor.asked_text(words, *proposal, names) for proposal in proposals]
    buttons = [open_button(words, article.number) for article, _ in requests]
    buttons += [second_editor.look_button(words, what) for what, _, _ in proposals]
    if not lines:
        return Message(Text(words("Nothing waits for approval.")))
    head = words.count("{n} waits for a second editor:", "{n} wait for a second editor:", len(lines))
    more = len(lines) - MOST
    tail = words.count("{n} more waits behind these.", "{n} more wait behind these.", more) if more > 0 else ""
    return Message(join([head, *lines[:MOST], tail], "\n\n"), keyboard=tuple((button,) for button in buttons[:MOST]))
