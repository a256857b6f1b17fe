"""What an operator copies from this repository agrees with what the program reads."""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import typer
import yaml

from bot import city_lookup
from bot.cli.commands.app import app as shell
from bot.settings import KNOWN, PREFIX, Settings, read_settings

ROOT = Path(__file__).resolve().parents[1]
EVERY_SETTING = {f"{PREFIX}{name.upper()}" for name in KNOWN}
FIELDS = [one.name for one in fields(Settings)]


def test_the_example_settings_name_every_setting_once_and_no_other():
    named = re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(EVERY_SETTING)


def test_the_example_settings_set_nothing_by_themselves():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["NEWSBOT_TOKEN="]


def test_every_value_that_the_example_shows_is_one_that_newsbot_takes():
    """What is commented out has the value shown: with all of it set, nothing changes but what has no default."""
    shown = re.findall(r"^#(NEWSBOT_\w+)=(.+)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    values = {name: value for name, value in shown if name != "NEWSBOT_TOKEN_FILE"}
    settings, plain = read_settings(values, Path("/nonexistent/.env")), read_settings({}, Path("/nonexistent/.env"))
    other = {name for name in FIELDS if getattr(settings, name) != getattr(plain, name)}
    assert other == {"http", "content"}  # off, and the folder that `run` makes, unless they are set


def test_every_example_in_the_pages_is_shell_that_parses_and_names_commands_that_exist():
    known = set(typer.main.get_command(shell).commands)  # type: ignore[attr-defined]
    for page in (ROOT / "README.md", ROOT / "deploy" / "README.md"):
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            subprocess.run(["bash", "-n"], input=block, text=True, check=True)
            # Behind a service's or package's name comes no command of ours.
            for command in re.findall(r"(?:bin/newsbot|newsbot newsbot|sh newsbot|&& newsbot) ([a-z]+)", block):
                assert command in known, f"{page.name}: newsbot {command}"


@pytest.mark.parametrize("name", ["newsbot.service", "newsbot-user.service"])
def test_both_units_run_what_the_page_installs_and_stay_down_after_a_wrong_setting(name: str):
    unit = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    page = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    started = re.search(r"^ExecStart=(\S+) run$", unit, re.MULTILINE)
    assert started is not None and started[1].replace("%h", "~") in page
    assert re.search(r"^RestartPreventExitStatus=2$", unit, re.MULTILINE)
    assert f"deploy/{name}" in page


def test_the_pins_are_exact_and_name_no_place():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9.]*", pin)] == []


def test_the_unit_does_not_try_a_wrong_setting_again_and_waits_for_the_last_messages():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(ROOT / "deploy" / "newsbot.service", encoding="utf-8")
    service = unit["Service"]
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == "2"
    assert int(service["TimeoutStopSec"]) > 10


def test_the_composed_container_can_write_nowhere_but_to_its_volume():
    service = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]["newsbot"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert [mount for mount in service["volumes"] if not mount.endswith(":ro")] == ["data:/var/lib/newsbot/data"]
    assert set(service["environment"]) <= EVERY_SETTING


def test_neither_unit_nor_container_may_take_the_machine_s_memory_or_leave_a_core_dump():
    for name in ("newsbot.service", "newsbot-user.service"):
        unit = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        assert re.search(r"^MemoryMax=\d", unit, re.MULTILINE)
        assert re.search(r"^LimitCORE=0$", unit, re.MULTILINE)
    service = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]["newsbot"]
    assert service["mem_limit"]
    assert service["ulimits"]["core"] == 0


def test_the_container_is_built_on_one_base_pinned_by_its_digest():
    bases = re.findall(r"^FROM (\S+)", (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert bases and len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64}", bases[0])


MENDED_IN = {
    "aiohttp": "3.14.3",  # CVE-2026-69244 (malformed answers), and CVE-2026-54273 to -54280 in 3.14.1
    "orjson": "3.11.6",  # CVE-2025-67221 (nesting without a limit)
    "python-dotenv": "1.2.2",  # CVE-2026-28684 (a symbolic link is written through)
}


def test_no_release_with_a_known_hole_satisfies_a_requirement():
    """The releases in which public advisories are mended, as their CVE entries name them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floors = dict(re.match(r"([a-z0-9-]+)>=([0-9.]+)", one).groups() for one in project["dependencies"])
    assert len(floors) == len(project["dependencies"])
    for name, mended in MENDED_IN.items():
        assert _version(floors[name]) >= _version(mended), name


def test_the_pins_satisfy_the_requirements():
    pins = dict(re.findall(r"^([a-z0-9-]+)==([0-9.]+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, floor in (re.match(r"([a-z0-9-]+)>=([0-9.]+)", one).groups() for one in project["dependencies"]):
        assert _version(floor) <= _version(pins[name]), name


def test_the_container_leaves_out_cities_that_nobody_looks_up_and_keeps_those_that_are():
    recipe = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    removed = re.findall(r"\bcities\d+\.json", recipe)
    used = city_lookup.data_file()
    assert used is not None and removed
    assert used.name not in removed
    assert all((used.parent / name).is_file() for name in removed)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
