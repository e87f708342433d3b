# SPDX-License-Identifier: Apache-2.0
"""Loading of settings: defaults < TOML file < environment, decoded into a frozen struct.

An environment variable ``KVMGRID_SECTION__KEY`` overrides ``key`` in ``[section]``, ``KVMGRID_KEY`` a key
outside the sections. A list is written as in TOML, or with commas. An unknown key is an error that names the
nearest known one. A variable whose first part resembles no key at all is another process's. A wrong value
names its place, what was expected and where it came from. Secrets never stand in the environment: a
``*_file`` key names the file that holds them.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

PREFIX = "KVMGRID_"
# How much a variable's first part must resemble a key to count as a slip of the pen. It is more than the
# lab's KVMGRID_DATABASE_URL resembles [database].
_SLIP = 0.85
_BRACKETED_ADDRESS = re.compile(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]")

Settings = TypeVar("Settings", bound=msgspec.Struct)
Tree = dict[str, Any]


class SettingsError(Exception):
    """The settings cannot be used; the message says where and why."""


def load(kind: type[Settings], path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of a process; raise SettingsError with the place of the first fault."""
    tree = read_toml(path) if path else {}
    source = str(path) if path else "the defaults"
    check_keys(tree, kind, source)
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX):
            _override(tree, kind, name, value)
    try:
        # strict=False reads "10" as a number where a number is wanted, as an environment variable gives it.
        return msgspec.convert(tree, kind, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{source} or its {PREFIX}* overrides: {error}") from error


def read_secret(path: Path) -> str:
    """Return the secret in a file, without the line end; raise SettingsError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the secret in {path}: {error}") from error


def _path(kind: type[Path], value: object) -> Path:
    """Read a path, the only type of a setting that msgspec does not know by itself."""
    # An empty text would be the current directory.
    if kind is Path and isinstance(value, str) and value:
        return Path(value).expanduser()
    raise ValueError(f"Expected a path, got {value!r}")


def read_toml(path: Path) -> Tree:
    """Return what a TOML file says; raise SettingsError if it cannot be read, with the line of a fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error


def _sections(kind: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct] | None]:
    """Return each key of a struct, with the struct behind it where it is a section."""
    sections: dict[str, type[msgspec.Struct] | None] = {}
    for field in msgspec.structs.fields(kind):
        known = inspect.type_info(field.type)
        sections[field.encode_name] = known.cls if isinstance(known, inspect.StructType) else None
    return sections


def check_keys(tree: Tree, kind: type[msgspec.Struct], source: str, section: str = "") -> None:
    """Raise SettingsError at the first key that a struct, or a struct within it, does not have."""
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in tree.items():
        place = f"{section}.{key}" if section else key
        if key not in known:
            raise SettingsError(f"{source}: unknown key {place!r}{nearest(key, known)}")
        _check_value(value, inspect.type_info(known[key]), source, place)


def _check_value(value: object, known: inspect.Type, source: str, place: str) -> None:
    """Check the keys of what stands behind a key: a section, named sections, or a list of them."""
    if isinstance(known, inspect.UnionType):
        for choice in known.types:
            _check_value(value, choice, source, place)
    elif isinstance(known, inspect.StructType) and isinstance(value, dict):
        check_keys(value, known.cls, source, place)
    elif isinstance(known, inspect.DictType) and isinstance(value, dict):
        for name, each in value.items():
            _check_value(each, known.value_type, source, f"{place}.{name}")
    elif isinstance(known, inspect.ListType | inspect.VarTupleType) and isinstance(value, list):
        for number, each in enumerate(value, 1):
            _check_value(each, known.item_type, source, f"{place}[{number}]")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown word: the known one that is nearest, or all of them."""
    words = sorted(known)
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if matches:
        return f"; did you mean {matches[0]!r}?"
    return f"; known here: {', '.join(words)}"


def _override(tree: Tree, kind: type[msgspec.Struct], name: str, value: str) -> None:
    keys = [part.lower() for part in name.removeprefix(PREFIX).split("__")]
    source = f"environment variable {name}"
    known = _sections(kind)
    if keys[0] not in known:
        # Another process's variable is not an error here: one environment may serve several processes.
        if difflib.get_close_matches(keys[0], known, n=1, cutoff=_SLIP):
            raise SettingsError(f"{source}: unknown key {keys[0]!r}{nearest(keys[0], known)}")
        return
    nested: Tree = {keys[-1]: value}
    for key in reversed(keys[:-1]):
        nested = {key: nested}
    check_keys(nested, kind, source)
    branch = tree
    for key in keys[:-1]:
        branch = branch.setdefault(key, {})
        if not isinstance(branch, dict):
            raise SettingsError(f"{source}: {key!r} is a section, and the file gives it a value")
    branch[keys[-1]] = _listed(value, source) if _is_list(kind, keys) else value


def _is_list(kind: type[msgspec.Struct], keys: list[str]) -> bool:
    """Tell whether the key at the end of this way is a list."""
    for key in keys[:-1]:
        inner = _sections(kind)[key]
        if inner is None:
            return False
        kind = inner
    types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    known = inspect.type_info(types[keys[-1]])
    choices = known.types if isinstance(known, inspect.UnionType) else (known,)
    return any(isinstance(choice, inspect.ListType | inspect.VarTupleType) for choice in choices)


def _listed(value: str, source: str) -> list[Any]:
    # An address such as [::1] begins like a list and is none.
    if not value.startswith("[") or _BRACKETED_ADDRESS.match(value):
        return value.split(",")
    try:
        items: list[Any] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source} is not a TOML list: {error}") from error
    return items
