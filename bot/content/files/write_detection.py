"""
Detecting files that are still being written, by comparing one scan of a folder with the next.

The decisions are in `domain.quiet_period`; here is what they are made of: what the file system says of a file, a hash
of its bytes, and for pictures the end that their own format has.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.files.fingerprint import look_of
from bot.content.formats.image_end import has_end
from bot.domain.limits import PHOTO_BYTES
from bot.domain.quiet_period import QUIET_GROWS_AFTER, QUIET_PERIOD, FileState, is_quiet_already, ready

PICTURE_WAIT = 120.0  # seconds that a story waits for its pictures: what passes within two minutes is nothing to tell
QUIET_WITHOUT_END = 10.0  # seconds for a picture whose format says that it is not whole, or that has no known format
_POLL = 2.0  # seconds between looks for a picture: network file systems send no events


@dataclass(slots=True)
class Settling:
    """The files and pictures of one folder that wait, by their paths in it.

    At the first look what was last written a while ago is taken for whole: nobody can have watched it. A running bot
    has, so later it takes two looks, whatever time a file bears. A `one_off` look trusts times throughout, and its
    refusals are final at once, because somebody waits for them. While `all_is_held`, what shows its end waits for
    nothing: nothing leaves for it.
    """

    one_off: bool = False
    all_is_held: bool = False
    look_again_at: float | None = None  # by the clock of `begin`; None when nothing waits
    vanished: set[str] = field(default_factory=set)  # files that went while others wait, which may be their new places
    _at: float = 0.0
    _wall: float = 0.0
    _looks: int = 0
    _files: dict[str, FileState] = field(default_factory=dict)
    _pictures: dict[str, FileState] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)  # pictures that this look needs
    _stories: dict[str, float] = field(default_factory=dict)  # since when they wait for their pictures
    _ready: frozenset[str] = frozenset()
    _admitted: dict[str, str] = field(default_factory=dict)

    def begin(self, at: float, wall: float) -> None:
        """Begin a look. `at` are seconds that never go back, `wall` those since 1970, as files bear them."""
        self._at, self._wall = at, wall
        self._looks += 1
        self._admitted.clear()
        self._pictures = {picture: self._pictures[picture] for picture in self._asked & self._pictures.keys()}
        self._asked.clear()
        self.look_again_at = None

    def is_old(self, state: os.stat_result) -> bool:
        """Return whether a file needs no second look."""
        return self._trusts_times and is_quiet_already(state.st_mtime, self._wall)

    def has_seen(self, path: str, look: str) -> bool:
        """Return whether a file looked so last time; then its bytes need no reading."""
        return path in self._files and self._files[path].state.startswith(look + " ")

    def sight(self, path: str, look: str, content: str, state: os.stat_result) -> None:
        """Note a file that is not as it is known."""
        seen = self._files.get(path)
        if seen is None:
            age = self._wall - state.st_mtime if self._trusts_times else 0.0
            since = self._at - (age if 0.0 <= age <= QUIET_PERIOD else 0.0)
            self._files[path] = FileState(f"{look} {content}", since, since)
        else:
            self._files[path] = seen.again(f"{look} {content}", self._at)

    def admit(self, path: str, look: str, content: str) -> None:
        """Let a file be read although it is fresh, as long as it is what it was."""
        self._files.pop(path, None)
        self._admitted[path] = f"{look} {content}"

    def judge(self, changed: Iterable[str]) -> None:
        """Decide what may be read at this look. What is no longer among the `changed` waits no more."""
        kept = set(changed)
        for path in self._files.keys() - kept:
            del self._files[path]
        for path in self._stories.keys() - kept:
            del self._stories[path]
        # A story that waits for its picture is still, and neither gathers others nor is held for them.
        stories = {path for path in self._stories if path in self._files and self._files[path].quiet_at <= self._at}
        now, again = ready({path: one for path, one in self._files.items() if path not in stories}, self._at)
        self._ready = now | stories
        self._look_again(again)

    def is_waiting(self, path: str) -> bool:
        return path in self._files and path not in self._ready

    def may_act(self, path: str, look: str, content: str, state: os.stat_result, *, listed: str) -> bool:
        """Return whether what was just read may be acted on: it is what was seen before; else it waits.

        `listed` is how the file looked before it was read.
        """
        if path in self._ready:
            is_so = self._files[path].state == f"{look} {content}"
        elif path in self._admitted:
            is_so = self._admitted[path] == f"{look} {content}"
        else:
            is_so = look == listed and self.is_old(state)
        if not is_so:
            self.sight(path, look, content, state)
            self._look_again(self._files[path].quiet_at)
        return is_so

    def taken(self, path: str) -> None:
        """Forget a file that was acted on."""
        self._files.pop(path, None)
        self._stories.pop(path, None)

    def is_whole(self, root: Path, picture: str) -> bool:
        """Return whether a picture is all there: its format says so, or it has been the same for some time."""
        place = root / picture
        self._asked.add(picture)
        try:
            state = place.stat()
            if not state.st_size:
                return False
            if self._trusts_times and self._wall - state.st_mtime >= QUIET_WITHOUT_END:
                return True
            if state.st_size <= PHOTO_BYTES and has_end(place.read_bytes()):
                self._pictures.pop(picture, None)
                return True
        except OSError:
            return False
        seen = self._pictures.get(picture, FileState(look_of(state), self._at, self._at))
        self._pictures[picture] = seen = seen.again(look_of(state), self._at)
        return self._at - seen.since >= max(QUIET_WITHOUT_END, seen.quiet_at - seen.since)

    def waits_for_pictures(self, path: str) -> bool:
        """Return whether a story may still wait for its pictures."""
        since = self._stories.setdefault(path, self._at)
        if self._at - since >= PICTURE_WAIT:
            return False
        self._look_again(min(self._at + _POLL, since + PICTURE_WAIT))
        return True

    def ignores(self, path: str) -> bool:
        """Return whether a change of a file or picture is no reason to look: it has been written for long already.

        Such a file is looked at in its own time, so that an hour of writing costs no more than a minute of it.
        """
        seen = self._files.get(path) or self._pictures.get(path)
        return seen is not None and seen.written_for > QUIET_GROWS_AFTER

    @property
    def _trusts_times(self) -> bool:
        return self.one_off or self._looks == 1

    def _look_again(self, at: float | None) -> None:
        if at is not None:
            self.look_again_at = at if self.look_again_at is None else min(self.look_again_at, at)
