"""
Scanning the content folder: which files are new, changed or gone since the last scan.

A scan is a plain function over the file system, to be called off the event loop. It looks at every name, reads only
what looks changed, and never stops for one bad file: each file's ending is a value.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.content.articles.surroundings import FileContext, ReadingRules
from bot.content.files.fingerprint import UNTRUSTED, Fingerprint, hash_of, trusted_look
from bot.content.files.listing import Entry, Walk
from bot.content.files.reader import read_bytes, real_place, refuse_other_kinds, refused
from bot.content.files.write_detection import PICTURE_WAIT, Settling
from bot.content.formats.front_matter import shows_its_end
from bot.content.sites.newsbot_yaml import NAME as RULES
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.errors import Complaint, ContentError

_UNREAD = "unread"  # instead of a content's hash
NO_FINGERPRINT = "-"  # instead of a fingerprint: to be read again
_TOO_LATE = f"was not there and whole within {PICTURE_WAIT / 60:.0f} minutes; the story goes without it"


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the folder. `path` is relative to it, with `/`; remember `fingerprint` for the next scan.

    `result` is None when the file says what it said last time. `warnings` tell what was left out of it.
    """

    path: str
    fingerprint: str
    result: Story | TopicFile | SourceFile | ContentError | None
    warnings: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is still being written, or a picture of its story is: nothing is known of it yet."""

    path: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A known file that is no longer there."""

    path: str


def scan(
    root: Path,
    known: Mapping[str, str],
    *,
    rules: ReadingRules,
    settling: Settling | None = None,
    called: Callable[[str], str] = str,
    site: Site | ContentError | None = None,
) -> Iterator[Found | Waiting | Gone]:
    """Return every article and topic file below `root`, in the order of their paths, and at the end what is gone.

    `known` are the fingerprints of the last scan by path. `settling`, whose look was begun, makes what is still being
    written wait; without it everything is taken as it is. `called` returns what complaints call a path. `site` is that
    whose pages the folder holds; as long as nobody knows its rules, nothing is said of any of them.
    A folder that is missing or cannot be listed makes nothing gone: it may come back. Never raises for what is in the
    folder.
    """
    home = root.resolve()
    if isinstance(site, ContentError):
        problem = str(site)
        fingerprint = str(Fingerprint("refused", hash_of(problem.encode("utf-8", "replace"))))
        named = ContentError(*(replace(one, path=called(RULES)) for one in site.complaints))
        yield Found(RULES, fingerprint, None if known.get(RULES) == fingerprint else named)
        return
    walk = Walk(home, called, site)
    walk.run()
    entries = sorted(walk.entries, key=lambda entry: entry.path)
    if settling is not None:
        changed = [
            entry.path for entry in entries if _is_unsettled(entry, home, known.get(entry.path), rules, settling)
        ]
        settling.judge(changed)
    for entry in entries:
        found = _found(entry, home, known.get(entry.path), rules, settling)
        if found is not None:
            yield found
        else:
            walk.names.discard(entry.path)
    for path, problem in sorted(walk.refused.items()):
        fingerprint = str(Fingerprint("refused", hash_of(problem.encode("utf-8", "replace"))))
        result = None if known.get(path) == fingerprint else refused(path, problem)
        yield Found(path, fingerprint, result)
    for path in sorted(known.keys() - walk.names):
        if not walk.is_unseen(path):
            yield Gone(path)


def read_named(
    path: str,
    place: Path,
    root: Path,
    last: str | None,
    *,
    rules: ReadingRules,
    settling: Settling,
    site: Site | None = None,
) -> Found | Waiting:
    """Return what one file says that somebody named, whatever it said before. It is known when `last` is given.

    `path` is relative to `root`, `place` where the file is; whether a link there may be followed is asked here.
    """
    home = root.resolve()
    try:
        refuse_other_kinds(place, path, site)
        real = real_place(place, root)
        entry = Entry(path, str(real), real.stat(), path, site)
    except ContentError as error:
        return Found(path, NO_FINGERPRINT, error)
    except OSError:
        return Found(path, NO_FINGERPRINT, refused(path, "is not there"))
    last = None if last is None else NO_FINGERPRINT
    settling.judge([path] if _is_unsettled(entry, home, last, rules, settling) else [])
    found = _found(entry, home, last, rules, settling)
    return Found(path, NO_FINGERPRINT, refused(path, "is not there")) if found is None else found


def _is_unsettled(entry: Entry, home: Path, last: str | None, rules: ReadingRules, settling: Settling) -> bool:
    """Return whether a file has changed and may still be written; then `settling` has seen it."""
    if settling.is_old(entry.state):
        return False
    known = _known(entry, home, last, settling)
    look = entry.look()
    if known is not None and known.is_of(look):
        return False
    if settling.has_seen(entry.path, look):
        return True  # what its bytes are is asked again when it has been so for long enough
    try:
        data = read_bytes(entry.place, entry.path)
    except ContentError:
        settling.sight(entry.path, look, _UNREAD, entry.state)
        return True
    content = entry.hash_of(data)
    if known is not None and known.content == content:
        return False
    if _cannot_act(entry, data, home, rules, settling, is_new=last is None):
        settling.admit(entry.path, look, content)
        return False
    settling.sight(entry.path, look, content, entry.state)
    return True


def _cannot_act(
    entry: Entry, data: bytes, home: Path, rules: ReadingRules, settling: Settling, *, is_new: bool
) -> bool:
    """Return whether a file that may still be written can be taken as it is: a topic, a source, or a new draft.

    It must show its end, or what comes next could be anything. What somebody imports by hand is refused at once, too.
    """
    has_end = shows_its_end(entry.path, data)
    if not settling.one_off and not has_end:
        return False
    if settling.all_is_held:
        return True
    around = FileContext(home / entry.path, home, rules)
    try:
        result = entry.understood(entry.path, data, around)
    except ContentError:
        return settling.one_off
    if around.missing_pictures and not settling.one_off:
        return False  # its wait begins when it is looked at again
    return has_end and (isinstance(result, TopicFile | SourceFile) or (is_new and not result.published))


def _known(entry: Entry, home: Path, last: str | None, settling: Settling | None) -> Fingerprint | None:
    """Return what is known of a file; None also when a picture it waits for has come, or its time is over."""
    known = None if last is None else Fingerprint.read(last)
    if known is None:
        return None
    is_over = bool(known.until) and entry.site is not None and entry.site.now.timestamp() >= known.until
    return None if is_over or known.has_what_it_waits_for(home, _is_whole(home, settling)) else known


def _is_whole(home: Path, settling: Settling | None) -> Callable[[str], bool]:
    return (lambda _: True) if settling is None else (lambda picture: settling.is_whole(home, picture))


def _found(
    entry: Entry, home: Path, last: str | None, rules: ReadingRules, settling: Settling | None
) -> Found | Waiting | None:
    """Return what became of one file since the last scan; None when it has just vanished."""
    known = _known(entry, home, last, settling)
    if known is not None and last is not None and known.is_of(entry.look()):
        return Found(entry.path, last, None)
    if settling is not None and settling.is_waiting(entry.path):
        return Waiting(entry.path)

    found: Found | Waiting
    try:
        data = read_bytes(entry.place, entry.path)
    except ContentError as error:
        if not os.path.lexists(entry.place):
            return None
        if not _may_act(entry, _UNREAD, settling):
            return Waiting(entry.path)
        found = Found(entry.path, str(Fingerprint(entry.look(), _UNREAD)), entry.unread(error))
    else:
        # The look is from before the reading: a change in between is seen next time.
        is_trusted = trusted_look(entry.state, time.time_ns()) != UNTRUSTED
        look, content = entry.look() if is_trusted else UNTRUSTED, entry.hash_of(data)
        if known is not None and known.content == content:
            return Found(entry.path, str(Fingerprint(look, content, known.waits_for, known.until)), None)
        if not _may_act(entry, content, settling):
            return Waiting(entry.path)
        found = _read(entry, data, Fingerprint(look, content), home, rules, settling, is_new=last is None)
    if settling is not None and isinstance(found, Found):
        settling.taken(entry.path)
    return found


def _may_act(entry: Entry, content: str, settling: Settling | None) -> bool:
    """Return whether a file that was just read may be acted on: it is what was looked at before."""
    if settling is None:
        return True
    try:
        state = os.lstat(entry.place)  # where all links have been followed
    except OSError:
        state = entry.state
    return settling.may_act(entry.path, entry.look(state), content, state, listed=entry.look())


def _read(
    entry: Entry,
    data: bytes,
    known_by: Fingerprint,
    home: Path,
    rules: ReadingRules,
    settling: Settling | None,
    *,
    is_new: bool,
) -> Found | Waiting:
    """Return what a file says once its pictures are there, or have been waited for."""
    around = FileContext(home / entry.path, home, rules, _is_whole(home, settling), waits=settling is not None)
    warnings: tuple[Complaint, ...] = ()
    try:
        result: Story | TopicFile | SourceFile | ContentError = entry.understood(entry.name, data, around)
    except ContentError as error:
        result = error
    missing = tuple(around.missing_pictures)
    if settling is not None and missing and isinstance(result, Story):
        if settling.one_off:
            if all((home / picture).exists() for picture in missing) and settling.waits_for_pictures(entry.path):
                return Waiting(entry.path)
            # Whoever imports is told at once; a bot that watches the folder adds the picture when it comes.
            result = entry.understood(entry.name, data, replace(around, waits=False))
        # What may take a story back waits for no picture.
        elif not settling.all_is_held and (is_new or result.published is not False):
            if settling.waits_for_pictures(entry.path):
                return Waiting(entry.path)
            warnings = tuple(Complaint(entry.path, 0, "images", f"{one} {_TOO_LATE}") for one in missing)
    if missing or around.changes_at is not None:
        until = 0 if around.changes_at is None else int(around.changes_at.timestamp())
        known_by = replace(known_by, waits_for=missing, until=until)
    return Found(entry.path, str(known_by), result, warnings)
