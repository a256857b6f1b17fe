"""
The words in which people say when: for each language the closed list that `when_text` understands, and no other word.
Five more languages, and the table of all, are in `when_languages`.

All are written without accents and in small letters, as what is typed is before it is compared; a phrase is words with
blanks between them. Where two phrases fit, both are tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """A part of the day that says which of two times an hour is."""

    AM = "am"
    PM = "pm"
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"
    SMALL_HOURS = "small hours"
    FIRST_HALF = "first half"  # of the day, in languages where its 12 may be either end
    SECOND_HALF = "second half"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language. `days` are counted from today; Monday is 0; `units` are minutes, `day_units` days.

    `around` are templates of a time with an hour in it (`N`): minutes from that hour. `inside` are clock words that
    stand between hour and minutes (`18 uhr 30`). `alone` are units that stand without a number (`через час`).
    `month_first`: 3/4 may be 4 March as well as 3 April.
    `joined` are weekdays and parts of the day in one word. `later` stands behind an amount of time (`2 小时后`),
    `minutes` behind minutes (`9 点 30 分`), `year` behind a year; `endings` say nothing more at the end.
    `part_leads`: a part of the day may stand first (`上午 9 点`).
    """

    fillers: tuple[str, ...]
    clock_fillers: tuple[str, ...]
    days: Mapping[str, int]
    parts: Mapping[str, Part]
    parts_of_today: Mapping[str, Part]
    weekdays: Mapping[str, int]
    coming: tuple[str, ...]
    of_this_week: tuple[str, ...]
    of_next_week: tuple[str, ...]
    months: Mapping[str, int]
    numbers: Mapping[str, int]
    ordinal: tuple[str, ...]
    the_day: tuple[str, ...]
    of: tuple[str, ...]
    within: tuple[str, ...]
    units: Mapping[str, int]
    day_units: Mapping[str, int]
    noon: tuple[str, ...]
    midnight: tuple[str, ...]
    around: Mapping[str, int]
    inside: tuple[str, ...]
    silently: tuple[str, ...]
    breaking: tuple[str, ...]
    month_first: bool = False
    ones: Mapping[str, float] = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)
    alone_days: Mapping[str, int] = field(default_factory=dict)
    joined: Mapping[str, tuple[int, Part]] = field(default_factory=dict)
    parts_of_tomorrow: Mapping[str, Part] = field(default_factory=dict)
    later: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    part_leads: bool = False


def name_list(words: str, first: int = 0) -> dict[str, int]:
    """Return each word's place; names of one place are joined by `/`."""
    return {name: place for place, names in enumerate(words.split(), first) for name in names.split("/")}


ENGLISH = Vocabulary(
    fillers=("on", "on the", "the", ",", "at", "from"),
    clock_fillers=("at", "@", "by"),
    days={"today": 0, "tomorrow": 1, "tmrw": 1, "the day after tomorrow": 2, "day after tomorrow": 2},
    parts={
        "am": Part.AM, "a . m .": Part.AM, "a . m": Part.AM, "pm": Part.PM, "p . m .": Part.PM, "p . m": Part.PM,
        "in the morning": Part.MORNING, "morning": Part.MORNING, "in the afternoon": Part.AFTERNOON,
        "afternoon": Part.AFTERNOON, "in the evening": Part.EVENING, "evening": Part.EVENING, "at night": Part.NIGHT,
        "night": Part.NIGHT,
    },
    parts_of_today={
        "tonight": Part.EVENING, "this morning": Part.MORNING, "this afternoon": Part.AFTERNOON,
        "this evening": Part.EVENING,
    },
    weekdays=name_list(
        "monday/mon/mondays tuesday/tue/tues wednesday/wed thursday/thu/thur/thurs friday/fri saturday/sat sunday/sun"
    ),
    coming=("next", "coming", "this coming"),
    of_this_week=("this",),
    of_next_week=("next week", "of next week"),
    months=name_list(
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept october/oct "
        "november/nov december/dec", 1
    ),
    numbers=name_list("zero one two three four five six seven eight nine ten eleven twelve")
    | {"fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45, "forty - five": 45},
    ordinal=("st", "nd", "rd", "th"),
    the_day=("the {} th", "the {} st", "the {} nd", "the {} rd", "{} th", "{} st", "{} nd", "{} rd"),
    of=("of",),
    within=("in", "within"),
    units={
        "minute": 1, "minutes": 1, "min": 1, "mins": 1, "m": 1, "hour": 60, "hours": 60, "h": 60, "hr": 60, "hrs": 60,
    },
    day_units={"day": 1, "days": 1, "week": 7, "weeks": 7},
    noon=("noon", "midday", "12 noon"),
    midnight=("midnight", "12 midnight"),
    around={
        "half past N": 30, "quarter past N": 15, "a quarter past N": 15, "quarter to N": -15, "a quarter to N": -15,
        "N o ' clock": 0, "N oclock": 0,
    },
    inside=("h",),
    silently=("silently", "silent", "without sound", "quietly"),
    breaking=("breaking", "as breaking news", "breaking news"),
    month_first=True,
    ones={"a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "an hour and a half": 1.5},
)  # fmt: skip

_GERMAN_PARTS = {
    "fruh": Part.MORNING, "frueh": Part.MORNING, "morgen": Part.MORNING, "vormittag": Part.MORNING,
    "mittag": Part.NOON, "nachmittag": Part.AFTERNOON, "abend": Part.EVENING,
}  # fmt: skip
_GERMAN_WEEKDAYS = "montag dienstag mittwoch donnerstag freitag samstag sonntag"

GERMAN = Vocabulary(
    fillers=("am", "den", "der", "dem", ",", "um", "gegen", "ab", "auf", "fur", "zum"),
    clock_fillers=("um", "ab"),
    days={"heute": 0, "morgen": 1, "ubermorgen": 2, "uebermorgen": 2},
    parts={
        "morgens": Part.MORNING, "fruh": Part.MORNING, "frueh": Part.MORNING, "am morgen": Part.MORNING,
        "vormittags": Part.MORNING, "vormittag": Part.MORNING, "am vormittag": Part.MORNING,
        "mittags": Part.NOON, "mittag": Part.NOON, "nachmittags": Part.AFTERNOON, "nachmittag": Part.AFTERNOON,
        "am nachmittag": Part.AFTERNOON, "abends": Part.EVENING, "abend": Part.EVENING, "am abend": Part.EVENING,
        "nachts": Part.NIGHT, "nacht": Part.NIGHT, "in der nacht": Part.NIGHT, "in der fruh": Part.MORNING,
    },
    parts_of_today={"heute morgen": Part.MORNING, "heute fruh": Part.MORNING, "heute frueh": Part.MORNING,
                    "heute abend": Part.EVENING, "heute nachmittag": Part.AFTERNOON, "heute nacht": Part.NIGHT},
    weekdays=name_list(
        "montag/mo/mon dienstag/di mittwoch/mi donnerstag/do freitag/fr samstag/sa/sonnabend sonntag/so"
    ),
    coming=("nachsten", "nachster", "nachste", "naechsten", "naechster", "kommenden", "kommender"),
    of_this_week=("diesen", "dieser", "diese woche"),
    of_next_week=("nachste woche", "naechste woche", "in der nachsten woche", "kommende woche"),
    months=name_list(
        "januar/jan/janner/jaenner februar/feb/feber marz/mar/maerz/mrz april/apr mai juni/jun juli/jul august/aug "
        "september/sep/sept oktober/okt november/nov dezember/dez", 1
    ),
    numbers=name_list("null ein/eins/eine zwei/zwo drei vier funf/fuenf sechs sieben acht neun zehn elf zwolf/zwoelf")
    | {"funfzehn": 15, "fuenfzehn": 15, "zwanzig": 20, "dreissig": 30, "dreißig": 30},
    ordinal=(".",),
    the_day=("am {} .", "den {} .", "{} ."),
    of=(),
    within=("in",),
    units={"minute": 1, "minuten": 1, "min": 1, "stunde": 60, "stunden": 60, "std": 60, "h": 60},
    day_units={"tag": 1, "tagen": 1, "tage": 1, "woche": 7, "wochen": 7},
    noon=("mittags", "mittag", "12 uhr mittags"),
    midnight=("mitternacht", "um mitternacht"),
    around={
        "halb N": -30, "viertel nach N": 15, "viertel vor N": -15, "dreiviertel N": -15, "viertel N": -45,
        "punkt N": 0,
    },
    inside=("uhr", "h"),
    silently=("still", "leise", "lautlos", "ohne ton", "stumm"),
    breaking=("eilmeldung", "als eilmeldung", "eil", "eilig"),
    joined={
        f"{name}{part}": (day, meant)
        for name, day in name_list(_GERMAN_WEEKDAYS).items()
        for part, meant in _GERMAN_PARTS.items()
    },
    ones={"einer": 1, "einem": 1, "einer halben": 0.5, "eine halbe": 0.5, "anderthalb": 1.5, "eineinhalb": 1.5},
)  # fmt: skip

SPANISH = Vocabulary(
    fillers=("el", "el dia", ",", "para el", "a las", "a la", "de", "del"),
    clock_fillers=("a las", "a la", "las", "la"),
    days={"hoy": 0, "manana": 1, "pasado manana": 2},
    parts={
        "am": Part.AM, "a . m .": Part.AM, "pm": Part.PM, "p . m .": Part.PM, "de la manana": Part.MORNING,
        "por la manana": Part.MORNING, "de la tarde": Part.AFTERNOON, "por la tarde": Part.AFTERNOON,
        "de la noche": Part.EVENING, "por la noche": Part.EVENING, "de la madrugada": Part.AM,
        "del mediodia": Part.NOON,
    },
    parts_of_today={"esta noche": Part.EVENING, "esta tarde": Part.AFTERNOON, "esta manana": Part.MORNING},
    weekdays=name_list("lunes/lun martes/mar miercoles/mie jueves/jue viernes/vie sabado/sab domingo/dom"),
    coming=("proximo", "el proximo"),
    of_this_week=("este",),
    of_next_week=("de la proxima semana", "de la semana que viene", "la proxima semana", "la semana que viene"),
    months=name_list(
        "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
        "septiembre/setiembre/sept/sep octubre/oct noviembre/nov diciembre/dic", 1
    ),
    numbers=name_list("cero un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce")
    | {"quince": 15, "veinte": 20, "treinta": 30},
    ordinal=("o", "º"),
    the_day=("el {}", "el dia {}"),
    of=("de", "del"),
    within=("en", "dentro de"),
    units={"minuto": 1, "minutos": 1, "min": 1, "hora": 60, "horas": 60, "h": 60},
    day_units={"dia": 1, "dias": 1, "semana": 7, "semanas": 7},
    noon=("al mediodia", "mediodia", "a mediodia"),
    midnight=("a medianoche", "medianoche", "a la medianoche"),
    around={
        "N y media": 30, "N y cuarto": 15, "N menos cuarto": -15, "N en punto": 0, "N horas": 0, "N hs": 0,
    },
    inside=("h",),
    silently=("en silencio", "silenciosamente", "sin sonido"),
    breaking=("ultima hora", "de ultima hora", "urgente"),
    ones={"media": 0.5},
)  # fmt: skip

FRENCH = Vocabulary(
    fillers=("le", ",", "a", "de", "pour le", "vers"),
    clock_fillers=("a",),
    days={"aujourd ' hui": 0, "aujourdhui": 0, "demain": 1, "apres - demain": 2, "apres demain": 2},
    parts={
        "du matin": Part.MORNING, "matin": Part.MORNING, "le matin": Part.MORNING,
        "de l ' apres - midi": Part.AFTERNOON, "de l ' apres midi": Part.AFTERNOON, "apres - midi": Part.AFTERNOON,
        "du soir": Part.EVENING,
        "soir": Part.EVENING, "le soir": Part.EVENING,
    },
    parts_of_today={
        "ce soir": Part.EVENING, "ce matin": Part.MORNING, "cet apres - midi": Part.AFTERNOON,
        "cet apres midi": Part.AFTERNOON, "cette nuit": Part.NIGHT,
    },
    weekdays=name_list("lundi/lun mardi/mar mercredi/mer jeudi/jeu vendredi/ven samedi/sam dimanche/dim"),
    coming=("prochain",),
    of_this_week=("ce",),
    of_next_week=("de la semaine prochaine", "la semaine prochaine", "semaine prochaine"),
    months=name_list(
        "janvier/janv/jan fevrier/fevr/fev mars avril/avr mai juin juillet/juil aout septembre/sept/sep octobre/oct "
        "novembre/nov decembre/dec", 1
    ),
    numbers=name_list("zero un/une deux trois quatre cinq six sept huit neuf dix onze douze")
    | {"quinze": 15, "vingt": 20, "trente": 30},
    ordinal=("er",),
    the_day=("le {}", "le {} er"),
    of=("de",),
    within=("dans", "d ' ici"),
    units={"minute": 1, "minutes": 1, "min": 1, "mn": 1, "heure": 60, "heures": 60, "h": 60},
    day_units={"jour": 1, "jours": 1, "semaine": 7, "semaines": 7},
    noon=("midi", "a midi"),
    midnight=("minuit", "a minuit"),
    around={
        "N heures et demie": 30, "N heure et demie": 30, "N h et demie": 30, "N heures et quart": 15,
        "N heures moins le quart": -15, "N heures moins quart": -15, "midi et demi": 750,
    },
    inside=("h", "heures", "heure"),
    silently=("en silence", "silencieusement", "sans son"),
    breaking=("urgent", "en urgence", "flash"),
    ones={"une demi -": 0.5, "une demi": 0.5},
)  # fmt: skip
