"""
What newly read content does to what is known of it: one decision for every source of stories.

A source holds stories as items: a folder as its files, an upload as its documents. An item is recognised by an id, an
opaque string. `decide` matches an item with an article and returns what is to be done, as values: new, updated, renamed
or double; published, scheduled, archived or retracted. It reads no clock and no database; its caller writes the result.

The `published` flag is an event, not a state: only a flag that differs from the one last seen in that story's item
acts, so nothing an editor did in chat is undone by an unchanged one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from bot.domain.article import ArticleState, HeldWhy, Story
from bot.domain.correction import Field
from bot.domain.editing import Edits, reconciled
from bot.domain.item_acts import (
    Act,
    Archive,
    Create,
    Double,
    Draft,
    Keep,
    OpenAudience,
    Publish,
    ResetAudience,
    Retract,
    Schedule,
    StateChange,
    TakeOver,
    Update,
)
from bot.domain.publishing import PushWindow, opens_audience
from bot.domain.topic import topic_key

# What is known and what was read --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceItem:
    """An item as it was when last read.

    `fingerprint` shows whether the item has changed; it is empty once the item is gone. `article` is the article that
    the item holds, or doubles when another item owns it; `last_flag` is the flag last seen in it. Both are None for an
    item without an article. `complaint` is why it was refused, None when it was not.
    """

    id: str
    fingerprint: str
    article: int | None
    owns: bool
    last_flag: bool | None
    complaint: str | None

    @property
    def is_gone(self) -> bool:
        return not self.fingerprint

    def without_story(self) -> SourceItem:
        """Return the item after another one has taken over its story: gone, with nothing left but its id."""
        return replace(self, owns=False, fingerprint="")


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What an import compares a story with. `pushed_at` is None while the article has had no audience.

    `edits` are the fields that editors have changed in chat.
    """

    number: int
    state: ArticleState
    revision: int
    story: Story
    pushed_at: datetime | None = None
    held_why: HeldWhy | None = None
    edits: Edits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """What is known before an item is taken in.

    `item` is what was last read under its id, `own` the article that it owns. `linked` is the article known by the
    story's link, or by where the story moved from, and `owner` the item that owns that one. `next_number` is what a
    new article gets. `is_given_up` says that the owner bears another link now.
    """

    item: SourceItem | None
    own: KnownArticle | None
    linked: KnownArticle | None
    owner: SourceItem | None
    next_number: int
    is_given_up: bool = False


class Arrival(Enum):
    """How an item came, as far as it matters for what it may do."""

    FILE = auto()
    PAGE = auto()  # a file of a static site, whose link follows from a slug: known by itself before its link
    FEED = auto()  # nobody who may publish here touched it
    HISTORY = auto()  # it was in a feed before anybody asked for that feed
    EDIT = auto()  # an editor or a program says what a known article is to say, and is told what came of it


FEED_ITEMS = "feed://"
"""With this the ids of feeds' items begin. No path does: it holds no two slashes in a row."""


@dataclass(frozen=True, slots=True)
class Observed:
    """An item as it was just read: its id, its fingerprint, and the story as it would be stored."""

    id: str
    fingerprint: str
    story: Story
    arrival: Arrival = Arrival.FILE

    @property
    def is_of_a_feed(self) -> bool:
        return self.arrival in (Arrival.FEED, Arrival.HISTORY)


@dataclass(frozen=True, slots=True)
class Decision:
    """The acts in the order in which they are done, and the item and its article as they stand afterwards.

    An article that becomes news is scheduled for now until it does: should the process die in between, it still goes
    out. `article` is None when the item tells none of its own.
    """

    acts: tuple[Act, ...]
    item: SourceItem
    article: KnownArticle | None


# The decision ---------------------------------------------------------------------------------------------------------


def decide(before: Before, seen: Observed, *, now: datetime, window: PushWindow, flags_act: bool = True) -> Decision:
    """Return what becomes of an item that was just read.

    A story belongs to one item: to the one that told it first, until that is gone. Without `flags_act` every new
    story is a draft and no flag does anything.
    """
    item = before.item
    if item is not None and before.own is not None:
        if before.linked is not None and before.linked.number != before.own.number and not _is_free(before, seen):
            # The item was changed to another story's link. It keeps owning its own article.
            kept = replace(item, fingerprint=seen.fingerprint, complaint=None)
            return Decision((Double(before.linked.number),), kept, before.own)
        return _go_on(before.own, item, seen, now, window, flags_act)
    if before.linked is None or (_is_free(before, seen) and not _is_left(before)):
        return _create(before.next_number, seen, now, window, flags_act)
    if not _may_go_on(before.owner, seen):
        double = before.linked.number
        flag = bool(seen.story.published)
        return Decision((Double(double),), SourceItem(seen.id, seen.fingerprint, double, False, flag, None), None)
    return _go_on(before.linked, before.owner, seen, now, window, flags_act)


def _is_free(before: Before, seen: Observed) -> bool:
    """Return whether an item may take the link of another article as its own: nobody else bears it any more."""
    return seen.arrival is Arrival.PAGE and (_is_left(before) or before.is_given_up)


def _is_left(before: Before) -> bool:
    return before.owner is None or before.owner.is_gone


def _may_go_on(owner: SourceItem | None, seen: Observed) -> bool:
    """Return whether an item may tell on what `owner` told last.

    An item of a feed goes on with another feed's only: what people wrote is not overwritten by what a feed says.
    """
    if owner is not None and owner.id == seen.id:
        return True
    if seen.is_of_a_feed:
        return owner is not None and owner.is_gone and owner.id.startswith(FEED_ITEMS)
    return owner is None or owner.is_gone


def _create(number: int, seen: Observed, now: datetime, window: PushWindow, flags_act: bool) -> Decision:
    story = seen.story
    flag = flags_act and (bool(story.published) or seen.arrival is Arrival.HISTORY)
    change: StateChange
    if seen.arrival is Arrival.HISTORY:
        change = Schedule(story.published_at) if story.published_at > now else Archive()
    else:
        change = _of_a_new_flag(story.published_at, now, window) if flag else Draft()
    state = _state_after(change, ArticleState.DRAFT)
    return Decision(
        (Create(), change),
        SourceItem(seen.id, seen.fingerprint, number, True, flag, None),
        KnownArticle(number, state, 1, story),
    )


def _go_on(
    article: KnownArticle,
    owner: SourceItem | None,
    seen: Observed,
    now: datetime,
    window: PushWindow,
    flags_act: bool,
) -> Decision:
    """Return what becomes of an item that tells a known article, which `owner` told last."""
    before, story, edits = article.story, seen.story, article.edits
    if seen.arrival is not Arrival.EDIT:
        story, edits = reconciled(edits, before, story)
    acts: list[Act] = []
    if owner is not None and owner.id != seen.id:
        acts.append(TakeOver(owner.id))
    corrects = _as_readers_see(before) != _as_readers_see(story)
    acts.append(Update(corrects) if corrects or _differs(before, story) else Keep())

    last_flag = owner is not None and bool(owner.last_flag)
    # Without a flag, the last one seen holds: a missing line must not retract a story.
    flag = last_flag if story.published is None or not flags_act else story.published
    change: StateChange | None = None
    gains_topics = flags_act and _has_more_topics(before, story)
    if flags_act:
        if flag != last_flag:
            change = _of_a_changed_flag(article.state, flag, story.published_at, now, window)
            if isinstance(change, Publish) and seen.is_of_a_feed:
                # In a file that is an editor's act, whatever the story's age. In a feed nobody has decided anything.
                change = _of_a_new_flag(story.published_at, now, window)
        is_moved = article.state is ArticleState.SCHEDULED and before.published_at != story.published_at
        if change is None and flag and is_moved:
            change = Schedule(story.published_at)  # the date of its embargo
        if change is None and gains_topics and article.held_why is HeldWhy.TOPICS and not window.files_never_push:
            # The reason for holding it may be gone: decided again when it becomes news.
            change = _of_a_known_story(story.published_at, now, window)
    state = article.state
    if change is not None:
        acts.append(change)
        state = _state_after(change, state)
    if gains_topics and article.pushed_at is not None:
        if article.state is not ArticleState.PUBLISHED:
            acts.append(ResetAudience())
        elif state is ArticleState.PUBLISHED and opens_audience(story.published_at, article.pushed_at, now, window):
            acts.append(OpenAudience())
    return Decision(
        tuple(acts),
        SourceItem(seen.id, seen.fingerprint, article.number, True, flag, None),
        KnownArticle(
            article.number,
            state,
            article.revision + corrects,
            story,
            article.pushed_at,
            article.held_why if change is None else None,
            edits,
        ),
    )


def _of_a_new_flag(published_at: datetime, now: datetime, window: PushWindow) -> StateChange:
    """Return what becomes of a story first seen as published: it goes out only within the push window."""
    if published_at > now:
        return Schedule(published_at)
    return Publish() if window.admits(published_at, now) else Archive()


def _of_a_changed_flag(
    state: ArticleState, flag: bool, published_at: datetime, now: datetime, window: PushWindow
) -> StateChange | None:
    """Return what a known story's flag does when it turns; None when an editor has done the same already."""
    if not flag:
        match state:
            case ArticleState.PUBLISHED | ArticleState.ARCHIVED:
                return Retract()
            case ArticleState.SCHEDULED | ArticleState.HELD:
                return Draft()
            case ArticleState.DRAFT | ArticleState.RETRACTED | ArticleState.TAKEN_DOWN:
                return None
    if state not in (ArticleState.DRAFT, ArticleState.RETRACTED):
        return None
    return _of_a_known_story(published_at, now, window)


def _of_a_known_story(published_at: datetime, now: datetime, window: PushWindow) -> StateChange:
    """Return what becomes of a known story that is to go out: that is an editor's act, and its age does not count."""
    if published_at > now:
        return Schedule(published_at)
    return Archive() if window.files_never_push else Publish()


def _state_after(change: StateChange, state: ArticleState) -> ArticleState:
    match change:
        case Draft():
            return ArticleState.DRAFT
        case Schedule() | Publish():
            return ArticleState.SCHEDULED
        case Archive():
            return ArticleState.ARCHIVED
        case Retract():
            return ArticleState.RETRACTED


def _differs(before: Story, after: Story) -> bool:
    return replace(before, published=False) != replace(after, published=False)


def _as_readers_see(story: Story) -> tuple[object, ...]:
    """Return the fields whose change is a correction. Heat, quality and related articles update silently."""
    return (
        story.title,
        story.excerpt,
        story.link,
        story.published_at,
        story.provider,
        story.topics,
        story.pictures,
        story.video,
    )


def changed_fields(before: Story, after: Story) -> tuple[Field, ...]:
    """Return what a change is a correction of; empty when readers need not be told: heat, quality, related articles."""
    changed = {
        Field.TITLE: before.title != after.title,
        Field.EXCERPT: before.excerpt != after.excerpt,
        Field.LINK: before.link != after.link,
        Field.PICTURE: before.pictures != after.pictures,
    }
    return tuple(name for name, has_changed in changed.items() if has_changed)


def _has_more_topics(before: Story, after: Story) -> bool:
    if before.topics == after.topics:
        return False
    return not {topic_key(name) for name in after.topics} <= {topic_key(name) for name in before.topics}
