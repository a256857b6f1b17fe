"""
Files as Telegram keeps them: an id to send again, a path to download, sizes for pictures.

Bytes are looked at only as far as telling a picture and its size; nothing is decoded.
Source: https://core.telegram.org/bots/api#file
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from pathlib import PurePosixPath

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


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, JPEG, GIF, BMP or WebP; None for anything else."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return struct.unpack(">II", data[16:24])
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return struct.unpack("<HH", data[6:10])
        if data[:2] == b"BM":
            width, height = struct.unpack("<ii", data[18:26])
            return width, abs(height)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp_size(data)
        if data[:3] == b"\xff\xd8\xff":
            return _jpeg_size(data)
    except (struct.error, IndexError):
        return None
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 1 if marker == 0xFF else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    match data[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8 ":
            width, height = struct.unpack("<HH", data[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None
