"""
From files on the disk to the one door for content: the watched folder, and what an operator names at the shell.

A file goes by its path relative to the content folder, or by its whole path when it lies elsewhere: two folders that
both hold an `index.md` hold two stories. A file that is known under one of these keeps going by it, so importing a
folder and running on it later is the same as running on it at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content.folder import Gone, scan
from bot.content.front_matter import shown_path
from bot.content.inlet import read_file
from bot.content.slug import longer_slug, slug_of
from bot.domain.article import Story
from bot.domain.topic import Topic, TopicFile, topic_key
from bot.errors import Complaint, ContentError
from bot.services import topic_slips
from bot.services.importing import Policy, Report, Seen, take
from bot.services.naming import KnownNames
from bot.store import intake, topics
from bot.store.database import Database

UNREAD = "-"  # as a fingerprint: the file is there, and a scan of its folder will read it again


@dataclass(slots=True)
class Taken:
    """What became of named paths. `shown` are those files' paths as the operator wrote them, by stored path.

    `still_refused` are files that were refused before and have not changed since, each with all complaints.
    """

    report: Report = field(default_factory=Report)
    shown: dict[str, str] = field(default_factory=dict)
    still_refused: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Look:
    """What one look at a folder or file found. `same` holds new fingerprints of files that say what they said."""

    seen: list[Seen] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)


async def take_folder(db: Database, root: Path, *, zone: ZoneInfo, now: datetime, policy: Policy) -> Report:
    """Import what is new, changed or gone in the content folder. Times without a zone are in `zone`."""
    root = root.resolve()
    known = await _known(db)
    look = await asyncio.to_thread(_look_at_folder, root, root, known, zone, str(root))
    # What was imported from elsewhere and has been moved or deleted since may turn up here under its new name.
    elsewhere = [path for path in known if Path(path).is_absolute() and not Path(path).is_relative_to(root)]
    look.gone.extend(await asyncio.to_thread(_missing, elsewhere))
    return await _take(db, look, known, now, policy)


async def take_paths(
    db: Database, paths: Sequence[Path], content: Path, *, zone: ZoneInfo, now: datetime, policy: Policy
) -> Taken:
    """Import files and folders once. `content` is the content folder, which may be missing.

    Raises: nothing for what the paths hold; a path that is not there is refused like a bad file.
    """
    content = content.resolve()
    known = await _known(db)
    whole = _Look()
    for given in paths:
        look = await asyncio.to_thread(_look_at, given, content, known, zone)
        whole.seen.extend(look.seen)
        whole.same.update(look.same)
        whole.gone.extend(look.gone)
        whole.shown.update(look.shown)
    # A file may be named twice, by itself and by its folder.
    whole.seen = list({one.path: one for one in whole.seen}.values())
    report = await _take(db, whole, known, now, policy)
    async with db.reading() as conn:
        files = await intake.files(conn, whole.same)
    still = {path: file.complaint for path, file in files.items() if file.complaint is not None}
    return Taken(report, whole.shown, still)


def check_path(given: Path, content: Path, zone: ZoneInfo) -> dict[str, Story | TopicFile | ContentError]:
    """Return what each file of a folder, or one file, says, by path as given."""
    look = _look_at(given, content.resolve(), {}, zone)
    return {look.shown.get(one.path, one.path): one.content for one in look.seen}


def warnings_of(
    files: Mapping[str, Story | TopicFile | ContentError], content: Path, database: Path, zone: ZoneInfo
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
            case ContentError():
                found.extend(_named(one.warnings, path))
    named = {topic_key(name) for story in stories for name in story.topics}
    names = KnownNames(known)
    if not all(key in names for key in named):
        # Most folders bring their topics along; else those that a run would know are looked for.
        if database.is_file():
            known.extend(topics.established_at(database))
        if content.is_dir():
            known.extend(one for one in check_path(content, content, zone).values() if isinstance(one, TopicFile))
        names = KnownNames(known)
    stories = [topic_slips.with_names(story, names.__contains__) for story in stories]
    return found + topic_slips.slips_among(stories, names)


async def _known(db: Database) -> dict[str, str]:
    async with db.reading() as conn:
        return await intake.fingerprints(conn)


async def _take(db: Database, look: _Look, known: Mapping[str, str], now: datetime, policy: Policy) -> Report:
    report = await take(db, look.seen, gone=look.gone, now=now, policy=policy)
    touched = {path: fingerprint for path, fingerprint in look.same.items() if known.get(path) != fingerprint}
    if touched:
        async with db.transaction() as conn:
            files = await intake.files(conn, touched)
            await intake.remember(
                conn, [replace(file, fingerprint=touched[path]) for path, file in files.items() if not file.is_gone]
            )
    return report


def _look_at(given: Path, content: Path, known: Mapping[str, str], zone: ZoneInfo) -> _Look:
    place = given.resolve()
    inside = place.is_relative_to(content)
    if not given.is_dir():
        return _look_at_file(given, content if inside else given.absolute().parent.resolve(), content, known, zone)
    if not inside:
        return _look_at_folder(place, content, known, zone, str(given))
    # Pictures lie relative to the content folder, so all of it is looked at and only this part of it taken.
    look = _look_at_folder(content, content, known, zone, str(content))
    part = {path for path in (*look.shown, *look.gone) if (content / path).is_relative_to(place)}
    return _Look(
        seen=[one for one in look.seen if one.path in part],
        same={path: fingerprint for path, fingerprint in look.same.items() if path in part},
        gone=[path for path in look.gone if path in part],
        shown={path: str(given / (content / path).relative_to(place)) for path in look.shown if path in part},
    )


def _look_at_folder(root: Path, content: Path, known: Mapping[str, str], zone: ZoneInfo, shown: str) -> _Look:
    """Scan a folder. `root` and `content` are resolved; `shown` is how the operator names the folder."""
    names = _names_below(root, content, known)
    named = _naming(root, content)
    before = _before(Path(shown))
    look = _Look()
    for found in scan(root, {path: known[name] for path, name in names.items()}, zone=zone):
        name = names.get(found.path) or named(found.path)
        if isinstance(found, Gone):
            look.gone.append(name)
            continue
        look.shown[name] = before + found.path
        if found.result is None:
            look.same[name] = found.fingerprint
        else:
            look.seen.append(_seen(name, found.fingerprint, found.result, found.path, root, content))
    return look


def _look_at_file(given: Path, root: Path, content: Path, known: Mapping[str, str], zone: ZoneInfo) -> _Look:
    # Its folder without links, the file itself as it is: whether a link may be followed is for the inlet to say.
    place = given.absolute().parent.resolve() / given.name
    relative = place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
    name = _names_below(root, content, known).get(relative) or _naming(place.parent, content)(place.name)
    result: Story | TopicFile | ContentError
    try:
        result = read_file(place, root=root, zone=zone)
    except ContentError as error:
        result = error
    return _Look(seen=[_seen(name, UNREAD, result, relative, root, content)], shown={name: str(given)})


def _seen(
    name: str, fingerprint: str, result: Story | TopicFile | ContentError, relative: str, root: Path, content: Path
) -> Seen:
    match result:
        case ContentError():
            result = ContentError(*_named(result.complaints, name), warnings=_named(result.warnings, name))
        case Story() if result.as_read.path != name:
            result = replace(
                result, as_read=result.as_read._replace(path=name, warnings=_named(result.as_read.warnings, name))
            )
        case TopicFile() if result.warnings:
            result = replace(result, warnings=_named(result.warnings, name))
    # At the top of another folder, that folder's name says more than `index`.
    place = relative if root == content else f"{root.name}/{relative}"
    return Seen(name, fingerprint, result, (slug_of(place), longer_slug(place)))


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
