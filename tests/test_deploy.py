"""What an operator copies from this repository agrees with what the program reads."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import yaml

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
EVERY_SETTING = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}TOKEN_FILE"}


def test_the_example_settings_name_every_setting_once_and_no_other():
    named = re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(EVERY_SETTING)


def test_the_example_settings_set_nothing_by_themselves():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["NEWSBOT_TOKEN="]


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
