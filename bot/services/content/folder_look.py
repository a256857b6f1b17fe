"""
Looking at files on disk: what a folder or a file says now, each file under the name by which it is known here.

A file goes by its path relative to the content folder, or by its whole path when it lies elsewhere: two folders that
both hold an `index.md` hold two stories. A file that is known under one of these keeps going by it, so importing a
folder and running on it later is the same as running on it at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.content.articles.slug import slugs_of
from bot.content.articles.surroundings import ReadingRules
from bot.content.files.folder import NO_FINGERPRINT, Gone, Waiting, read_named, scan
from bot.content.files.reader import read_file
from bot.content.files.write_detection import Settling
from bot.content.formats.front_matter import shown_path
from bot.content.sites.recognition import load
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.domain.ingestion import Arrival
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.errors import Complaint, ContentError, NoArticle
from bot.services.content.imports import Seen


@dataclass(slots=True)
class Look:
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
class Reading:
    """What files are read against: what the operator chose for all of them, and what time it is."""

    rules: ReadingRules
    now: datetime

    def site(self, root: Path) -> Site | ContentError | None:
        """Return the static site whose pages a folder holds; why its rules are not known; None when it is none."""
        try:
            return load(root, address=self.rules.site, zone=self.rules.zone, now=self.now, allow=self.rules.allow)
        except ContentError as error:
            return error


def look_at(given: Path, content: Path, known: Mapping[str, str], reading: Reading, settling: Settling | None) -> Look:
    place = given.resolve()
    inside = place.is_relative_to(content)
    if not given.is_dir():
        root = content if inside else given.absolute().parent.resolve()
        return _look_at_file(given, root, content, known, reading, settling)
    if not inside:
        return look_at_folder(place, content, known, reading, str(given), settling)
    # Pictures lie relative to the content folder, so all of it is looked at and only this part of it taken.
    look = look_at_folder(content, content, known, reading, str(content), settling)
    part = {path for path in (*look.shown, *look.gone) if (content / path).is_relative_to(place)}
    return Look(
        seen=[one for one in look.seen if one.path in part],
        same={path: fingerprint for path, fingerprint in look.same.items() if path in part},
        gone=[path for path in look.gone if path in part],
        shown={path: str(given / (content / path).relative_to(place)) for path in look.shown if path in part},
        waiting=[path for path in look.waiting if path in part],
        notes=look.notes,
        address=look.address,
    )


def look_at_folder(
    root: Path, content: Path, known: Mapping[str, str], reading: Reading, shown: str, settling: Settling | None
) -> Look:
    """Scan a folder. `root` and `content` are resolved; `shown` is how the operator names the folder."""
    site = reading.site(root)
    names = _names_below(root, content, known)
    named = _naming(root, content)
    before = _before(Path(shown))
    look = Look()

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
    given: Path, root: Path, content: Path, known: Mapping[str, str], reading: Reading, settling: Settling | None
) -> Look:
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
            return Look(waiting=[name], shown={name: str(given)})
        result = found.result
    assert result is not None  # nothing is compared with what the file said last
    look = Look(seen=[_seen(name, NO_FINGERPRINT, result, relative, root, content)], shown={name: str(given)})
    if isinstance(site, Site):
        look.address = site.address
        look.notes = _notes(site)
    return look


def _notes(site: Site) -> list[Complaint]:
    """Return what is to be said of a site once, each under the whole path of the file that it is about."""
    return [replace(note, path=os.path.normpath(site.content / note.path)) for note in site.notes.values()]


def as_given(note: Complaint, given: Path) -> Complaint:
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
            result = kind(*named_as(result.complaints, name), warnings=named_as(result.warnings, name))
        case Story() if result.as_read.path != name:
            result = replace(
                result, as_read=result.as_read._replace(path=name, warnings=named_as(result.as_read.warnings, name))
            )
        case TopicFile() | SourceFile() if result.warnings:
            result = replace(result, warnings=named_as(result.warnings, name))
    # At the top of another folder, that folder's name says more than `index`.
    place = relative if root == content else f"{root.name}/{relative}"
    is_page = isinstance(result, Story) and result.as_read.generator is not None
    arrival = Arrival.PAGE if is_page else Arrival.FILE
    return Seen(name, fingerprint, result, slugs_of(place), arrival=arrival)


def named_as(complaints: Iterable[Complaint], name: str) -> tuple[Complaint, ...]:
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
