"""Progress messages, whatever is on its way: an article, a change of its copies, or an announcement."""

from __future__ import annotations

from datetime import datetime

from bot.domain.announcement import Announcement
from bot.domain.article import Article
from bot.domain.message import Message
from bot.domain.progress import Standing
from bot.render.editor import announcements, desk, publishing
from bot.render.locale import Words

Sendable = Article | Announcement


def going(words: Words, about: Sendable, campaign: int, standing: Standing, now: datetime) -> Message:
    """Return how a campaign stands, with what can be done about it."""
    if isinstance(about, Announcement):
        return announcements.going(words, about, campaign, standing, now)
    return publishing.going(words, about, campaign, standing, now)


def asked_below(words: Words, about: Sendable) -> Message:
    """Return what becomes of a progress message when editors are asked in a newer one."""
    name = announcements.called(words, about) if isinstance(about, Announcement) else desk.called(about)
    return publishing.asked_below(words, name)
