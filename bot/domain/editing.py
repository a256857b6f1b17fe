"""
Editing in chat: one field of an article at a time, as an editor types it.

What is typed is the article's from then on, whatever its file or feed goes on saying of that field. When that says
something else than it did, editors are asked; until they decide, what was typed stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, auto

from bot.domain.article import Story
from bot.domain.pasted_link import ANSWER_WITHIN

Value = str | tuple[str, ...] | None
"""What a field holds: a text, names of topics in their order, or nothing."""


class EditField(StrEnum):
    """What of an article can be typed."""

    TITLE = "title"
    EXCERPT = "excerpt"
    LINK = "link"
    TOPICS = "topics"


_IN_DOCUMENTS = {EditField.LINK: "webUrl"}  # the others are called there as here


class Fault(StrEnum):
    """What is wrong with a value that was typed, or with the moment."""

    EMPTY = auto()
    TOO_LONG = auto()
    REPEATS_TITLE = auto()
    NO_LINK = auto()
    OTHER_ARTICLE = auto()
    UNKNOWN_TOPICS = auto()
    UNCHANGED = auto()
    CHANGED_MEANWHILE = auto()
    TAKEN_DOWN = auto()


@dataclass(eq=False)
class Refusal(Exception):
    """Why an edit was not made. `words` say what is wrong with a link, or name the topics that nobody knows; `near`
    are the topics that come closest to those. `number` is the article that has the link, or had it, or the most
    characters."""

    fault: Fault
    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    number: int = 0


def value_of(story: Story, field: EditField) -> Value:
    """Return what a story says in a field."""
    match field:
        case EditField.TITLE:
            return story.title
        case EditField.EXCERPT:
            return story.excerpt
        case EditField.LINK:
            return story.link
        case EditField.TOPICS:
            return story.topics


def with_value(story: Story, field: EditField, value: Value) -> Story:
    """Return a story that says something else in a field, and in its document too."""
    in_document = list(value) if isinstance(value, tuple) else value
    payload = {**story.payload, _IN_DOCUMENTS.get(field, field.value): in_document}
    return replace(_saying(story, field, value), payload=payload)


def _saying(story: Story, field: EditField, value: Value) -> Story:
    if field is EditField.TOPICS:
        return replace(story, topics=value if isinstance(value, tuple) else ())
    text = value if isinstance(value, str) else ""
    match field:
        case EditField.TITLE:
            return replace(story, title=text)
        case EditField.EXCERPT:
            return replace(story, excerpt=text or None)
        case EditField.LINK:
            return replace(story, link=text)


def as_words(value: Value) -> str:
    """Return a field's value in one text, for the log and for people."""
    return ", ".join(value) if isinstance(value, tuple) else value or ""


# Asked for with buttons


@dataclass(frozen=True, slots=True)
class AskedEdit:
    """A field that somebody was asked to write anew: their next words are the value.

    `revision` is the article's as they saw it, `message_id` the question with its buttons. `typed` is what they wrote
    when the article had been changed meanwhile, and they are to decide; None while they have written nothing.
    """

    person: int
    article: int
    field: EditField
    revision: int
    at: datetime
    message_id: int
    typed: str | None = None

    def is_waiting(self, now: datetime) -> bool:
        """Return whether the next words of the person are the value."""
        return self.typed is None and now - self.at <= ANSWER_WITHIN


# Beside what a file or a feed says


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands beside an edited field: what its source said of it last, and whether editors are asked about that.

    They are as soon as the source says something else than when the field was edited.
    """

    source: Value
    is_asked: bool = False


Edits = Mapping[EditField, Edit]
"""The edited fields of one article."""


def after_edit(edits: Edits, before: Story, field: EditField, value: Value) -> Edits:
    """Return the edits of an article once a field of it, as it was `before`, says `value`.

    What the source says too is no edit any more.
    """
    source = edits[field].source if field in edits else value_of(before, field)
    others = {name: edit for name, edit in edits.items() if name is not field}
    return others if value == source else {**others, field: Edit(source)}


def settled(edits: Edits, field: EditField) -> Edits:
    """Return the edits of an article when editors keep a field as it is: they are asked no more until it changes."""
    return edits if field not in edits else {**edits, field: replace(edits[field], is_asked=False)}


def reconciled(edits: Edits, known: Story, told: Story) -> tuple[Story, Edits]:
    """Return a known article's story now that its source has `told` it anew, and its edits.

    In an edited field what was typed stays. When the source has changed its words there, editors are asked; when it has
    come to say the same, the edit has done its work.
    """
    after: dict[EditField, Edit] = {}
    for field, edit in edits.items():
        ours, theirs = value_of(known, field), value_of(told, field)
        if ours == theirs:
            continue
        after[field] = edit if theirs == edit.source else Edit(theirs, is_asked=True)
        told = _saying(told, field, ours)
        if field is EditField.LINK:
            told = replace(told, video=known.video)
    return told, after


def newly_asked(before: Edits, after: Edits) -> bool:
    """Return whether there is something about which editors were not asked before."""
    return any(edit.is_asked and before.get(field) != edit for field, edit in after.items())
