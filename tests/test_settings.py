"""Every variable, right and wrong."""

from dataclasses import FrozenInstanceError, fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.fetch_rules import FetchRules
from bot.domain.parts import ALL_PARTS, Part
from bot.errors import SettingsError
from bot.render.locale import languages
from bot.settings import Settings, packaged_seeds, read_settings, warnings

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
NOWHERE = Path("/nonexistent/.env")

RIGHT = [
    ("TOKEN", f" {TOKEN}\n", "token", TOKEN),
    ("ADMINS", "12, 345,", "admins", frozenset({12, 345})),
    ("DATABASE", "/var/news.db", "database", Path("/var/news.db")),
    (
        "DATABASE_DIRECT",
        " postgresql://u:p%20w@db.example:5433/news?sslmode=require ",
        "database_direct",
        "postgresql://u:p%20w@db.example:5433/news?sslmode=require",
    ),
    ("CONTENT", "articles", "content", Path("articles")),
    ("API_URL", "http://127.0.0.1:8081/", "api_url", "http://127.0.0.1:8081"),
    ("RATE", "2", "rate", 2),
    ("PAID_PER_DAY", "50000", "paid_per_day", 50_000),
    ("PUSH_WINDOW", "7d", "push_window", timedelta(days=7)),
    ("PUSH_WINDOW", "INF", "push_window", None),
    ("PUSH_WINDOW", "0", "push_window", timedelta(0)),
    ("BURST", "0", "burst", 0),
    ("UNDO", "90s", "undo", timedelta(seconds=90)),
    ("STALE", "2w", "stale", timedelta(days=14)),
    ("SITE", "https://news.example/blog/", "site", "https://news.example/blog"),
    ("PARTS", " Source, excerpt,title,source", "parts", (Part.SOURCE, Part.EXCERPT)),
    ("PARTS", "title", "parts", ()),
    ("FOUR_EYES", "1", "four_eyes", True),
    ("FOUR_EYES", " 0 ", "four_eyes", False),
    ("PARTS", "all", "parts", ALL_PARTS),
    ("KEEP", "30d", "keep", timedelta(days=30)),
    ("KEEP", "inf", "keep", None),
    ("FORGET_AFTER", "26w", "forget_after", timedelta(weeks=26)),
    ("FORGET_AFTER", "0", "forget_after", None),
    ("FETCH_ALLOW", "wiki.local,", "fetch_allow", FetchRules(frozenset({"wiki.local"}))),
    ("TIMEZONE", "Europe/Berlin", "timezone", ZoneInfo("Europe/Berlin")),
    ("LANGUAGE", "DE", "language", "de"),
    ("LANGUAGE", "pt-BR", "language", "pt-BR"),
    ("LANGUAGE", " pt_br ", "language", "pt-BR"),
    ("LANGUAGE", "zh-hans", "language", "zh-Hans"),
    ("CONTACT", "desk@news.example", "contact", "desk@news.example"),
    ("WEBHOOK_URL", "https://news.example/hook", "webhook_url", "https://news.example/hook"),
    ("LISTEN", "0.0.0.0:8443", "listen", ("0.0.0.0", 8443)),
    ("WEBHOOK_SECRET", "A-z_09", "webhook_secret", "A-z_09"),
    ("HTTP", "[::1]:9000", "http", ("::1", 9000)),
    ("BACKUP", "backups", "backup", Path("backups")),
    ("LOG", "json:warning", "log", ("json", "warning")),
    ("LOG", "text", "log", ("text", "info")),
]

WRONG = [
    ("DATABASE", "x" * 300),
    ("DATABASE", "y/" * 3000),
    ("CONTENT", "x" * 300),
    ("BACKUP", "y/" * 3000),
    ("DATABASE_DIRECT", "db.example/news"),
    ("DATABASE_DIRECT", "mysql://u:p@db.example/news"),
    ("DATABASE_DIRECT", "postgresql://"),
    ("TOKEN", "98765"),
    ("TOKEN", "123:ab cd"),
    ("TOKEN_FILE", "/nonexistent/token"),
    ("ADMINS", "anna"),
    ("FOUR_EYES", "yes"),
    ("ADMINS", "0"),
    ("ADMINS", "-5"),
    ("API_URL", "api.telegram.org"),
    ("API_URL", "ftp://a.example"),
    ("API_URL", "http://a b.example"),
    ("API_URL", "http://a.example:99999"),
    ("API_URL", "http://[::1"),
    ("API_URL", "http://a.example/?x=1"),
    ("PARTS", "excerpt,sumary"),
    ("PARTS", "all,excerpt"),
    ("RATE", "1"),
    ("RATE", "30.5"),
    ("RATE", "1001"),
    ("PAID_PER_DAY", "-1"),
    ("PAID_PER_DAY", "many"),
    ("PUSH_WINDOW", "2 days"),
    ("PUSH_WINDOW", "-1h"),
    ("PUSH_WINDOW", "999999w"),
    ("BURST", "ten"),
    ("BURST", "-1"),
    ("UNDO", "inf"),
    ("UNDO", "10"),
    ("STALE", "never"),
    ("STALE", "2\nd"),
    ("KEEP", "always"),
    ("FORGET_AFTER", "never"),
    ("SITE", "news.example"),
    ("FETCH_ALLOW", "http://wiki.local/"),
    ("FETCH_ALLOW", "wiki.local:8080"),
    ("FETCH_ALLOW", "10.0.0.1/8"),
    ("FETCH_ALLOW", "10.0.0.0/40"),
    ("FETCH_ALLOW", "*.local"),
    ("TIMEZONE", "Berlin"),
    ("TIMEZONE", "../../etc/passwd"),
    ("LANGUAGE", "english"),
    ("LANGUAGE", "pt-"),
    ("LANGUAGE", "pt_BR.UTF-8"),
    ("DATABASE", "/"),
    ("DATABASE", "postgresql://anna:secret@db.example"),
    ("DATABASE", "postgresql://anna:sec#ret@db.example/news"),
    ("DATABASE", "postgresql://anna:secret@[db.example/news"),
    ("DATABASE", "host=db.example user=anna password=secret"),
    ("DATABASE", "sqlite:///news.db"),
    ("CONTENT", __file__),
    ("BACKUP", __file__),
    ("WEBHOOK_URL", "news.example"),
    ("LISTEN", "8443"),
    ("LISTEN", ":8443"),
    ("LISTEN", "127.0.0.1:70000"),
    ("WEBHOOK_SECRET", "with blanks"),
    ("WEBHOOK_SECRET", "x" * 257),
    ("HTTP", "127.0.0.1:http"),
    ("HTTP", "127.0.0.1:²"),
    ("LOG", "xml"),
    ("LOG", "text:loud"),
]


@pytest.mark.parametrize("language", languages())
def test_every_language_newsbot_speaks_can_be_the_one_of_those_who_speak_none(language: str) -> None:
    assert read_settings({"NEWSBOT_LANGUAGE": language}, NOWHERE).language == language


def _refusal(environment: dict[str, str], dotenv: Path = NOWHERE) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment, dotenv)
    assert (
        caught.value.__suppress_context__ or caught.value.__cause__ is None or TOKEN not in str(caught.value.__cause__)
    )
    return str(caught.value)


@pytest.mark.parametrize(("name", "text", "field", "value"), RIGHT)
def test_a_variable_is_read(name, text, field, value):
    assert getattr(read_settings({f"NEWSBOT_{name}": text}, NOWHERE), field) == value


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_refused_in_one_line_that_names_its_variable(name, text):
    refusal = _refusal({f"NEWSBOT_{name}": text})
    assert refusal.startswith(f"NEWSBOT_{name}: ")
    assert "\n" not in refusal
    if name in ("TOKEN", "WEBHOOK_SECRET"):
        assert text not in refusal
    assert "secret@" not in refusal


def test_the_model_refusal_of_the_voice_is_said_word_for_word():
    assert _refusal({"NEWSBOT_PUSH_WINDOW": "2 days"}) == (
        'NEWSBOT_PUSH_WINDOW: "2 days" is not a duration; write 48h, 7d, 0 or inf'
    )


def test_every_setting_is_tried_here():
    tried = {name.lower() for name, *_ in (*RIGHT, *WRONG)}
    known = {one.name for one in fields(Settings)}
    assert known <= tried
    assert known - {name.lower() for name, _ in WRONG} == {"contact"}  # any text is one


def test_without_any_variable_the_defaults_of_the_contract_hold():
    settings = read_settings({}, NOWHERE)
    assert (settings.token, settings.admins, settings.content) == (None, frozenset(), None)
    assert settings.database == Path("data/newsbot.db")
    assert settings.api_url == "https://api.telegram.org"
    assert (settings.rate, settings.burst, settings.language) == (30, 10, "en")
    assert settings.push_window == timedelta(hours=48)
    assert (settings.undo, settings.stale) == (timedelta(seconds=10), timedelta(hours=24))
    assert settings.timezone == ZoneInfo("UTC")
    assert (settings.http, settings.backup, settings.webhook_url) == (None, None, None)
    assert settings.log == ("text", "info")


def test_the_environment_goes_before_the_file_and_an_empty_value_means_the_default(tmp_path: Path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("\ufeffNEWSBOT_RATE=5\nNEWSBOT_BURST='3' # few\nexport NEWSBOT_CONTACT=a${HOME}b\nOTHER=1\n")
    settings = read_settings({"NEWSBOT_BURST": "4", "NEWSBOT_LANGUAGE": "", "PATH": "/bin"}, dotenv)
    assert (settings.rate, settings.burst, settings.language, settings.contact) == (5, 4, "en", "a${HOME}b")


def test_a_wrong_value_in_the_file_is_named_like_any_other(tmp_path: Path):
    (tmp_path / ".env").write_text("NEWSBOT_RATE=fast\n")
    assert _refusal({}, tmp_path / ".env").startswith("NEWSBOT_RATE: ")
    (tmp_path / ".env").write_bytes(b"NEWSBOT_RATE=\xff\n")
    assert _refusal({}, tmp_path / ".env").startswith(".env: ")


def test_a_token_may_lie_in_a_file_and_the_nearest_one_counts(tmp_path: Path):
    kept, dotenv = tmp_path / "token", tmp_path / ".env"
    kept.write_text(f"{TOKEN}\n")
    dotenv.write_text("NEWSBOT_TOKEN=1:fromdotenv\n")
    assert read_settings({"NEWSBOT_TOKEN_FILE": str(kept)}, NOWHERE).token == TOKEN
    assert read_settings({"NEWSBOT_TOKEN_FILE": str(kept)}, dotenv).token == TOKEN
    both = {"NEWSBOT_TOKEN_FILE": str(kept), "NEWSBOT_TOKEN": "1:direct"}
    assert read_settings(both, NOWHERE).token == "1:direct"


@pytest.mark.parametrize("data", [b"no token here", b"\xff\xfe", b""])
def test_a_file_without_a_token_is_named_by_its_variable_and_not_shown(tmp_path: Path, data: bytes):
    (tmp_path / "token").write_bytes(data)
    refusal = _refusal({"NEWSBOT_TOKEN_FILE": str(tmp_path / "token")})
    assert refusal.startswith("NEWSBOT_TOKEN_FILE: ") and "no token here" not in refusal


def test_a_file_that_cannot_be_read_is_named_once_with_the_reason(tmp_path: Path):
    nowhere = tmp_path / "token"
    assert _refusal({"NEWSBOT_TOKEN_FILE": str(nowhere)}) == (
        f"NEWSBOT_TOKEN_FILE: cannot read {nowhere}: No such file or directory"
    )
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"NEWSBOT_CONTACT=J\xfcrgen\n")
    assert _refusal({}, dotenv) == ".env: cannot be read: it is not UTF-8"


@pytest.mark.parametrize(
    ("text", "line"), [("this is no setting\n", 1), ("# Mine\n\n\n=30\n", 4), ("NEWSBOT_RATE=30\nNEWSBOT BURST=1\n", 2)]
)
def test_a_line_that_sets_nothing_is_a_slip_and_named(tmp_path: Path, text: str, line: int):
    dotenv = tmp_path / ".env"
    dotenv.write_text(text)
    assert _refusal({}, dotenv) == f".env: line {line} is neither NAME=value nor a # comment"


def test_secrets_are_in_no_form_of_the_settings_that_is_printed():
    settings = read_settings({"NEWSBOT_TOKEN": TOKEN, "NEWSBOT_WEBHOOK_SECRET": "hush-hush"}, NOWHERE)
    for shown in (repr(settings), str(settings), f"{settings}"):
        assert TOKEN not in shown and "hush-hush" not in shown


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        read_settings({}, NOWHERE).rate = 5


def test_the_seeds_are_there():
    assert any(packaged_seeds().rglob("*.md"))


def test_a_name_nobody_knows_is_a_slip_in_env_and_ignored_in_the_environment(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("NEWSBOT_TOKN=1:abc\n", encoding="utf-8")
    refusal = _refusal({}, dotenv)
    assert refusal == "NEWSBOT_TOKN: there is no such setting; did you mean NEWSBOT_TOKEN?"
    read_settings({"NEWSBOT_SERVICE_HOST": "10.0.0.1"}, NOWHERE)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NEWSBOT_RAET", "did you mean NEWSBOT_RATE?"),
        ("NEWSBOT_TOKEN_FIEL", "did you mean NEWSBOT_TOKEN_FILE?"),
        ("NEWSBOT_TIME_ZONE", "did you mean NEWSBOT_TIMEZONE?"),
        ("NEWSBOT_QQQ", "the README lists them all"),
    ],
)
def test_a_slip_in_the_environment_is_a_warning_that_names_what_may_be_meant(name: str, meant: str) -> None:
    environment = {name: "1", "NEWSBOT_RATE": "20", "NEWSBOT_TOKEN_FILE": "/t", "PATH": "/bin"}
    assert warnings(environment, NOWHERE) == [f"{name}: there is no such setting; {meant}"]


def test_what_container_platforms_put_into_an_environment_is_no_slip() -> None:
    names = ["SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT"]
    names += ["PORT_80_TCP", "PORT_80_TCP_ADDR", "PORT_80_TCP_PROTO"]
    assert warnings({f"NEWSBOT_{name}": "x" for name in names}, NOWHERE) == []
