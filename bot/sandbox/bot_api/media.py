"""
Where a sent file comes from: an id the sandbox gave out, a public URL, or bytes in the request.

Nothing is fetched from the internet: `World.web` says what a URL holds, and a URL it does not name is trusted to be a
picture while `World.trusts_urls`. Only URLs on this machine are really fetched, by `url_fetch`, into that table.
Source: https://core.telegram.org/bots/api#sending-files
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.domain.limits import PHOTO_BYTES, PHOTO_RATIO, PHOTO_SIDES, PHOTO_URL_BYTES
from bot.domain.picture_size import picture_size
from bot.sandbox.bot_api.method_specs import Upload
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.files import StoredFile
from bot.sandbox.world.links import checked_link
from bot.sandbox.world.people import Json

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

KINDS = ("photo", "document", "video", "animation", "audio")
_MIMES = {"photo": "image/jpeg", "video": "video/mp4", "animation": "video/mp4", "audio": "audio/mpeg"}


def stored(world: World, kind: str, given: Upload | str, uploads: Mapping[str, Upload]) -> StoredFile:
    """Return the file that a method was given for its `kind`. Raises: Refused."""
    if isinstance(given, str):
        file = world.files.get(given)
        if file is not None:
            if file.kind != kind:
                raise bad_request("type of file mismatch")
            return file
        if given.startswith("attach://"):
            upload = uploads.get(given.removeprefix("attach://"))
            if upload is None:
                raise bad_request(f"there is no {kind} in the request")
            return _uploaded(world, kind, upload)
        return _from_url(world, kind, given)
    return _uploaded(world, kind, given)


def _uploaded(world: World, kind: str, upload: Upload) -> StoredFile:
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        _check_photo(upload.data)
    return world.files.keep(kind, upload.name, upload.mime, upload.data)


def _check_photo(data: bytes) -> None:
    if len(data) > PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    size = picture_size(data)
    if size is None or min(size) < 1:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > PHOTO_SIDES or max(size) > PHOTO_RATIO * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def _from_url(world: World, kind: str, url: str) -> StoredFile:
    if not url.lower().startswith(("http://", "https://")) or (checked_link(url) is None and url not in world.web):
        raise bad_request("wrong file identifier/HTTP URL specified")
    name = PurePosixPath(urlsplit(url).path).name or kind
    found = world.web.get(url)
    if found is None and world.trusts_urls:
        return world.files.keep(kind, name, _MIMES.get(kind, "application/octet-stream"), None, url)
    if found is None:
        raise bad_request("failed to get HTTP URL content")
    if isinstance(found, str):
        raise bad_request(found)
    if kind == "photo":
        if len(found) > PHOTO_URL_BYTES:
            raise bad_request("failed to get HTTP URL content")
        if picture_size(found) is None:
            raise bad_request("wrong type of the web page content")
        _check_photo(found)
    return world.files.keep(kind, name, _MIMES.get(kind, "application/octet-stream"), found, url)


def message_fields(file: StoredFile) -> Json:
    """Return what a message with the file says of it."""
    if file.kind == "photo":
        return {"photo": file.sizes}
    described: dict[str, Any] = {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.length,
        "file_name": file.name,
        "mime_type": file.mime,
    }
    if file.kind in ("video", "animation"):
        width, height = file.size or (1280, 720)
        described |= {"width": width, "height": height, "duration": 1}
    if file.kind == "audio":
        described["duration"] = 1
    # An animation is a document as well, for old bots: https://core.telegram.org/bots/api#message
    return {file.kind: described, "document": described} if file.kind == "animation" else {file.kind: described}
