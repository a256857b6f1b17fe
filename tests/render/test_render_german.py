"""The German catalogue, end to end: screens as they are drawn from it, and what a German client is shown."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from render_samples import ENERGY, GRID, NOON, article, look
from story import ANNA

from bot.domain import limits
from bot.domain.announcement import Announcement
from bot.domain.audit import Entry
from bot.domain.chat import Chat, ChatKind, Pictures
from bot.domain.delivery_time import Mode, Quiet, Timing
from bot.domain.message import Message
from bot.domain.picker import Choice, PickerPage
from bot.domain.progress import Phase, Standing
from bot.domain.text import Text, utf16_len
from bot.domain.topic import Topic, TopicFile
from bot.domain.uploaded import Uploaded
from bot.render import error_messages
from bot.render.editor import announcements, audit_log, held, publishing, uploads
from bot.render.locale import words_for
from bot.render.reader import card, catching_up, lists, picker, settings, subscriptions
from bot.render.reader.article import caption
from bot.store.content import topics
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.commands import MENU, Access, spoken

CATALOGUE = Path(__file__).resolve().parents[2] / "bot" / "render" / "locale" / "de.po"
BERLIN = ZoneInfo("Europe/Berlin")
DEUTSCH = words_for("de")
LONG_NAME = Topic(9, "long", "Europäische Wasserstoffinfrastruktur und Netzausbau " * 3)


def labels(message: Message) -> list[list[str]]:
    return [[button.label for button in row] for row in message.keyboard]


def translations() -> list[str]:
    with CATALOGUE.open("rb") as file:
        entries = [entry for entry in read_po(file, locale="de") if entry.id]
    return [text for entry in entries for text in (entry.string if entry.pluralizable else (entry.string,))]


def standing(phase: Phase, **numbers: int) -> Standing:
    given = {"audience": 30214, "sent": 0, "unreachable": 0, "failed": 0, "unwanted": 0, "unsure": 0, **numbers}
    return Standing(phase=phase, start_at=NOON, first_sent_at=None, last_sent_at=None, rate=29.0, **given)


# Screens of readers


def test_an_article_is_dated_and_offered_in_german():
    text = caption(article(), [ENERGY], look("de"), NOON).string
    assert "7. März 2026" in text
    assert "Auch: " in text
    rows = [[button.label for button in row] for row in card.keyboard(article(), look("de"))]
    assert rows == [["Lesen"], ["Merken", "Teilen", "Mehr"]]


def test_an_old_article_bears_its_date_in_a_list():
    words = look("de").words
    assert words.date(datetime(2021, 2, 12, 13, 5, tzinfo=UTC), BERLIN) == "12. Feb. 2021"
    assert words.percent(0.41) == "41\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(minutes=5), "vor 5 min"),
        (timedelta(hours=2), "vor 2 h"),
        (timedelta(days=1), "vor 1 Tag"),
        (timedelta(days=3), "vor 3 Tagen"),
    ],
)
def test_how_long_ago_in_german(age, text):
    assert DEUTSCH.ago(NOON, NOON + age) == text


def test_the_picker_counts_what_is_chosen():
    page = PickerPage(
        (Choice(ENERGY, followed=True, parts=5, chosen=5), Choice(GRID, followed=False)), None, 0, 3, follows=2
    )
    shown = picker.picker(DEUTSCH, page)
    assert shown.text.string == "Themen (2 gewählt), Seite 1 von 3"
    assert labels(shown) == [
        ["✓ Energy mit 5 Teilen", "Teile wählen"],
        ["Grid Storage"],
        ["Weitere Themen"],
        ["Fertig"],
    ]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            ChatKind.PRIVATE,
            "Du folgst \u2068Energy\u2069 und \u2068Grid Storage\u2069. Die nächste Meldung kommt von selbst.",
        ),
        (
            ChatKind.GROUP,
            "Diese Gruppe folgt \u2068Energy\u2069 und \u2068Grid Storage\u2069. Die nächste Meldung kommt von selbst.",
        ),
    ],
)
def test_what_is_followed_is_said_in_one_line(kind, said):
    assert picker.done(DEUTSCH, Chat(1, kind), [ENERGY, GRID], ZoneInfo("Europe/Berlin")).text.string == said


def test_a_near_miss_is_quoted_as_germans_quote():
    shown = subscriptions.near_miss(DEUTSCH, "Enrgie", [ENERGY], subscriptions.Edit.FOLLOW)
    assert shown.text.string == "Kein Thema „\u2068Enrgie\u2069“. Meintest du:"
    assert labels(shown) == [["Energy"], ["Alle Themen"]]


@pytest.mark.parametrize(("seconds", "said"), [(1, "Frag in 1 Sekunde wieder"), (42, "Frag in 42 Sekunden wieder")])
def test_a_group_that_asks_too_often_is_told_when_to_ask_again(seconds, said):
    assert said in lists.ask_in_a_minute(DEUTSCH, seconds, "northgate_news_bot").text.string


@pytest.mark.parametrize(
    ("many", "heading"), [(1, "1 Meldung, die hier noch fehlt"), (2, "2 Meldungen, die hier noch fehlen")]
)
def test_what_came_late_is_counted(many, heading):
    shown = catching_up.catching_up([article(number=n) for n in range(1, many + 1)], look("de"), NOON)
    assert shown.text.string.startswith(heading + "\n")


def test_the_settings_are_german():
    timing = Timing(Mode.DAILY, minute=480, days=0b0011111, quiet=Quiet(1320, 420))
    chat = Chat(1, language="de", pictures=Pictures.SMALL, silent=True, timing=timing)
    shown = settings.overview(DEUTSCH, chat, "Europe/Berlin", datetime(2026, 12, 4, 12, tzinfo=UTC))
    assert shown.text.string.splitlines() == [
        "Einstellungen dieses Chats",
        "Bilder: klein",
        "Ton: aus",
        "Nachrichten: täglich um 08:00, Mo bis Fr, Berlin; Ruhe von 22:00 bis 07:00",
        "In einer Meldung: Titel, Anriss, Quelle, Datum, Verwandtes und Hashtags",
        "Listen: schlicht",
        "Sprache: Deutsch",
        "Zeitzone: Europe/Berlin, wie überall hier",
        "Nächste: Montag, 08:00 Berlin.",
    ]
    assert labels(shown) == [
        ["Zeiten ändern", "Ruhezeit ändern"],
        ["Bilder ändern", "Mit Ton senden"],
        ["Sprache ändern", "Zeitzone ändern"],
        ["Bestandteile ändern", "Listen ändern"],
        ["Wählen, was kommt"],
        ["Fertig"],
    ]


# Screens of editors


def test_a_publish_is_announced_followed_and_reported_in_german_numbers():
    announced = publishing.going(DEUTSCH, article(), 1, standing(Phase.UNDO), NOON - timedelta(seconds=10))
    assert announced.text.string == "#412 geht in 10 Sekunden an 30.214 Chats, Dauer etwa 17 min."
    assert labels(announced) == [["Stoppen", "Jetzt senden"]]
    sending = publishing.going(DEUTSCH, article(), 1, standing(Phase.SENDING, sent=12480, unreachable=1), NOON)
    assert "12.480 von 30.214 gesendet (41\N{NO-BREAK SPACE}%), noch etwa 10 min." in sending.text.string
    assert sending.text.string.endswith(" 1 Chat hat den Bot blockiert.")
    stopped = publishing.going(DEUTSCH, article(), 1, standing(Phase.STOPPED, sent=12495), NOON)
    assert stopped.text.string == "Gestoppt. 12.495 Chats haben die Meldung, an 17.719 geht sie nicht mehr."
    assert labels(stopped) == [["Rest senden"], ["Erst ändern", "Zurückziehen"]]
    done = publishing.going(DEUTSCH, article(), 1, standing(Phase.DONE, sent=30213, failed=1), NOON)
    assert done.text.string == (
        "#412 ist erschienen. Gesendet: 30.213, Bot blockiert: 0, fehlgeschlagen: 1, vielleicht doppelt: 0. 1 Sekunde."
    )


def test_what_is_held_is_counted():
    assert held.choosing(DEUTSCH, article(), BERLIN, 1).text.string.startswith("1 Meldung ist zurückgehalten.")
    assert held.choosing(DEUTSCH, article(), BERLIN, 1200).text.string.startswith("1.200 Meldungen sind")


@pytest.mark.parametrize(("files", "said"), [(1, " ist ein Entwurf."), (3, "Jetzt Entwürfe: 1 von 3 Dateien.")])
def test_uploads_are_counted(files, said):
    shown = uploads.report(DEUTSCH, Uploaded(files=files, drafts=[article()]))
    assert said in shown.text.string


# The whole catalogue


def test_the_catalogue_keeps_the_house_voice():
    for text in translations():
        assert "!" not in text, text
        assert not re.search(r"\b(Sie haben|Ihr|Ihre|Ihnen|Ihrem)\b", text), text
        assert not re.search(r'["”]', text), text
        assert text.count("„") == text.count("“"), text
        assert "Artikel" not in text, text  # an article is a Meldung, everywhere


@pytest.mark.parametrize(
    "toast",
    [
        picker.following(DEUTSCH, LONG_NAME),
        picker.no_longer_following(DEUTSCH, LONG_NAME),
        subscriptions.muted_until(look("de"), LONG_NAME, NOON),
        subscriptions.nothing_more_from(DEUTSCH, LONG_NAME.name),
        error_messages.administrators_only(DEUTSCH),
        error_messages.not_verified(DEUTSCH),
        error_messages.button_too_old(DEUTSCH),
        error_messages.list_out_of_date(DEUTSCH),
        error_messages.fault(DEUTSCH),
        lists.search_forgotten(DEUTSCH),
        DEUTSCH("Saved for you. Send /saved in your own chat with the bot"),
    ],
)
def test_german_toasts_fit(toast):
    assert utf16_len(toast) <= limits.CALLBACK_ANSWER


def test_german_menus_and_usages_fit_and_keep_the_commands():
    for command in REGISTRY.commands.of(*Access):
        summary = spoken(DEUTSCH, command.summary)
        assert summary != command.summary
        assert 1 <= len(summary) <= 256
        assert not summary.endswith(".")
        if command.usage:
            assert spoken(DEUTSCH, command.usage).split()[0] == f"/{command.name}"


# A German among people


async def test_a_person_with_a_german_client_is_greeted_and_offered_commands_in_german(house):
    async with house.db.transaction() as conn:
        await topics.define(conn, TopicFile("energy", "Energy"))
    await house.ctx.menus.register()
    house.world.set_language(ANNA, "de")
    await house.starts(ANNA)
    assert house.screen(ANNA) == (
        "Hier ist Northgate News. Wähle Themen; Meldungen kommen, sobald sie erscheinen. "
        "Jederzeit ändern oder anhalten: /settings, /stop.\n\nThemen (0 gewählt)"
    )
    assert await house.presses(ANNA, "Energy") == "Gewählt: Energy"
    await house.presses(ANNA, "Fertig")
    assert house.screen(ANNA) == "Du folgst \u2068Energy\u2069. Die nächste Meldung kommt von selbst."
    person, chat = house.world.people[ANNA], house.world.chats[ANNA]
    shown = {entry["command"]: entry["description"] for entry in house.world.commands_for(person, chat)}
    assert list(shown) == list(MENU)
    assert shown["latest"] == "die neuesten Meldungen"
    assert shown["help"] == "alle Befehle"
    descriptions = house.world.profile.descriptions
    assert descriptions["de"].startswith("Meldungen zu den Themen, die du wählst")
    assert len(descriptions["de"]) <= 512
    assert len(house.world.profile.short_descriptions["de"]) <= 120


def test_the_log_is_german_also_where_newsbot_itself_acted():
    entries = [
        Entry(NOON, None, "publish", 2, "file"),
        Entry(NOON, None, "hold", 3, "burst"),
        Entry(NOON, 7, "stop", 1, "stopped"),
        Entry(NOON, None, "pause", None, None),
        Entry(NOON, None, "restore", None, "copy"),
        Entry(NOON, None, "correct", 2, None, "ci"),
    ]
    lines = audit_log.log(DEUTSCH, entries, BERLIN).text.string.split("\n")[1:]
    acts = [line.rpartition(": ")[2] for line in lines]
    assert lines[-1].split(": ")[-2] == "Schlüssel ci"
    assert acts == [
        "veröffentlicht #2 (durch Datei)",
        "zurückgehalten #3 (mehr auf einmal als erwartet)",
        "gestoppt #1",
        "alle Zustellungen angehalten",
        "Kopie der Datenbank eingesetzt (copy)",
        "berichtigt #2",
    ]


def test_an_announcement_is_asked_about_followed_and_reported_in_german():
    one = Announcement(3, 7, NOON, Text("Wir ziehen am Freitag um"))
    asked = announcements.ask(DEUTSCH, one, None, 30_214, free_at=None, is_busy=False, is_paused=False, zone=BERLIN)
    assert asked.text.string == "Sie geht an 30.214 Chats, die Ankündigungen zulassen."
    assert labels(asked) == [["An die Leser eines Themas", "So lassen"], ["An 30.214 senden"]]
    name = announcements.called(DEUTSCH, one)
    going = announcements.going(DEUTSCH, name, 1, standing(Phase.UNDO), NOON - timedelta(seconds=10))
    assert re.sub("[\u2066-\u2069]", "", going.text.string) == (
        "Die Ankündigung „Wir ziehen am Freitag um“ geht in 10 Sekunden an 30.214 Chats, Dauer etwa 17 min."
    )
    assert labels(going) == [["Stoppen", "Jetzt senden"]]
