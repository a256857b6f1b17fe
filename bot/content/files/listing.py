"""
Listing the content folder: which of the files below it may hold articles, topics or sources, each once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.content.articles.surroundings import FileContext
from bot.content.files.fingerprint import hash_of, look_of
from bot.content.files.reader import real_place, suffixes_in, understood
from bot.content.formats.front_matter import SUFFIXES, shown_path
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.errors import ContentError, NoArticle

_PASSING = (".", "~", "#")  # how hidden files and editors' temporary ones begin; those that end so have no suffix


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that could be an article or topic. `place` is where it really is, `state` how it looked when listed.

    `name` is what complaints call it. `site` is that whose folder it lies in.
    """

    path: str
    place: str
    state: os.stat_result
    name: str
    site: Site | None = None

    def look(self, state: os.stat_result | None = None) -> str:
        """Return all that decides, without reading the file, what it says: also the rules of its site."""
        look = look_of(self.state if state is None else state)
        return look if self.site is None else f"{look}-{self.site.key_of(self.path)}"

    def hash_of(self, data: bytes) -> str:
        return hash_of(data) if self.site is None else f"{hash_of(data)}-{self.site.key_of(self.path)}"

    def understood(self, name: str, data: bytes, around: FileContext) -> Story | TopicFile | SourceFile:
        return understood(name, data, around, self.site)

    def unread(self, error: ContentError) -> ContentError:
        """Return why a file could not be read; that of a file of the site which is no page is nobody's concern."""
        is_other = self.site is not None and not self.site.is_page(self.path)
        return NoArticle(*error.complaints) if is_other else error


def is_content(name: str, suffixes: frozenset[str] = SUFFIXES) -> bool:
    """Return whether a file of that name is an article or topic, and not an editor's passing copy of one."""
    dot = name.rfind(".")
    return dot > 0 and name[dot:].lower() in suffixes and not name.startswith(_PASSING)


class Walk:
    """Lists a folder and the folders in it, each once, whatever loops links make.

    Links come last, and only what has not been seen at its own place is taken from them.
    """

    def __init__(self, home: Path, called: Callable[[str], str], site: Site | None) -> None:
        self._called = called
        self._site = site
        self._suffixes = suffixes_in(site)
        self.entries: list[Entry] = []
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
        elif entry.is_dir(follow_symlinks=False) and not is_content(entry.name, self._suffixes):
            return None if self._site is not None and self._site.skips(path) else (path + "/", Path(entry.path))
        elif is_content(entry.name, self._suffixes):
            try:
                self._note(path, entry.path, entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                pass  # it has just vanished
        return None

    def _follow(self, path: str, place: Path) -> None:
        """Take what a link leads to, if that is inside and has not been seen at its own place."""
        is_named_so = is_content(place.name, self._suffixes)
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
        if self._site is not None and path[path.rfind(".") :].lower() not in SUFFIXES and not self._site.is_page(path):
            return  # a template, a script's page: there are thousands of them
        if shown_path(path) != path:
            self._refuse(path, "has a name that cannot be shown; rename it")
        elif not stat.S_ISREG(state.st_mode):
            self._refuse(path, "is a folder" if stat.S_ISDIR(state.st_mode) else "is not a regular file")
        elif place not in self._places:
            self.entries.append(Entry(path, place, state, self._called(path), self._site))
            self.names.add(path)
            self._places.add(place)

    def _refuse(self, path: str, reason: str) -> None:
        self.refused[shown_path(path)] = reason
        self.names.add(shown_path(path))
