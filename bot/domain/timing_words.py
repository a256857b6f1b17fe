"""
The words beside numbers and weekdays with which people say when, in the languages newsbot speaks.

All in small letters, as NFKC has them. What is longer stands before what it begins with.
"""

from __future__ import annotations

WORKING_DAYS = frozenset({"weekdays", "workdays", "werktags", "laborables", "ouvrés", "будни", "工作日", "平日"})
WEEKENDS = frozenset({"weekend", "weekends", "wochenende", "week-end", "выходные", "周末", "週末"})
EVERY_DAY = frozenset({"daily", "everyday", "täglich", "ежедневно", "يوميا", "يوميًا", "每天", "毎日"})

FILLERS = frozenset(
    {
        *("at", "on", "and", "every", "from", "um", "von", "und", "jeden"),
        *("a", "à", "às", "as", "la", "las", "los", "el", "le", "les", "de", "des", "del", "du", "das", "da"),
        *(
            "y",
            "e",
            "et",
            "cada",
            "chaque",
            "os",
            "с",
            "со",
            "в",
            "во",
            "и",
            "каждый",
            "من",
            "في",
            "و",
            "从",
            "在",
            "に",
            "の",
        ),
    }
)
"""Words that say nothing more: at, the, from, and."""

UP_TO = r"\b(?:to|bis|hasta|jusqu['’]à|até|по|до|إلى|الى)\b|至|到|から|(?<=\S)\s(?:a|à|au|às|e)\s(?=\S)"
"""What stands between two times or two weekdays, beside a dash."""

OFF = frozenset(
    {
        *("off", "none", "no", "never", "aus", "keine", "nein", "ninguna", "aucune", "non", "não", "nao", "nenhum"),
        *("нет", "выкл", "لا", "关", "关闭", "无", "オフ", "なし"),
    }
)

ON = frozenset(
    {
        *("on", "yes", "an", "ein", "ja", "sí", "si", "oui", "activado", "activé", "ligado", "sim"),
        *("вкл", "да", "نعم", "开", "开启", "オン", "はい"),
    }
)

UNTIL = ("until ", "bis ", "hasta el ", "hasta ", "jusqu'au ", "jusqu’au ", "até ", "до ", "حتى ", "直到", "至")

DAY_UNITS = frozenset(
    {
        *("d", "day", "days", "tag", "tage", "tagen", "día", "días", "dia", "dias", "jour", "jours", "j"),
        *("день", "дня", "дней", "يوم", "أيام", "ايام", "يوما", "يومًا", "天", "日", "日間"),
    }
)
WEEK_UNITS = frozenset(
    {
        *("w", "week", "weeks", "woche", "wochen", "semana", "semanas", "semaine", "semaines"),
        *("неделя", "неделю", "недели", "недель", "أسبوع", "أسابيع", "周", "星期", "週間"),
    }
)

MORNING = frozenset({"am", "ص", "上午", "午前"})
AFTERNOON = frozenset({"pm", "م", "下午", "午後"})
"""Halves of the day: after the time, in Chinese and Japanese before it."""
O_CLOCK = frozenset({"uhr", "h", "ч", "时", "時", "点"})
