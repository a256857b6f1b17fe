"""
What editors type about delivered copies and those who have them, in the languages that newsbot speaks.

`/retract 412 notice the quote was wrong`, `/retract 412 hinweis das Zitat war falsch`, `/tell 412 saved`. Each is a
closed list; whoever reads English texts types English, and so may everybody else.
"""

from __future__ import annotations

import unicodedata

from bot.domain.change_note import Whom
from bot.domain.copies import Delivered

_DELETE = frozenset(
    {
        *("delete", "löschen", "loeschen", "lösche", "borrar", "eliminar", "effacer", "supprimer", "apagar", "excluir"),
        *("удалить", "حذف", "删除", "削除"),
    }
)
_NOTICE = frozenset({"notice", "hinweis", "aviso", "avis", "пометка", "пометкой", "تنويه", "说明", "告知"})
_QUIETLY = frozenset(
    {
        *(
            "quietly",
            "silently",
            "still",
            "leise",
            "silenciosamente",
            "discrètement",
            "silencieusement",
            "discretamente",
        ),
        *("тихо", "بصمت", "静默", "静かに"),
    }
)
_ALL = frozenset({"all", "alle", "todos", "tous", "всем", "всех", "الكل", "所有人", "全員"})
_SAVED = frozenset(
    {
        *("saved", "gemerkt", "gemerkte", "guardado", "guardados", "enregistré", "enregistrés", "salvo", "salvos"),
        *("сохранившим", "сохранённое", "сохраненное", "المحفوظ", "收藏", "已收藏", "保存"),
    }
)


def delivered_named(word: str) -> Delivered | None:
    """Return what is to become of delivered copies by a word; None when it says nothing about them."""
    said = _plain(word)
    return Delivered.DELETE if said in _DELETE else Delivered.NOTICE if said in _NOTICE else None


def whom_named(words: str) -> Whom | None:
    """Return who is to be told by a word; None when it names nobody."""
    said = _plain(words)
    return Whom.ALL if said in _ALL else Whom.SAVED if said in _SAVED else None


def says_quietly(word: str) -> bool:
    """Return whether a word wants that nobody who keeps an article is told that it is taken back."""
    return _plain(word) in _QUIETLY


def _plain(word: str) -> str:
    """Return a word in small letters and composed, without a colon or the marks of direction that keyboards add."""
    return unicodedata.normalize("NFC", word).strip(" :：\u200e\u200f").casefold()
