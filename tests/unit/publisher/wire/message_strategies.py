# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for the messages of the wire, derived from the structs and their bounds."""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from publisher.wire.samples import SCHEMA_VERSION, DomainReport, Event, SampleBatch

Message = TypeVar("Message", SampleBatch, Event)

# PostgreSQL's text, and therefore the wire, has neither NUL nor lone surrogates.
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")


def messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Return a strategy for valid messages of this kind."""
    return _struct(inspect.type_info(kind)).map(
        lambda message: msgspec.structs.replace(message, schema=SCHEMA_VERSION)
    )


def _struct(info: Any) -> st.SearchStrategy[Any]:
    fields = {}
    for field in info.fields:
        strategy = _values(field.type)
        fields[field.name] = strategy if field.required else st.just(_default(field)) | strategy
    return st.fixed_dictionaries(fields).map(lambda values: info.cls(**values))


def _default(field: inspect.Field) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _text(info: inspect.StrType) -> st.SearchStrategy[str]:
    if info.pattern is not None:
        return st.from_regex(info.pattern, fullmatch=True)
    return st.text(_CHARACTERS, max_size=min(info.max_length or 20, 20))


def _instants() -> st.SearchStrategy[datetime]:
    plain = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - the zone follows
    return plain.map(lambda instant: instant.replace(tzinfo=UTC))


# A domain is in a batch once: what only few domains have travels by UUID.
_IDENTITIES: dict[Any, Callable[[Any], str]] = {DomainReport: attrgetter("uuid")}

# A type of the wire that is missing here fails with its name.
_BY_TYPE: dict[type[inspect.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.StructType: _struct,
    inspect.UnionType: lambda info: st.one_of(*map(_values, info.types)),
    inspect.NoneType: lambda _info: st.none(),
    inspect.BoolType: lambda _info: st.booleans(),
    inspect.IntType: lambda info: st.integers(info.ge, info.le),
    inspect.FloatType: lambda info: st.floats(
        info.ge if info.gt is None else info.gt,
        info.le,
        exclude_min=info.gt is not None,
        allow_nan=False,
        allow_infinity=False,
    ),
    inspect.LiteralType: lambda info: st.sampled_from(info.values),
    inspect.DateTimeType: lambda _info: _instants(),
    inspect.StrType: _text,
    inspect.ListType: lambda info: st.lists(
        _values(info.item_type), max_size=2, unique_by=_IDENTITIES.get(getattr(info.item_type, "cls", None))
    ),
    inspect.DictType: lambda info: st.dictionaries(
        _values(info.key_type), _values(info.value_type), max_size=2
    ),
}


def _values(info: inspect.Type) -> st.SearchStrategy[Any]:
    return _BY_TYPE[type(info)](info)
