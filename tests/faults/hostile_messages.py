# SPDX-License-Identifier: Apache-2.0
"""Bodies and properties that no publisher sends: a list of bad inputs, and random ones. Pure."""

import gzip
import json
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from tests.faults.field_values import decimal, real, timestamp

_DEEP = 20_000
# RabbitMQ ends the connection of whoever sends one (541), and passes everything else on.
_NO_NUMBER_EVERY = 200
_NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-0.0", "5e-324", str(2**63), str(2**64), str(-(2**63) - 1),
    "1" + "0" * 400, "9" * 5000, "true", '"7"', "[]", "null",
)  # fmt: skip
_TIMES = (
    "0", "-1", '"infinity"', '"1970-01-01T00:00:00Z"', '"2025-01-01"', "1763880000000",
    '"2025-13-01T00:00:00Z"',
    '"9999-12-31T23:59:59Z"', '"0000-01-01T00:00:00Z"', '"2025-01-01T00:00:00"', "1e300", '""',
)  # fmt: skip
_NAMES = (
    "../../x", "a/b", "%s%n", "{0}", "'; drop table hosts; --", '=HYPERLINK("x")', "<img src=x>",
    "\u202egnp.exe", "a\u200bb", "a\nb", "\x1b[31m", "\U0001f600" * 20, "n" * 1024, " ",
)  # fmt: skip
_BAD_TEXTS = ("\\u0000", "\\ud800", "n" * 65_537)


# A valid message of its own each time: equal ones would be one message.
Fresh = Callable[[], bytes]


class Hostile(NamedTuple):
    """One bad input: what it is called, its body, and the properties beside those of its login."""

    label: str
    body: bytes
    properties: dict[str, Any]


def bad_bodies(fresh: Fresh) -> Iterator[Hostile]:
    """B1 to B3, B5, B6: no JSON, wrong types, deep, compressed, large."""
    valid = fresh()
    for body in (
        b"",
        b" ",
        b"\n\n",
        b"null",
        b"[]",
        b"{}",
        b"0",
        b'"',
        b"\xef\xbb\xbf" + valid,
        valid + valid,
    ):
        yield Hostile("B1", body, {})
    for end in range(1, len(valid), max(1, len(valid) // 40)):
        yield Hostile("B1", valid[:end], {})
    values: tuple[Any, ...] = (None, True, 1, -1, "x", [], {}, [[]], 1.5)
    for name in json.loads(valid):
        for value in values:
            yield Hostile("B2", json.dumps(json.loads(fresh()) | {name: value}).encode(), {})
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        deep = opening * _DEEP + "0" + closing * _DEEP
        yield Hostile("B3", deep.encode(), {})
        yield Hostile("B3", (fresh()[:-1].decode() + f',"unknown":{deep}}}').encode(), {})
    for encoding, body in (
        ("gzip", gzip.compress(valid)),
        ("deflate", zlib.compress(b"0" * 10_000_000)),
        ("gzip", fresh()),
        ("br", valid[: len(valid) // 2]),
    ):
        yield Hostile("B5", body, {"content_encoding": encoding})
    yield Hostile("B6", b"x" * (15 * 1024 * 1024), {})
    yield Hostile("B6", b"x" * (17 * 1024 * 1024), {})


def bad_values(fresh: Fresh) -> Iterator[Hostile]:
    """B7 to B9, B11, B12, B14, B15, B18: JSON whose figures, times and texts are not ours."""
    for text in _NUMBERS:
        for name in ("sequence", "tick_seconds"):
            yield Hostile("B8", _with_raw(json.loads(fresh()), name, text), {})
        plain = json.loads(fresh())
        sample = _with_raw(plain["sample"], "load_1m", text).decode()
        yield Hostile("B7", _with_raw(plain, "sample", sample), {})
    for text in _TIMES:
        yield Hostile("B14", _with_raw(json.loads(fresh()), "sampled_at", text), {})
    for text in _BAD_TEXTS:
        yield Hostile("B9", _with_raw(json.loads(fresh()), "boot_id", f'"{text}"'), {})
    yield Hostile("B9", fresh().replace(b'"boot_id":"', b'"boot_id":"\xff\xc0\xaf'), {})
    for name in _NAMES:
        plain = json.loads(fresh())
        identity = plain["identity"] | {"hostname": name}
        yield Hostile("B12", json.dumps(plain | {"identity": identity}).encode(), {})
        plain = json.loads(fresh())
        domains = plain["domains"] | {"name": [name] * len(plain["domains"]["name"])}
        yield Hostile("B11", json.dumps(plain | {"domains": domains}).encode(), {})
    yield Hostile("B15", fresh()[:-1] + b',"sequence":99999}', {})
    plain = json.loads(fresh())
    twice = plain["domains"] | {"uuid": [plain["domains"]["uuid"][0]] * len(plain["domains"]["uuid"])}
    yield Hostile("B15", json.dumps(plain | {"domains": twice}).encode(), {})
    for version in (0, 2, -1, "1", None, 1.0, True, 2**70):
        yield Hostile("B18", json.dumps(json.loads(fresh()) | {"schema": version}).encode(), {})
    for name in plain:
        rest = {key: value for key, value in json.loads(fresh()).items() if key != name}
        yield Hostile("B18", json.dumps(rest).encode(), {})


def bad_properties(fresh: Fresh) -> Iterator[Hostile]:
    """B4, B10, B20: headers too deep, too long, not UTF-8; properties of all kinds around a valid body."""
    for depth in (100, 400, 2_000):
        table: Any = {}
        array: Any = []
        for _ in range(depth):
            table, array = {"a": table}, [array]
        yield Hostile("B4", fresh(), {"headers": table})
        yield Hostile("B4", fresh(), {"headers": {"a": array}})
    for name in ("message_id", "content_type", "app_id", "correlation_id", "reply_to", "type"):
        for value in (b"\xff\xfe", b"\xc0\xaf", b"\x00", b"\n", b"x" * 255):
            yield Hostile("B10", fresh(), {name: value})
    for properties in (
        {"priority": 255}, {"priority": 0}, {"timestamp": 2**63 - 1}, {"timestamp": 0}, {"delivery_mode": 1},
        {"headers": {"x": b"\xff" * 100_000}}, {"headers": {"x" * 255: None}}, {"headers": {"": ""}},
        {"headers": {str(number): number for number in range(5_000)}}, {"headers": {"x-death": "none"}},
        {"headers": {"x-death": [{"count": "many", "queue": 7}]}}, {"headers": {"x-delivery-count": -1}},
    ):  # fmt: skip
        yield Hostile("B20", fresh(), properties)


def random_bodies(fresh: Fresh, random: Random, count: int) -> Iterator[Hostile]:
    """Yield random bytes, and valid messages with a value or some bytes changed."""
    for number in range(count):
        match number % 3:
            case 0:
                yield Hostile("random bytes", random.randbytes(random.randint(0, 300)), {})
            case 1:
                spoiled = bytearray(fresh())
                for _ in range(random.randint(1, 4)):
                    spoiled[random.randrange(len(spoiled))] = random.randrange(256)
                yield Hostile("changed bytes", bytes(spoiled), {})
            case _:
                yield Hostile("changed value", json.dumps(_mutated(json.loads(fresh()), random)).encode(), {})


def random_headers(fresh: Fresh, random: Random, count: int) -> Iterator[Hostile]:
    """Yield a valid body with random headers, message by message; now and then with no number."""
    for number in range(count):
        headers = {_word(random): _any_header(random, 3) for _ in range(random.randint(0, 5))}
        if number % _NO_NUMBER_EVERY == 0:
            headers["x"] = random.choice((math.nan, math.inf, -math.inf))
        yield Hostile("headers", fresh(), {"headers": headers})


def _mutated(value: Any, random: Random) -> Any:
    """Return JSON with one value somewhere in it replaced by another of any type."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(list(value))
        return value | {name: _mutated(value[name], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        place = random.randrange(len(value))
        return [*value[:place], _mutated(value[place], random), *value[place + 1 :]]
    return _any_value(random, 2)


def _any_value(random: Random, depth: int) -> Any:
    if depth and random.random() < 0.3:
        values = [_any_value(random, depth - 1) for _ in range(random.randint(0, 3))]
        return values if random.random() < 0.5 else {_word(random): value for value in values}
    numbers = (0, -1, 2**31, -(2**31), 2**62, 0.0, -0.0, 1e308, random.random())
    return random.choice((None, True, False, *numbers, _word(random), _word(random)))


def _any_header(random: Random, depth: int) -> Any:
    """Return a value of any type that a header has, those without a sense in Python among them."""
    if depth and random.random() < 0.3:
        values = [_any_header(random, depth - 1) for _ in range(random.randint(0, 3))]
        return values if random.random() < 0.5 else {_word(random): value for value in values}
    instants = (0, 1_800_000_000, 253_402_300_800, 2**63 - 1, 2**64 - 1)
    odd = (
        *map(timestamp, instants),
        decimal(random.randrange(256), random.randrange(-(2**31), 2**31)),
        real(struct.pack(">f", random.uniform(-1e38, 1e38))),
        random.randbytes(random.randint(0, 20)),
    )  # fmt: skip
    return random.choice(odd) if random.random() < 0.5 else _any_value(random, 0)


def _word(random: Random) -> str:
    return "".join(chr(random.choice((0x41, 0x5A, 0xE4, 0x4E00, 0x1F600, 0x20, 0x2E))) for _ in range(5))


def _with_raw(plain: dict[str, Any], name: str, text: str) -> bytes:
    """Return a JSON object in which one value is a text of its own, valid or not."""
    rest = {key: value for key, value in plain.items() if key != name}
    return f'{json.dumps(rest)[:-1]},"{name}":{text}}}'.encode()
