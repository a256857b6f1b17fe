"""
Texts that run from right to left keep their order whatever is filled in, and titles keep theirs in either direction.

Source: https://www.unicode.org/reports/tr9/ (P2: the first letter outside isolates decides; HTML's dir=auto and some
clients look into isolates too, so both have to find the same)
"""

import unicodedata

import pytest
from translations import CATALOGUES, catalogue

from bot.domain.text import Text
from bot.render.locale import words_for
from bot.render.locale.direction import right_to_left
from bot.render.text import bold, foreign, utf16_len

ARABIC, ENGLISH = words_for("ar"), words_for("en")
RLM, LRM, FSI, PDI = "\u200f", "\u200e", "\u2068", "\u2069"
OPENERS, TITLE = "\u2066\u2067\u2068", "Met Police: 5 arrests"


def first_strong(line):
    """Return the direction of a line's first letter outside isolates (P2), which is that of the line."""
    depth = 0
    for char in line:
        depth += char in OPENERS
        depth -= char == PDI
        kind = unicodedata.bidirectional(char)
        if depth == 0 and kind in ("L", "R", "AL"):
            return "rtl" if kind in ("R", "AL") else "ltr"
    return "ltr"


def first_of_all(line):
    """Return the direction that a client finds which looks into isolates too, as browsers do for dir=auto."""
    return next(
        ("ltr" if kind == "L" else "rtl" for kind in map(unicodedata.bidirectional, line) if kind in ("L", "R", "AL")),
        "ltr",
    )


RIGHT_TO_LEFT = [path for path in CATALOGUES if words_for(path.stem.replace("_", "-")).is_right_to_left]


def test_arabic_is_among_them():
    assert "ar" in [path.stem for path in RIGHT_TO_LEFT]


@pytest.mark.parametrize("path", RIGHT_TO_LEFT, ids=lambda path: path.stem)
def test_every_line_of_every_text_runs_from_right_to_left_whatever_title_it_begins_with(path):
    for message in catalogue(path):
        if not message.id:
            continue
        for form in (message.string,) if isinstance(message.string, str) else message.string:
            for line in right_to_left(form).replace("{n}", "7").replace("{", FSI + TITLE + PDI + "{").split("\n"):
                assert not line.strip() or first_of_all(line) == first_strong(line) == "rtl", form


@pytest.mark.parametrize("path", RIGHT_TO_LEFT, ids=lambda path: path.stem)
def test_every_command_name_and_option_keeps_its_sign_before_it(path):
    asked = 0
    for message in catalogue(path):
        if not message.id:
            continue
        for form in (message.string,) if isinstance(message.string, str) else message.string:
            marked = right_to_left(form)
            for at, char in enumerate(marked):
                begins = char in "/@" and marked[at + 1 : at + 2].isascii() and marked[at + 1 : at + 2].isalpha()
                if begins and not (marked[at - 1 : at].isascii() and marked[at - 1 : at].isalnum()):
                    assert at > 0 and marked[at - 1] == LRM, marked
                    asked += 1
    assert asked > 50


def test_marks_stand_only_where_the_order_is_at_stake():
    assert right_to_left("حفظ") == "حفظ"
    assert right_to_left("{topic}، {n}") == f"{RLM}{{topic}}، {{n}}"
    assert right_to_left("{n} أيام") == "{n} أيام"
    assert right_to_left("/stop يوقفها") == f"{RLM}{LRM}/stop يوقفها"
    assert right_to_left("يعرض /drafts بعضها. @BotFather") == f"يعرض {LRM}/drafts بعضها. {LRM}@BotFather"
    assert right_to_left("ذلك، و/forget يحذفه") == f"ذلك، و{LRM}/forget يحذفه"
    assert right_to_left("دون --local.") == f"دون {LRM}--local."
    assert right_to_left("وsol* بداية") == f"وsol*{LRM} بداية"
    assert right_to_left("3/4 km/h") == f"{RLM}3/4 km/h"


def test_left_to_right_languages_get_no_marks():
    assert ENGLISH("{topic}, {n} of {parts}", topic="AI", n=1, parts=2) == "AI, 1 of 2"


def test_spans_stay_on_what_they_were_on_behind_the_mark():
    text = ARABIC.text("{title} ({when})", title=bold(foreign(TITLE)), when="x")
    assert text.string.startswith(RLM + FSI + TITLE)
    span = text.entities[0]
    assert text.string[span.offset : span.offset + span.length] == FSI + TITLE + PDI
    assert utf16_len(text.string) == len(text)


@pytest.mark.parametrize("words", [ENGLISH, ARABIC])
@pytest.mark.parametrize("title", ["שלום (1)", "خبر: 5", "Latin (1)", "\u202eevil", "2 + 2"])
def test_a_title_turns_nothing_around_it(words, title):
    line = words.text("Also: {link}", link=Text(foreign(title))).string
    inside = line[line.index(FSI) + 1 : line.index(PDI)]
    assert inside == title.replace("\u202e", "")
    outside = line[: line.index(FSI)] + line[line.index(PDI) + 1 :]
    assert first_strong(line) == first_of_all(outside) == ("rtl" if words is ARABIC else "ltr")
