"""
Files as Telegram keeps them: an id to send again, a path to download, sizes for pictures.

Of a picture its size is told; nothing is decoded.
Source: https://core.telegram.org/bots/api#file
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bot.domain.picture_size import picture_size
from bot.sandbox.world.people import Json

_PREVIEW_SIDES = (90, 320, 800)
_UNKNOWN_SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. `data` is None for a picture taken by a public URL that was trusted, not fetched: see `source`."""

    file_id: str
    unique_id: str
    path: str
    kind: str
    name: str
    mime: str
    data: bytes | None
    source: str | None = None
    size: tuple[int, int] | None = None
    sizes: list[Json] = field(default_factory=list)

    @property
    def length(self) -> int:
        return len(self.data) if self.data is not None else 48_213


class Files:
    """Every file of the sandbox, by id and by path. The same bytes or URL are stored once."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._known: dict[tuple[str, str], StoredFile] = {}

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file, by its own id or by that of one of a picture's sizes."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)

    def keep(self, kind: str, name: str, mime: str, data: bytes | None, source: str | None = None) -> StoredFile:
        """Store bytes (or, without them, the URL they would come from) and return the file.

        `kind` is the Message field it will stand in: photo, document, video, animation, audio …
        """
        print_ = hashlib.sha256(data if data is not None else (source or "").encode()).hexdigest()
        known = self._known.get((kind, print_ + name))
        if known is not None:
            return known
        number = len(self._known) + 1
        suffix = PurePosixPath(name).suffix[:10] or (".jpg" if kind == "photo" else ".bin")
        unique = f"AQAD{print_[:12]}"
        size = picture_size(data) if data is not None else _UNKNOWN_SIZE
        path = f"{kind}s/file_{number}{suffix}"
        file = StoredFile(_id(kind, print_, name), unique, path, kind, name, mime, data, source, size)
        if kind == "photo" and size is not None:
            file.sizes.extend(_sizes(file, size))
            for picture in file.sizes:
                self._by_id[picture["file_id"]] = file
        self._by_id[file.file_id] = file
        self._by_path[path] = file
        self._known[kind, print_ + name] = file
        return file


def _id(kind: str, print_: str, name: str) -> str:
    prefix = {"photo": "AgACAgIAAx", "document": "BQACAgIAAx", "video": "BAACAgIAAx", "animation": "CgACAgIAAx"}
    return prefix.get(kind, "CQACAgIAAx") + hashlib.sha256(f"{kind}/{print_}/{name}".encode()).hexdigest()[:40]


def _sizes(file: StoredFile, size: tuple[int, int]) -> list[Json]:
    """Return the PhotoSizes, smallest first; the last one bears the file's own id."""
    width, height = size
    longest = max(width, height)
    sizes: list[Json] = []
    for side in (*(side for side in _PREVIEW_SIDES if side < longest), min(longest, 1280)):
        is_last = side == min(longest, 1280)
        sizes.append(
            {
                "file_id": file.file_id if is_last else f"{file.file_id}{side}",
                "file_unique_id": file.unique_id if is_last else f"{file.unique_id}{side}",
                "width": max(1, width * side // longest),
                "height": max(1, height * side // longest),
                "file_size": file.length if is_last else max(1, file.length * side // longest),
            }
        )
    return sizes
