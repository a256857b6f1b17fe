"""
Progress messages, whatever is on its way: an article, a change of its copies, what readers are told of that, or an
announcement.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.announcement import Announcement
from bot.domain.article import Article
from bot.domain.change_note import ChangeNote
from bot.domain.message import Message
from bot.domain.progress import Standing
from bot.domain.text import Text
from bot.render.editor import announcements, desk, publishing, telling
from bot.render.locale import Words

Sendable = Article | Announcement | ChangeNote


def going(words: Words, about: Sendable, campaign: int, standing: Standing, now: datetime) -> Message:
    """Return how a campaign stands, with what can be done about it."""
    if isinstance(about, Article):
        return publishing.going(words, about, campaign, standing, now)
    return announcements.going(words, name_of(words, about), campaign, standing, now)


def asked_below(words: Words, about: Sendable) -> Message:
    """Return what becomes of a progress message when editors are asked in a newer one."""
    return publishing.asked_below(words, name_of(words, about))


def name_of(words: Words, about: Sendable) -> Text:
    """Return what something that is sent, or is to be sent, is called."""
    match about:
        case Article():
            return desk.called(about)
        case Announcement():
            return announcements.called(words, about)
        case ChangeNote():
            return telling.called(words, about)
