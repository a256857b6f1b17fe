"""
Inline mode: what somebody asks the bot in any chat, and the message that choosing an answer puts there.

Telegram keeps an answer for as long as the bot allows, and gives it to whoever asks the same, or only to the same
person when it is personal; the bot then hears nothing of the question.
Source: https://core.telegram.org/bots/api#inline-mode
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.world.people import Chat, Json

DEFAULT_CACHE_SECONDS = 300
_KINDS = {"group": "group", "supergroup": "supergroup", "channel": "channel"}


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What the bot answered: its results as cards, the messages behind them by the results' ids, and what follows."""

    cards: list[Json]
    messages: dict[str, Json] = field(repr=False)
    next_offset: str = ""
    button: Json | None = None


class InlineMode:
    """Answers by query, and those that Telegram gives by itself. `is_on` is what @BotFather's /setinline decides.

    `tells_choices` is what /setinlinefeedback does: https://core.telegram.org/bots/inline#collecting-feedback
    """

    def __init__(self) -> None:
        self.is_on = True
        self.tells_choices = False
        self._words: dict[str, str] = {}
        self._answers: dict[str, InlineAnswer] = {}
        self._asked: dict[str, tuple[int, str, str]] = {}
        self._cache: dict[tuple[int, str, str], tuple[float, InlineAnswer]] = {}  # person 0: for everybody

    def ask(self, query_id: str, person: int, words: str, offset: str, now: float) -> InlineAnswer | None:
        """Take a question, and return the answer where Telegram has kept one; None when the bot is to be asked."""
        self._words[query_id] = words
        for whose in (person, 0):
            until, kept = self._cache.get((whose, words, offset), (0.0, None))
            if kept is not None and now < until:
                self._answers[query_id] = kept
                return kept
        self._asked[query_id] = (person, words, offset)
        return None

    def answer(self, query_id: str, answer: InlineAnswer, *, until: float, is_personal: bool) -> None:
        """Keep the bot's answer to a question, also for the next one who asks the same before `until`."""
        person, words, offset = self._asked.pop(query_id)
        self._answers[query_id] = answer
        self._cache[person if is_personal else 0, words, offset] = (until, answer)

    def words_of(self, query_id: str) -> str:
        """Return what was asked."""
        return self._words[query_id]

    def answered(self, query_id: str) -> InlineAnswer | None:
        """Return the answer to a question; None while there is none."""
        return self._answers.get(query_id)


def kind_of_chat(chat: Chat, person: int) -> str:
    """Return what a bot is told of the chat in which somebody asks.

    Source: https://core.telegram.org/bots/api#inlinequery (chat_type; `sender` is the private chat with the bot)
    """
    return "sender" if chat.id == person else _KINDS.get(chat.type, "private")
