"""
The pages of `/settings` that say when news comes: how often, at which time on which days, quiet hours, a pause.

Buttons carry what they set; typed forms do the same.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.chat import Chat, ChatState
from bot.domain.delivery_time import EVERY_DAY, MAX_PER_HOUR, WORKING_DAYS, Mode, Quiet, moment_of
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.timing_text import Fault, Misread
from bot.render.locale import Words
from bot.render.reader.delivery_times import both, quiet_hours
from bot.render.reader.settings_menu import SETTINGS, SettingsPage, back_row, ticked
from bot.render.text import clip, foreign, join

CHANGE_TIME = "change_time"
DELIVERY = "set_delivery"
DAY = "set_day"
QUIET = "set_quiet"
PAUSE = "set_pause"

MODES = (Mode.NOW, Mode.CALM, Mode.HOURLY, Mode.DAILY)
"""As buttons hold them. Append only."""
CALM_CHOICES = (1, 3, 5, 10)
NIGHTS = (Quiet(21 * 60, 7 * 60), Quiet(22 * 60, 7 * 60), Quiet(23 * 60, 8 * 60), Quiet(0, 8 * 60))
PAUSES = (1, 3, 7, 14, 28)  # days
STEP = 30  # minutes by which quiet hours are moved
_QUARTERS = (0, 15, 30, 45)
_HOURS_IN_A_ROW = 6
_SAID = 60


def delivery_page(words: Words, chat: Chat, zone: ZoneInfo, wrong: Misread | None = None) -> Message:
    """Return how often news can come."""
    timing = chat.timing
    calm = tuple(
        Button(
            ticked(
                words.count("{n} an hour", "{n} an hour", many), (timing.mode, timing.per_hour) == (Mode.CALM, many)
            ),
            data=_set(Mode.CALM, many),
        )
        for many in CALM_CHOICES
    )
    daily = [Button(ticked(words("Daily"), timing.mode is Mode.DAILY), data=press(SETTINGS, SettingsPage.CLOCK))]
    if timing.mode is Mode.DAILY:
        daily.append(Button(words("Weekdays"), data=press(SETTINGS, SettingsPage.DAYS)))
    lines = [
        *wrong_lines(words, wrong),
        words("News comes {how}.", how=both(words, timing, zone)),
        words("What exceeds so many an hour comes as one list when the hour is over."),
    ]
    return Message(
        join(lines, "\n"),
        keyboard=(
            (
                Button(ticked(words("At once"), timing.mode is Mode.NOW), data=_set(Mode.NOW)),
                Button(ticked(words("Hourly"), timing.mode is Mode.HOURLY), data=_set(Mode.HOURLY)),
            ),
            calm,
            tuple(daily),
            (
                Button(words("Quiet hours"), data=press(SETTINGS, SettingsPage.QUIET)),
                Button(words("Pause"), data=press(SETTINGS, SettingsPage.PAUSE)),
            ),
            back_row(words),
        ),
    )


def clock_page(words: Words, chat: Chat, wrong: Misread | None = None) -> Message:
    """Return the times of a daily digest: the hours, and the quarters of the one that is chosen."""
    chosen = chat.timing.minute if chat.timing.mode is Mode.DAILY else None
    hours = [
        Button(ticked(words.clock(hour * 60), chosen is not None and chosen // 60 == hour), _set(Mode.DAILY, hour * 60))
        for hour in range(24)
    ]
    rows = [tuple(hours[start : start + _HOURS_IN_A_ROW]) for start in range(0, 24, _HOURS_IN_A_ROW)]
    if chosen is not None:
        quarters = [chosen - chosen % 60 + quarter for quarter in _QUARTERS]
        rows.append(tuple(Button(ticked(words.clock(at), at == chosen), _set(Mode.DAILY, at)) for at in quarters))
    text = words("At which time should the daily list come? You can also write it: /settings daily 08:10 mon-fri.")
    back = (Button(words("Back"), data=press(SETTINGS, SettingsPage.DELIVERY)),)
    return Message(join([*wrong_lines(words, wrong), text], "\n"), keyboard=(*rows, back))


def days_page(words: Words, chat: Chat) -> Message:
    """Return the weekdays of a daily digest, each to be left out or taken in."""
    chosen = chat.timing.days
    names = [
        Button(ticked(words.short_day(day), bool(chosen >> day & 1)), data=press(DAY, day, int(not chosen >> day & 1)))
        for day in range(7)
    ]
    sets = (
        Button(ticked(words("Every day"), chosen == EVERY_DAY), data=press(DAY, EVERY_DAY)),
        Button(
            ticked(words("Mon to Fri"), chosen == WORKING_DAYS),
            data=press(DAY, WORKING_DAYS),
        ),
    )
    text = words("On which days should the daily list come? What comes on the others is in the next one.")
    back = (Button(words("Back"), data=press(SETTINGS, SettingsPage.DELIVERY)),)
    return Message(Text(text), keyboard=(tuple(names[:4]), tuple(names[4:]), sets, back))


def quiet_page(words: Words, chat: Chat, wrong: Misread | None = None) -> Message:
    """Return quiet hours to choose, and to move by half an hour."""
    quiet = chat.timing.quiet
    nights = [
        Button(
            ticked(words("{begin} to {end}", begin=words.clock(one.begin), end=words.clock(one.end)), one == quiet),
            data=press(QUIET, one.begin, one.end),
        )
        for one in NIGHTS
    ]
    rows: list[tuple[Button, ...]] = [(nights[0], nights[1]), (nights[2], nights[3])]
    if quiet is not None:
        rows += [
            (
                _moved(words("Begin earlier"), quiet, begin=-STEP),
                _moved(words("Begin later"), quiet, begin=STEP),
            ),
            (_moved(words("End earlier"), quiet, end=-STEP), _moved(words("End later"), quiet, end=STEP)),
        ]
    rows.append((Button(ticked(words("No quiet hours"), quiet is None), data=press(QUIET)),))
    lines = [
        *wrong_lines(words, wrong),
        quiet_set(words, quiet) + ".",
        words("What falls into quiet hours comes after them: up to three stories one by one, more as one list."),
    ]
    return Message(join(lines, "\n"), keyboard=(*rows, back_row(words)))


def pause_page(words: Words, chat: Chat, zone: ZoneInfo, today: date, wrong: Misread | None = None) -> Message:
    """Return days on which a pause can end."""
    days = [
        Button(
            words("Tomorrow") if ahead == 1 else day_name(words, today + timedelta(days=ahead), zone),
            data=press(PAUSE, ahead),
        )
        for ahead in PAUSES
    ]
    lines: list[Text | str] = [*wrong_lines(words, wrong)]
    if chat.state is ChatState.PAUSED and chat.paused_until is not None:
        lines.append(words("Paused until {date}.", date=words.date(chat.paused_until, zone)))
    elif chat.state is ChatState.PAUSED:
        lines.append(words("Paused."))
    lines.append(
        words(
            "On which day should news come again? Nothing is sent later for the time of a pause. You can also write "
            "it: /settings pause 2027-01-07."
        )
    )
    last = [Button(words("Until I say so"), data=press(PAUSE, 0))]
    if chat.state is ChatState.PAUSED:
        last.append(Button(words("Resume"), data=press(PAUSE)))
    return Message(join(lines, "\n"), keyboard=(tuple(days[:2]), tuple(days[2:]), tuple(last), back_row(words)))


def delivery_set(words: Words, chat: Chat, zone: ZoneInfo) -> str:
    """Return the toast of a change."""
    return words("News comes {how}", how=both(words, chat.timing, zone))


def quiet_set(words: Words, quiet: Quiet | None) -> str:
    """Return the toast of a change of quiet hours."""
    said = quiet_hours(words, quiet)
    return said[:1].upper() + said[1:]


def paused_until(words: Words, chat: Chat, zone: ZoneInfo) -> str:
    """Return the toast of a pause, or of its end."""
    if chat.state is not ChatState.PAUSED:
        return words("From now on news comes again")
    if chat.paused_until is None:
        return words("Paused until you say so")
    return words("Paused until {date}", date=words.date(chat.paused_until, zone))


def one_day_at_least(words: Words) -> str:
    return words("One day has to stay. A pause is under Change times")


def wrong_lines(words: Words, wrong: Misread | None) -> list[str]:
    """Return what is wrong with what somebody wrote, and what to write."""
    if wrong is None or not wrong.said:
        return []
    said = foreign(clip(wrong.said, _SAID))
    match wrong.fault:
        case Fault.MODE:
            text = words(
                "“{said}” is not among the choices. Write /settings now, calm 3, hourly or daily 08:00.", said=said
            )
        case Fault.NUMBER:
            text = words(
                "“{said}” is no number of stories an hour. Write one from 1 to {most}: /settings calm 3.",
                said=said,
                most=words.number(MAX_PER_HOUR),
            )
        case Fault.TIME:
            text = words("There is no time “{said}”. Write hours and minutes, such as 08:00 or 22:30.", said=said)
        case Fault.DAYS:
            text = words(
                "“{said}” is no day of the week. Write days like mon-fri or sat, sun: /settings daily 08:00 mon-fri.",
                said=said,
            )
        case Fault.SPAN:
            text = words(
                "“{said}” says no quiet hours. Write when they begin and end: /settings quiet 22:00-07:00, or "
                "/settings quiet off.",
                said=said,
            )
        case Fault.LENGTH:
            text = words(
                "“{said}” would be quiet all day, or never. Write two different times: /settings quiet 22:00-07:00, or "
                "/settings quiet off.",
                said=said,
            )
        case Fault.DATE:
            text = words(
                "There is no day “{said}”. Write one like 2027-01-07, or for how long: /settings pause 5 days.",
                said=said,
            )
        case Fault.PAUSE:
            text = words(
                "“{said}” is not within the next year. A pause ends on a day to come, or with /start.", said=said
            )
    return [text]


def _moved(label: str, quiet: Quiet, *, begin: int = 0, end: int = 0) -> Button:
    day = 24 * 60
    begins, ends = (quiet.begin + begin) % day, (quiet.end + end) % day
    if begins == ends:
        begins, ends = quiet.begin, quiet.end  # there is no way further
    return Button(label, data=press(QUIET, begins, ends))


def day_name(words: Words, day: date, zone: ZoneInfo) -> str:
    """Return a day with its weekday and date."""
    at = moment_of(day, 12 * 60, zone)
    return words("{weekday}, {date}", weekday=words.weekday(at, zone), date=words.date(at, zone))


def _set(mode: Mode, value: int = 0) -> str:
    return press(DELIVERY, MODES.index(mode), value)
