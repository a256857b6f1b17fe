"""Which reactions to a push keep its article."""

from __future__ import annotations

from collections.abc import Iterable

KEEPING = frozenset("👍❤")
_VARIATION = "\ufe0f"


def keeps(emojis: Iterable[str]) -> bool:
    """Return whether one of these reactions keeps an article.

    Telegram writes the heart without its variation selector: https://core.telegram.org/bots/api#reactiontypeemoji
    """
    return any(emoji.removesuffix(_VARIATION) in KEEPING for emoji in emojis)
