"""
The size of a picture, read from the beginning of its bytes, and what Telegram takes as a photo. Nothing is decoded.

Source: https://core.telegram.org/bots/api#sendphoto (sum of sides, ratio)
"""

from __future__ import annotations

import struct

from bot.domain.limits import PHOTO_RATIO, PHOTO_SIDES

SMALLEST = 101
"""Pixels of a side: less is a stamp or a strip, enlarged to the width of a phone."""


def may_be_a_photo(width: int | None, height: int | None) -> bool:
    """Return whether a picture of so many pixels goes out as a photo. A side that nobody knows (None, 0) may do."""
    sides = [side for side in (width, height) if side]
    if any(side < SMALLEST for side in sides) or sum(sides) > PHOTO_SIDES:
        return False
    return max(sides, default=1) <= PHOTO_RATIO * min(sides, default=1)


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
