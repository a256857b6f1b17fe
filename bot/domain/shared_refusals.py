"""
Messages that Telegram refuses in some chats and takes in others, told apart from single odd chats for editors' alerts.

What Telegram takes in one kind of chat it may refuse in another (BUTTON_TYPE_INVALID for buttons that only private
chats may have: https://core.telegram.org/bots/api#inlinekeyboardbutton). Such chats lie between others that get the
message, so no row of refusals ever shows it (`domain.rejections`), and each of them alone looks like an odd one.
"""

from __future__ import annotations

from collections import defaultdict

from bot.domain.rejections import FEW, alike

SHARE = 0.01
"""Of the answers to one article, with the same words. Among a million chats, three odd ones are worth no alert."""
MAX_REASONS = 64  # of words that are counted for one article; what comes after that is not


def is_shared(chats: int, refusals: int, answers: int, few: int = FEW) -> bool:
    """Return whether the same words mean that many chats refuse an article, and not that one chat is odd.

    `chats` different ones said them, `refusals` times in all, among so many `answers` that were "taken" or "refused".
    """
    return chats >= few and refusals >= SHARE * answers


class SharedRefusals:
    """What all chats so far made of one article, however many of them got it in between."""

    def __init__(self, few: int = FEW) -> None:
        self._few = few
        self._answers = 0
        self._chats: defaultdict[str, set[int]] = defaultdict(set)  # the first few, by their words
        self._refusals: defaultdict[str, int] = defaultdict(int)

    def taken(self) -> None:
        """Take note of a chat that took it."""
        self._answers += 1

    def refused(self, chat: int, words: str) -> bool:
        """Take note of a chat that refused it; return whether it shares that with many others."""
        words = alike(words)
        self._answers += 1
        if words not in self._refusals and len(self._refusals) >= MAX_REASONS:
            return False
        self._refusals[words] += 1
        chats = self._chats[words]
        if len(chats) < self._few:
            chats.add(chat)
        return is_shared(len(chats), self._refusals[words], self._answers, self._few)
