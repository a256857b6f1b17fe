"""
Uploaded documents: one file, or a zip archive of several, unpacked within limits.

An archive is a stranger's: what it says of its sizes is not believed, names are only names, and nothing is written
to a disk.
Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (a zip's directory may say anything)
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.content.formats.front_matter import LARGEST, SUFFIXES, WHOLE_FILE, shown_path
from bot.errors import Complaint, ContentError

MAX_ENTRIES = 200
MAX_LISTED = 5_000  # what systems add beside the files counts here, but no archive of articles has so many
MAX_BYTES = 20 * 2**20  # unpacked
_MAGIC = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
# Only these can be told how much to unpack at most: zipfile gives the others no limit, so that one read of a
# bzip2 or LZMA entry may fill the memory (`ZipExtFile._read1` in Lib/zipfile).
_BOUNDED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def files_in(name: str, data: bytes) -> list[tuple[str, bytes | ContentError]]:
    """Return the files of an uploaded document, each with its bytes or why it cannot be had; a zip's are unpacked.

    Names are what stands behind the last slash: where a file lay in its archive means nothing here.
    Raises: ContentError, when the archive as a whole is refused.
    """
    if not (data.startswith(_MAGIC) or PurePosixPath(name).suffix.lower() == ".zip"):
        return [(name, _checked(name, data))]
    if data.count(_DIRECTORY_ENTRY) > MAX_LISTED:  # before zipfile makes an object of each
        raise _refused(name, f"holds more than {MAX_ENTRIES} files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if _is_wanted(entry)]
            if len(entries) > MAX_ENTRIES:
                raise _refused(name, f"holds more than {MAX_ENTRIES} files")
            if not entries:
                raise _refused(name, "holds no article or topic files")
            return list(_unpacked(name, archive, entries))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, zlib.error) as error:
        raise _refused(name, "is not a zip archive that can be read") from error


def _unpacked(
    name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> Iterator[tuple[str, bytes | ContentError]]:
    left = MAX_BYTES
    for entry in entries:
        inner = PurePosixPath(entry.filename.replace("\\", "/")).name
        if entry.flag_bits & _ENCRYPTED:
            yield inner, _refused(inner, "is encrypted")
            continue
        if entry.compress_type not in _BOUNDED:
            yield inner, _refused(inner, "is packed by a method that is not read here; pack it as an ordinary zip")
            continue
        try:
            with archive.open(entry) as file:
                data = file.read(min(left, LARGEST) + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
            yield inner, _refused(inner, "is damaged in its archive")
            continue
        left -= len(data)
        if left < 0:
            raise _refused(name, f"unpacks to more than {MAX_BYTES // 2**20} MiB")
        yield inner, _checked(inner, data)


def _checked(name: str, data: bytes) -> bytes | ContentError:
    if PurePosixPath(name).suffix.lower() not in SUFFIXES:
        return _refused(name, f"is none of {' '.join(sorted(SUFFIXES))} .zip")
    return data


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    """Leave out folders, and what archivers and systems add of their own."""
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    is_theirs = any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)
    return not entry.is_dir() and bool(parts) and not is_theirs


def _refused(name: str, reason: str) -> ContentError:
    return ContentError(Complaint(shown_path(name), 0, WHOLE_FILE, reason))
