# SPDX-License-Identifier: Apache-2.0
"""How much of refused messages is kept, whatever is sent."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.settings import QuarantineSettings
from consumer.store.keeping import HEAD_BYTES, Keeping, Usage

MIB = 1024 * 1024
SETTINGS = QuarantineSettings(host_budget_bytes=2 * MIB, budget_bytes=3 * MIB, kept_per_hour_count=3)


def keeping(used: int = 0, total: int = 0) -> Keeping:
    """Return what is left where so much is used."""
    return Keeping(SETTINGS, Usage({"hv000": used}, total or used))


def test_a_body_is_kept_whole_within_the_budgets() -> None:
    """A large host's batch can be stored later; a part of JSON can not."""
    assert MIB == keeping().share("hv000", MIB, 100, 0).body_bytes


def test_beyond_the_host_s_budget_beginnings_are_kept_up_to_their_count() -> None:
    """Then nothing is: the message is counted."""
    subject = keeping(used=2 * MIB)

    shares = [subject.share("hv000", MIB, 100, heads).body_bytes for heads in (0, 1, 2, 3)]
    assert [HEAD_BYTES] * 3 + [None] == shares


def test_one_host_s_budget_is_not_the_other_s() -> None:
    """Until the budget of all is used up."""
    subject = keeping(used=2 * MIB)

    assert MIB // 2 == subject.share("hv001", MIB // 2, 100, 0).body_bytes
    assert HEAD_BYTES == subject.share("hv002", MIB, 100, 0).body_bytes


def test_a_longer_body_than_is_ever_kept_is_cut() -> None:
    """The setting holds within the budgets too."""
    settings = QuarantineSettings(body_bytes=10)
    share = Keeping(settings, Usage({}, 0)).share("hv000", 100, 0, 0)

    assert 10 == share.body_bytes
    assert not share.is_whole(100)


@given(st.lists(st.tuples(st.sampled_from(["hv000", "hv001", "hv002"]), st.integers(0, MIB)), max_size=200))
def test_the_bytes_are_bounded_by_the_budgets(sent: list[tuple[str, int]]) -> None:
    """And an eighth, which beginnings may take; empty messages have their price as well."""
    subject = keeping()
    kept: dict[str, int] = {}
    for host, size in sent:
        kept[host] = kept.get(host, 0) + subject.share(host, size, 500, 0).kept_bytes

    assert all(size <= SETTINGS.host_budget_bytes * 9 // 8 for size in kept.values())
    assert sum(kept.values()) <= SETTINGS.budget_bytes * 9 // 8
