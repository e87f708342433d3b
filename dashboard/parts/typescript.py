# SPDX-License-Identifier: Apache-2.0
"""Writes the structs of a contract as TypeScript declarations, against which the scripts are checked.

``python -m dashboard.parts.typescript`` prints assets/types/contract.d.ts. What contract.written leaves out
where it is empty is optional there.
"""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Struct

from dashboard.parts.change import Change
from dashboard.parts.contract import (
    Block,
    BlockWanted,
    CellGroup,
    CellMap,
    CellNews,
    Items,
    Part,
    Request,
    RowNews,
    Seen,
    Update,
)
from dashboard.parts.markup import Element, Json

STRUCTS: tuple[type[Struct], ...] = (
    Seen,
    BlockWanted,
    Request,
    Part,
    Items,
    RowNews,
    Block,
    CellGroup,
    CellMap,
    CellNews,
    Update,
)
# Types that refer to themselves: their names, what stands for them in annotations, and their words.
_RECURSIVE: tuple[tuple[str, object, str], ...] = (
    ("Json", Json, "string | null | Json[] | { [name: string]: string }"),
    ("Tree", Element, "Json[]"),
    ("Change", Change, "{ [index: string]: Change | Json }"),
)
_PLAIN: Mapping[object, str] = {str: "string", int: "number", float: "number", bool: "boolean"}


def parts_declarations() -> str:
    """Return the text of the file."""
    aliases = [f"  type {name} = {words};" for name, _, words in _RECURSIVE]
    return declarations(STRUCTS, "dashboard.parts", aliases)


def declarations(
    structs: Sequence[type[Struct]], package: str, aliases: Sequence[str] = (), *, writer: str | None = None
) -> str:
    """Return structs in a namespace, since a browser has a Request of its own; files share the namespace.

    ``writer`` is the module that prints them, where that is not ``typescript`` of the package.
    """
    source = f"{package.replace('.', '/')}/contract.py"
    writer = writer or f"{package}.typescript"
    lines = [
        "// SPDX-License-Identifier: Apache-2.0",
        f"// Written by `python -m {writer}` from {source}: change that.",
        "declare namespace contract {",
        *aliases,
    ]
    for struct in structs:
        lines += [f"  interface {struct.__name__} {{", *_members(struct), "  }"]
    return "\n".join([*lines, "}", ""])


def _members(struct: type[Struct]) -> list[str]:
    names = struct.__struct_fields__
    defaults = dict(zip(names[::-1], struct.__struct_defaults__[::-1], strict=False))
    kinds = struct.__annotations__
    is_short = struct.__struct_config__.omit_defaults
    optional = {
        name for name, default in defaults.items() if is_short or default is None or _is_factory(default)
    }
    return [f"    {name}{'?' if name in optional else ''}: {_words(kinds[name])};" for name in names]


def _is_factory(default: object) -> bool:
    """Whether msgspec made an empty list or dict of the default."""
    return getattr(default, "factory", None) in {dict, list}


def _words(kind: Any) -> str:
    named = next((name for name, annotated, _ in _RECURSIVE if kind == annotated), None) or _PLAIN.get(kind)
    if named is not None:
        return named
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind.__name__
    return _composed(get_origin(kind), get_args(kind))


def _composed(origin: Any, arguments: Sequence[Any]) -> str:
    # None is never sent: what is None is left out.
    if origin is Annotated:
        return _words(arguments[0])
    if origin is Literal:
        return " | ".join(f'"{each}"' for each in arguments)
    words = [_words(each) for each in arguments if each not in {NoneType, ...}]
    if origin in {Union, UnionType}:
        return " | ".join(words)
    if origin is list or (origin is tuple and arguments[1:] == (...,)):
        return f"{words[0]}[]"
    if origin is dict:
        return f"{{ [name: string]: {words[1]} }}"
    raise TypeError(f"no TypeScript for {origin!r}")


if __name__ == "__main__":
    print(parts_declarations(), end="")  # noqa: T201 - its output is the file
