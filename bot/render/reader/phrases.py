"""Answers to `/never`, and what is said of phrases wherever they are named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.message import Button, Message
from bot.domain.phrases import MAX_LENGTH, MAX_PHRASES, ChatPhrases, KnownPhrase, PhraseFault, WrittenPhrases
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.labels import IN_A_TOAST, ON_A_BUTTON, label
from bot.render.locale import Words
from bot.render.look import Look
from bot.render.reader.picker import in_quotes, topic_list
from bot.render.text import join

UNFOLLOW_PHRASE = "drop_phrase"
HEAR_PHRASE = "hear_phrase"
ALLOW_PHRASE = "allow_phrase"

NO_PHRASES = WrittenPhrases()
NONE_OF_CHAT = ChatPhrases()
_FAULTS_NAMED = 5


def never(words: Words, written: WrittenPhrases) -> Message:
    """Return the answer to `/never PHRASE`."""
    lines: list[Text | str] = []
    if written.changed:
        phrases = topic_list(words, (), written.changed)
        lines.append(words("Nothing comes any more that holds {phrases}.", phrases=phrases))
    if written.unchanged:
        lines.append(words("Never wanted already: {phrases}.", phrases=topic_list(words, (), written.unchanged)))
    lines += fault_lines(words, written)
    return Message(join(lines, "\n"), keyboard=tuple((allow_button(words, one),) for one in written.changed[:8]))


def what_to_refuse(words: Words) -> Message:
    """Return the answer to `/never` alone."""
    return Message(
        Text(
            words(
                "Send /never and the words that no story is to hold, such as /never celebrity gossip. "
                "Or /never source and the name of a source. /subscriptions takes it back."
            )
        )
    )


def too_many_sources(words: Words) -> Message:
    return Message(Text(words("That is more sources than can be refused here. /subscriptions takes some back.")))


def never_wanted_line(words: Words, phrases: Sequence[KnownPhrase]) -> str:
    return words("Never wanted: {phrases}.", phrases=topic_list(words, (), phrases))


def fault_lines(words: Words, written: WrittenPhrases) -> list[Text | str]:
    """Return a line for each reason why something written is not taken as a phrase."""
    lines: list[Text | str] = []
    for fault in PhraseFault:
        named = [text for text, why in written.faults if why is fault]
        if named:
            lines.append(_fault(words, fault, _quoted(words, named)))
    if written.surplus:
        lines.append(
            words(
                "Not taken, because a chat has at most {n} phrases: {phrases}. /subscriptions takes some back.",
                n=words.number(MAX_PHRASES),
                phrases=_quoted(words, written.surplus),
            )
        )
    return lines


def unfollow_phrase_button(words: Words, phrase: KnownPhrase) -> Button:
    return Button(
        words("Unfollow {topic}", topic=on_a_button(words, phrase)), data=press(UNFOLLOW_PHRASE, phrase.number)
    )


def hear_phrase_button(words: Words, phrase: KnownPhrase) -> Button:
    return Button(words("Hear {topic}", topic=on_a_button(words, phrase)), data=press(HEAR_PHRASE, phrase.number))


def allow_button(words: Words, phrase: KnownPhrase) -> Button:
    """Return the button that takes back `/never PHRASE`."""
    return Button(words("Allow {source}", source=on_a_button(words, phrase)), data=press(ALLOW_PHRASE, phrase.number))


def on_a_button(words: Words, phrase: KnownPhrase) -> str:
    return words("“{name}”", name=label(phrase.words, words, ON_A_BUTTON))


def following(words: Words, phrase: KnownPhrase) -> str:
    """Return the toast of a follow."""
    return words("Following {topic}", topic=_in_a_toast(words, phrase))


def no_longer_following(words: Words, phrase: KnownPhrase) -> str:
    """Return the toast of an unfollow."""
    return words("No longer following {topic}", topic=_in_a_toast(words, phrase))


def muted_until(look: Look, phrase: KnownPhrase, until: datetime) -> str:
    """Return the toast of a mute, which lasts a day."""
    name = _in_a_toast(look.words, phrase)
    return look.words("{topic} is muted until tomorrow, {time}", topic=name, time=look.words.time(until, look.zone))


def unmuted(words: Words, phrase: KnownPhrase) -> str:
    """Return the toast of a mute's end."""
    return words("{topic} is no longer muted", topic=_in_a_toast(words, phrase))


def allowed_again(words: Words, phrase: KnownPhrase) -> str:
    """Return the toast of the way back from `/never PHRASE`."""
    return words("{source} is allowed again", source=_in_a_toast(words, phrase))


def _in_a_toast(words: Words, phrase: KnownPhrase) -> str:
    return words("“{name}”", name=label(phrase.words, words, IN_A_TOAST))


def _fault(words: Words, fault: PhraseFault, phrases: str) -> str:
    match fault:
        case PhraseFault.EMPTY:
            return words("There is no letter and no digit to look for in {phrases}.", phrases=phrases)
        case PhraseFault.SHORT:
            return words("Too short, because nearly every story holds it: {phrases}.", phrases=phrases)
        case PhraseFault.LONG:
            return words(
                "Too long: {phrases}. A phrase has at most {n} characters.", phrases=phrases, n=words.number(MAX_LENGTH)
            )


def _quoted(words: Words, names: Sequence[str]) -> str:
    """Return names between quotation marks; of many the first few and how many more."""
    shown = [in_quotes(words, name) for name in names[:_FAULTS_NAMED]]
    if rest := len(names) - len(shown):
        shown.append(words.count("{n} other", "{n} others", rest))
    return words.list(shown)
