"""
The words in which people say when (`when_words`), in five more languages, and the table of all that are understood.

Chinese and Japanese are written without blanks: each of their characters is a word to the grammar.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.when_words import ENGLISH, FRENCH, GERMAN, SPANISH, Part, Vocabulary, name_list

_PORTUGUESE = Vocabulary(
    fillers=("no", "na", "dia", "no dia", "o dia", ",", "as", "a", "ao", "de", "para", "para as"),
    clock_fillers=("as", "a"),
    days={"hoje": 0, "amanha": 1, "depois de amanha": 2},
    parts={
        "am": Part.AM, "pm": Part.PM, "da manha": Part.MORNING, "de manha": Part.MORNING, "pela manha": Part.MORNING,
        "da tarde": Part.AFTERNOON, "de tarde": Part.AFTERNOON, "a tarde": Part.AFTERNOON, "da noite": Part.EVENING,
        "de noite": Part.EVENING, "a noite": Part.EVENING, "da madrugada": Part.SMALL_HOURS,
        "de madrugada": Part.SMALL_HOURS, "do meio - dia": Part.NOON,
    },
    parts_of_today={"esta noite": Part.EVENING, "hoje a noite": Part.EVENING, "esta tarde": Part.AFTERNOON},
    weekdays=name_list("segunda/seg terca/ter quarta/qua quinta/qui sexta/sex sabado/sab domingo/dom")
    | {
        f"{name}{feira}": day
        for day, name in enumerate(("segunda", "terca", "quarta", "quinta", "sexta"))
        for feira in (" - feira", " feira")
    },
    coming=("proximo", "proxima", "na proxima", "no proximo", "que vem"),
    of_this_week=("este", "esta", "neste", "nesta"),
    of_next_week=("da semana que vem", "na semana que vem", "da proxima semana", "na proxima semana"),
    months=name_list(
        "janeiro/jan fevereiro/fev marco/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set "
        "outubro/out novembro/nov dezembro/dez", 1
    ),
    numbers=name_list("zero um/uma dois/duas tres quatro cinco seis sete oito nove dez onze doze")
    | {"quinze": 15, "vinte": 20, "trinta": 30},
    ordinal=("o", "º"),
    the_day=("dia {}", "no dia {}", "o dia {}"),
    of=("de",),
    within=("em", "daqui a", "dentro de"),
    units={"minuto": 1, "minutos": 1, "min": 1, "hora": 60, "horas": 60, "h": 60},
    day_units={"dia": 1, "dias": 1, "semana": 7, "semanas": 7},
    noon=("meio - dia", "meio dia", "ao meio - dia", "ao meio dia"),
    midnight=("meia - noite", "meia noite", "a meia - noite", "a meia noite"),
    around={"N e meia": 30, "N horas e meia": 30, "N e quinze": 15, "N em ponto": 0},
    inside=("h", "horas", "hora"),
    silently=("em silencio", "silenciosamente", "sem som"),
    breaking=("urgente", "ultima hora", "de ultima hora"),
    ones={"meia": 0.5},
)  # fmt: skip

_RUSSIAN = Vocabulary(
    fillers=("в", "во", "на", "к", "с", ","),
    clock_fillers=("в", "во", "к"),
    days={"сегодня": 0, "завтра": 1, "послезавтра": 2},
    parts={
        "утра": Part.MORNING, "утром": Part.MORNING, "дня": Part.AFTERNOON, "днем": Part.AFTERNOON,
        "вечера": Part.EVENING, "вечером": Part.EVENING, "ночи": Part.SMALL_HOURS,
    },
    parts_of_today={"сегодня вечером": Part.EVENING, "сегодня утром": Part.MORNING, "сегодня днем": Part.AFTERNOON},
    weekdays=name_list(
        "понедельник/пн вторник/вт среда/среду/ср четверг/чт пятница/пятницу/пт суббота/субботу/сб воскресенье/вс"
    ),
    coming=("следующий", "следующую", "следующее", "ближайший", "ближайшую", "ближайшее"),
    of_this_week=("этот", "эту", "это"),
    of_next_week=("на следующей неделе", "на следующей неделе в", "на следующей неделе во", "следующей недели"),
    months=name_list(
        "января/январь/янв февраля/февраль/фев/февр марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн "
        "июля/июль/июл августа/август/авг сентября/сентябрь/сен/сент октября/октябрь/окт ноября/ноябрь/ноя/нояб "
        "декабря/декабрь/дек", 1
    ),
    numbers=name_list(
        "ноль один/одну два/две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать"
    )
    | {"пятнадцать": 15, "двадцать": 20, "тридцать": 30},
    ordinal=("- го", "го", "- е", "."),
    the_day=("{} числа", "{} - го числа", "{} - го"),
    of=(),
    within=("через", "спустя"),
    units={"минуту": 1, "минуты": 1, "минут": 1, "мин": 1, "час": 60, "часа": 60, "часов": 60, "ч": 60},
    day_units={"день": 1, "дня": 1, "дней": 1, "неделю": 7, "недели": 7, "недель": 7},
    noon=("полдень", "в полдень"),
    midnight=("полночь", "в полночь"),
    around={"N ровно": 0},
    inside=("ч", "час", "часа", "часов"),
    silently=("без звука", "тихо", "беззвучно"),
    breaking=("срочно", "молния"),
    ones={"полтора": 1.5},
    alone={"минуту": 1, "полчаса": 30, "час": 60},
    alone_days={"день": 1, "неделю": 7},
    minutes=("мин", "минут", "минуты"),
    year=("года", "год", "г ."),
    part_leads=True,
)  # fmt: skip

_ARABIC = Vocabulary(
    fillers=("في", "يوم", "في يوم", "من", "،", ","),
    clock_fillers=("الساعة", "في الساعة", "عند الساعة", "على الساعة", "في تمام الساعة"),
    days={"اليوم": 0, "غدا": 1, "الغد": 1, "بعد غد": 2, "بعد الغد": 2},
    parts={
        "صباحا": Part.FIRST_HALF, "ص": Part.AM, "في الصباح": Part.FIRST_HALF, "مساء": Part.SECOND_HALF, "م": Part.PM,
        "في المساء": Part.SECOND_HALF,
        "ظهرا": Part.NOON, "بعد الظهر": Part.AFTERNOON, "عصرا": Part.AFTERNOON, "ليلا": Part.NIGHT,
        "فجرا": Part.SMALL_HOURS,
    },
    parts_of_today={"هذا المساء": Part.EVENING, "مساء اليوم": Part.EVENING, "صباح اليوم": Part.MORNING},
    parts_of_tomorrow={"مساء الغد": Part.SECOND_HALF, "صباح الغد": Part.FIRST_HALF},
    weekdays=name_list(
        "الاثنين/اثنين الثلاثاء/ثلاثاء الاربعاء/اربعاء الخميس/خميس الجمعة/جمعة السبت/سبت الاحد/احد"
    ),
    coming=("القادم", "القادمة", "المقبل", "المقبلة"),
    of_this_week=(),
    of_next_week=("الاسبوع القادم", "من الاسبوع القادم", "الاسبوع المقبل", "من الاسبوع المقبل"),
    months=name_list(
        "يناير فبراير مارس ابريل/نيسان مايو/ايار يونيو/حزيران يوليو/تموز اغسطس/اب سبتمبر/ايلول اكتوبر نوفمبر ديسمبر", 1
    )
    | {"كانون الثاني": 1, "شباط": 2, "اذار": 3, "تشرين الاول": 10, "تشرين الثاني": 11, "كانون الاول": 12},
    numbers=name_list("صفر الواحدة الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة")
    | {"الحادية عشرة": 11, "الثانية عشرة": 12},
    ordinal=(),
    the_day=(),
    of=("من",),
    within=("بعد", "خلال"),
    units={"دقيقة": 1, "دقائق": 1, "ساعة": 60, "ساعات": 60},
    day_units={"يوم": 1, "ايام": 1, "يوما": 1, "اسبوع": 7, "اسابيع": 7},
    noon=("الظهر", "ظهرا", "عند الظهر", "منتصف النهار"),
    midnight=("منتصف الليل", "في منتصف الليل", "عند منتصف الليل"),
    around={
        "N والنصف": 30, "N ونصف": 30, "N والربع": 15, "N وربع": 15, "N الا ربعا": -15, "N الا ربع": -15, "N تماما": 0,
    },
    inside=(),
    silently=("بصمت", "بلا صوت", "بدون صوت"),
    breaking=("عاجل", "خبر عاجل"),
    ones={"نصف": 0.5},
    alone={"دقيقة": 1, "دقيقتين": 2, "ساعة": 60, "ساعتين": 120},
    alone_days={"يوم": 1, "يومين": 2, "اسبوع": 7, "اسبوعين": 14},
)  # fmt: skip

_DIGITS = "零一二三四五六七八九"
_IDEOGRAPHS = {  # up to 59, as 三十一
    f"{'' if tens < 2 else _DIGITS[tens]}{'十' if tens else ''}{'' if tens and not ones else _DIGITS[ones]}": tens * 10
    + ones
    for tens in range(6)
    for ones in range(10)
}
_MONTHS = {f"{name}月": number for name, number in _IDEOGRAPHS.items() if 1 <= number <= 12} | {
    f"{number}月": number for number in range(1, 13)
}

_CHINESE = Vocabulary(
    fillers=("在", "于", "到", "的", ",", "、"),
    clock_fillers=("在", "于", "的"),
    days={"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3},
    parts={
        "上午": Part.MORNING, "早上": Part.MORNING, "早晨": Part.MORNING, "清晨": Part.MORNING, "早": Part.MORNING,
        "中午": Part.NOON, "下午": Part.AFTERNOON, "傍晚": Part.EVENING, "晚上": Part.EVENING, "晚": Part.EVENING,
        "凌晨": Part.SMALL_HOURS,
    },
    parts_of_today={"今晚": Part.EVENING, "今早": Part.MORNING},
    parts_of_tomorrow={"明晚": Part.EVENING, "明早": Part.MORNING},
    weekdays={
        f"{prefix}{name}": day
        for prefix in ("周", "星期", "礼拜")
        for day, names in enumerate(("一", "二", "三", "四", "五", "六", "日天"))
        for name in names
    },
    coming=(),
    of_this_week=("这", "这个", "本"),
    of_next_week=("下", "下个"),
    months=_MONTHS,
    numbers=_IDEOGRAPHS | {"两": 2},
    ordinal=("日", "号"),
    the_day=("{}号", "{}日"),
    of=(),
    within=("再过",),
    units={"分钟": 1, "分": 1, "小时": 60, "个小时": 60, "钟头": 60, "个钟头": 60},
    day_units={"天": 1, "日": 1, "周": 7, "星期": 7, "个星期": 7},
    noon=("正午", "中午"),
    midnight=("午夜", "半夜"),
    around={"N点半": 30, "N点一刻": 15, "N点三刻": 45, "N点整": 0, "N点钟": 0},
    inside=("点", "时"),
    silently=("静音", "无声"),
    breaking=("突发", "快讯", "紧急"),
    ones={"半": 0.5, "一个半": 1.5},
    later=("后", "以后", "之后"),
    minutes=("分",),
    year=("年",),
    endings=("发布", "发出"),
    part_leads=True,
)  # fmt: skip

_JAPANESE_DAYS = "月火水木金土日"

_JAPANESE = Vocabulary(
    fillers=("に", "の", "は", ",", "、", "から"),
    clock_fillers=("の", "、"),
    days={"今日": 0, "本日": 0, "きょう": 0, "明日": 1, "あした": 1, "あす": 1, "明後日": 2, "あさって": 2},
    parts={
        "午前": Part.FIRST_HALF, "午後": Part.SECOND_HALF, "朝": Part.MORNING, "昼": Part.NOON, "夕方": Part.EVENING,
        "夜": Part.EVENING,
        "晩": Part.EVENING, "深夜": Part.SMALL_HOURS, "未明": Part.SMALL_HOURS, "早朝": Part.MORNING,
    },
    parts_of_today={"今夜": Part.EVENING, "今晩": Part.EVENING, "今朝": Part.MORNING},
    parts_of_tomorrow={"明朝": Part.MORNING, "明晩": Part.EVENING},
    weekdays={
        f"{name}{ending}": day for day, name in enumerate(_JAPANESE_DAYS) for ending in ("曜日", "曜")
    },
    coming=("次の", "今度の"),
    of_this_week=("今週の", "今週"),
    of_next_week=("来週の", "来週"),
    months=_MONTHS,
    numbers=_IDEOGRAPHS,
    ordinal=("日",),
    the_day=("{}日",),
    of=(),
    within=("あと",),
    units={"分": 1, "時間": 60},
    day_units={"日": 1, "週間": 7},
    noon=("正午", "昼", "お昼"),
    midnight=("真夜中",),
    around={"N時半": 30, "N時ちょうど": 0, "N時丁度": 0},
    inside=("時",),
    silently=("無音", "無音で", "音なし", "サイレント", "通知音なし"),
    breaking=("速報",),
    later=("後",),
    minutes=("分",),
    year=("年",),
    endings=("に", "に公開"),
    part_leads=True,
)  # fmt: skip

VOCABULARIES: Mapping[str, Vocabulary] = {
    "en": ENGLISH,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
    "pt": _PORTUGUESE,
    "ru": _RUSSIAN,
    "ar": _ARABIC,
    "zh": _CHINESE,
    "ja": _JAPANESE,
}
"""By the language's part of a tag; the order in which words of a language that is not one's own are looked for."""
