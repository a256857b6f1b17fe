"""
The content folder: what is in it now, compared with what was in it last time.

A scan is a plain function over the file system, to be called off the event loop. It looks at every name, reads only
what looks changed, and never stops for one bad file: each file's ending is a value.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content.article_file import PictureMissing
from bot.content.fingerprint import Fingerprint, hash_of, look_of, trusted_look
from bot.content.front_matter import SUFFIXES, shown_path
from bot.content.inlet import read_bytes, real_place, refused, understood
from bot.domain.article import Story
from bot.domain.topic import TopicFile
from bot.errors import ContentError

_PASSING = (".", "~", "#")  # how hidden files and editors' temporary ones begin; those that end so have no suffix
_SUFFIXES = tuple(SUFFIXES)
_UNREAD = "unread"  # instead of a content's hash


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the folder. `path` is relative to it, with `/`; remember `fingerprint` for the next scan.

    `result` is None when the file says what it said last time.
    """

    path: str
    fingerprint: str
    result: Story | TopicFile | ContentError | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A known file that is no longer there."""

    path: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that could be an article or topic. `place` is where it really is, `state` how it looked when listed."""

    path: str
    place: str
    state: os.stat_result


def scan(root: Path, known: Mapping[str, str], *, zone: ZoneInfo) -> Iterator[Found | Gone]:
    """Return every article and topic file below `root`, in the order of their paths, and at the end what is gone.

    `known` are the fingerprints of the last scan by path. A folder that is missing or cannot be listed makes nothing
    gone: it may come back. Never raises for what is in the folder.
    """
    home = root.resolve()
    walk = _Walk(home)
    walk.run()
    for entry in sorted(walk.entries, key=lambda entry: entry.path):
        found = _found(entry, home, known.get(entry.path), zone)
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


def is_content(name: str) -> bool:
    """Return whether a file of that name is an article or topic, and not an editor's passing copy of one."""
    return not name.startswith(_PASSING) and name.lower().endswith(_SUFFIXES)


class _Walk:
    """Lists a folder and the folders in it, each once, whatever loops links make.

    Links come last, and only what has not been seen at its own place is taken from them.
    """

    def __init__(self, home: Path) -> None:
        self.entries: list[_Entry] = []
        self.names: set[str] = set()
        self.refused: dict[str, str] = {}
        self._home = home
        self._folders: set[tuple[int, int]] = set()
        self._places: set[str] = set()
        self._links: list[tuple[str, Path]] = []
        self._unseen: list[str] = []

    def run(self) -> None:
        self._below("", self._home)
        while self._links:
            self._links.sort()
            path, place = self._links.pop(0)
            self._follow(path, place)

    def is_unseen(self, path: str) -> bool:
        """Return whether a path lies where nobody could look."""
        return any(path.startswith(folder) for folder in self._unseen)

    def _below(self, path: str, place: Path) -> None:
        """List one folder and those in it; `path` is empty or ends in `/`."""
        waiting = [(path, place)]
        while waiting:
            path, place = waiting.pop()
            try:
                state = place.stat()
                if (state.st_dev, state.st_ino) in self._folders:
                    continue
                self._folders.add((state.st_dev, state.st_ino))
                with os.scandir(place) as entries:
                    waiting += [folder for entry in entries if (folder := self._take(path, entry)) is not None]
            except OSError:
                self._unseen.append(path)

    def _take(self, folder: str, entry: os.DirEntry[str]) -> tuple[str, Path] | None:
        """Note one name; return it when it is a folder to look into."""
        path = folder + entry.name
        if entry.name.startswith(_PASSING):
            return None
        if entry.is_symlink():
            self._links.append((path, Path(entry.path)))
        elif entry.is_dir(follow_symlinks=False) and not is_content(entry.name):
            return path + "/", Path(entry.path)
        elif is_content(entry.name):
            try:
                self._note(path, entry.path, entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                pass  # it has just vanished
        return None

    def _follow(self, path: str, place: Path) -> None:
        """Take what a link leads to, if that is inside and has not been seen at its own place."""
        is_named_so = is_content(place.name)
        try:
            target = real_place(place, self._home)
            state = target.stat()
        except ContentError as error:
            if is_named_so:
                self._refuse(path, error.complaints[0].reason)
        except OSError:
            pass  # it has just vanished
        else:
            if stat.S_ISDIR(state.st_mode) and not is_named_so:
                self._below(path + "/", target)
            elif is_named_so:
                self._note(path, str(target), state)

    def _note(self, path: str, place: str, state: os.stat_result) -> None:
        if shown_path(path) != path:
            self._refuse(path, "has a name that cannot be shown; rename it")
        elif not stat.S_ISREG(state.st_mode):
            self._refuse(path, "is a folder" if stat.S_ISDIR(state.st_mode) else "is not a regular file")
        elif place not in self._places:
            self.entries.append(_Entry(path, place, state))
            self.names.add(path)
            self._places.add(place)

    def _refuse(self, path: str, reason: str) -> None:
        self.refused[shown_path(path)] = reason
        self.names.add(shown_path(path))


def _found(entry: _Entry, home: Path, last: str | None, zone: ZoneInfo) -> Found | None:
    """Return what became of one file since the last scan; None when it has just vanished."""
    known = None if last is None else Fingerprint.read(last)
    if known is not None and known.has_what_it_waits_for(home):
        known = None
    if known is not None and last is not None and known.is_of(look_of(entry.state)):
        return Found(entry.path, last, None)

    # The look is from before the reading: a change in between is seen next time.
    look = trusted_look(entry.state, time.time_ns())
    try:
        data = read_bytes(entry.place, entry.path)
    except ContentError as error:
        if not os.path.lexists(entry.place):
            return None
        unread = str(Fingerprint(look_of(entry.state), _UNREAD))
        return Found(entry.path, unread, error)
    content = hash_of(data)
    if known is not None and known.content == content:
        return Found(entry.path, str(Fingerprint(look, content, known.waits_for)), None)
    try:
        result: Story | TopicFile | ContentError = understood(
            entry.path, data, path=home / entry.path, root=home, zone=zone
        )
    except ContentError as error:
        result = error
    waits_for = result.pictures if isinstance(result, PictureMissing) else ()
    return Found(entry.path, str(Fingerprint(look, content, waits_for)), result)
