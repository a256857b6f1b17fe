"""How a chat wants its news: one message, edited in place, with a toast for every change."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.message import Message
from bot.render import settings as screens
from bot.render.locale import languages, words_for
from bot.services import preferences
from bot.telegram_edge import menus
from bot.telegram_edge.house import House
from bot.telegram_edge.registry import Command, Conversation, PressRule, msgid
from bot.telegram_edge.request import PressRequest, Request


async def settings(house: House, request: Request) -> None:
    """Show the settings, or set the time zone that was named."""
    chat = request.chat
    if request.args:
        zone = preferences.zone_called(request.args, request.words.place)
        if zone is None:
            await request.answer(screens.unknown_zone(request.words, request.args))
            return
        await preferences.set_zone(house.db, chat, zone)
        chat = replace(chat, zone=zone)
    await request.answer(screens.overview(request.words, chat, house.settings.timezone.key))


async def turn(house: House, press: PressRequest) -> None:
    """Turn to another page. A page that is not there (any more) becomes the overview."""
    match _number(press):
        case screens.Page.PICTURES:
            page = screens.pictures_page(press.words, press.chat)
        case screens.Page.LANGUAGE:
            page = _languages(house, press)
        case screens.Page.REGIONS:
            page = screens.regions_page(press.words, press.chat, _regions())
        case _:
            page = _overview(house, press)
    await press.redraw(page)


async def turn_zones(house: House, press: PressRequest) -> None:
    """Show a page of the zones in one part of the world."""
    region = next((name for name in _regions() if screens.name_number(name) == _number(press)), None)
    if region is None:
        await press.redraw(screens.regions_page(press.words, press.chat, _regions()))
        return
    zones = [zone for zone in preferences.zones() if zone.startswith(f"{region}/")]
    await press.redraw(screens.zones_page(press.words, press.chat, region, zones, _number(press, 1)))


async def set_pictures(house: House, press: PressRequest) -> None:
    number = _number(press)
    if 0 <= number < len(screens.PICTURE_SIZES):
        pictures = screens.PICTURE_SIZES[number]
        await preferences.set_pictures(house.db, press.chat, pictures)
        press.chat = replace(press.chat, pictures=pictures)
        await press.toast(screens.pictures_set(press.words, pictures))
    await press.redraw(_overview(house, press))


async def set_silent(house: House, press: PressRequest) -> None:
    silent = _number(press) == 1
    await preferences.set_silent(house.db, press.chat, silent)
    press.chat = replace(press.chat, silent=silent)
    await press.toast(screens.silence_set(press.words, silent))
    await press.redraw(_overview(house, press))


async def set_language(house: House, press: PressRequest) -> None:
    language = next((tag for tag in languages() if screens.name_number(tag) == _number(press)), None)
    if language is not None:
        await preferences.set_language(house.db, press.chat, language)
        await _speaks(house, press, language, chosen=True)
    elif not press.numbers and press.is_private:  # as their phone
        await preferences.follow_client(house.db, press.chat, press.language)
        await _speaks(house, press, press.language, chosen=False)
    await press.redraw(_overview(house, press))


async def _speaks(house: House, press: PressRequest, language: str, *, chosen: bool) -> None:
    press.chat = replace(press.chat, language=language, language_chosen=chosen)
    press.words = words_for(language)
    await press.toast(screens.language_set(press.words, chosen))
    await menus.register_editors(house)


async def set_zone(house: House, press: PressRequest) -> None:
    """Set the zone, or without a number take the operator's again."""
    zone = next((name for name in preferences.zones() if screens.name_number(name) == _number(press)), None)
    if zone is not None or not press.numbers:
        await preferences.set_zone(house.db, press.chat, zone)
        press.chat = replace(press.chat, zone=zone)
        await press.toast(screens.zone_set(press.words, zone or house.settings.timezone.key))
    await press.redraw(_overview(house, press))


async def close(house: House, press: PressRequest) -> None:
    await press.redraw(screens.closed(press.words))


def _overview(house: House, press: PressRequest) -> Message:
    return screens.overview(press.words, press.chat, house.settings.timezone.key)


def _languages(house: House, press: PressRequest) -> Message:
    return screens.language_page(press.words, press.chat, languages(), house.bot.first_name)


def _regions() -> list[str]:
    return list(dict.fromkeys(zone.partition("/")[0] for zone in preferences.zones()))


def _number(press: PressRequest, place: int = 0) -> int:
    """Return a number of the button; 0 where its data has none."""
    return press.numbers[place] if place < len(press.numbers) else 0


CONVERSATION = Conversation(
    name="settings",
    commands=(
        Command(
            "settings",
            msgid("pictures, sound, language, time zone"),
            settings,
            usage=msgid("/settings [CITY]"),
            in_menu=True,
            admins_only=True,
        ),
    ),
    presses=(
        PressRule(screens.SETTINGS, turn, admins_only=True),
        PressRule(screens.ZONES, turn_zones, admins_only=True),
        PressRule(screens.PICTURES, set_pictures, admins_only=True),
        PressRule(screens.SILENT, set_silent, admins_only=True),
        PressRule(screens.LANGUAGE, set_language, admins_only=True),
        PressRule(screens.ZONE, set_zone, admins_only=True),
        PressRule(screens.CLOSE, close, admins_only=True),
    ),
)
