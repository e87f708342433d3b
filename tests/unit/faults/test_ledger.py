# SPDX-License-Identifier: Apache-2.0
"""The ledger of the faults: on the disk before the message is sent, and readable after a crash."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.ledger import Attempt, Ledger

MESSAGE = Attempt("hv000/0000000000000000/1", "hv000", b"\x00\xff{}", "store", event=True)


def test_an_attempt_is_in_the_file_when_the_call_returns(tmp_path: Path) -> None:
    """Whoever dies right behind it leaves the line."""
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(MESSAGE)

    (line,) = (tmp_path / "ledger").read_text().splitlines()
    assert "hv000/0000000000000000/1" == json.loads(line)["attempt"]
    assert datetime.fromisoformat(json.loads(line)["at"]).tzinfo is UTC
    ledger.close()


def test_what_the_trial_did_stands_between_the_messages(tmp_path: Path) -> None:
    """Who reads it afterwards sees which messages were under way; what is read back are messages alone."""
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(MESSAGE)
    ledger.note("strike 1")
    ledger.close()
    again = Ledger.read(tmp_path / "ledger")

    assert "strike 1" == json.loads((tmp_path / "ledger").read_text().splitlines()[1])["note"]
    assert {MESSAGE.message_id} == set(again.attempts())
    again.close()


def test_a_body_of_megabytes_is_read_back(tmp_path: Path) -> None:
    """It takes little room in the file."""
    large = MESSAGE._replace(body=b"x" * 1_000_000)
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(large)
    ledger.close()
    again = Ledger.read(tmp_path / "ledger")

    assert (tmp_path / "ledger").stat().st_size < 10_000
    assert {large.message_id: large} == again.attempts()
    again.close()


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Bodies come back byte for byte, and the last fate counts."""
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(MESSAGE)
    ledger.fate(MESSAGE.message_id, "unknown")
    ledger.fate(MESSAGE.message_id, "confirmed")
    ledger.close()
    again = Ledger.read(tmp_path / "ledger")

    assert {MESSAGE.message_id: MESSAGE} == again.attempts()
    assert "confirmed" == again.fate_of(MESSAGE.message_id)
    assert {MESSAGE.message_id} == again.with_fate("confirmed", "refused")
    assert set() == again.with_fate("unknown")
    again.close()


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """A crash in the middle of a line costs that line alone: its message was not sent."""
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(MESSAGE)
    ledger.close()
    with (tmp_path / "ledger").open("ab") as file:
        file.write(b'{"attempt": "hv000/00000')
    again = Ledger.read(tmp_path / "ledger")

    assert {MESSAGE.message_id} == set(again.attempts())
    again.close()


def test_a_message_without_an_answer_is_only_attempted(tmp_path: Path) -> None:
    """Until the broker answers nobody may call it lost."""
    ledger = Ledger(tmp_path / "ledger")
    ledger.attempt(MESSAGE)

    assert "attempted" == ledger.fate_of(MESSAGE.message_id)
    assert set() == ledger.with_fate("confirmed")
    ledger.close()
