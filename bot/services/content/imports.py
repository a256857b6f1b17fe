"""
Importing stories: content from every source is stored here, one transaction for each batch.

One story, one article: a story is known by its link, and the file that brought it first owns it. What a batch of
files does is read from the database (`known_content`), decided (`domain.ingestion`) and written (`content_changes`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.article import Story
from bot.domain.ingestion import FEED_ITEMS, Arrival, Observed, SourceItem, decide
from bot.domain.link import normal_link
from bot.domain.publishing import PushWindow
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.errors import Complaint, ContentError, NoArticle
from bot.services.content import source_files, taken_down_stories, topic_typos
from bot.services.content.content_changes import ContentChanges
from bot.services.content.known_content import known_content
from bot.services.content.moved_stories import moved_stories
from bot.services.newsroom import arriving_news
from bot.store.content import imports, topics
from bot.store.content.story_json import as_stored
from bot.store.desk import notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Connection, Database

_WITHOUT_FILES = ("upload:", "link:")
"""With these the ids of stories begin that editors bring themselves: they are made of the story's link."""
BATCH = 500  # files a transaction: long enough to be fast, short enough to let a reader's write in between


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator chose about files and feeds that become news. None of it matters where `flags_act` is off.

    With `hold` all that becomes news is held: it comes to an older copy of the database, and may have been sent.
    `key` names the API key of the program that tells the stories, for the log. `by_hand`: it speaks for an editor, who
    is told in the answer what is odd, and what it publishes is held for no reason that only files give. `maker` is the
    person who sends the stories in chat.
    """

    window: PushWindow
    burst: int
    undo: timedelta
    flags_act: bool = True
    hold: bool = False
    key: str | None = None
    by_hand: bool = False
    maker: int | None = None


DRAFTS_ONLY = Policy(PushWindow(timedelta(0)), 0, timedelta(0), flags_act=False)
"""For what editors bring themselves: they publish it by hand."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One file, or one item of a feed, as it was read.

    `slugs` are the names it may get, best first; `warnings` name the values left out. What has a lower `rank` is
    taken first, and so gets a lower number.
    """

    path: str
    fingerprint: str
    content: Story | TopicFile | SourceFile | ContentError
    slugs: tuple[str, ...] = ()
    warnings: tuple[Complaint, ...] = ()
    arrival: Arrival = Arrival.FILE
    rank: int = 0


@dataclass(slots=True)
class Report:
    """What became of a batch of files: article numbers, except where said."""

    drafts: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    published: list[int] = field(default_factory=list)
    scheduled: list[int] = field(default_factory=list)
    archived: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    retracted: list[int] = field(default_factory=list)
    topics: int = 0
    sources: int = 0
    doubled: list[tuple[str, int]] = field(default_factory=list)  # path, article it doubles
    refused: list[Complaint] = field(default_factory=list)
    warned: list[Complaint] = field(default_factory=list)  # about what went in all the same
    noted: list[Complaint] = field(default_factory=list)  # once, about the site whose pages the files are

    def add(self, other: Report) -> None:
        for name in ("drafts", "updated", "published", "scheduled", "archived", "held", "retracted"):
            getattr(self, name).extend(getattr(other, name))
        self.doubled.extend(other.doubled)
        self.refused.extend(other.refused)
        self.warned.extend(other.warned)
        self.noted.extend(other.noted)
        self.topics += other.topics
        self.sources += other.sources

    @property
    def is_empty(self) -> bool:
        return self == Report()


async def take(
    db: Database,
    seen: Sequence[Seen],
    *,
    gone: Collection[str] = (),
    now: datetime,
    policy: Policy,
    also: Callable[[Connection], Awaitable[None]] | None = None,
) -> Report:
    """Store what files say and do what their flags ask for. Files that are `gone` change nothing but who may own.

    Topic files go first, so that articles find their topics. What becomes news is published or held once all files
    are in: a burst is judged as a whole. `also` is done in the last transaction: what is remembered of the whole
    batch, once all of it is in.
    """
    report = Report()
    news, opened = [], []
    ordered = sorted(seen, key=lambda one: (not isinstance(one.content, TopicFile), one.rank, one.path))
    present = frozenset(one.path for one in ordered)
    told = _told(ordered)
    moves: dict[str, int] = {}
    if gone:
        stories = {one.path: one.content for one in ordered if isinstance(one.content, Story)}
        async with db.reading() as conn:
            moves = await moved_stories(conn, stories, gone)
        async with db.transaction() as conn:
            await imports.forget_fingerprints(conn, gone)
            await notices.replace_untold(conn, gone, (), now)
            if not ordered:
                await source_files.end(conn, gone, now)
    for start in range(0, len(ordered), BATCH):
        async with db.transaction() as conn:
            taken, fresh, anew = await _take_batch(
                conn, ordered[start : start + BATCH], moves, present, told, gone=gone, now=now, policy=policy
            )
            news.extend(fresh)
            opened.extend(anew)
            if start + BATCH >= len(ordered):
                if (report.topics or taken.topics) and not policy.window.files_never_push:
                    news.extend(await arriving_news.take_up_known(conn, now))
                taken.published, taken.held = await arriving_news.news_by_file(
                    conn, news, opened=opened, now=now, burst=policy.burst, undo=policy.undo, hold=policy.hold
                )
                await source_files.end(conn, gone, now)
                if also is not None:
                    await also(conn)
        report.add(taken)
    if also is not None and not ordered:
        async with db.transaction() as conn:
            await also(conn)
    return report


async def take_one(conn: Connection, one: Seen, *, now: datetime, policy: Policy) -> Report:
    """Store one item inside the caller's transaction, and do what its flag asks for.

    Raises: TakenDown, when its story was; then nothing was changed.
    """
    if isinstance(one.content, Story):
        await taken_down_stories.must_not_be(conn, one.path, one.content)
    report, news, opened = await _take_batch(conn, [one], {}, (one.path,), {}, now=now, policy=policy)
    if policy.by_hand:
        report.published = await arriving_news.news_by_hand(
            conn, news, opened=opened, now=now, undo=policy.undo, key=policy.key
        )
    else:
        report.published, report.held = await arriving_news.news_by_file(
            conn, news, opened=opened, now=now, burst=policy.burst, undo=policy.undo, hold=policy.hold, key=policy.key
        )
    return report


async def retell(conn: Connection, number: int, story: Story, *, now: datetime, policy: Policy) -> Report:
    """Let whoever tells an article have told it like this. Its flag stays as it was last seen; no file is changed.

    Raises: TakenDown, when it leads to what was; then nothing was changed.
    """
    owner = (await imports.owners(conn, [number])).get(number)
    if owner is None:  # its file is a topic's now
        owner = SourceItem(f"article:{number}", "", number, True, None, None)
        await imports.remember(conn, [owner])
    seen = Seen(owner.id, owner.fingerprint, replace(story, published=None), (), arrival=Arrival.EDIT)
    return await take_one(conn, seen, now=now, policy=policy)


async def add_drafts(db: Database, seen: Sequence[Seen], *, now: datetime, by: int | None = None) -> Report:
    """Store uploaded documents as drafts, whatever their flag says: an editor publishes them by hand.

    There is no file behind an upload, so a file that brings the same story later takes it over.
    """
    uploads = [
        replace(one, path=f"upload:{normal_link(one.content.link)}", fingerprint="")
        if isinstance(one.content, Story)
        else one
        for one in seen
    ]
    return await take(db, uploads, now=now, policy=replace(DRAFTS_ONLY, maker=by))


def _told(seen: Sequence[Seen]) -> dict[str, str]:
    """Return the normalised link that each item bears now, by its id."""
    return {one.path: normal_link(one.content.link) for one in seen if isinstance(one.content, Story)}


async def _take_batch(
    conn: Connection,
    seen: Sequence[Seen],
    moves: Mapping[str, int],
    present: Collection[str],
    told: Mapping[str, str],
    *,
    gone: Collection[str] = (),
    now: datetime,
    policy: Policy,
) -> tuple[Report, list[int], list[int]]:
    """Store a batch; return its report, what is to become news, and what was published to nobody and may be it now."""
    told_stories = [(one.path, one.content) for one in seen if isinstance(one.content, Story)]
    turned_away = await taken_down_stories.turned_away(conn, told_stories)
    seen = [_turned_away(one, turned_away[one.path]) if one.path in turned_away else one for one in seen]
    defined = [one.content for one in seen if isinstance(one.content, TopicFile)]
    await topics.define_all(conn, defined)
    sources = [(one.path, one.content) for one in seen if isinstance(one.content, SourceFile)]
    stories = await topic_typos.settled(
        conn,
        await taken_down_stories.naming_none(
            conn, [as_stored(one.content) for one in seen if isinstance(one.content, Story)]
        ),
    )
    articles = [one for one in seen if isinstance(one.content, Story)]
    known = await known_content(
        conn,
        [one.path for one in seen],
        [(one.path, story) for one, story in zip(articles, stories, strict=True)],
        (slug for one in articles for slug in one.slugs),
        moves=moves,
        present=present,
        told=told,
    )
    settled = iter(stories)
    heard = [one.path for one in seen if one.arrival is not Arrival.EDIT]
    changes = ContentChanges(key=policy.key, by_hand=policy.by_hand, maker=policy.maker, asks=bool(heard))
    report = Report(topics=len(defined), sources=len(sources))
    if sources:
        report.warned.extend(await source_files.define(conn, sources, gone, now))
    others = [one.path for one in seen if isinstance(one.content, Story | TopicFile) and one.arrival is Arrival.FILE]
    await source_files.end(conn, others, now)  # a file may say something else than it did
    for one in seen:
        match one.content:
            case TopicFile() | SourceFile():
                report.warned.extend(one.content.warnings)
                changes.remember(SourceItem(one.path, one.fingerprint, None, True, None, None))
            case ContentError():
                item = _refused(one, known.items.get(one.path), turned_away.get(one.path))
                if not one.path.startswith(_WITHOUT_FILES):
                    changes.remember(item)
                if item.complaint is not None:
                    report.refused.extend(one.content.complaints)
            case Story():
                report.warned.extend(one.content.as_read.warnings)
                story = next(settled)
                decision = decide(
                    known.before(one.path, story),
                    Observed(one.path, one.fingerprint, story, one.arrival),
                    now=now,
                    window=policy.window,
                    flags_act=policy.flags_act,
                )
                await changes.add(conn, decision, known, one.slugs, now)
                known.learn(decision)
    report.warned.extend(await changes.write(conn, now))
    for name in ("drafts", "updated", "scheduled", "archived", "retracted", "doubled"):
        getattr(report, name).extend(getattr(changes, name))
    await notices.replace_untold(conn, heard, _complaints(report, seen, policy), now)
    await notices.add(conn, await taken_down_stories.tell_of_feeds(conn, turned_away), now)
    lost = [Notice("left out", warning.path, str(warning)) for one in seen for warning in one.warnings]
    await notices.add(conn, lost, now)
    return report, changes.news, changes.opened


def _turned_away(seen: Seen, number: int) -> Seen:
    """Return an item whose story was taken down: refused, with nothing of it."""
    return replace(seen, content=taken_down_stories.complaint(seen.path, number), slugs=(), warnings=())


def _refused(seen: Seen, before: SourceItem | None, turned_away: int | None = None) -> SourceItem:
    """Return a file that tells no story as it is remembered.

    It keeps its article and the flag last seen in it: once mended, it goes on from there. A file that was no article
    before and was not meant to be one is no complaint; one that was has lost its front matter, and its author should
    know.
    """
    if turned_away is not None:
        return SourceItem(seen.path, seen.fingerprint, turned_away, False, None, str(seen.content))
    if before is None:
        before = SourceItem(seen.path, "", None, True, None, None)
    is_complaint = not isinstance(seen.content, NoArticle) or before.article is not None
    return replace(before, fingerprint=seen.fingerprint, complaint=str(seen.content) if is_complaint else None)


def _complaints(report: Report, seen: Sequence[Seen], policy: Policy) -> list[Notice]:
    if policy.by_hand:
        return []
    published = {one.path for one in seen if isinstance(one.content, Story) and one.content.published}
    in_feeds = {one.path for one in seen if one.arrival is not Arrival.FILE}
    # Of a feed's items editors are told by the name of the feed, and of an upload whoever sent it.
    refused = [one for one in report.refused if not one.path.startswith((FEED_ITEMS, *_WITHOUT_FILES))]
    told = [Notice("refused", complaint.path, str(complaint)) for complaint in refused]
    told.extend(
        Notice("doubled", path, "published" if path in published else "", article)
        for path, article in report.doubled
        if path not in in_feeds  # that feeds tell the same stories is no mistake; it is counted
    )
    if policy.flags_act:  # whoever sends a document is told in the answer
        told.extend(
            Notice("warned", warning.path, str(warning)) for warning in report.warned[: topic_typos.MAX_WARNINGS]
        )
    return told
