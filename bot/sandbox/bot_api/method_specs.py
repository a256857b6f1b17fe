"""
The Bot API's own description of its methods, made into checks that cost little.

Each method's parameters are compiled once into functions; a call then pays only for what it passes. Parameters come
as JSON or, in forms and query strings, as text that may hold JSON; unknown ones are ignored, as Telegram does.
Source: https://core.telegram.org/bots/api#making-requests; the facts are made by tests/sandbox/make_facts.py.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.sandbox.world.api_error import bad_request

Check = Callable[[Any], Any]
"""Takes what came in and returns it as its type. Raises: Refused."""

MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "video": "there is no video in the request",
    "animation": "there is no animation in the request",
    "action": "wrong parameter action in request",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "user_id": "invalid user_id specified",
    "file_id": "file_id not specified",
}


GONE_SINCE_10_3 = frozenset({"receiver_user_id", "callback_query_id"})
"""Parameters of sending methods in Bot API 10.2. Telegram ignores them silently; whoever uses them should hear of it.

Source: https://core.telegram.org/bots/api-changelog (10.3: `ephemeral_message_parameters` instead)
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    mime: str
    data: bytes


class _Wrong(Exception):
    """What is wrong with a value inside an object; the object's name is added on the way up."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Bot API, under its own spelling."""

    name: str
    checks: Mapping[str, Check]
    required: tuple[str, ...]

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the known parameters, each as its type; null and empty text count as not given. Raises: Refused."""
        checks, params = self.checks, {}
        if "ephemeral_message_parameters" in checks and not GONE_SINCE_10_3.isdisjoint(given):
            raise bad_request("the sandbox refuses receiver_user_id and callback_query_id: the answer would be public")
        for name, value in given.items():
            check = checks.get(name)
            if check is None or value is None or value == "":
                continue
            try:
                params[name] = check(value)
            except _Wrong as wrong:
                raise bad_request(_complaint(name, str(wrong))) from None
        for name in self.required:
            if name not in params:
                raise bad_request(MISSING.get(name, f'parameter "{name}" is required'))
        return params


def _complaint(parameter: str, wrong: str) -> str:
    return wrong if wrong.startswith("can't parse") else f'can\'t parse parameter "{parameter}": {wrong}'


@cache
def _facts() -> dict[str, Any]:
    packed = files("bot.sandbox").joinpath("bot_api.json.gz").read_bytes()
    facts: dict[str, Any] = json.loads(gzip.decompress(packed))
    return facts


@cache
def _spelling() -> dict[str, str]:
    return {name.lower(): name for name in _facts()["methods"]}


@cache
def method(name: str) -> Method | None:
    """Return the method, whatever the case of `name`; None when the Bot API has no such method."""
    spelled = _spelling().get(name.lower())
    if spelled is None:
        return None
    fields = _facts()["methods"][spelled]["fields"]
    checks = {field: _parameter_check(tuple(types)) for field, types, _, _ in fields}
    return Method(spelled, checks, tuple(field for field, _, required, _ in fields if required))


def conform(type_name: str, value: Any) -> Any:
    """Return `value` as a Bot API type. Raises: Refused when it is not one; for tests of what the sandbox says."""
    try:
        return _check((type_name,))(value)
    except _Wrong as wrong:
        raise bad_request(str(wrong)) from None


def _parameter_check(types: tuple[str, ...]) -> Check:
    """Return the check of a parameter: as of a nested value, but text may hold the JSON of an object."""
    check = _check(types)
    if set(types) <= {"String", "Integer", "Float", "Boolean", "InputFile"}:
        return check

    def from_text(value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise _Wrong(f"can't parse {_human(types[0])} JSON object") from None
        return check(value)

    return from_text


@cache
def _check(types: tuple[str, ...]) -> Check:
    if len(types) > 1:
        return _any_of(types)
    name = types[0]
    if name in _SCALARS:
        return _SCALARS[name]
    if name.startswith("Array of "):
        return _array(name.removeprefix("Array of "))
    kind = _facts()["types"][name]
    if "subtypes" in kind:
        return _any_of(tuple(kind["subtypes"]))
    return _object(name, kind["fields"])


def _any_of(types: tuple[str, ...]) -> Check:
    """Return the check of a union: plain values by their kind, arrays by their elements, objects by constant fields."""
    if types in (("Integer", "String"), ("InputFile", "String")):
        return _integer_or_text if types[0] == "Integer" else _file
    arrays = tuple(name.removeprefix("Array of ") for name in types if name.startswith("Array of "))
    objects = tuple(name for name in types if name in _facts()["types"])
    shapes = [(name, *_shape(name)) for name in objects]

    def check(value: Any) -> Any:
        if isinstance(value, dict) and objects:
            fitting = [
                (name, required)
                for name, constants, required in shapes
                if all(value.get(field) == constant for field, constant in constants.items())
            ]
            for name, required in fitting:
                if required <= value.keys():
                    return _check((name,))(value)
            if fitting:
                return _check((fitting[0][0],))(value)
            raise _Wrong(f"can't parse {_human(types[0])}: unsupported type {value.get('type')!r}")
        if isinstance(value, list) and arrays:
            return [_check(arrays)(element) for element in value]
        if isinstance(value, str) and "String" in types:
            return value
        raise _Wrong(f"can't parse {_human(types[0])}: object expected")

    return check


@cache
def _shape(name: str) -> tuple[dict[str, str], frozenset[str]]:
    fields = _facts()["types"][name].get("fields", ())
    constants = {field: constant for field, _, _, constant in fields if constant}
    return constants, frozenset(field for field, _, required, _ in fields if required)


def _array(element: str) -> Check:
    def check(value: Any) -> Any:
        if not isinstance(value, list):
            raise _Wrong(f"can't parse {_human(element)}s: expected an Array")
        of_element = _check((element,))
        return [of_element(part) for part in value]

    return check


def _object(name: str, fields: list[list[Any]]) -> Check:
    types = {field: tuple(kinds) for field, kinds, _, _ in fields}
    required = [field for field, _, needed, _ in fields if needed]
    human = _human(name)
    checks: dict[str, Check] = {}

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong(f"can't parse {human}: expected an Object")
        for field in required:
            if field not in value:
                raise _Wrong(f"can't parse {human}: Can't find field \"{field}\"")
        read = {}
        for field, part in value.items():
            of_field = checks.get(field)
            if of_field is None:
                if field not in types:
                    continue
                of_field = checks[field] = _check(types[field])
            if part is None:
                continue
            try:
                read[field] = of_field(part)
            except _Wrong as wrong:
                if str(wrong).startswith("can't parse"):
                    raise
                raise _Wrong(f'can\'t parse {human}: Field "{field}" {wrong}') from None
        return read

    return check


def _human(name: str) -> str:
    """Return a type's name as the server spells it in complaints: `inline keyboard button`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removeprefix("Array of ").removeprefix("Array of ")).lower()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise _Wrong("must be of type String")


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        if isinstance(value, str):
            return int(value.strip())
        if isinstance(value, float) and value.is_integer():
            return int(value)
    except ValueError:
        pass
    raise _Wrong("must be of type Number")


def _float(value: Any) -> float:
    try:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        pass
    raise _Wrong("must be of type Number")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, str)):
        return str(value).strip().lower() in ("true", "yes", "1")
    raise _Wrong("must be of type Boolean")


def _integer_or_text(value: Any) -> int | str:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    return _integer(value)


def _file(value: Any) -> Upload | str:
    return value if isinstance(value, (Upload, str)) else _text(value)


_SCALARS: dict[str, Check] = {
    "String": _text,
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "True": _boolean,
    "InputFile": _file,
}
