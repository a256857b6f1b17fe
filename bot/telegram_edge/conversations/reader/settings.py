"""How a chat wants its news: one message, edited in place, with a toast for every change."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery_time import Mode
from bot.domain.message import Message
from bot.domain.parts import ALL_PARTS, arranged, read_parts
from bot.domain.timing_text import on_or_off
from bot.render.locale import Words, languages, words_for
from bot.render.reader import filters as filter_screens
from bot.render.reader import language_settings, parts_settings, settings_menu
from bot.render.reader import settings as screens
from bot.render.reader import time_zones as zone_screens
from bot.render.reader.article import example
from bot.render.reader.digest_settings import digest_page
from bot.render.reader.mistyped import not_among
from bot.services.readers import linked_groups, places, preferences, topic_threads
from bot.telegram_edge.conversations.reader import delivery_times, digest_looks, filters, topic_times
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def settings(ctx: BotContext, request: Request) -> None:
    """Show the settings, or set what is typed: `daily 08:00`, `quiet off`, `zone UTC+3`, `parts title` and the like."""
    what, *value = request.args.split(maxsplit=1) or [""]
    typed = _TYPED.get(what.casefold())
    if what.casefold() in MODES:
        await delivery_times.delivery_typed(ctx, request, what, *value or [""])
    elif typed is not None:
        await typed(ctx, request, *value or [""])
    elif request.args and not await topic_times.typed(ctx, request):
        await _zone_named(ctx, request, request.args)
    elif not request.args:
        await _show(ctx, request, request.chat)


async def _zone_named(ctx: BotContext, request: Request, name: str) -> None:
    """Set the zone of a place or of a distance from UTC, or say what could be meant."""
    words = request.words
    if not name:
        await request.answer(screens.regions_page(words, request.chat, _regions()))
        return
    match await places.find(name, ctx.city_search, words.place, ctx.clock()):
        case places.Meant(zone):
            chat = await preferences.set_zone(ctx.db, request.chat, zone, ctx.clock())
            ctx.wake()
            await _show(ctx, request, chat)
        case places.Several(cities):
            await request.answer(zone_screens.several(words, name, cities))
        case places.Near(cities):
            await request.answer(zone_screens.near(words, name, cities))
        case places.AtOffset(offset, zones):
            await request.answer(zone_screens.at_offset(words, offset, zones))
        case places.Unknown(is_looked_up):
            await request.answer(zone_screens.unknown(words, name, is_looked_up))


async def _language_named(ctx: BotContext, request: Request, wish: str) -> None:
    """Set a language by its tag or its name, or let the chat follow its person's client (`auto`)."""
    chat, name = request.chat, ctx.bot.first_name
    if wish.casefold() == language_settings.AUTO and request.is_private:
        await preferences.follow_client(ctx.db, chat, request.language)
        chat = chat._replace(language=request.language, language_chosen=False)
    elif (spoken := language_settings.language_called(request.words, wish, languages())) is not None:
        await preferences.set_language(ctx.db, chat, spoken)
        chat = chat._replace(language=spoken, language_chosen=True)
    else:
        await request.answer(language_settings.language_page(request.words, chat, languages(), name, wish))
        return
    await ctx.menus.retranslate(chat.id)
    words = words_for(chat.language) if request.managing is None else request.words
    await request.answer(_overview_of(ctx, words, chat))


async def _pictures_named(ctx: BotContext, request: Request, wish: str) -> None:
    pictures = next((size for size in screens.PICTURE_SIZES if size == wish.casefold()), None)
    if pictures is None:
        await request.answer(not_among(request.words, wish, screens.pictures_page(request.words, request.chat)))
        return
    await preferences.set_pictures(ctx.db, request.chat, pictures)
    await _show(ctx, request, request.chat._replace(pictures=pictures))


async def _silence_named(ctx: BotContext, request: Request, wish: str) -> None:
    silent = on_or_off(wish)
    if silent is None:
        await _unchanged(ctx, request, wish)
        return
    await preferences.set_silent(ctx.db, request.chat, silent)
    await _show(ctx, request, request.chat._replace(silent=silent))


async def _parts_named(ctx: BotContext, request: Request, wish: str) -> None:
    """Set the parts of pushes: their names, `all`, or `auto` for the operator's. Any other name gets the buttons."""
    named = [parts_settings.part_named(request.words, name) for name in wish.replace(",", " ").split()]
    try:
        wanted = None if named == [language_settings.AUTO] else read_parts(" ".join(named))
    except ValueError as error:
        await request.answer(await _parts_page(ctx, request, str(error)))
        return
    if not named:
        await request.answer(await _parts_page(ctx, request))
        return
    parts = None if wanted is None else arranged(wanted, ctx.settings.parts)
    await preferences.set_parts(ctx.db, request.chat, parts)
    await request.answer(await _parts_page(ctx, replace(request, chat=request.chat._replace(parts=parts))))


async def _parts_page(ctx: BotContext, request: Request | PressRequest, unknown: str = "") -> Message:
    """Return the parts to choose from, with an example of today's choice."""
    chat, look = request.chat, ctx.look(request.chat)
    article, worn = await preferences.example(ctx.db) or (None, [])
    shown = example(article, worn, look, ctx.clock())
    return parts_settings.parts_page(request.words, chat, ctx.settings.parts, shown, unknown)


async def _show(ctx: BotContext, request: Request, chat: Chat) -> None:
    await request.answer(_overview_of(ctx, request.words, chat))


async def _unchanged(ctx: BotContext, request: Request, wish: str) -> None:
    await request.answer(not_among(request.words, wish, _overview_of(ctx, request.words, request.chat)))


async def _repeats_named(ctx: BotContext, request: Request, wish: str) -> None:
    """Let a group also get what its linked channel posts (`on`), or leave that to the channel (`off`)."""
    repeats = on_or_off(wish)
    if request.chat.kind is not ChatKind.GROUP:
        await request.answer(screens.only_of_groups(request.words))
    elif request.chat.linked_channel is None:
        await request.answer(screens.no_linked_channel(request.words))
    elif repeats is None:
        await _unchanged(ctx, request, wish)
    else:
        await _show(ctx, request, await linked_groups.set_repeats(ctx.db, request.chat, repeats))


async def _threads_named(ctx: BotContext, request: Request, wish: str) -> None:
    """Give each followed topic a thread of its own in a private chat (`on`), or none (`off`)."""
    wants = on_or_off(wish)
    if not request.is_private or (wants and not _has_threads(ctx)):
        await request.answer(screens.no_threads(request.words))
        return
    if wants is None:
        await _unchanged(ctx, request, wish)
        return
    chat = await topic_threads.want(ctx.db, request.chat, wants)
    ctx.wake()
    await _show(ctx, request, chat)


def _has_threads(ctx: BotContext) -> bool:
    """Return whether the bot has threads in private chats: whoever owns it switches them on at @BotFather."""
    return bool(ctx.bot.bot.has_topics_enabled)


MODES = frozenset(Mode)
_TYPED = {
    "zone": _zone_named,
    "language": _language_named,
    "pictures": _pictures_named,
    "silent": _silence_named,
    "parts": _parts_named,
    "channel": _repeats_named,
    "threads": _threads_named,
    "digest": digest_looks.digest_typed,
    "quiet": delivery_times.quiet_typed,
    "pause": delivery_times.pause_typed,
    "announcements": filters.announcements_typed,
    "breaking": filters.breaking_typed,
    "quality": filters.quality_typed,
}


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn to another page. A page that is not there (any more) becomes the overview."""
    match _number(press):
        case settings_menu.SettingsPage.PICTURES:
            page = screens.pictures_page(press.words, press.chat)
        case settings_menu.SettingsPage.LANGUAGE:
            page = _languages(ctx, press)
        case settings_menu.SettingsPage.REGIONS:
            page = screens.regions_page(press.words, press.chat, _regions())
        case settings_menu.SettingsPage.DIGEST:
            page = digest_page(press.words, press.chat)
        case settings_menu.SettingsPage.PARTS:
            page = await _parts_page(ctx, press)
        case settings_menu.SettingsPage.FILTERS:
            page = filter_screens.filters_page(press.words, press.chat)
        case number:
            page = delivery_times.page(ctx, press, number) or _overview(ctx, press)
    await press.redraw(page)


async def turn_zones(ctx: BotContext, press: PressRequest) -> None:
    """Show a page of the zones in one part of the world."""
    region = next((name for name in _regions() if settings_menu.name_number(name) == _number(press)), None)
    if region is None:
        await press.redraw(screens.regions_page(press.words, press.chat, _regions()))
        return
    zones = [zone for zone in preferences.zones() if zone.startswith(f"{region}/")]
    await press.redraw(screens.zones_page(press.words, press.chat, region, zones, _number(press, 1)))


async def set_pictures(ctx: BotContext, press: PressRequest) -> None:
    number = _number(press)
    if 0 <= number < len(screens.PICTURE_SIZES):
        pictures = screens.PICTURE_SIZES[number]
        await preferences.set_pictures(ctx.db, press.chat, pictures)
        press.chat = press.chat._replace(pictures=pictures)
        await press.toast(screens.pictures_set(press.words, pictures))
    await press.redraw(_overview(ctx, press))


async def set_parts(ctx: BotContext, press: PressRequest) -> None:
    """Show a part or leave it out, as the button said; without a number all are shown, or those of the operator."""
    place, is_shown = _number(press), _number(press, 1) == 1
    chosen = arranged(press.chat.parts, ctx.settings.parts)
    if not press.numbers or place == parts_settings.USUAL_PARTS:
        parts = ALL_PARTS if not press.numbers else None
        toast = parts_settings.parts_set(press.words, arranged(parts, ctx.settings.parts))
    elif 0 <= place < len(parts_settings.PART_NUMBERS):
        part = parts_settings.PART_NUMBERS[place]
        parts = arranged({*chosen, part} if is_shown else {*chosen} - {part}, ctx.settings.parts)
        toast = parts_settings.part_set(press.words, part, is_shown)
    else:
        await press.redraw(_overview(ctx, press))
        return
    await preferences.set_parts(ctx.db, press.chat, parts)
    press.chat = press.chat._replace(parts=parts)
    await press.toast(toast)
    await press.redraw(await _parts_page(ctx, press))


async def set_repeats(ctx: BotContext, press: PressRequest) -> None:
    if press.chat.linked_channel is None:
        await press.toast(screens.no_linked_channel(press.words).text.string, alert=True)
    else:
        press.chat = await linked_groups.set_repeats(ctx.db, press.chat, _number(press) == 1)
        await press.toast(screens.repeats_set(press.words, press.chat.repeats_channel))
    await press.redraw(_overview(ctx, press))


async def set_threads(ctx: BotContext, press: PressRequest) -> None:
    wants = _number(press) == 1
    if not press.is_private or (wants and not _has_threads(ctx)):
        await press.toast(screens.no_threads(press.words).text.string, alert=True)
    else:
        press.chat = await topic_threads.want(ctx.db, press.chat, wants)
        ctx.wake()
        await press.toast(screens.threads_set(press.words, wants))
    await press.redraw(_overview(ctx, press))


async def set_silent(ctx: BotContext, press: PressRequest) -> None:
    silent = _number(press) == 1
    await preferences.set_silent(ctx.db, press.chat, silent)
    press.chat = press.chat._replace(silent=silent)
    await press.toast(screens.silence_set(press.words, silent))
    await press.redraw(_overview(ctx, press))


async def set_language(ctx: BotContext, press: PressRequest) -> None:
    language = next((tag for tag in languages() if settings_menu.name_number(tag) == _number(press)), None)
    if language is not None:
        await preferences.set_language(ctx.db, press.chat, language)
        await _speaks(ctx, press, language, chosen=True)
    elif not press.numbers and press.is_private:  # as their phone
        await preferences.follow_client(ctx.db, press.chat, press.language)
        await _speaks(ctx, press, press.language, chosen=False)
    await press.redraw(_overview(ctx, press))


async def _speaks(ctx: BotContext, press: PressRequest, language: str, *, chosen: bool) -> None:
    press.chat = press.chat._replace(language=language, language_chosen=chosen)
    if press.managing is None:
        press.words = words_for(language)
    await press.toast(language_settings.language_set(press.words, language, chosen))
    await ctx.menus.retranslate(press.chat.id)


async def set_zone(ctx: BotContext, press: PressRequest) -> None:
    """Set the zone, or without a number take the operator's again."""
    zone = next((name for name in preferences.zones() if settings_menu.name_number(name) == _number(press)), None)
    if zone is not None or not press.numbers:
        press.chat = await preferences.set_zone(ctx.db, press.chat, zone, ctx.clock())
        ctx.wake()
        await press.toast(screens.zone_set(press.words, zone or ctx.settings.timezone.key))
    await press.redraw(_overview(ctx, press))


async def close(ctx: BotContext, press: PressRequest) -> None:
    await press.redraw(screens.closed(press.words))


def _overview(ctx: BotContext, press: PressRequest) -> Message:
    return _overview_of(ctx, press.words, press.chat)


def _overview_of(ctx: BotContext, words: Words, chat: Chat) -> Message:
    has_threads = _has_threads(ctx)
    return screens.overview(words, chat, ctx.settings.timezone.key, ctx.clock(), ctx.settings.parts, has_threads)


def _languages(ctx: BotContext, press: PressRequest) -> Message:
    return language_settings.language_page(press.words, press.chat, languages(), ctx.bot.first_name)


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
            msgid("when and how news comes, language, time zone"),
            settings,
            usage=msgid("/settings [CITY]"),
            in_menu=True,
            admins_only=True,
            for_one=True,
        ),
    ),
    presses=(
        PressRule(settings_menu.SETTINGS, turn, admins_only=True),
        PressRule(screens.ZONES, turn_zones, admins_only=True),
        PressRule(screens.PICTURES, set_pictures, admins_only=True),
        PressRule(parts_settings.PARTS, set_parts, admins_only=True),
        PressRule(screens.SILENT, set_silent, admins_only=True),
        PressRule(screens.REPEATS, set_repeats, admins_only=True),
        PressRule(screens.THREADS, set_threads, admins_only=True),
        PressRule(language_settings.LANGUAGE, set_language, admins_only=True),
        PressRule(screens.ZONE, set_zone, admins_only=True),
        PressRule(settings_menu.CLOSE, close, admins_only=True),
    ),
)
