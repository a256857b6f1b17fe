"""Answers to a typed place or UTC offset that is not exactly one time zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.time_zone import City, offset_label
from bot.render.labels import label
from bot.render.locale import Words, is_old_name
from bot.render.reader.settings import ZONE
from bot.render.reader.settings_menu import SETTINGS, SettingsPage, name_number
from bot.render.text import clip, foreign

_NAME = 60
_CITY = 60
_MAX_ZONES = 12


def several(words: Words, name: str, cities: Sequence[City]) -> Message:
    """Return the question which of several cities of one name is meant."""
    text = words("There is more than one “{name}”, at different times. Which is yours?", name=_quoted(name))
    return _offering(words, text, _buttons(words, cities))


def near(words: Words, name: str, cities: Sequence[City]) -> Message:
    """Return the answer to a name that is nearly one."""
    return _offering(words, words("No city “{name}”. Did you mean:", name=_quoted(name)), _buttons(words, cities))


def at_offset(words: Words, offset: timedelta, zones: Sequence[str]) -> Message:
    """Return the places that have an offset at the moment; without any, what can be written instead."""
    shown = offset_label(offset)
    if not zones:
        text = words(
            "No place has {offset}. Write whole hours from UTC-12 to UTC+14, such as UTC+3, or a large city.",
            offset=shown,
        )
        return _offering(words, text, [])
    places = sorted((words.place(zone), zone) for zone in zones if not is_old_name(zone))
    buttons = [Button(place, data=press(ZONE, name_number(zone))) for place, zone in places]
    text = words("{offset} is the time of these places at the moment. Which is nearest to you?", offset=shown)
    return _offering(words, text, buttons[:_MAX_ZONES])


def unknown(words: Words, name: str, is_looked_up: bool) -> Message:
    """Return the answer to what is no place. `is_looked_up`: all cities were looked through, not only the zones'."""
    if is_looked_up:
        text = words(
            "No time zone “{name}”. Write a large city of the zone, such as Berlin or New York, or pick one.",
            name=_quoted(name),
        )
    else:
        text = words(
            "“{name}” cannot be looked up at the moment. Write a city that a time zone is named after, such as Berlin "
            "or New York, or a distance from UTC, such as UTC+3, or pick one.",
            name=_quoted(name),
        )
    return _offering(words, text, [])


def _offering(words: Words, text: str, buttons: Sequence[Button]) -> Message:
    pick = Button(words("Change time zone"), data=press(SETTINGS, SettingsPage.REGIONS))
    return Message(Text(text), keyboard=(*((button,) for button in buttons), (pick,)))


def _buttons(words: Words, cities: Sequence[City]) -> list[Button]:
    """Return a button for each city, with its country, and with its time where that does not tell them apart."""
    names = [f"{city.name}, {words.country(city.country)}" if city.country else city.name for city in cities]
    return [
        Button(
            label(f"{name} ({words.place(city.zone)})" if names.count(name) > 1 else name, words, _CITY),
            data=press(ZONE, name_number(city.zone)),
        )
        for name, city in zip(names, cities, strict=True)
    ]


def _quoted(name: str) -> str:
    return foreign(clip(" ".join(name.split()), _NAME))
