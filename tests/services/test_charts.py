"""Charts are pictures that a process draws and ends; whatever goes wrong in it, the bot has no chart and goes on."""

import asyncio
import struct
import tempfile
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from press_room import eventually

from bot.domain.chart import Chart, Label, Panel, Series
from bot.domain.chat import ChatState
from bot.domain.statistics import Fact, Pace, Readers, Statistics, period_until, sorted_into_days
from bot.render.editor.chart import chart
from bot.render.locale import words_for
from bot.services.charts.drawing import ChartDrawer

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go, and are gone from in the end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def numbers(days: int, **counts: int) -> Statistics:
    """Return a period in which so many were sent each day."""
    period = period_until(date(2026, 11, 30), days, BERLIN)
    found = {(place, Fact[name]): many * (place + 1) for place in range(days) for name, many in counts.items()}
    return Statistics(period, sorted_into_days(period, found), Readers({ChatState.ACTIVE: 90}, {}, {}, 0), Pace(), 1)


def size(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG. Source: https://www.w3.org/TR/png-3/#11IHDR"""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


async def test_a_chart_is_a_square_as_wide_as_a_phone_light_or_dark(folder: Path) -> None:
    words, found, drawer = words_for("ar"), numbers(7, SENT=100, FAILED=3, JOINED=2), ChartDrawer()
    pictures = []
    for is_dark in (False, True):
        drawn = chart(words, found, BERLIN, is_dark=is_dark)
        assert drawn is not None and drawn.is_right_to_left
        picture = await drawer.draw(drawn)
        assert picture is not None and size(picture) == (1080, 1080) and len(picture) < 300_000
        pictures.append(picture)
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("days", [1, 365])
async def test_one_day_and_a_year_are_drawn(folder: Path, days: int) -> None:
    drawn = chart(words_for("ja"), numbers(days, SENT=1, LEFT=1), BERLIN, is_dark=False)
    assert drawn is not None
    assert await ChartDrawer().draw(drawn) is not None


def test_of_nothing_there_is_no_chart() -> None:
    assert (
        chart(
            words_for("en"),
            Statistics(period_until(date(2026, 11, 30), 7, UTC), (), Readers({}, {}, {}, 0), Pace(), 0),
            BERLIN,
            is_dark=False,
        )
        is None
    )


async def test_what_several_look_at_at_once_is_drawn_once(folder: Path) -> None:
    drawer = ChartDrawer()
    pictures = await asyncio.gather(*(drawer.draw(SMALL) for _ in range(20)))
    assert len({id(picture) for picture in pictures}) == 1 and pictures[0] is not None


SMALL = Chart((Panel("$x_1$", (Label(0, "0", "0"), Label(1, "1", "1")), (Series("a", (1,)),)),), (Label(0, "x", "1"),))


@pytest.mark.parametrize("module", ["hanging", "babbling", "dying", "missing"])
async def test_a_process_that_draws_nothing_costs_the_chart_alone(folder: Path, module: str) -> None:
    drawer = ChartDrawer(within=3.0 if module == "hanging" else 60.0, module=f"odd_charts.{module}")
    assert await drawer.draw(SMALL) is None


async def test_a_process_that_wants_too_much_memory_draws_nothing(folder: Path) -> None:
    assert await ChartDrawer(memory=64 * 2**20).draw(SMALL) is None


async def test_a_chart_that_nobody_waits_for_any_more_leaves_no_process(folder: Path) -> None:
    drawing = asyncio.create_task(ChartDrawer(module="odd_charts.hanging").draw(SMALL))
    await eventually(lambda: list(folder.iterdir()))
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing


def test_texts_are_left_out_whose_letters_no_font_has() -> None:
    from bot.services.charts.chart_child import Fonts

    unknown = "\U0001f6d8\ue000"  # no letter of any script
    fonts = Fonts(["Zugestellt", "доставлено", "تم", "$1", unknown])
    assert [fonts.text(text) for text in ("Zugestellt", "доставлено", "تم", unknown)] == [
        "Zugestellt",
        "доставлено",
        "تم",
        "",
    ]
    assert fonts.text("$1") == r"\$1"  # no formula
    assert fonts.label({"text": unknown, "plain": "11-30"}) == "11-30"
