"""
The process that draws one chart: it gets it as JSON on standard input and answers with a PNG on standard output.

It may use no more of the processor and of memory than a chart can need. A text whose letters no font has is left out,
or said in digits where it stands at an axis: the caption below the picture says the same in words.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

NICENESS = 10  # people who wait for answers come first
SECONDS = 30
"""Of the processor."""
LARGEST_FILE = 32 * 2**20  # bytes; what it writes is a list of fonts
_INCHES, _DPI = 6.0, 180  # 1,080 pixels: a phone's width, so that nothing is scaled
_TEXT, _TITLE = 12, 14  # points; 10 of these pixels are 4 points
_LIGHT: dict[str, Any] = {
    "ground": "#ffffff",
    "text": "#1f2328",
    "grid": "#dfe3e8",
    "bars": ("#2f6fb0", "#d55e00"),
    "line": "#1a7f64",
}
_DARK: dict[str, Any] = {
    "ground": "#17212b",
    "text": "#e8ecf0",
    "grid": "#2f3d4c",
    "bars": ("#6ab2f2", "#f2994a"),
    "line": "#4fd1a5",
}
_LAST_RESORT = "Last Resort"
"""A font that matplotlib brings along, which has a box for every letter there is."""
_INVISIBLE = ("Cf", "Zs", "Mn")
"""Categories of characters that need no glyph of their own."""


def limit_itself(memory: int) -> None:
    """Take from this process what it does not need; `memory` is bytes of address space. Windows has no such limits."""
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: LARGEST_FILE,
    }
    for kind, most in limits.items():
        with suppress(ValueError, OSError):  # macOS refuses the first
            resource.setrlimit(kind, (most, most))


def draw(chart: dict[str, Any], target: BinaryIO) -> None:
    """Draw a chart (`bot.domain.chart.Chart` as JSON) as a PNG."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    fonts = Fonts(_texts(chart))
    shade = _DARK if chart["is_dark"] else _LIGHT
    with rc_context({"font.family": fonts.families, "text.color": shade["text"]}):
        figure = Figure(figsize=(_INCHES, _INCHES), dpi=_DPI, facecolor=shade["ground"], layout="constrained")
        FigureCanvasAgg(figure)
        figure.get_layout_engine().set(h_pad=0.12, w_pad=0.12)  # type: ignore[union-attr,call-arg]
        axes = figure.subplots(len(chart["panels"]), 1, sharex=True, squeeze=False)[:, 0]
        for panel, axis in zip(chart["panels"], axes, strict=True):
            _draw_panel(axis, panel, shade, fonts, is_right_to_left=chart["is_right_to_left"])
        lowest = axes[-1]
        lowest.set_xticks([place["at"] for place in chart["places"]])
        lowest.set_xticklabels([fonts.label(place) for place in chart["places"]])
        figure.savefig(target, format="png")


def _draw_panel(
    axis: Any, panel: dict[str, Any], shade: dict[str, Any], fonts: Fonts, *, is_right_to_left: bool
) -> None:
    axis.set_facecolor(shade["ground"])
    for side, spine in axis.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(shade["grid"])
    side = "right" if is_right_to_left else "left"
    names = [fonts.text(series["name"]) for series in panel["bars"]]
    has_legend = len(names) > 1 and all(names)
    axis.set_title(fonts.text(panel["title"]), loc=side, fontsize=_TITLE, pad=34 if has_legend else 10, weight="bold")
    levels = [level["at"] for level in panel["levels"]]
    axis.set_ylim(levels[0], levels[-1])
    axis.set_yticks(levels)
    axis.set_yticklabels([fonts.label(level) for level in panel["levels"]])
    axis.tick_params(colors=shade["text"], labelsize=_TEXT, length=0, pad=6)
    axis.grid(axis="y", color=shade["grid"], linewidth=1)
    axis.set_axisbelow(True)
    many = max(len(series["values"]) for series in [*panel["bars"], *([panel["line"]] if panel["line"] else [])])
    axis.set_xlim(-0.6, many - 0.4)
    below = [0] * many
    for series, name, colour in zip(panel["bars"], names, shade["bars"], strict=False):
        values = series["values"]
        axis.bar(range(many), values, bottom=below, width=0.72, color=colour, label=name)
        below = [one + other for one, other in zip(below, values, strict=True)]
    if has_legend:
        axis.legend(
            loc=f"lower {side}",
            bbox_to_anchor=(1.0 if is_right_to_left else 0.0, 1.0),
            ncols=len(names),
            frameon=False,
            fontsize=_TEXT,
            labelcolor=shade["text"],
            handlelength=0.8,
            handletextpad=0.4,
            columnspacing=1.2,
            borderaxespad=0.4,
            borderpad=0,
        )
    if panel["line"]:
        values = panel["line"]["values"]
        marker = "o" if many <= 31 else None
        axis.plot(range(many), values, color=shade["line"], linewidth=2.5, marker=marker, markersize=5, clip_on=False)


def _texts(chart: dict[str, Any]) -> list[str]:
    found = [place["text"] for place in chart["places"]]
    for panel in chart["panels"]:
        found.append(panel["title"])
        found += [level["text"] for level in panel["levels"]]
        found += [series["name"] for series in panel["bars"]]
    return found


class Fonts:
    """The fonts of this machine that texts need: matplotlib's own, and as few others as have the rest of the letters.

    Those are from whatever the machine has: https://matplotlib.org/stable/users/explain/text/fonts.html#font-fallback
    """

    def __init__(self, texts: Iterable[str]) -> None:
        from matplotlib import font_manager

        self._letters = {letter for text in texts for letter in text if _is_drawn(letter)}
        self.families = ["DejaVu Sans"]
        self._has = self._of(font_manager.findfont("DejaVu Sans"))
        # In one order whatever the file system's, so that a text looks the same each time.
        others = sorted(font_manager.fontManager.ttflist, key=lambda font: (_plainness(font), font.name, font.fname))
        for font in others:
            missing = self._letters - self._has
            if not missing:
                break
            if font.name in self.families or font.name.startswith(_LAST_RESORT):
                continue
            found = self._of(font.fname) & missing
            if found:
                self.families.append(font.name)
                self._has |= found

    def _of(self, path: str) -> set[str]:
        """Return which of the letters a font has; none of one that cannot be read."""
        from matplotlib.ft2font import FT2Font

        try:
            codes = FT2Font(path).get_charmap()
        except (OSError, RuntimeError, ValueError):
            return set()
        return {letter for letter in self._letters if ord(letter) in codes}

    def text(self, text: str) -> str:
        """Return a text that can be drawn, nothing where a letter of it cannot. A dollar sign begins no formula."""
        drawable = all(letter in self._has for letter in text if _is_drawn(letter))
        return text.replace("$", r"\$") if drawable else ""

    def label(self, label: dict[str, Any]) -> str:
        """Return the text of a place at an axis, in digits where that cannot be drawn."""
        return self.text(label["text"]) or label["plain"]


def _plainness(font: Any) -> int:
    """Return how far a font is from upright text of usual weight: for letters that several have."""
    weight = font.weight if isinstance(font.weight, int) else 400
    is_odd = "Mono" in font.name or "Serif" in font.name
    return int(font.style != "normal") * 1000 + abs(weight - 400) + int(is_odd) * 100


def _is_drawn(letter: str) -> bool:
    import unicodedata

    return unicodedata.category(letter) not in _INVISIBLE


def main(arguments: Sequence[str]) -> None:
    limit_itself(int(arguments[1]))
    draw(json.load(sys.stdin), sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv)
