"""Sharing a location once, for the time zone: the question for it, and its answers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.time_zone import zone_label
from bot.render.locale import Words
from bot.render.reader.settings import ZONE
from bot.render.reader.settings_menu import SETTINGS, SettingsPage, name_number


def question(words: Words) -> Message:
    """Return what asks for a location, with the key that sends it."""
    text = words(
        "Press the key below to share where you are, once. The time zone is looked up on this bot's own machine, and "
        "the place is not kept."
    )
    return Message(Text(text), location_key=words("Share my location"))


def zone_of_location(words: Words, zone: str) -> Message:
    """Return the answer to a location; the key goes."""
    text = words("Time zone: {zone}. Where you are was not kept. /settings shows the rest.", zone=zone_label(zone))
    return Message(Text(text), location_key="")


def several(words: Words, zones: Sequence[str]) -> Message:
    """Return the question which of the clocks of one place is meant."""
    buttons = tuple((Button(words.place(zone), data=press(ZONE, name_number(zone))),) for zone in zones)
    text = words("People there live by different clocks. Which is yours?")
    return Message(Text(text), keyboard=(*buttons, _pick(words)))


def no_zone(words: Words, is_looked_up: bool) -> Message:
    """Return the answer to a location that has no zone, such as one at sea, or (not `is_looked_up`) cannot be asked."""
    if is_looked_up:
        text = words("No time zone is known for that place. Write a large city that has your time: /settings Berlin.")
    else:
        text = words("Locations cannot be looked up at the moment. Write a large city instead: /settings Berlin.")
    return Message(Text(text), keyboard=(_pick(words),))


def only_once(words: Words) -> Message:
    """Return the answer to a location that goes on being shared, is somebody else's, or that of a venue."""
    text = words("Only a location of your own that is shared once is looked up. /settings Berlin does without.")
    return Message(Text(text), keyboard=(_pick(words),))


def _pick(words: Words) -> tuple[Button, ...]:
    return (Button(words("Change time zone"), data=press(SETTINGS, SettingsPage.REGIONS)),)
