# SPDX-License-Identifier: Apache-2.0
"""Properties that any sender may fill with anything."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.broker.amqp_properties import as_text, deaths, stamped_seconds
from consumer.broker.delivery import Death

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


def test_text_stays_as_it_is() -> None:
    """Names, accents and emoji included, pass unchanged."""
    assert as_text("hv042 ü 🖥") == "hv042 ü 🖥"


def test_what_is_no_text_is_escaped_or_left_out() -> None:
    """Bytes that are not UTF-8 are shown as escapes, NUL too; numbers are no text; length is capped."""
    assert as_text(b"a\xff") == "a\\xff"
    assert as_text("a\x00b") == "a\\x00b"
    assert as_text(5) is None
    assert len(as_text("x" * 5_000) or "") == 1_024


@given(ANYTHING)
def test_any_value_gives_text_that_a_database_takes(value: object) -> None:
    """Nothing is raised, no NUL is left, and the text is valid UTF-8."""
    text = as_text(value)

    assert text is None or b"\x00" not in text.encode()


@given(ANYTHING)
def test_any_headers_give_deaths(headers: object) -> None:
    """Headers of any shape are read without an error."""
    assert len(deaths(headers)) <= 16
    assert stamped_seconds(headers) is None


def test_the_broker_s_stamp_is_read() -> None:
    """In milliseconds; what is no time of this era is none."""
    assert stamped_seconds({"timestamp_in_ms": 1_760_000_000_250}) == 1_760_000_000.25
    assert [None] * 4 == [stamped_seconds({"timestamp_in_ms": each}) for each in (-1, 2**63, True, "1")]


def test_the_broker_s_own_entries_are_read() -> None:
    """x-death keeps queue, reason and count; what is not of its shape is left out."""
    headers = {
        "x-death": [{"queue": "q", "reason": "delivery_limit", "count": 3}, "rubbish", {"count": True}]
    }

    assert (Death("q", "delivery_limit", 3), Death("", "", 0)) == deaths(headers)
