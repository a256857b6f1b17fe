"""When a chat's news comes, in words: for lists, settings and what it follows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.chat import DigestForm
from bot.domain.delivery_time import EVERY_DAY, WORKING_DAYS, Mode, Quiet, Timing
from bot.render.locale import Words


def delivery(words: Words, timing: Timing, zone: ZoneInfo) -> str:
    """Return how often news comes: `daily at 08:00, Berlin`."""
    match timing.mode:
        case Mode.NOW:
            return words("at once, without a sound") if timing.silent else words("at once")
        case Mode.CALM:
            return words.count("at once, at most {n} an hour", "at once, at most {n} an hour", timing.per_hour)
        case Mode.HOURLY:
            return words("hourly, as one list")
        case Mode.DAILY:
            time, city = words.clock(timing.minute), words.place(zone.key)
            if timing.days == EVERY_DAY:
                return words("daily at {time}, {city}", time=time, city=city)
            return words("daily at {time}, {days}, {city}", time=time, days=days(words, timing.days), city=city)


def quiet_hours(words: Words, quiet: Quiet | None) -> str:
    """Return `quiet from 22:00 to 07:00`, or that there are none."""
    if quiet is None:
        return words("no quiet hours")
    return words("quiet from {begin} to {end}", begin=words.clock(quiet.begin), end=words.clock(quiet.end))


def both(words: Words, timing: Timing, zone: ZoneInfo) -> str:
    """Return how often news comes, and the quiet hours if there are any."""
    said = delivery(words, timing, zone)
    if timing.quiet is None:
        return said
    return words("{delivery}; {quiet}", delivery=said, quiet=quiet_hours(words, timing.quiet))


def days(words: Words, chosen: int) -> str:
    """Return weekdays: `Mon to Fri`, or each of them."""
    if chosen == WORKING_DAYS:
        return words("{first} to {last}", first=words.short_day(0), last=words.short_day(4))
    return words.list([words.short_day(day) for day in range(7) if chosen >> day & 1])


def moment(words: Words, at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return a moment to come: `today, 20:00 Berlin`, `tomorrow, 08:00 Berlin`, `Monday, 08:00 Berlin`, or with its
    date."""
    time, city = words.time(at, zone), words.place(zone.key)
    ahead = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if ahead == 0:
        return words("today, {time} {city}", time=time, city=city)
    if ahead == 1:
        return words("tomorrow, {time} {city}", time=time, city=city)
    day = words.weekday(at, zone) if 1 < ahead < 7 else words.date(at, zone)
    return words("{day}, {time} {city}", day=day, time=time, city=city)


def look_name(words: Words, form: DigestForm) -> str:
    """Return how lists of news look: classic, or rich."""
    match form:
        case DigestForm.CLASSIC:
            return words("classic")
        case DigestForm.RICH:
            return words("rich")
