"""
Validating local pictures: they must be inside the content folder, and in a format that Telegram takes as a photo.

Source: https://core.telegram.org/bots/api#sendphoto (at most 10 MB);
        https://en.wikipedia.org/wiki/List_of_file_signatures
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.domain.limits import PHOTO_BYTES

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
_OTHER_PICTURES = frozenset(
    {".avif", ".svg", ".tif", ".tiff", ".heic", ".heif", ".bmp", ".ico", ".jxl", ".jp2", ".psd"}
)
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_MAX_SIGNATURE_BYTES = 12  # bytes
_NOT_TAKEN = "is not a picture that Telegram takes; jpg, png, webp and gif are"


def begins_like_a_photo(data: bytes) -> bool:
    """Return whether a file that begins so can be a JPEG, PNG, GIF or WebP. One that is still too short can be."""
    if data.startswith(b"RIFF"):
        return b"WEBP".startswith(data[8:12])
    return any(data.startswith(signature[: len(data)]) for signature in _SIGNATURES)


def local_picture(name: str, article: Path, root: Path) -> str:
    """Return the picture's path relative to `root`, with `/`; `name` is relative to the article's folder.

    Raises: ValueError, with words that follow the name, when it is no photo by its name or its first bytes, or
            outside of `root` once links are followed. FileNotFoundError, with `filename` relative to `root`, when it
            is not there (yet).
    """
    if "\x00" in name or len(name) > 1000:
        raise ValueError("is not a file name")
    home = root.resolve()
    try:
        place = (article.parent / name).resolve()
        inside = place.relative_to(home).as_posix()
    except ValueError as error:
        raise ValueError("lies outside the content folder") from error
    except (OSError, RuntimeError) as error:
        raise ValueError("leads nowhere") from error
    suffix = place.suffix.lower()
    if suffix in _OTHER_PICTURES:
        raise ValueError(_NOT_TAKEN)
    if suffix not in PICTURE_SUFFIXES:
        raise ValueError("is not a picture; jpg, png, webp and gif are")
    try:
        state = place.stat()
    except OSError as error:
        raise FileNotFoundError(2, "not there", inside) from error
    if not stat.S_ISREG(state.st_mode):
        raise ValueError("is not a file")
    if state.st_size > PHOTO_BYTES:
        raise ValueError(f"is larger than {PHOTO_BYTES // 2**20} MiB, which Telegram does not take")
    if not begins_like_a_photo(_beginning(place)):
        raise ValueError(_NOT_TAKEN)
    return inside


def _beginning(place: Path) -> bytes:
    """Return the first bytes of a regular file; none when they cannot be read, which is found out later."""
    try:
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return b""
    try:
        return os.read(handle, _MAX_SIGNATURE_BYTES)
    except OSError:
        return b""
    finally:
        os.close(handle)
