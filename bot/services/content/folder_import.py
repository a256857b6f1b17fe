"""
Importing files from disk: the watched folder, and paths that an operator names at the shell.

A file goes by its path relative to the content folder, or by its whole path when it lies elsewhere: two folders that
both hold an `index.md` hold two stories. A file that is known under one of these keeps going by it, so importing a
folder and running on it later is the same as running on it at once.

What may still be written waits, and nothing is stored of it: see `domain.quiet_period`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.content.articles.slug import slugs_of
from bot.content.articles.surroundings import ReadingRules
from bot.content.files.folder import NO_FINGERPRINT, Gone, Waiting, read_named, scan
from bot.content.files.reader import read_file, refused
from bot.content.files.write_detection import Settling
from bot.content.formats.front_matter import shown_path
from bot.content.sites.recognition import load
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.domain.ingestion import Arrival
from bot.domain.source import SourceFile
from bot.domain.topic import Topic, TopicFile, topic_key
from bot.errors import Complaint, ContentError, NoArticle
from bot.services.content import topic_typos
from bot.services.content.imports import Policy, Report, Seen, take
from bot.services.content.topic_names import KnownNames
from bot.store.content import imports, topics
from bot.store.desk import notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Database

MAX_IMPORT_WAIT = 10.0  # seconds that somebody at a shell waits for a file that goes on being written
_STILL_WRITTEN = "is still being written, or a picture of it is; import it again when it is whole"


@dataclass(slots=True)
class ImportedPaths:
    """The result of importing named paths. `shown` are the files' paths as the operator wrote them, by stored path.

    `still_refused` are files that were refused before and have not changed since, each with all complaints.
    """

    report: Report = field(default_factory=Report)
    shown: dict[str, str] = field(default_factory=dict)
    still_refused: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Look:
    """What one look at a folder or file found. `same` holds new fingerprints of files that say what they said.

    `waiting` are the files that may still be written, `notes` what is said once of a site and not of one of its files,
    `address` where that site is to be found.
    """

    seen: list[Seen] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    notes: list[Complaint] = field(default_factory=list)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What files are read against: what the operator chose for all of them, and what time it is."""

    rules: ReadingRules
    now: datetime

    def site(self, root: Path) -> Site | ContentError | None:
        """Return the static site whose pages a folder holds; why its rules are not known; None when it is none."""
        try:
            return load(root, address=self.rules.site, zone=self.rules.zone, now=self.now, allow=self.rules.allow)
        except ContentError as error:
            return error


async def take_folder(
    db: Database,
    root: Path,
    *,
    rules: ReadingRules,
    now: datetime,
    policy: Policy,
    settling: Settling,
    at: float,
) -> tuple[Report, frozenset[str]]:
    """Import what is new, changed or gone in the content folder; return what became of it, and which files wait.

    `settling` remembers what is being written from one look to the next and says when to look again; `at` are the
    seconds of its clock.
    """
    root = root.resolve()
    known = await _known(db)
    settling.begin(at, now.timestamp())
    look = await asyncio.to_thread(_look_at_folder, root, root, known, _Reading(rules, now), str(root), settling)
    settling.vanished = (settling.vanished | set(look.gone)) - look.shown.keys()
    look.gone = sorted(settling.vanished)
    if not look.waiting:
        settling.vanished = set()
    # What was imported from elsewhere and has been moved or deleted since may turn up here under its new name.
    elsewhere = [path for path in known if Path(path).is_absolute() and not Path(path).is_relative_to(root)]
    look.gone.extend(await asyncio.to_thread(_missing, elsewhere))
    return await _take(db, look, known, now, policy), frozenset(look.waiting)


async def take_paths(
    db: Database,
    paths: Sequence[Path],
    content: Path,
    *,
    rules: ReadingRules,
    now: datetime,
    policy: Policy,
    monotonic: Callable[[], float] = time.monotonic,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> ImportedPaths:
    """Import files and folders once. `content` is the content folder, which may be missing.

    What was written a moment ago is looked at again before it is taken, all of it together; what is old is not waited
    for. `pause` waits for so many seconds of `monotonic`.
    Raises: nothing for what the paths hold; a path that is not there is refused like a bad file.
    """
    content = content.resolve()
    reading = _Reading(rules, now)
    known = await _known(db)
    whole = _Look()
    began = monotonic()
    left = {given: Settling(one_off=True) for given in paths}
    while left:
        for given, settling in list(left.items()):
            at = monotonic()
            settling.begin(at, now.timestamp() + at - began)
            found = {one.path: one.fingerprint for one in whole.seen}
            look = await asyncio.to_thread(_look_at, given, content, {**known, **found}, reading, settling)
            whole.seen.extend(look.seen)
            whole.same.update(look.same)
            whole.gone.extend(look.gone)
            whole.shown.update(look.shown)
            notes = [_as_given(note, given) for note in look.notes]
            whole.notes.extend(note for note in notes if note not in whole.notes)
            if not look.waiting:
                del left[given]
            elif at - began >= MAX_IMPORT_WAIT:
                whole.seen.extend(_too_fresh(path) for path in look.waiting)
                del left[given]
        again = min((one.look_again_at for one in left.values() if one.look_again_at is not None), default=None)
        if left and again is not None:
            await pause(max(0.05, min(again, began + MAX_IMPORT_WAIT) - monotonic()))
    # A file may be named twice, by itself and by its folder.
    whole.seen = list({one.path: one for one in whole.seen}.values())
    for one in whole.seen:
        whole.same.pop(one.path, None)
    report = await _take(db, whole, known, now, policy)
    async with db.reading() as conn:
        files = await imports.files(conn, whole.same)
    still = {path: file.complaint for path, file in files.items() if file.complaint is not None}
    return ImportedPaths(report, whole.shown, still)


@dataclass(frozen=True, slots=True)
class Checked:
    """What each file says, by path as the operator gave it, and what is to be said once of the site they belong to.

    `address` is where that site is to be found; None when they belong to none, or nobody says where it is.
    """

    files: dict[str, Story | TopicFile | SourceFile | ContentError]
    notes: list[Complaint]
    address: str | None = None


def check_path(given: Path, content: Path, rules: ReadingRules, *, now: datetime) -> Checked:
    """Return what each file of a folder, or one file, says."""
    look = _look_at(given, content.resolve(), {}, _Reading(rules, now), None)
    return Checked(
        {look.shown.get(one.path, one.path): one.content for one in look.seen},
        [_as_given(note, given) for note in look.notes],
        look.address,
    )


def warnings_of(
    files: Mapping[str, Story | TopicFile | SourceFile | ContentError],
    content: Path,
    database: Path,
    rules: ReadingRules,
    now: datetime,
) -> list[Complaint]:
    """Return what is odd about checked files, accepted or not, each under the path that `check_path` gave it.

    Topics are compared with those of the files themselves, of the content folder, and of the database as far as there
    is one. Nothing is changed.
    """
    found: list[Complaint] = []
    stories: list[Story] = []
    known: list[Topic | TopicFile] = []
    for path, one in files.items():
        match one:
            case Story():
                found.extend(_named(one.as_read.warnings, path))
                stories.append(replace(one, as_read=one.as_read._replace(path=path)))
            case TopicFile():
                found.extend(_named(one.warnings, path))
                known.append(one)
            case SourceFile() | ContentError():
                found.extend(_named(one.warnings, path))
    named = {topic_key(name) for story in stories for name in story.topics}
    names = KnownNames(known)
    if not all(key in names for key in named):
        # Most folders contain their topics; for others, the topics of the content folder and the database count too.
        if database.is_file():
            known.extend(topics.established_at(database))
        if content.is_dir():
            checked = check_path(content, content, rules, now=now)
            known.extend(one for one in checked.files.values() if isinstance(one, TopicFile))
        names = KnownNames(known)
    stories = [topic_typos.with_names(story, names.__contains__) for story in stories]
    return found + topic_typos.typos_among(stories, names)


def is_refusal(note: Complaint) -> bool:
    """Return whether what is said once of a site keeps its pages out, and is more than a warning."""
    return note.field == "site"


async def _known(db: Database) -> dict[str, str]:
    async with db.reading() as conn:
        return await imports.fingerprints(conn)


async def _take(db: Database, look: _Look, known: Mapping[str, str], now: datetime, policy: Policy) -> Report:
    report = await take(db, look.seen, gone=look.gone, now=now, policy=policy)
    if look.notes:
        report.noted.extend(look.notes)
        async with db.transaction() as conn:
            await notices.add(conn, [Notice("warned", note.path, str(note)) for note in look.notes], now)
    touched = {path: fingerprint for path, fingerprint in look.same.items() if known.get(path) != fingerprint}
    if touched:
        async with db.transaction() as conn:
            files = await imports.files(conn, touched)
            await imports.remember(
                conn, [replace(file, fingerprint=touched[path]) for path, file in files.items() if not file.is_gone]
            )
    return report


def _too_fresh(path: str) -> Seen:
    return Seen(path, NO_FINGERPRINT, refused(path, _STILL_WRITTEN))


def _look_at(
    given: Path, content: Path, known: Mapping[str, str], reading: _Reading, settling: Settling | None
) -> _Look:
    place = given.resolve()
    inside = place.is_relative_to(content)
    if not given.is_dir():
        root = content if inside else given.absolute().parent.resolve()
        return _look_at_file(given, root, content, known, reading, settling)
    if not inside:
        return _look_at_folder(place, content, known, reading, str(given), settling)
    # Pictures lie relative to the content folder, so all of it is looked at and only this part of it taken.
    look = _look_at_folder(content, content, known, reading, str(content), settling)
    part = {path for path in (*look.shown, *look.gone) if (content / path).is_relative_to(place)}
    return _Look(
        seen=[one for one in look.seen if one.path in part],
        same={path: fingerprint for path, fingerprint in look.same.items() if path in part},
        gone=[path for path in look.gone if path in part],
        shown={path: str(given / (content / path).relative_to(place)) for path in look.shown if path in part},
        waiting=[path for path in look.waiting if path in part],
        notes=look.notes,
        address=look.address,
    )


def _look_at_folder(
    root: Path, content: Path, known: Mapping[str, str], reading: _Reading, shown: str, settling: Settling | None
) -> _Look:
    """Scan a folder. `root` and `content` are resolved; `shown` is how the operator names the folder."""
    site = reading.site(root)
    names = _names_below(root, content, known)
    named = _naming(root, content)
    before = _before(Path(shown))
    look = _Look()

    def called(path: str) -> str:
        return names.get(path) or named(path)

    of_old = {path: known[name] for path, name in names.items()}
    for found in scan(root, of_old, rules=reading.rules, settling=settling, called=called, site=site):
        name = called(found.path)
        if isinstance(found, Gone):
            look.gone.append(name)
            continue
        look.shown[name] = before + found.path
        if isinstance(found, Waiting):
            look.waiting.append(name)
        elif found.result is None:
            look.same[name] = found.fingerprint
        else:
            seen = _seen(name, found.fingerprint, found.result, found.path, root, content)
            warnings = tuple(replace(warning, path=name) for warning in found.warnings)
            look.seen.append(replace(seen, warnings=warnings) if warnings else seen)
    if isinstance(site, Site):
        look.address = site.address
        look.notes = _notes(site)
    return look


def _look_at_file(
    given: Path, root: Path, content: Path, known: Mapping[str, str], reading: _Reading, settling: Settling | None
) -> _Look:
    # The folder is resolved and the file is not: whether a link may be followed is decided by the reader of files.
    place = given.absolute().parent.resolve() / given.name
    relative = place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
    name = _names_below(root, content, known).get(relative) or _naming(place.parent, content)(place.name)
    result: Story | TopicFile | SourceFile | ContentError | None
    site = reading.site(root)
    if isinstance(site, ContentError):
        result = site
    elif settling is None:
        try:
            result = read_file(place, root=root, rules=reading.rules, site=site)
        except ContentError as error:
            result = error
    else:
        found = read_named(relative, place, root, known.get(name), rules=reading.rules, settling=settling, site=site)
        if isinstance(found, Waiting):
            return _Look(waiting=[name], shown={name: str(given)})
        result = found.result
    assert result is not None  # nothing is compared with what the file said last
    look = _Look(seen=[_seen(name, NO_FINGERPRINT, result, relative, root, content)], shown={name: str(given)})
    if isinstance(site, Site):
        look.address = site.address
        look.notes = _notes(site)
    return look


def _notes(site: Site) -> list[Complaint]:
    """Return what is to be said of a site once, each under the whole path of the file that it is about."""
    return [replace(note, path=os.path.normpath(site.content / note.path)) for note in site.notes.values()]


def _as_given(note: Complaint, given: Path) -> Complaint:
    """Return a note under the path that an operator knows who wrote `given`."""
    folder = given if given.is_dir() else given.parent
    place = os.path.relpath(note.path, folder.resolve())
    return replace(note, path=os.path.normpath(folder / place))


def _seen(
    name: str,
    fingerprint: str,
    result: Story | TopicFile | SourceFile | ContentError,
    relative: str,
    root: Path,
    content: Path,
) -> Seen:
    match result:
        case ContentError():
            kind = NoArticle if isinstance(result, NoArticle) else ContentError
            result = kind(*_named(result.complaints, name), warnings=_named(result.warnings, name))
        case Story() if result.as_read.path != name:
            result = replace(
                result, as_read=result.as_read._replace(path=name, warnings=_named(result.as_read.warnings, name))
            )
        case TopicFile() | SourceFile() if result.warnings:
            result = replace(result, warnings=_named(result.warnings, name))
    # At the top of another folder, that folder's name says more than `index`.
    place = relative if root == content else f"{root.name}/{relative}"
    is_page = isinstance(result, Story) and result.as_read.generator is not None
    arrival = Arrival.PAGE if is_page else Arrival.FILE
    return Seen(name, fingerprint, result, slugs_of(place), arrival=arrival)


def _named(complaints: Iterable[Complaint], name: str) -> tuple[Complaint, ...]:
    return tuple(replace(complaint, path=name) for complaint in complaints)


def _names_below(root: Path, content: Path, known: Iterable[str]) -> dict[str, str]:
    """Return the known files below `root`: the name each goes by, by path relative to `root`."""
    names: dict[str, str] = {}
    for name in known:
        place = content / name  # which is `name` itself when that is a whole path
        if place.is_relative_to(root):
            names.setdefault(place.relative_to(root).as_posix(), name)
    return names


def _naming(root: Path, content: Path) -> Callable[[str], str]:
    """Return how files below `root`, by their paths relative to it, are named: relative to the content folder."""
    if root.is_relative_to(content):
        before = _before(root.relative_to(content))
        return lambda path: shown_path(before + path)
    whole = _before(root)
    inside = _before(content.relative_to(root)) if content.is_relative_to(root) else None
    return lambda path: shown_path(
        path.removeprefix(inside) if inside is not None and path.startswith(inside) else whole + path
    )


def _before(folder: Path) -> str:
    """Return what stands before the names in a folder: its path and `/`; nothing for `.`, where one is."""
    return "" if folder == Path() else str(folder / "x").removesuffix("x")


def _missing(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not os.path.lexists(path)]
