"""What the bot reads of a translator's file, compared with what Babel reads of it."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.render import locale
from bot.render.locale.po_file import compiled

HEADER = r"""# a comment
#, fuzzy
msgid ""
msgstr ""
"Language: pl\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
"""
POLISH = (
    HEADER
    + r"""
#: bot/somewhere.py:12
#, python-brace-format
msgid "Also: {link}"
msgstr "Także: {link}"

#| msgid "was said before"
msgid ""
"Two lines\n"
"of a \"text\"\\"
msgstr ""
"Dwie linie\n"
"„tekstu”\t\\"
msgid "{n} article"
msgid_plural "{n} articles"
msgstr[0] "{n} artykuł"
msgstr[1] "{n} artykuły"
msgstr[2] "{n} artykułów"

#, python-brace-format, fuzzy
msgid "A guess"
msgstr "Zgadywanka"

# what follows a fuzzy text is none
msgid "Certain"
msgstr "Pewne"

msgid "Not yet"
msgstr ""

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} dzień"
msgstr[1] ""
msgstr[2] ""

msgid "{n} second"
msgid_plural "{n} seconds"
msgstr[0] "{n} sekunda"
msgstr[1] "{n} sekundy"

msgctxt "month"
msgid "May"
msgstr "Maj"

#~ msgid "Gone"
#~ msgstr "Nie ma"
"""
)


def ours(text: str) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compiled(text)))


def test_a_file_says_what_its_translator_wrote_and_leaves_the_rest_in_english():
    polish = ours(POLISH)
    assert polish.gettext("Also: {link}") == "Także: {link}"
    assert polish.gettext('Two lines\nof a "text"\\') == "Dwie linie\n„tekstu”\t\\"
    assert [polish.ngettext("{n} article", "{n} articles", n) for n in (1, 3, 5)] == [
        "{n} artykuł",
        "{n} artykuły",
        "{n} artykułów",
    ]
    assert polish.gettext("Certain") == "Pewne"
    assert polish.pgettext("month", "May") == "Maj"
    for said in ("A guess", "Not yet", "Gone", "May"):
        assert polish.gettext(said) == said
    # Neither an empty form nor one too few may answer some numbers and leave a hole for others.
    assert [polish.ngettext("{n} day", "{n} days", n) for n in (1, 2)] == ["{n} day", "{n} days"]
    assert [polish.ngettext("{n} second", "{n} seconds", n) for n in (1, 5)] == ["{n} second", "{n} seconds"]


@pytest.mark.parametrize("path", sorted(Path(locale.__file__).parent.glob("*.po")), ids=lambda path: path.stem)
def test_every_language_of_ours_reads_as_babel_reads_it(path):
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    theirs = io.BytesIO()
    write_mo(theirs, catalogue)
    theirs.seek(0)
    expected, found = gettext.GNUTranslations(theirs), ours(path.read_text("utf-8"))
    asked = 0
    for message in catalogue:
        if isinstance(message.id, tuple):
            for n in range(30):
                assert found.ngettext(*message.id, n) == expected.ngettext(*message.id, n)
        elif message.id:
            assert found.gettext(message.id) == expected.gettext(message.id)
        asked += bool(message.id)
    assert asked > 100
