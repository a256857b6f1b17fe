"""
The settings of a chat, on one message that is edited in place: an overview, and a page for each thing to choose.

Buttons carry numbers that stay the same for years: languages and zones are named by a checksum of their name, because
their lists grow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.chat import Chat, ChatKind, ChatState, Pictures
from bot.domain.delivery_time import leaves_at
from bot.domain.message import Button, Message
from bot.domain.parts import ALL_PARTS, Parts, arranged
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.time_zone import zone_label
from bot.render.locale import Words, name_of
from bot.render.reader import delivery_times
from bot.render.reader.parts_settings import parts_set
from bot.render.reader.settings_menu import (
    CLOSE,
    SETTINGS,
    SettingsPage,
    back_row,
    name_number,
    rows,
    ticked,
)
from bot.render.text import bold, join

PICTURES = "set_pictures"
SILENT = "set_silent"
ZONE = "set_zone"
ZONES = "zones"
LOCATION = "location"
REPEATS = "set_repeats"
THREADS = "set_threads"

ZONES_ON_A_PAGE = 18
ZONES_IN_A_ROW = 3


PICTURE_SIZES = (Pictures.LARGE, Pictures.SMALL, Pictures.NONE)
"""As buttons hold them. Append only."""


def overview(
    words: Words,
    chat: Chat,
    operators_zone: str,
    now: datetime,
    operators_parts: Parts = ALL_PARTS,
    has_threads: bool = False,
) -> Message:
    """Return the chat's settings and what can be changed. `has_threads` when the bot has them in private chats."""
    parts = arranged(chat.parts, operators_parts)
    clock = ZoneInfo(chat.zone or operators_zone)
    zone = zone_label(chat.zone or operators_zone)
    zone = zone if chat.zone else words("{zone}, as everywhere here", zone=zone)
    lines: list[Text | str] = [
        bold(words("Settings of this chat")),
        words("Pictures: {size}", size=_size(words, chat.pictures)),
        words("Sound: off") if chat.silent else words("Sound: on"),
        words("News: {how}", how=delivery_times.both(words, chat.timing, clock)),
        parts_set(words, parts),
        words("Lists: {look}", look=delivery_times.look_name(words, chat.digest)),
        words("Language: {language}", language=name_of(chat.language)),
        words("Time zone: {zone}", zone=zone),
    ]
    if not chat.announcements:
        lines.append(words("Announcements: off"))
    if chat.breaking:
        lines.append(words("Breaking news: at once"))
    if chat.quality is not None:
        lines.append(quality_line(words, chat.quality))
    if chat.state is ChatState.PAUSED and chat.paused_until is not None:
        until = words.date(chat.paused_until, clock)
        lines.append(words("Paused until {date}. /start lets news come again at once.", date=until))
    elif chat.state is ChatState.PAUSED:
        lines.append(words("Paused. /start lets news come again."))
    elif chat.timing.is_digest:
        next_at = leaves_at(chat.timing, clock, now, now)
        lines.append(words("Next: {when}.", when=delivery_times.moment(words, next_at, clock, now)))
    last: tuple[Button, ...] = ()
    if chat.linked_channel is not None:
        lines.append(_of_linked_channel(words, chat.repeats_channel))
        choice = words("Leave it to the channel") if chat.repeats_channel else words("Send it here too")
        last = (Button(choice, data=press(REPEATS, int(not chat.repeats_channel))),)
    if chat.topic_threads:
        lines.append(words("Threads: one for each topic"))
        last = (Button(words("No threads"), data=press(THREADS, 0)),)
    elif has_threads and chat.kind is ChatKind.PRIVATE:
        last = (Button(words("A thread for each topic"), data=press(THREADS, 1)),)
    silence = words("Send with sound") if chat.silent else words("Send silently")
    return Message(
        join(lines, "\n"),
        keyboard=(
            (
                Button(words("Change times"), data=press(SETTINGS, SettingsPage.DELIVERY)),
                Button(words("Change quiet hours"), data=press(SETTINGS, SettingsPage.QUIET)),
            ),
            (
                Button(words("Change pictures"), data=press(SETTINGS, SettingsPage.PICTURES)),
                Button(silence, data=press(SILENT, int(not chat.silent))),
            ),
            (
                Button(words("Change language"), data=press(SETTINGS, SettingsPage.LANGUAGE)),
                Button(words("Change time zone"), data=press(SETTINGS, SettingsPage.REGIONS)),
            ),
            (
                Button(words("Change parts"), data=press(SETTINGS, SettingsPage.PARTS)),
                Button(words("Change lists"), data=press(SETTINGS, SettingsPage.DIGEST)),
            ),
            (Button(words("Choose what comes"), data=press(SETTINGS, SettingsPage.FILTERS)),),
            *((last,) if last else ()),
            (Button(words("Done"), data=press(CLOSE)),),
        ),
    )


def repeats_set(words: Words, repeats: bool) -> str:
    """Return the toast of what a group gets of its linked channel's stories."""
    return words("Also sent here by itself") if repeats else words("Left to the channel's post")


def threads_set(words: Words, wants: bool) -> str:
    """Return the toast of threads for topics, or of none."""
    return words("Each topic gets a thread") if wants else words("News comes in the chat itself")


def no_threads(words: Words) -> Message:
    return Message(
        Text(
            words(
                "This bot has no threads here. In private chats whoever runs it can switch them on, at @BotFather; "
                "in a forum, send /subscribe and a topic's name in the thread that is to get it."
            )
        )
    )


def no_linked_channel(words: Words) -> Message:
    return Message(Text(words("Telegram names no channel that this group discusses, so nothing comes twice.")))


def only_of_groups(words: Words) -> Message:
    """Return the answer to who asks, where no channel is discussed, whether a channel's news is to be repeated."""
    return Message(Text(words("This is for groups that discuss a channel. Send it in the group.")))


def _of_linked_channel(words: Words, repeats: bool) -> str:
    if repeats:
        return words("What the linked channel posts is also sent here by itself.")
    return words("What the linked channel posts comes here by its post, and is not sent again.")


def quality_line(words: Words, least: int | None) -> str:
    """Return which stories come, by the quality that they state."""
    if least is None:
        return words("Quality: any")
    return words("Quality: {least} or more", least=words.number(least))


def closed(words: Words) -> Message:
    return Message(Text(words("Settings are kept. /settings changes them.")))


def pictures_page(words: Words, chat: Chat) -> Message:
    buttons = [
        Button(ticked(_choice(words, size), size is chat.pictures), data=press(PICTURES, number))
        for number, size in enumerate(PICTURE_SIZES)
    ]
    text = words("How should pictures come: as a large photo, as a small preview of the link, or not at all?")
    return Message(Text(text), keyboard=(tuple(buttons), back_row(words)))


def regions_page(words: Words, chat: Chat, regions: Sequence[str]) -> Message:
    """Return the areas of the world; UTC, which lies in none, is chosen at once."""
    buttons = [
        Button(ticked(_region(words, region), region == (chat.zone or "").partition("/")[0]), data=_region_data(region))
        for region in regions
    ]
    text = words("Where are you? You can also send your city: /settings Berlin, or your time: /settings UTC+3.")
    reset = (Button(words("Use the zone of this bot"), data=press(ZONE)),)
    here = (Button(words("Share my location"), data=press(LOCATION)),)
    return Message(
        Text(text),
        keyboard=(
            *rows(buttons, ZONES_IN_A_ROW),
            *((here,) if chat.kind is ChatKind.PRIVATE else ()),
            *((reset,) if chat.zone else ()),
            back_row(words),
        ),
    )


def zones_page(words: Words, chat: Chat, region: str, zones: Sequence[str], page: int) -> Message:
    """Return one page of a region's zones; a page that is not there becomes the nearest that is."""
    zones = sorted(zones, key=lambda zone: unicodedata.normalize("NFKD", words.place(zone)))
    pages = max(1, -(-len(zones) // ZONES_ON_A_PAGE))
    page = min(max(page, 0), pages - 1)
    shown = zones[page * ZONES_ON_A_PAGE : (page + 1) * ZONES_ON_A_PAGE]
    buttons = [
        Button(ticked(words.place(zone), zone == chat.zone), data=press(ZONE, name_number(zone))) for zone in shown
    ]
    turning = []
    if page > 0:
        turning.append(Button(words("Previous"), data=press(ZONES, name_number(region), page - 1)))
    if page < pages - 1:
        turning.append(Button(words("Next"), data=press(ZONES, name_number(region), page + 1)))
    text = words(
        "{region}, page {page} of {pages}. Pick a city that has your time.",
        region=_region(words, region),
        page=page + 1,
        pages=pages,
    )
    return Message(
        Text(text),
        keyboard=(
            *rows(buttons, ZONES_IN_A_ROW),
            *((tuple(turning),) if turning else ()),
            (Button(words("Back"), data=press(SETTINGS, SettingsPage.REGIONS)),),
        ),
    )


def pictures_set(words: Words, pictures: Pictures) -> str:
    return words("Pictures: {size}", size=_size(words, pictures))


def silence_set(words: Words, silent: bool) -> str:
    return words("News comes silently") if silent else words("News comes with sound")


def zone_set(words: Words, zone: str) -> str:
    return words("Time zone: {zone}", zone=zone_label(zone))


def _size(words: Words, pictures: Pictures) -> str:
    match pictures:
        case Pictures.LARGE:
            return words("large")
        case Pictures.SMALL:
            return words("small")
        case Pictures.NONE:
            return words("none")


def _choice(words: Words, pictures: Pictures) -> str:
    match pictures:
        case Pictures.LARGE:
            return words("Large")
        case Pictures.SMALL:
            return words("Small")
        case Pictures.NONE:
            return words("None")


def _region_data(region: str) -> str:
    return press(ZONES, name_number(region), 0) if region != "UTC" else press(ZONE, name_number("UTC"))


def _region(words: Words, region: str) -> str:
    """Return the name of a part of the world, as IANA divides it."""
    names = {
        "Africa": words("Africa"),
        "America": words("America"),
        "Antarctica": words("Antarctica"),
        "Arctic": words("Arctic"),
        "Asia": words("Asia"),
        "Atlantic": words("Atlantic"),
        "Australia": words("Australia"),
        "Europe": words("Europe"),
        "Indian": words("Indian Ocean"),
        "Pacific": words("Pacific"),
    }
    return names.get(region, region)
