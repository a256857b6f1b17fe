"""What is said of stories that a chat follows."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.following import KnownStory, Reason
from bot.domain.message import Button
from bot.domain.phrases import KnownPhrase
from bot.domain.press import press
from bot.render.labels import IN_A_TOAST, label
from bot.render.locale import Words

DROP_STORY = "drop_story"
_NAMED = 3


def following(words: Words) -> str:
    """Return the toast of a follow."""
    return words("Following this story. What belongs to it comes by itself")


def too_many(words: Words) -> str:
    return words("That is more stories than can be followed here. /subscriptions takes some back.")


def stopped(words: Words, left: Sequence[Reason]) -> str:
    """Return the toast of a stop. `left` are topics and phrases that bring the story's articles all the same."""
    if not left:
        return words("No longer following this story")
    names = [_name(words, reason) for reason in left[:_NAMED]]
    return words("No longer following this story. News of {topics} still comes", topics=words.list(names))


def let_go(words: Words, story: KnownStory) -> str:
    """Return the toast of a stop in the overview."""
    return words("No longer following “{title}”", title=_title(words, story, IN_A_TOAST))


def drop_button(words: Words, story: KnownStory) -> Button:
    return Button(words("Stop “{title}”", title=_title(words, story)), data=press(DROP_STORY, story.number))


def _title(words: Words, story: KnownStory, length: int = 28) -> str:
    """Return a story's title for a label or a toast; its number where readers may not see the title any more."""
    return label(story.title or f"#{story.number}", words, length)


def _name(words: Words, reason: Reason) -> str:
    match reason:
        case KnownStory():
            return words("“{name}”", name=_title(words, reason))
        case KnownPhrase():
            return words("“{name}”", name=label(reason.words, words))
    return label(reason.name, words)
