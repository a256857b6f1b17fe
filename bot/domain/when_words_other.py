"""The words for times of Portuguese, Russian, Arabic, Chinese and Japanese."""

from __future__ import annotations

from bot.domain.when_words import Part, Vocabulary, places

PORTUGUESE = Vocabulary(
    fillers=("no dia", "dia", "no", "na", "o", "a", "as", ",", "para", "para o dia", "de", "do", "da"),
    clock_fillers=("as", "a", "pelas"),
    days={"hoje": 0, "amanhã": 1, "depois de amanhã": 2},
    parts={
        "am": Part.AM, "pm": Part.PM, "da manhã": Part.MORNING, "de manhã": Part.MORNING, "pela manhã": Part.MORNING,
        "da tarde": Part.AFTERNOON, "à tarde": Part.AFTERNOON, "de tarde": Part.AFTERNOON, "da noite": Part.EVENING,
        "à noite": Part.EVENING, "de noite": Part.EVENING, "da madrugada": Part.SMALL_HOURS,
    },
    parts_of_today={
        "esta noite": Part.EVENING, "hoje à noite": Part.EVENING, "esta tarde": Part.AFTERNOON,
        "hoje à tarde": Part.AFTERNOON, "esta manhã": Part.MORNING, "hoje de manhã": Part.MORNING,
    },
    weekdays=places(
        "segunda-feira/segunda/seg terça-feira/terça/ter quarta-feira/quarta/qua quinta-feira/quinta/qui "
        "sexta-feira/sexta/sex sábado/sáb domingo/dom"
    ),
    coming=("próximo", "próxima", "na próxima", "no próximo", "que vem"),
    of_next_week=(
        "da semana que vem", "na semana que vem", "semana que vem", "da próxima semana", "na próxima semana",
        "próxima semana",
    ),
    months=places(
        "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set "
        "outubro/out novembro/nov dezembro/dez", 1
    ),
    numbers=places("zero um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze")
    | {"quinze": 15, "vinte": 20, "trinta": 30},
    ordinal=("o", "º"),
    the_day=("dia {}", "no dia {}", "o dia {}"),
    of=("de", "do"),
    within=("em", "daqui a", "dentro de"),
    units={"minuto": 1, "minutos": 1, "min": 1, "hora": 60, "horas": 60, "h": 60},
    day_units={"dia": 1, "dias": 1, "semana": 7, "semanas": 7},
    noon=("meio-dia", "ao meio-dia", "meio dia", "ao meio dia"),
    midnight=("meia-noite", "à meia-noite", "meia noite", "à meia noite"),
    around={"N e meia": 30, "N horas e meia": 30, "N e quinze": 15, "quinze para as N": -15, "N em ponto": 0},
    inside=("h", "horas", "hora"),
    silently=("em silêncio", "silenciosamente", "sem som"),
    breaking=("urgente", "última hora", "plantão"),
    ones={"meia": 0.5},
)  # fmt: skip

RUSSIAN = Vocabulary(
    fillers=("в", "во", "на", "к", ","),
    clock_fillers=("в", "во", "к"),
    days={"сегодня": 0, "завтра": 1, "послезавтра": 2},
    parts={
        "утра": Part.MORNING, "утром": Part.MORNING, "дня": Part.AFTERNOON, "днём": Part.AFTERNOON,
        "вечера": Part.EVENING, "вечером": Part.EVENING, "ночи": Part.SMALL_HOURS, "ночью": Part.NIGHT,
    },
    parts_of_today={
        "сегодня утром": Part.MORNING, "сегодня днём": Part.AFTERNOON, "сегодня вечером": Part.EVENING,
        "сегодня ночью": Part.NIGHT,
    },
    weekdays=places(
        "понедельник/пн вторник/вт среда/среду/ср четверг/чт пятница/пятницу/пт суббота/субботу/сб воскресенье/вс"
    ),
    coming=("следующий", "следующую", "следующая", "следующее"),
    of_next_week=("на следующей неделе", "следующей недели"),
    months=places(
        "января/январь/янв февраля/февраль/фев марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн июля/июль/июл "
        "августа/август/авг сентября/сентябрь/сент/сен октября/октябрь/окт ноября/ноябрь/ноя декабря/декабрь/дек", 1
    ),
    numbers=places(
        "ноль один/одну два/две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать"
    )
    | {"пятнадцать": 15, "двадцать": 20, "тридцать": 30},
    ordinal=("-го", "-е"),
    the_day=("{} числа", "{} -го числа", "{} -го"),
    of=(),
    within=("через",),
    units={"минуту": 1, "минуты": 1, "минут": 1, "мин": 1, "час": 60, "часа": 60, "часов": 60, "ч": 60},
    day_units={"день": 1, "дня": 1, "дней": 1, "неделю": 7, "недели": 7, "недель": 7},
    spans={"минуту": 1, "час": 60, "полчаса": 30, "полтора часа": 90},
    day_spans={"день": 1, "неделю": 7},
    noon=("полдень", "в полдень"),
    midnight=("полночь", "в полночь"),
    around={"ровно N": 0, "N ровно": 0},
    inside=("ч", "час", "часа", "часов"),
    minute_words=("минут", "минуты", "минуту", "мин"),
    silently=("без звука", "тихо", "беззвучно"),
    breaking=("срочно", "молния"),
)  # fmt: skip

ARABIC = Vocabulary(
    fillers=("في", "يوم", "في يوم", ","),
    clock_fillers=("الساعة", "في الساعة", "عند الساعة", "في تمام الساعة"),
    days={"اليوم": 0, "غدًا": 1, "غد": 1, "بعد غد": 2, "بعد الغد": 2},
    parts={
        "صباحًا": Part.FIRST_HALF, "في الصباح": Part.FIRST_HALF, "ص": Part.AM,
        "فجرًا": Part.SMALL_HOURS, "ظهرًا": Part.NOON,
        "بعد الظهر": Part.AFTERNOON, "عصرًا": Part.AFTERNOON, "مساءً": Part.SECOND_HALF, "في المساء": Part.SECOND_HALF,
        "م": Part.PM,
        "ليلًا": Part.NIGHT,
    },
    parts_of_today={
        "صباح اليوم": Part.FIRST_HALF, "هذا الصباح": Part.FIRST_HALF, "مساء اليوم": Part.SECOND_HALF,
        "هذا المساء": Part.SECOND_HALF,
        "الليلة": Part.NIGHT,
    },
    parts_of_tomorrow={"صباح الغد": Part.FIRST_HALF, "مساء الغد": Part.SECOND_HALF},
    weekdays=places("الاثنين/الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"),
    coming=("القادم", "القادمة", "المقبل", "المقبلة"),
    of_next_week=("من الأسبوع القادم", "من الأسبوع المقبل", "الأسبوع القادم", "الأسبوع المقبل"),
    months=places("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر", 1)
    | {
        "كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8, "أيلول": 9,
        "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12,
    },
    numbers=places(
        "الواحدة الثانية الثالثة/ثلاث/ثلاثة الرابعة/أربع/أربعة الخامسة/خمس/خمسة السادسة/ست/ستة السابعة/سبع/سبعة "
        "الثامنة/ثماني/ثمانية التاسعة/تسع/تسعة العاشرة/عشر/عشرة", 1
    )
    | {"الحادية عشرة": 11, "الثانية عشرة": 12},
    ordinal=(),
    the_day=("يوم {}",),
    of=("من",),
    within=("بعد", "خلال"),
    units={"دقيقة": 1, "دقائق": 1, "ساعة": 60, "ساعات": 60},
    day_units={"يوم": 1, "يومًا": 1, "أيام": 1, "أسبوع": 7, "أسابيع": 7},
    spans={"دقيقة": 1, "دقيقتين": 2, "ربع ساعة": 15, "نصف ساعة": 30, "ساعة": 60, "ساعتين": 120},
    day_spans={"يوم": 1, "يومين": 2, "أسبوع": 7, "أسبوعين": 14},
    noon=("منتصف النهار", "عند الظهر"),
    midnight=("منتصف الليل", "عند منتصف الليل"),
    around={"N والنصف": 30, "N والربع": 15, "N إلا الربع": -15, "N إلا ربعًا": -15},
    inside=(),
    silently=("بصمت", "بلا صوت", "دون صوت", "بدون صوت"),
    breaking=("عاجل", "خبر عاجل"),
)  # fmt: skip

_SIGNS = places("零 一 二 三 四 五 六 七 八 九 十 十一 十二") | {"十五": 15, "二十": 20, "三十": 30}

CHINESE = Vocabulary(
    fillers=("在", "的", ",", "于"),
    clock_fillers=("在",),
    days={"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "後天": 2},
    parts={
        "凌晨": Part.SMALL_HOURS, "早上": Part.MORNING, "早晨": Part.MORNING, "上午": Part.MORNING, "中午": Part.NOON,
        "下午": Part.AFTERNOON, "傍晚": Part.EVENING, "晚上": Part.EVENING, "夜里": Part.NIGHT,
    },
    parts_of_today={"今早": Part.MORNING, "今晚": Part.EVENING},
    parts_of_tomorrow={"明早": Part.MORNING, "明晚": Part.EVENING},
    weekdays=places(
        "星期一/周一/礼拜一/週一 星期二/周二/礼拜二/週二 星期三/周三/礼拜三/週三 星期四/周四/礼拜四/週四 "
        "星期五/周五/礼拜五/週五 星期六/周六/礼拜六/週六 星期日/星期天/周日/礼拜天/週日"
    ),
    coming=(),
    of_next_week=("下", "下个"),
    months={f"{number}月": number for number in range(1, 13)}
    | {f"{sign}月": number for sign, number in _SIGNS.items() if 1 <= number <= 12},
    numbers=_SIGNS | {"两": 2},
    ordinal=("日", "号", "號"),
    the_day=("{}日", "{}号", "{}號"),
    of=(),
    within=(),
    later=("后", "後", "之后"),
    units={"分钟": 1, "小时": 60, "个小时": 60, "个钟头": 60},
    day_units={"天": 1, "周": 7, "星期": 7, "个星期": 7},
    noon=("正午", "中午"),
    midnight=("午夜",),
    around={"N点半": 30, "N點半": 30, "N点一刻": 15, "N点三刻": 45, "N点整": 0},
    inside=("点", "點", "点钟", "时"),
    minute_words=("分", "分钟"),
    year=("年",),
    silently=("静音", "静默", "无声"),
    breaking=("突发", "快讯", "突发新闻"),
    ones={"半": 0.5, "半个": 0.5},
    part_first=True,
)  # fmt: skip

JAPANESE = Vocabulary(
    fillers=("の", "に", "は", ","),
    clock_fillers=(),
    days={"今日": 0, "本日": 0, "きょう": 0, "明日": 1, "あした": 1, "あす": 1, "明後日": 2, "あさって": 2},
    parts={
        "午前": Part.FIRST_HALF, "午後": Part.SECOND_HALF, "朝": Part.MORNING, "昼": Part.NOON, "夕方": Part.EVENING,
        "夜": Part.EVENING,
        "深夜": Part.NIGHT,
    },
    parts_of_today={"今朝": Part.MORNING, "今夜": Part.EVENING, "今晩": Part.EVENING},
    parts_of_tomorrow={"明朝": Part.MORNING, "明晩": Part.EVENING},
    weekdays=places(
        "月曜日/月曜 火曜日/火曜 水曜日/水曜 木曜日/木曜 金曜日/金曜 土曜日/土曜 日曜日/日曜"
    ),
    coming=("次の", "今度の"),
    of_next_week=("来週の", "来週"),
    months={f"{number}月": number for number in range(1, 13)},
    numbers=_SIGNS,
    ordinal=("日",),
    the_day=("{}日",),
    of=(),
    within=(),
    later=("後", "後に", "後の"),
    units={"分": 1, "時間": 60},
    day_units={"日": 1, "週間": 7},
    noon=("正午", "正午に"),
    midnight=("真夜中",),
    around={"N時半": 30, "N時半に": 30, "N時ちょうど": 0},
    inside=("時", "時に"),
    minute_words=("分", "分に"),
    year=("年",),
    silently=("無音", "無音で", "静かに"),
    breaking=("速報", "速報で"),
    ones={"半": 0.5},
    part_first=True,
)  # fmt: skip
