"""The type of python-telegram-bot's Application, of whose six parameters newsbot uses none."""

from __future__ import annotations

from typing import Any

from telegram.ext import Application

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
