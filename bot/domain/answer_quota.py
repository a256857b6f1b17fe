"""
How many answers a minute are sent: in a group, to one person over all groups and channels, and to senders that are
chats.

Telegram takes twenty messages a minute to a group, and answers go before news: without a limit, somebody who asks all
the time would keep the group's news away.
Administrators are not held to the few answers that all of a group's people share, because they set it up; but one
person may administer any number of groups, and answers to all of them leave at one pace. In a private chat Telegram's
own limit of one message a second is bound enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.limits import GROUP_PER_MINUTE

ANSWERS = GROUP_PER_MINUTE // 2
"""Answers a minute to all people of a group together. The rest is left to news."""
ALLOWANCE = 120
"""To one person over all groups and channels, and in one of them: forty topics switched on, off and on again."""
SHARE_OF_CHATS = 600
"""To all channels and anonymous administrators together: how many of them are one person is not known. A third of what
leaves in a minute."""


class AnswerQuota(Enum):
    """Whose next command is answered."""

    EVERYBODYS = auto()
    ADMINISTRATORS = auto()
    NOBODYS = auto()


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How much was answered in the running minute: in the chat, to the speaker, to all who speak as chats."""

    in_chat: int = 0
    to_speaker: int = 0
    to_chats: int = 0


def answer_quota(answered: AnswerCount, *, is_group: bool) -> AnswerQuota:
    """Return whose next command is answered in a group, or in a channel, where only administrators write."""
    if answered.to_speaker >= ALLOWANCE or answered.in_chat >= ALLOWANCE or answered.to_chats >= SHARE_OF_CHATS:
        return AnswerQuota.NOBODYS
    return AnswerQuota.ADMINISTRATORS if is_group and answered.in_chat >= ANSWERS else AnswerQuota.EVERYBODYS
