"""The end of a picture, as its format says, is seen in the whole of it and in no part of it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.content.formats.image_end import has_end

HOME = Path(__file__).resolve().parents[2]
JPEG = next((HOME / "seeds/articles").glob("*.jpg")).read_bytes()
PNG = (HOME / "deploy/pictures/reader.png").read_bytes()
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
# A camera's JPEG: a thumbnail, itself a whole JPEG, lies in its first segment.
WITH_THUMBNAIL = (
    JPEG[:2] + b"\xff\xe1" + (len(GIF) + 8).to_bytes(2, "big") + b"\xff\xd8" + GIF + b"\xff\xd9ab" + JPEG[2:]
)
WHOLE = {"jpeg": JPEG, "png": PNG, "gif": GIF, "webp": WEBP, "thumbnail": WITH_THUMBNAIL}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_picture_shows_its_end_whatever_stands_behind_it(kind):
    assert has_end(WHOLE[kind])
    assert has_end(WHOLE[kind] + b"\x00" * 100)


@pytest.mark.parametrize("kind", WHOLE)
def test_no_part_of_a_picture_shows_an_end(kind):
    data = WHOLE[kind]
    ends = {
        *range(min(len(data), 400)),
        *range(0, len(data), max(1, len(data) // 200)),
        *range(len(data) - 40, len(data)),
    }
    assert [end for end in ends if has_end(data[:end])] == []


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif"])
def test_a_place_that_was_only_reserved_is_no_picture(kind):
    data = WHOLE[kind]
    assert not has_end(data[: len(data) // 2].ljust(len(data), b"\x00"))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF", b"<html>", b"\xff\xd8\xff\xff"]
)
def test_what_is_no_picture_has_no_end(data):
    assert not has_end(data)
