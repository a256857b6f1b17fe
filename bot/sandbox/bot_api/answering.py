"""
The methods that answer people's presses and inline queries, and hand out files.

Source: https://core.telegram.org/bots/api#answercallbackquery, #answerinlinequery, #getfile
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.limits import CALLBACK_ANSWER, DOWNLOAD_BYTES
from bot.domain.text import utf16_len
from bot.sandbox.bot_api.sending import Uploads
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.files import StoredFile
from bot.sandbox.world.people import Json

if TYPE_CHECKING:
    from bot.sandbox.world.updates import Query
    from bot.sandbox.world.world import World

ANSWER_WITHIN = 60.0
"""Seconds. Telegram names no figure; clients stop waiting at about this."""
_RESULTS = 50
_OFFSET_BYTES = 64


def answer_callback_query(world: World, params: Json, uploads: Uploads) -> bool:
    query = _waiting(world, params["callback_query_id"])
    text = params.get("text", "")
    if utf16_len(text) > CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.get("url")
    if url is not None and not url.startswith((f"https://t.me/{world.bot['username']}?", "tg://")):
        raise bad_request("URL_INVALID")
    query.answer = params
    world.tell(
        "toast",
        query.chat,
        {
            "callback_query_id": params["callback_query_id"],
            "person_id": query.person,
            "text": text,
            "show_alert": params.get("show_alert", False),
            "url": url,
        },
    )
    return True


def answer_inline_query(world: World, params: Json, uploads: Uploads) -> bool:
    query = _waiting(world, params["inline_query_id"])
    results = params["results"]
    if len(results) > _RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({result["id"] for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if any(not 1 <= len(result["id"].encode()) <= _OFFSET_BYTES for result in results):
        raise bad_request("RESULT_ID_INVALID")
    if len(params.get("next_offset", "").encode()) > _OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    query.answer = params
    return True


def _waiting(world: World, query_id: str) -> Query:
    query = world.queries.get(query_id)
    if query is None or query.answer is not None or world.clock() - query.asked_at > ANSWER_WITHIN:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query


def get_file(world: World, params: Json, uploads: Uploads) -> Json:
    file = world.files.get(params["file_id"])
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.length > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": params["file_id"],
        "file_unique_id": file.unique_id,
        "file_size": file.length,
        "file_path": file.path if world.keeps_files_in is None else _on_disk(world.keeps_files_in, file),
    }


def _on_disk(folder: Path, file: StoredFile) -> str:
    """Source: https://core.telegram.org/bots/api#using-a-local-bot-api-server (`--local`)"""
    place = folder / file.path.replace("/", "_")
    if folder.is_dir():
        place.write_bytes(file.data or b"")
    return str(place)


def get_me(world: World, params: Json, uploads: Uploads) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }
    return abilities | world.bot


def log_out(world: World, params: Json, uploads: Uploads) -> bool:
    return True
