"""
The page of `/settings` that says how lists of news look.

Rich lists are for those who choose them: apps that are not up to date show nothing of them, or a note that asks for an
update, and nobody can tell from here which app somebody has.
"""

from __future__ import annotations

from bot.domain.chat import Chat, DigestForm
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.reader.delivery_times import look_name
from bot.render.reader.settings_menu import SETTINGS, SettingsPage, ticked
from bot.render.text import clip, foreign, join

DIGEST = "set_digest"
EXAMPLE = "digest_example"

FORMS = (DigestForm.CLASSIC, DigestForm.RICH)
"""As buttons hold them. Append only."""
_SAID = 60


def digest_page(words: Words, chat: Chat, unknown: str = "") -> Message:
    """Return the looks to choose from; `unknown` is what somebody wrote that is none of them."""
    lines: list[Text | str] = []
    if unknown:
        wish = foreign(clip(unknown, _SAID))
        lines.append(words("There is no look “{wish}”. Write /settings digest rich, or classic.", wish=wish))
    lines += [
        words("Lists of news look {look} here.", look=look_name(words, chat.digest)),
        words(
            "Classic is text with links. Rich has headings, pictures and details that open. Apps that are not up to "
            "date show nothing of rich lists, or ask for an update: look at the example first."
        ),
    ]
    names = {DigestForm.CLASSIC: words("Classic"), DigestForm.RICH: words("Rich")}
    looks = [
        Button(ticked(names[form], form is chat.digest), data=press(DIGEST, number))
        for number, form in enumerate(FORMS)
    ]
    return Message(
        join(lines, "\n"),
        keyboard=(
            tuple(looks),
            (Button(words("Show an example"), data=press(EXAMPLE)),),
            (Button(words("Back"), data=press(SETTINGS, SettingsPage.OVERVIEW)),),
        ),
    )


def digest_set(words: Words, form: DigestForm) -> str:
    """Return the toast of a look that was chosen."""
    return words("Lists: {look}", look=look_name(words, form))


def form_called(words: Words, wish: str) -> DigestForm | None:
    """Return the look that a word means, in English or in the chat's language; None when it means none."""
    names = {look_name(words, form).casefold(): form for form in FORMS} | {form.value: form for form in FORMS}
    return names.get(wish.strip().casefold())
