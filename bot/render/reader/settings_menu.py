"""What the pages of the settings share: which there are, how they are reached, and how their buttons are set out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from zlib import crc32

from bot.domain.message import Button, Keyboard
from bot.domain.press import press
from bot.render.locale import Words

SETTINGS = "settings"
CLOSE = "settings_close"
IN_A_ROW = 2
NAME_LENGTH = 60
"""UTF-16 code units of what somebody wrote, where it is said back."""


class SettingsPage(IntEnum):
    """What the settings message shows. Append only: buttons hold these."""

    OVERVIEW = 0
    PICTURES = 1
    LANGUAGE = 2
    REGIONS = 3
    DELIVERY = 4
    CLOCK = 5
    DAYS = 6
    QUIET = 7
    PAUSE = 8
    PARTS = 10
    DIGEST = 21
    FILTERS = 22


def name_number(name: str) -> int:
    """Return the number under which buttons know a language or a zone."""
    return crc32(name.encode())


def ticked(label: str, is_chosen: bool) -> str:
    """Return the label of a button, marked when it is what is chosen now."""
    return f"✓ {label}" if is_chosen else label


def back_row(words: Words) -> tuple[Button, ...]:
    """Return the row that leads back to the overview."""
    return (Button(words("Back"), data=press(SETTINGS, SettingsPage.OVERVIEW)),)


def rows(buttons: Sequence[Button], width: int) -> Keyboard:
    """Return buttons in rows of so many."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))
