"""
Editing in chat: one field of an article at a time, as an editor types or sends it.

What is typed is the article's from then on, whatever its file or feed goes on saying of that field. When that says
something else than it did, editors are asked; until they decide, what was typed stays.

A picture and its credit are one there: who made a picture is not said of the next one that a file brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, auto
from typing import TypeVar

from bot.domain.article import Picture, Related, Story
from bot.domain.link import normal_link
from bot.domain.pasted_link import ANSWER_WITHIN

_Kind = TypeVar("_Kind")
Value = str | tuple[str, ...] | tuple[Picture, ...] | tuple[Related, ...] | None
"""What a field holds: a text, names of topics in their order, pictures, the best first, other articles, or nothing."""

IN_CHAT = "sent in chat"
"""What the log says of a picture that has no address to tell."""


class EditField(StrEnum):
    """What of an article can be typed or sent. Buttons hold their places: another one comes behind them."""

    TITLE = "title"
    EXCERPT = "excerpt"
    LINK = "link"
    TOPICS = "topics"
    PICTURE = "picture"
    CREDIT = "credit"
    RELATED = "related"

    @property
    def kept_as(self) -> EditField:
        """The field beside which stands what the source says."""
        return EditField.PICTURE if self is EditField.CREDIT else self


_IN_DOCUMENTS = {  # the others are called there as here
    EditField.LINK: "webUrl",
    EditField.PICTURE: "images",
    EditField.CREDIT: "images",
}


class Fault(StrEnum):
    """What is wrong with a value that was typed, or with the moment."""

    EMPTY = auto()
    TOO_LONG = auto()
    REPEATS_TITLE = auto()
    NO_LINK = auto()
    OTHER_ARTICLE = auto()
    UNKNOWN_TOPICS = auto()
    OWN_LINK = auto()
    NOT_RELATED = auto()
    TOO_MANY = auto()
    NO_PICTURE = auto()
    NO_FORMAT = auto()
    TOO_SMALL = auto()
    WRONG_SHAPE = auto()
    TOO_LARGE = auto()
    UNCHANGED = auto()
    CHANGED_MEANWHILE = auto()
    TAKEN_DOWN = auto()


@dataclass(eq=False)
class Refusal(Exception):
    """Why an edit was not made. `words` say what is wrong with a link, or name the topics that nobody knows; `near`
    are the topics that come closest to those. Of a picture they are its pixels. `number` is the article that has the
    link, or had it, the most characters or megabytes, or the fewest pixels."""

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
        case EditField.PICTURE:
            return story.pictures
        case EditField.CREDIT:
            return story.pictures[0].credit if story.pictures else None
        case EditField.RELATED:
            return story.related


def with_value(story: Story, field: EditField, value: Value) -> Story:
    """Return a story that says something else in a field, and in its document too."""
    told = _saying(story, field, value)
    in_document: object = list(value) if isinstance(value, tuple) else value
    if field.kept_as is EditField.PICTURE:
        in_document = [_in_document(picture) for picture in told.pictures]
    if field is EditField.RELATED:
        in_document = [_named(one) for one in told.related]
    return replace(told, payload={**story.payload, _IN_DOCUMENTS.get(field, field.value): in_document})


def _in_document(picture: Picture) -> dict[str, object]:
    """Return a picture as article files tell it."""
    told = {name: getattr(picture, name) for name in ("url", "width", "height", "credit", "alt")}
    return {name: value for name, value in told.items() if value is not None}


def _named(related: Related) -> dict[str, object]:
    """Return a related article as article files tell it."""
    told: dict[str, object] = {"title": related.title, "webUrl": related.link}
    names = {"name": related.provider.name, "domain": related.provider.domain}
    if provider := {name: value for name, value in names.items() if value}:
        told["provider"] = provider
    if related.published_at is not None:
        told["publishedDateTime"] = related.published_at.isoformat()
    return told


def _saying(story: Story, field: EditField, value: Value) -> Story:
    text = value if isinstance(value, str) else ""
    match field:
        case EditField.TITLE:
            return replace(story, title=text)
        case EditField.EXCERPT:
            return replace(story, excerpt=text or None)
        case EditField.LINK:
            return replace(story, link=text)
        case EditField.TOPICS:
            return replace(story, topics=_each(value, str))
        case EditField.PICTURE:
            return replace(story, pictures=_each(value, Picture))
        case EditField.CREDIT:
            credited = [replace(first, credit=text or None) for first in story.pictures[:1]]
            return replace(story, pictures=(*credited, *story.pictures[1:]))
        case EditField.RELATED:
            return replace(story, related=_each(value, Related))


def _each(value: Value, kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(one for one in value if isinstance(one, kind)) if isinstance(value, tuple) else ()


def as_words(value: Value) -> str:
    """Return a field's value in one text, for the log and for people."""
    if not isinstance(value, tuple):
        return value or ""
    pictures = [one.url if one.file_id is None else IN_CHAT for one in _each(value, Picture)]
    titles = [one.title for one in _each(value, Related)]
    return ", ".join((*_each(value, str), *pictures[:1], *titles))


# Asked for with buttons


@dataclass(frozen=True, slots=True)
class Ticked:
    """Topics that are ticked in a picker, by number, in the order in which the article is to name them; `search` are
    the words that its list was narrowed to, empty when it shows all."""

    topics: tuple[int, ...]
    search: str = ""

    def with_tick(self, topic: int, is_ticked: bool) -> Ticked:
        """Return the same picker once a topic is ticked, behind the others, or is not."""
        others = tuple(one for one in self.topics if one != topic)
        if not is_ticked:
            return replace(self, topics=others)
        return self if topic in self.topics else replace(self, topics=(*others, topic))


@dataclass(frozen=True, slots=True)
class Without:
    """A related article, by its link, that an article is to name no more."""

    link: str


Said = str | Picture | Ticked | Related | Without | None
"""What an editor wants a field to hold: as typed, a picture that was sent, topics that were ticked, one more related
article or one less, or nothing."""


def with_related(story: Story, said: Related | Without, most: int) -> tuple[Related, ...]:
    """Return a story's related articles with one more, behind the others, or with one less.

    Raises: Refusal, for the story itself, for what is not among them, and where there are the `most` already.
    """
    link = normal_link(said.link)
    others = tuple(one for one in story.related if normal_link(one.link) != link)
    if isinstance(said, Without):
        if len(others) == len(story.related):
            raise Refusal(Fault.NOT_RELATED)
        return others
    if story.link and normal_link(story.link) == link:
        raise Refusal(Fault.OWN_LINK)
    if len(others) < len(story.related):
        return story.related
    if len(others) >= most:
        raise Refusal(Fault.TOO_MANY, number=most)
    return (*others, said)


@dataclass(frozen=True, slots=True)
class AskedEdit:
    """A field that somebody was asked to write anew: their next words are the value.

    `revision` is the article's as they saw it, `message_id` the question with its buttons. `typed` is what they wrote
    when the article had been changed meanwhile, and they are to decide; None while they have written nothing, and empty
    where they want the field to hold nothing or did not write it: `sent` is the picture that they sent, `ticked` the
    picker of topics as it stands.
    """

    person: int
    article: int
    field: EditField
    revision: int
    at: datetime
    message_id: int
    typed: str | None = None
    sent: Picture | None = None
    ticked: Ticked | None = None

    @property
    def said(self) -> Said:
        """What was wanted when the article had been changed meanwhile."""
        return self.sent or self.ticked or self.typed or None

    def with_said(self, said: Said) -> AskedEdit:
        """Return the question with its answer, about which the person is to decide."""
        match said:
            case Picture():
                return replace(self, typed="", sent=said)
            case Ticked():
                return replace(self, typed="", ticked=said)
        return replace(self, typed=said if isinstance(said, str) else "", sent=None)

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
    kept = field.kept_as
    source = edits[kept].source if kept in edits else value_of(before, kept)
    others = {name: edit for name, edit in edits.items() if name is not kept}
    return others if value_of(_saying(before, field, value), kept) == source else {**others, kept: Edit(source)}


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
