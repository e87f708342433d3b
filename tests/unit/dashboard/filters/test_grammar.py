# SPDX-License-Identifier: Apache-2.0
"""From the text of a filter to its tree and back. A text that is none is told where and why."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.errors import FilterError
from dashboard.filters.fields import DOMAIN_FIELDS, HOST_FIELDS
from dashboard.filters.grammar import CONDITION_COUNT_MAX, DEPTH_MAX, parse
from dashboard.filters.tokens import LENGTH_MAX
from dashboard.filters.tree import And, Node, Not, Number, Or, Text, Unknown, Word, written
from tests.unit.dashboard.filters.trees import nodes, number

WEB = Text("", ("web",))
BUSY = Number("cpu", ">", number("80"), "%")
BAD = Word("state", "bad")
SIGNS = ' ()":<>=*-\\\0\n\u202e'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        (" \u00a0\t", None),
        ("web", WEB),
        ("web cpu>80", And((WEB, BUSY))),
        ("web AND cpu > 80 %", And((WEB, BUSY))),
        ("web or cpu>80 state:bad", Or((WEB, And((BUSY, BAD))))),
        ("(web or cpu>80%) State=BAD", And((Or((WEB, BUSY)), BAD))),
        ("-web not (state:bad)", And((Not(WEB), Not(BAD)))),
        ("web-1 --x", And((Text("", ("web-1",)), Not(Not(Text("", ("x",))))))),
        ("cpu:unknown", Unknown("cpu")),
        ("cpu:0.5", Number("cpu", "=", number("0.5"), "%")),
        ("temp>-5 c", Number("temp", ">", number("-5"), "°C")),
        ("mem>8GiB", Number("mem", ">", number("8"), "GiB")),
        ("mem>8 g web", And((Number("mem", ">", number("8"), "GiB"), WEB))),
        (
            "lat>20 or lat>2us",
            Or((Number("lat", ">", number("20"), "ms"), Number("lat", ">", number("2"), "µs"))),
        ),
        ("score<50 s", And((Number("score", "<", number("50"), ""), Text("", ("s",))))),
        ('name:"a b" name=web', And((Text("name", ("a b",)), Text("name", ("web",), is_whole=True)))),
        ("host:hv**1*", Text("host", ("hv", "1", ""))),
        ('"*" "or" "a\\"b"', And((Text("", ("*",)), Text("", ("or",)), Text("", ('a"b',))))),
        ("host:-x", Text("host", ("-x",))),
        ("-", Text("", ("-",))),
    ],
)
def test_a_text_says(text: str, expected: Node | None) -> None:
    """A space joins, ``or`` binds least, a minus is ``not``, quotes take a text as it is."""
    assert expected == parse(text, HOST_FIELDS)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("cpu>80 hots:a", "hots", "hots is no field of a host: did you mean host?"),
        ("uuid:3", "uuid", "uuid is no field of a host: there are name, host, state"),
        ("owner:web", "owner", "owner is no field of a host"),
        ("state:bda", "bda", "state is good, strained, bad, stale or unknown: did you mean bad?"),
        ("state>bad", ">", "state is no number: write state:bad"),
        ("cpu>lots", "lots", "lots is no number: write cpu>80% or cpu:unknown"),
        ("cpu>80GiB", "GiB", "cpu has no unit GiB: write cpu>80%"),
        ("mem>8x", "x", "mem has no unit x: write mem>80% or mem>8GiB"),
        ("cpu>1e300", "e300", "cpu has no unit e300"),
        ("web cpu>", "cpu>", "A value is missing after cpu>"),
        ("web or", "or", "A condition is missing after or."),
        ("web and and", "and", "A condition is missing before and."),
        ("not", "not", "A condition is missing after not."),
        ("a (b or c", "(", "This parenthesis is not closed."),
        ("a) b", ")", "No parenthesis is open here."),
        ("()", ")", "A condition is missing before )."),
        ('name:"a b', '"a b', "This quote is not closed."),
        ('name:""', '""', "Nothing stands between these quotes."),
        (">5", ">", "A field is missing before >."),
        ('"cpu">5', '"cpu"', "is no field of a host"),
        ("a\0b", "\0", "No name has such a character."),
        ("x" * (LENGTH_MAX + 1), "x", "at most 500 characters"),
        ("x " * (CONDITION_COUNT_MAX + 1), "x", "at most 30 conditions"),
        ("(" * (DEPTH_MAX + 1), "(", "at most 12 levels deep"),
        ("-" * (DEPTH_MAX + 1) + "x", "-", "at most 12 levels deep"),
    ],
)
def test_a_text_that_is_none_says_where_and_why(text: str, place: str, words: str) -> None:
    """The place is the part that is wrong; the words name it, and the nearest that is known."""
    with pytest.raises(FilterError) as caught:
        parse(text, HOST_FIELDS)

    assert words in str(caught.value)
    assert place == text[caught.value.start : caught.value.end]


def test_a_word_is_advised_as_it_is_typed() -> None:
    """One of two words stands in quotes: without them it was wrong."""
    with pytest.raises(FilterError, match=r'no state" or unknown: did you mean "shut off"\?$'):
        parse("state:shut off", DOMAIN_FIELDS)


@given(nodes())
def test_what_is_written_is_read_as_it_was(node: Node) -> None:
    """The text of a tree is that tree again."""
    text = written(node)
    assume(len(text) <= LENGTH_MAX)

    assert node == parse(text, HOST_FIELDS)


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.one_of(
                st.sampled_from(["cpu", "state", "or", "and", "not", "80", "bad", "GiB", "x"]),
                st.sampled_from(SIGNS),
            ),
            max_size=40,
        ).map("".join),
    )
)
def test_any_text_is_read_or_has_a_place_that_is_wrong(text: str) -> None:
    """The place lies inside of the text. What is read says the same when it is written."""
    fault, node = None, None
    try:
        node = parse(text, HOST_FIELDS)
    except FilterError as error:
        fault = error
    if fault is not None:
        assert 0 <= fault.start < fault.end <= len(text)
        assert str(fault)
    else:
        assert (node is None) == (not text.strip())
        assert node is None or node == parse(written(node), HOST_FIELDS)
