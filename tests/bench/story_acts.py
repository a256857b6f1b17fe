"""
A long mixed story as a list of acts: who follows what, which files change how, what an editor does, what goes wrong.

The acts depend on nothing but the seed, so that they can be played against any build. They name chats and stories by
keys (`r03`, `s012`), never by numbers that a build gives away.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

TOPICS = {"energy": "Energy", "robotics": "Robotics", "health": "Health", "space": "Space", "grid": "Grid"}
PARENTS = {"grid": "energy"}
READERS = tuple(f"r{number:02}" for number in range(20))
GROUPS = tuple(f"g{number}" for number in range(5))
CHANNELS = tuple(f"c{number}" for number in range(5))
CHATS = READERS + GROUPS + CHANNELS
_DOUBTFUL = ("502", "502 accepted", "cut before", "cut after")
_PLAIN = ("429", "403", "500", "gone")


@dataclass(frozen=True)
class Act:
    """Something that happens. `files` are what `written` and `removed` do to the folder in the same moment."""

    what: str
    given: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what} {' '.join(f'{name}={value}' for name, value in self.given.items())}".strip()


@dataclass
class _File:
    """A story as its file has it."""

    key: str
    path: str
    topics: list[str]
    published: bool
    revision: int = 1
    heat: int = 1
    picture: bool = False
    ahead: bool = False
    is_there: bool = True

    def written(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "path": self.path,
            "topics": list(self.topics),
            "published": self.published,
            "revision": self.revision,
            "heat": self.heat,
            "picture": self.picture,
            "ahead": self.ahead,
        }


class _Author:
    """Makes up what happens next from what has happened so far."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._files: list[_File] = []
        self._copies: list[str] = []
        self._blocked: set[str] = set()
        self._migrated: set[str] = set()
        self._doubts = 0

    def story(self, acts: int) -> list[Act]:
        told = [Act("subscribe", {"chat": chat, "topics": self._some_topics()}) for chat in CHATS]
        makers = {
            self._subscribe: 8,
            self._unsubscribe: 5,
            self._pick: 5,
            self._card: 8,
            self._pause_chat: 4,
            self._block: 3,
            self._change: 26,
            self._embargo: 3,
            self._publish: 6,
            self._retract: 5,
            self._stop: 3,
            self._faults: 8,
            self._edit_while_sending: 3,
            self._pause_all: 3,
            self._kill: 3,
            self._restart: 3,
            self._migrate: 1,
        }
        while len(told) < acts + len(CHATS):
            [make] = self._dice.choices(list(makers), list(makers.values()))
            act = make()
            if act is not None:
                told.append(act)
        return told

    # Readers

    def _subscribe(self) -> Act:
        return Act("subscribe", {"chat": self._dice.choice(CHATS), "topics": self._some_topics()})

    def _unsubscribe(self) -> Act:
        return Act("unsubscribe", {"chat": self._dice.choice(CHATS), "topics": [self._dice.choice(list(TOPICS))]})

    def _pick(self) -> Act:
        chosen = self._dice.sample([topic for topic in TOPICS if topic not in PARENTS], 2)
        return Act("pick", {"chat": self._dice.choice(READERS + GROUPS), "topics": chosen})

    def _card(self) -> Act | None:
        """Turn down an article that was delivered, by its buttons."""
        if not self._files:
            return None
        what = self._dice.choice(["Mute", "Unfollow", "Never", "Save"])
        return Act("card", {"chat": self._dice.choice(READERS + GROUPS), "press": what})

    def _pause_chat(self) -> Act:
        return Act("say", {"chat": self._dice.choice(CHATS), "text": self._dice.choice(["/stop", "/start", "/start"])})

    def _block(self) -> Act:
        if self._blocked and self._dice.random() < 0.6:
            chat = self._dice.choice(sorted(self._blocked))
            self._blocked.discard(chat)
            return Act("unblock", {"chat": chat})
        chat = self._dice.choice(READERS)
        self._blocked.add(chat)
        return Act("block", {"chat": chat})

    # Files

    def _change(self) -> Act:
        return Act("files", {"changes": self._changes(self._dice.choice([1, 1, 2, 3]))})

    def _changes(self, many: int) -> list[dict[str, Any]]:
        """Return what happens in the folder in one moment, at most one thing to each story."""
        changes: list[dict[str, Any]] = []
        for _ in range(many):
            changes.append(self._one_change({change["key"] for change in changes}))
        return changes

    def _one_change(self, apart_from: set[str]) -> dict[str, Any]:
        there = [file for file in self._files if file.is_there and file.key not in apart_from]
        if len(there) < 4 or self._dice.random() < 0.35:
            return {"how": "new", **self._new().written()}
        file = self._dice.choice(there)
        how = self._dice.choice(["flip", "flip", "flip", "title", "heat", "move", "move", "copy", "remove", "touch"])
        match how:
            case "flip":
                file.published = not file.published
            case "title":
                file.revision += 1
            case "heat":
                file.heat += 1
            case "move":
                before, file.path = file.path, f"moved/{file.key}-{self._dice.randrange(10_000)}.json"
                return {"how": how, "from": before, **file.written()}
            case "copy":
                path = f"copies/{file.key}-{len(self._copies)}.json"
                self._copies.append(path)
                return {"how": how, **file.written(), "path": path, "published": self._dice.random() < 0.5}
            case "remove":
                file.is_there = False
        return {"how": how, **file.written()}

    def _new(self, *, published: bool | None = None, topics: list[str] | None = None, ahead: bool = False) -> _File:
        key = f"s{len(self._files):03}"
        is_out = self._dice.random() < 0.6 if published is None else published
        file = _File(key, f"{key}.json", topics or self._some_topics(), is_out, ahead=ahead)
        file.picture = self._dice.random() < 0.4
        self._files.append(file)
        return file

    def _embargo(self) -> Act:
        return Act("embargo", {"change": {"how": "new", **self._new(published=True, ahead=True).written()}})

    # Editors

    def _a_story(self) -> _File | None:
        return self._dice.choice(self._files) if self._files else None

    def _publish(self) -> Act | None:
        file = self._a_story()
        return file and Act("publish", {"key": file.key})

    def _retract(self) -> Act | None:
        file = self._a_story()
        how = self._dice.choice(["command", "button"])
        return file and Act("retract", {"key": file.key, "how": how})

    def _stop(self) -> Act:
        """Publish while all pushes are held, stop that, release the pushes, and decide about the rest."""
        then = self._dice.choice(["Send the rest", "Take back", "publish again"])
        return Act("stop", {"change": {"how": "new", **self._new(published=False).written()}, "then": then})

    # Trouble

    def _faults(self) -> Act:
        doubtful = self._doubts < 4 and self._dice.random() < 0.5
        self._doubts += doubtful
        kinds = _DOUBTFUL if doubtful else _PLAIN
        many = self._dice.choice([1, 1, 2]) if doubtful else self._dice.choice([1, 2, 3])
        where = {chat: self._dice.choice(kinds) for chat in self._dice.sample(READERS + CHANNELS, many)}
        file = self._new(published=True, topics=self._many_topics())
        return Act(
            "faults",
            {
                "change": {"how": "new", **file.written()},
                "where": where,
                "picture refused": file.picture and self._dice.random() < 0.5,
            },
        )

    def _edit_while_sending(self) -> Act:
        """Change a story's title while some of its messages are on the wire."""
        file = self._new(published=True, topics=self._many_topics())
        new = {"how": "new", **file.written()}
        file.revision += 1
        held = self._dice.sample(READERS, 3)
        return Act("edit while sending", {"change": new, "edit": {"how": "title", **file.written()}, "held": held})

    def _pause_all(self) -> Act:
        """Hold all pushes, let files and readers act, and release them."""
        changes = [{"how": "new", **self._new(published=True, topics=self._many_topics()).written()}]
        chat, other = self._dice.sample(READERS, 2)
        meanwhile = [
            Act("unsubscribe", {"chat": chat, "topics": list(TOPICS)}),
            Act("subscribe", {"chat": other, "topics": self._some_topics()}),
        ]
        return Act("pause all", {"changes": changes, "meanwhile": meanwhile})

    def _kill(self) -> Act:
        """Kill the bot while some messages of a broadcast are on the wire; files change before it is back."""
        file = self._new(published=True, topics=self._many_topics())
        return Act(
            "kill",
            {
                "change": {"how": "new", **file.written()},
                "held": self._dice.sample(READERS, 3),
                "accepted": self._dice.random() < 0.5,
                "meanwhile": self._changes(2),
            },
        )

    def _restart(self) -> Act:
        return Act("restart", {"meanwhile": self._changes(2)})

    def _migrate(self) -> Act | None:
        left = [group for group in GROUPS[:3] if group not in self._migrated]
        if not left:
            return None
        chat = self._dice.choice(left)
        self._migrated.add(chat)
        return Act("migrate", {"chat": chat})

    def _some_topics(self) -> list[str]:
        return self._dice.sample(list(TOPICS), self._dice.choice([1, 1, 2]))

    def _many_topics(self) -> list[str]:
        return self._dice.sample(list(TOPICS), 3)


def story(seed: int, acts: int) -> list[Act]:
    """Return how thirty chats begin to follow something, and then so many acts."""
    return _Author(seed).story(acts)
