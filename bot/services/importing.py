"""
The one door for content: whatever an inlet read goes through here, in one transaction a batch.

One story, one article: a story is known by its link, and the file that brought it first owns it. What a file's flag
does is decided in `domain.publishing`; this is where files, stories and articles are matched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, count

from bot.domain import moving
from bot.domain.article import ArticleState, HeldWhy, Story
from bot.domain.link import normal_link
from bot.domain.publishing import Act, PushWindow, act_of_file, opens_audience
from bot.domain.topic import TopicFile, topic_key
from bot.errors import Complaint, ContentError, NoArticle
from bot.services import newsroom, topic_slips
from bot.store import articles, intake, known_topics, log, notices, topics
from bot.store.database import Connection, Database
from bot.store.intake import KnownArticle, KnownFile
from bot.store.notices import Notice

BATCH = 500  # files a transaction: long enough to be fast, short enough to let a reader's write in between


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator chose about files that become news. None of it matters where `flags_act` is off."""

    window: PushWindow
    burst: int
    undo: timedelta
    flags_act: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """One file as an inlet read it. `slugs` are the names it may go by, best first; `warnings` what it lost."""

    path: str
    fingerprint: str
    content: Story | TopicFile | ContentError
    slugs: tuple[str, ...] = ()
    warnings: tuple[Complaint, ...] = ()


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
    doubled: list[tuple[str, int]] = field(default_factory=list)  # path, article it doubles
    refused: list[Complaint] = field(default_factory=list)
    warned: list[Complaint] = field(default_factory=list)  # about what went in all the same

    def add(self, other: Report) -> None:
        for name in ("drafts", "updated", "published", "scheduled", "archived", "held", "retracted"):
            getattr(self, name).extend(getattr(other, name))
        self.doubled.extend(other.doubled)
        self.refused.extend(other.refused)
        self.warned.extend(other.warned)
        self.topics += other.topics

    @property
    def is_empty(self) -> bool:
        return self == Report()


async def take(
    db: Database, seen: Sequence[Seen], *, gone: Collection[str] = (), now: datetime, policy: Policy
) -> Report:
    """Store what files say and do what their flags ask for. Files that are `gone` change nothing but who may own.

    Topic files go first, so that articles find their topics. What becomes news is published or held once all files
    are in: a burst is judged as a whole.
    """
    report = Report()
    news, opened = [], []
    ordered = sorted(seen, key=lambda one: (not isinstance(one.content, TopicFile), one.path))
    moves: dict[str, int] = {}
    if gone:
        async with db.reading() as conn:
            moves = await _moves(conn, ordered, gone)
        async with db.transaction() as conn:
            await intake.forget_fingerprints(conn, gone)
            await notices.replace_untold(conn, gone, (), now)
    for start in range(0, len(ordered), BATCH):
        async with db.transaction() as conn:
            taken, fresh, anew = await _take_batch(conn, ordered[start : start + BATCH], moves, now=now, policy=policy)
            news.extend(fresh)
            opened.extend(anew)
            if start + BATCH >= len(ordered):
                if report.topics or taken.topics:
                    news.extend(await newsroom.take_up_known(conn, now))
                taken.published, taken.held = await newsroom.news_by_file(
                    conn, news, opened=opened, now=now, burst=policy.burst, undo=policy.undo
                )
        report.add(taken)
    return report


async def add_drafts(db: Database, seen: Sequence[Seen], *, now: datetime) -> Report:
    """Store uploaded documents as drafts, whatever their flag says: an editor publishes them by hand.

    There is no file behind an upload, so a file that brings the same story later takes it over.
    """
    uploads = [
        replace(one, path=f"upload:{normal_link(one.content.link)}", fingerprint="")
        if isinstance(one.content, Story)
        else one
        for one in seen
    ]
    return await take(db, uploads, now=now, policy=Policy(PushWindow(timedelta(0)), 0, timedelta(0), flags_act=False))


@dataclass(slots=True)
class _Batch:
    """What is known before a batch, kept up to date while it is read."""

    files: dict[str, KnownFile]
    owners: dict[int, KnownFile]
    links: dict[str, int]
    slugs: dict[str, int]
    articles: dict[int, KnownArticle]
    next_number: int

    async def free_slug(self, conn: Connection, wanted: Sequence[str], article: int) -> str:
        """Return the first wanted slug that no other article has or had, numbered when all are taken."""
        last = wanted[-1] if wanted else "article"
        numbered = (f"{last}-{article}-{n}" for n in count(2))
        for slug in chain(wanted, (f"{last}-{article}",), numbered):
            if slug not in wanted and slug not in self.slugs:
                self.slugs |= await intake.slugs(conn, [slug])
            if self.slugs.get(slug, article) == article:
                self.slugs[slug] = article
                return slug
        raise AssertionError("numbers never end")


async def _take_batch(
    conn: Connection, seen: Sequence[Seen], moves: Mapping[str, int], *, now: datetime, policy: Policy
) -> tuple[Report, list[int], list[int]]:
    """Store a batch; return its report, what is to become news, and what was published to nobody and may be it now."""
    report = Report()
    remembered: list[KnownFile] = []
    defined: list[TopicFile] = []
    article_files: list[Seen] = []
    as_stored: list[Story] = []
    warned: list[Complaint] = []
    nothing: list[Seen] = []
    for one in seen:
        match one.content:
            case TopicFile():
                defined.append(one.content)
                warned.extend(one.content.warnings)
                remembered.append(KnownFile(one.path, one.fingerprint, None, True, None, None))
            case Story():
                article_files.append(one)
                as_stored.append(_as_stored(one.content))
                warned.extend(one.content.as_read.warnings)
            case NoArticle():
                nothing.append(one)
            case ContentError():
                report.refused.extend(one.content.complaints)
    await topics.define_all(conn, defined)
    report.topics = len(defined)
    stories = list(zip(article_files, await topic_slips.settled(conn, as_stored), strict=True))
    report.warned = warned
    batch = await _load(conn, seen, stories, moves)
    # What was an article before has lost its front matter, and its author should know.
    lost_it = [one for one in nothing if one.path in batch.files and batch.files[one.path].article is not None]
    report.refused.extend(complaint for one in lost_it for complaint in _complaints_of(one))
    # A refused file keeps its article and the flag last seen in it: once mended, it goes on from there.
    remembered.extend(
        replace(
            batch.files.get(one.path, KnownFile(one.path, "", None, True, None, None)),
            fingerprint=one.fingerprint,
            complaint=None if one in nothing and one not in lost_it else str(one.content),
        )
        for one in seen
        if isinstance(one.content, ContentError)
    )
    added: dict[int, tuple[str, Story]] = {}
    rewritten: dict[int, tuple[int, Story]] = {}
    indexed: dict[int, Story] = {}
    renamed: dict[int, tuple[str, str]] = {}
    acts: list[tuple[int, Act]] = []
    topics_changed: list[Story] = []  # new, or about other topics than before
    gained: list[KnownArticle] = []  # as they were before they bore a topic more
    states: dict[int, tuple[ArticleState, datetime | None]] = {}
    for one, story in stories:
        file = batch.files.get(one.path)
        number, doubles = _match(one.path, story, file, batch)
        if doubles is not None:
            report.doubled.append((one.path, doubles))
            if file is not None and file.owns and file.article is not None:
                # It has a story of its own, whose link it has just left; nobody takes that away from it.
                remembered.append(replace(file, fingerprint=one.fingerprint, complaint=None))
            else:
                remembered.append(KnownFile(one.path, one.fingerprint, doubles, False, bool(story.published), None))
            continue
        last_flag = None
        before: KnownArticle | None = None
        if number is None:
            topics_changed.append(story)
            number = batch.next_number
            batch.next_number += 1
            slug = await batch.free_slug(conn, one.slugs, number)
            added[number] = (slug, story)
            indexed[number] = story
            batch.articles[number] = KnownArticle(number, slug, ArticleState.DRAFT, 1, story, None, None)
            state = None
        else:
            before = batch.articles[number]
            state = before.state
            owner = batch.owners.get(number)
            last_flag = owner.last_flag if owner is not None else None
            if owner is not None and owner.path != one.path:
                remembered.append(replace(owner, owns=False, fingerprint=""))
                renamed_to = await batch.free_slug(conn, one.slugs, number)
                if renamed_to != before.slug:
                    renamed[number] = (before.slug, renamed_to)
            # The document is always kept as last given, also where only fields changed that newsbot does not know.
            revision = before.revision + (_readers_see(before.story) != _readers_see(story))
            rewritten[number] = (revision, story)
            if _differs(before.story, story):
                indexed[number] = story
                report.updated.append(number)
            if before.story.topics != story.topics:
                topics_changed.append(story)
            batch.articles[number] = replace(before, revision=revision, story=story)
        batch.links.setdefault(normal_link(story.link), number)
        # A file that says nothing of the flag stays with what it said last: a missing line takes no story back.
        flag = bool(last_flag) if story.published is None or not policy.flags_act else story.published
        now_known = KnownFile(one.path, one.fingerprint, number, True, flag, None)
        batch.owners[number] = now_known
        batch.files[one.path] = now_known
        remembered.append(now_known)
        if policy.flags_act:
            act = act_of_file(
                state=state,
                last_flag=last_flag,
                flag=flag,
                published_at=story.published_at,
                now=now,
                window=policy.window,
            )
            moved = before is not None and before.story.published_at != story.published_at
            if act is Act.NOTHING and flag and moved and state is ArticleState.SCHEDULED:
                act = Act.SCHEDULE  # the file moved the date of its embargo
            if before is not None and _has_more_topics(before.story, story):
                gained.append(before)
                if act is Act.NOTHING and before.held_why is HeldWhy.TOPICS:
                    act = Act.PUSH  # what it was held for has been mended, or is judged anew
        else:
            act = Act.DRAFT if state is None else Act.NOTHING
        acts.append((number, act))
        if (after := _state_after(act, story, now)) is not None:
            states[number] = after
    await intake.add(conn, added, now, states)
    await intake.rewrite(conn, rewritten)
    await articles.set_states(conn, {number: after for number, after in states.items() if number not in added})
    # Asked before the names of these very stories are known.
    report.warned.extend(await topic_slips.slips(conn, topics_changed))
    names = await topics.resolve(conn, [name for story in indexed.values() for name in story.topics])
    await intake.unindex(conn, indexed.keys() - added.keys())
    await intake.index(conn, indexed, names)
    await intake.rename(conn, renamed)
    await intake.remember(conn, remembered)
    news = await _act(conn, acts, report, now)
    # What becomes news now is looked at when it is published; what is listed may bear other topics than before.
    await known_topics.let_be_known(conn, [*report.archived, *report.updated])
    await notices.replace_untold(conn, [one.path for one in seen], _complaints(report, stories, policy), now)
    lost = [Notice("left out", warning.path, str(warning)) for one in seen for warning in one.warnings]
    await notices.add(conn, lost, now)
    return report, news, await _open_audiences(conn, gained, batch, now, policy.window)


async def _moves(conn: Connection, seen: Sequence[Seen], gone: Collection[str]) -> dict[str, int]:
    """Return the articles that files with a new path and a new link go on with, by path."""
    stories = {one.path: one.content for one in seen if isinstance(one.content, Story)}
    files = await intake.files(conn, [*gone, *stories])
    links = await intake.linked(conn, [normal_link(story.link) for story in stories.values()])
    owned = {file.article: path for path in gone if (file := files.get(path)) and file.owns and file.article}
    came = [
        moving.Came(path, _words(story.payload), _texts(story.payload.get("aliases")))
        for path, story in stories.items()
        if path not in files and normal_link(story.link) not in links
    ]
    if not (came and owned):
        return {}
    known = await intake.known(conn, owned)
    payloads = await intake.payloads(conn, owned)
    left = [moving.Left(n, path, known[n].story.link, _words(payloads[n])) for n, path in owned.items() if n in known]
    return moving.moved(came, left)


def _words(payload: Mapping[str, object]) -> str:
    said = {name: value for name, value in payload.items() if name not in moving.LINKS}
    return json.dumps(said, sort_keys=True, default=str)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


async def _load(
    conn: Connection, seen: Sequence[Seen], stories: Sequence[tuple[Seen, Story]], moves: Mapping[str, int]
) -> _Batch:
    files = await intake.files(conn, [one.path for one in seen])
    links = await intake.linked(conn, [normal_link(story.link) for _, story in stories])
    links |= {normal_link(story.link): moves[one.path] for one, story in stories if one.path in moves}
    numbers = {file.article for file in files.values() if file.article is not None} | set(links.values())
    return _Batch(
        files=files,
        owners=await intake.owners(conn, numbers),
        links=links,
        slugs=await intake.slugs(conn, {slug for one, _ in stories for slug in one.slugs}),
        articles=await intake.known(conn, numbers),
        next_number=await intake.next_number(conn),
    )


def _match(path: str, story: Story, file: KnownFile | None, batch: _Batch) -> tuple[int | None, int | None]:
    """Return (the article a file owns or takes over, the article it doubles); both None for a new story.

    A known link under a new path is a rename when its owner's file is gone; otherwise the newcomer is only reported.
    """
    linked = batch.links.get(normal_link(story.link))
    if file is not None and file.owns and file.article is not None:
        return (None, linked) if linked not in (None, file.article) else (file.article, None)
    if linked is None:
        return None, None
    owner = batch.owners.get(linked)
    if owner is not None and not owner.is_gone and owner.path != path:
        return None, linked
    return linked, None


def _state_after(act: Act, story: Story, now: datetime) -> tuple[ArticleState, datetime | None] | None:
    """Return an article's state after an act, and the end of its embargo; None when the act leaves it as it is."""
    match act:
        case Act.PUSH:
            # An embargo that ends now: should the process die before the last batch, it is still released.
            return ArticleState.SCHEDULED, now
        case Act.DRAFT:
            return ArticleState.DRAFT, None
        case Act.SCHEDULE:
            return ArticleState.SCHEDULED, story.published_at
        case Act.ARCHIVE:
            return ArticleState.ARCHIVED, None
        case Act.RETRACT | Act.NOTHING:
            return None


async def _act(conn: Connection, acts: Sequence[tuple[int, Act]], report: Report, now: datetime) -> list[int]:
    """Do what else the flags ask for, except publishing, and report it; return what is to become news."""
    news = []
    for number, act in acts:
        match act:
            case Act.PUSH:
                news.append(number)
            case Act.DRAFT:
                report.drafts.append(number)
            case Act.SCHEDULE:
                await log.record(conn, "schedule", at=now, article=number, detail="file")
                report.scheduled.append(number)
            case Act.ARCHIVE:
                report.archived.append(number)
            case Act.RETRACT:
                await newsroom.withdraw(conn, number)
                await log.record(conn, "retract", at=now, article=number, detail="file")
                report.retracted.append(number)
    return news


async def _open_audiences(
    conn: Connection, gained: Sequence[KnownArticle], batch: _Batch, now: datetime, window: PushWindow
) -> list[int]:
    """Let those that bear a topic more, went out before and reached nobody have an audience again.

    Return the published ones, which are news now. The others find theirs when they are published.
    """
    opened = []
    for before in gained:
        if before.pushed_at is None:
            continue
        if before.state is not ArticleState.PUBLISHED:
            await newsroom.unfix_empty_audience(conn, before.number, now)
        elif opens_audience(batch.articles[before.number].story.published_at, before.pushed_at, now, window):
            opened.append(before.number)
    return opened


def _complaints_of(one: Seen) -> tuple[Complaint, ...]:
    assert isinstance(one.content, ContentError)
    return one.content.complaints


def _complaints(report: Report, stories: Sequence[tuple[Seen, Story]], policy: Policy) -> list[Notice]:
    flags: Mapping[str, bool] = {one.path: bool(story.published) for one, story in stories}
    told = [Notice("refused", complaint.path, str(complaint)) for complaint in report.refused]
    told.extend(
        Notice("doubled", path, "published" if flags.get(path) else "", article) for path, article in report.doubled
    )
    if policy.flags_act:  # whoever sends a document is told in the answer
        told.extend(Notice("warned", warning.path, str(warning)) for warning in report.warned[: topic_slips.MOST])
    return told


def _has_more_topics(before: Story, after: Story) -> bool:
    return not {topic_key(name) for name in after.topics} <= {topic_key(name) for name in before.topics}


def _as_stored(story: Story) -> Story:
    """Return a story as the database gives it back, in whole seconds, so that it equals itself when read again."""
    times = (story.published_at, *(one.published_at for one in story.related))
    if not any(at is not None and at.microsecond for at in times):
        return story
    return replace(
        story,
        published_at=_whole_second(story.published_at),
        related=tuple(
            one if one.published_at is None else replace(one, published_at=_whole_second(one.published_at))
            for one in story.related
        ),
    )


def _differs(before: Story, after: Story) -> bool:
    return replace(before, published=False) != replace(after, published=False)


def _readers_see(story: Story) -> tuple[object, ...]:
    """What makes a correction when it changes. Heat, quality and related articles update silently."""
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


def _whole_second(at: datetime) -> datetime:
    """Return a time without a fraction, rounded up: an embargo ends no moment early."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
