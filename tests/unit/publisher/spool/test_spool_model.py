# SPDX-License-Identifier: Apache-2.0
"""The spool against a model, through restarts and crashes.

Nothing is lost without being counted, nothing comes back, no sequence is given twice. What the broker has, or
is being sent, is never counted as lost.
"""

import shutil
import sqlite3
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from publisher.errors import MessageRefusedError, SpoolFullError
from publisher.spool import Lane, Spool, Stamp, Ticket
from tests.unit.publisher.spool.spooled import EVERYTHING, SMALL, file_bytes, message, sequences, waiting


class SpoolMachine(RuleBasedStateMachine):
    """``bodies`` is what must wait; ``fate`` what became of every other sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spool-model-"))
        self.generation = 0
        self.spool = self.opened()
        self.epoch = self.spool.epoch
        self.bodies: dict[int, bytes] = {}
        self.gone: set[int] = set()
        self.confirmed: set[int] = set()
        self.reports: dict[int, set[int]] = {}
        self.given = 0
        self.on_its_way: set[int] = set()
        self.unknown: set[int] = set()
        # Confirmed while the disk refused to delete: their number and size in the file.
        self.undeleted: dict[int, int] = {}
        # Until the next put the sequence of an unbuildable message stands in memory only.
        self.refused_in_memory = False

    def opened(self) -> Spool:
        """Open the spool of the present generation of files."""
        return Spool(self.folder / str(self.generation), "hv042", SMALL)

    def teardown(self) -> None:
        """End the run: deliver everything; the drops reported are exactly those that happened."""
        self.spool.disconnected()
        self.spool.confirm([item.ticket for item in waiting(self.spool)])
        self.on_its_way.clear()
        self.unknown.clear()
        self.undeleted.clear()
        self.confirmed |= self.bodies.keys()
        self.bodies.clear()
        for _ in range(2):
            # The first confirm turns reporting on where an outage had turned it off.
            self.put(10, "sample")
            self.spool.confirm([Ticket(self.epoch, self.given)])
            self.confirmed.add(self.given)
            self.bodies.clear()
        reported = [lost for carrier, lost in self.reports.items() if carrier in self.confirmed]
        assert self.gone == set().union(*reported)
        assert sum(map(len, reported)) == len(self.gone)
        assert set() == self.gone & self.confirmed
        self.spool.close()
        shutil.rmtree(self.folder)

    @rule(
        size_bytes=st.sampled_from([0, 10, 3_000, 60_000, 400_000]), lane=st.sampled_from(["sample", "event"])
    )
    def put(self, size_bytes: int, lane: Lane) -> None:
        """Store a message; the oldest go if there is no room."""
        stamps: list[Stamp] = []
        body = bytes([self.given % 256]) * size_bytes

        def build(stamp: Stamp) -> bytes:
            stamps.append(stamp)
            return body

        try:
            ticket = self.spool.put(message(build, lane))
        except SpoolFullError:
            assert self.on_its_way | self.unknown == set(self.bodies), "refused though others could go"
            self.refused_in_memory = True
            return
        self.undeleted.clear()
        assert Ticket(self.epoch, ticket.sequence) == ticket == stamps[-1].ticket
        assert ticket.sequence > self.given
        # Sequences that were skipped belong to messages that could not be built.
        self.gone.update(range(self.given + 1, ticket.sequence))
        self.given = ticket.sequence
        self.refused_in_memory = False
        self.bodies[ticket.sequence] = body
        self.reports[ticket.sequence] = {
            sequence for lost in stamps[-1].dropped for sequence in range(lost.first, lost.last + 1)
        }
        kept = sequences(self.spool)
        dropped = [sequence for sequence in self.bodies if sequence not in set(kept)]
        self.require_right_ones(dropped)
        self.drop(dropped)

    def require_right_ones(self, dropped: list[int]) -> None:
        """Check that the oldest were dropped that the broker cannot have."""
        free = [key for key in sorted(self.bodies) if key not in self.on_its_way | self.unknown]
        assert dropped == free[: len(dropped)], "not the oldest were dropped, or what the broker may have"

    @precondition(lambda self: self.bodies)
    @rule(count=st.integers(1, 8))
    def send(self, count: int) -> None:
        """Hand messages to the connection, the oldest first, those on their way once more."""
        found = self.spool.take("sample", count=count, size_bytes=EVERYTHING)
        self.on_its_way |= {item.ticket.sequence for item in found}

    @precondition(lambda self: self.on_its_way)
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        """Have the broker not take some of what was sent."""
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.on_its_way)), min_size=1))
        self.spool.refused([Ticket(self.epoch, sequence) for sequence in chosen])
        self.on_its_way -= chosen

    @rule()
    def disconnect(self) -> None:
        """End the connection: what was sent may be with the broker or not."""
        self.spool.disconnected()
        self.disconnected()

    def disconnected(self) -> None:
        """Note that no answer comes any more."""
        self.unknown |= self.on_its_way
        self.on_its_way.clear()

    @precondition(lambda self: self.bodies)
    @rule(data=st.data())
    def confirm_on_a_bad_disk(self, data: st.DataObject) -> None:
        """Confirm some that the disk does not let go: they are gone all the same."""
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.bodies)), min_size=1, max_size=5))
        file = self.spool._file
        with patch.object(file, "delete_confirmed", side_effect=sqlite3.OperationalError("disk")):
            self.spool.confirm([Ticket(self.epoch, sequence) for sequence in chosen])
        self.undeleted |= {sequence: len(self.bodies[sequence]) for sequence in chosen}
        self.have_confirmed(chosen)

    @rule()
    def put_unbuildable(self) -> None:
        """Fail to build a message: it is counted, the others are unharmed."""
        before = self.spool.status().dropped_message_count
        try:
            self.spool.put(message(lambda _stamp: bytes(SMALL.capacity_bytes)))
        except MessageRefusedError:
            assert before + 1 == self.spool.status().dropped_message_count
        else:
            raise AssertionError("an oversize message was taken")
        self.refused_in_memory = True

    @precondition(lambda self: self.bodies)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Confirm some of what waits."""
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.bodies)), min_size=1, max_size=5))
        self.spool.confirm([Ticket(self.epoch, sequence) for sequence in chosen])
        self.undeleted.clear()
        self.have_confirmed(chosen)

    def have_confirmed(self, chosen: set[int]) -> None:
        """Note what the broker has."""
        for sequence in chosen:
            del self.bodies[sequence]
        self.confirmed |= chosen
        self.on_its_way -= chosen
        self.unknown -= chosen

    @precondition(lambda self: self.bodies)
    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        """Give up a message that can never be delivered."""
        sequence = data.draw(st.sampled_from(sorted(self.bodies)))
        self.spool.discard(Ticket(self.epoch, sequence), "test")
        self.drop([sequence])

    def drop(self, lost: list[int]) -> None:
        """Note dropped messages; what they reported is to be reported again."""
        for sequence in lost:
            del self.bodies[sequence]
            self.gone.add(sequence)
            self.on_its_way.discard(sequence)
            self.unknown.discard(sequence)

    @precondition(lambda self: not self.refused_in_memory and not self.undeleted)
    @rule()
    def reopen(self) -> None:
        """Close and open again, as a restart does."""
        self.spool.close()
        self.forget_connection()

    def forget_connection(self) -> None:
        """Open the spool as a new process does, which knows what was sent and not answered."""
        self.spool = self.opened()
        self.disconnected()

    @precondition(lambda self: not self.refused_in_memory and not self.undeleted)
    @rule()
    def crash(self) -> None:
        """Go on with the files as they are on disk at this moment, as after SIGKILL."""
        before = self.folder / str(self.generation)
        self.generation += 1
        after = self.folder / str(self.generation)
        shutil.copytree(before, after)
        (after / "lock").unlink()
        self.spool.close()
        self.forget_connection()

    @invariant()
    def what_waits_is_what_was_put(self) -> None:
        """Every accepted message that is neither confirmed nor dropped is there, with its body."""
        assert self.bodies == {item.ticket.sequence: item.body for item in waiting(self.spool)}
        assert self.epoch == self.spool.epoch

    @invariant()
    def the_figures_agree(self) -> None:
        """Count, bytes and size of the files."""
        status = self.spool.status()
        assert len(self.bodies) + len(self.undeleted) == status.message_count
        assert sum(map(len, self.bodies.values())) + sum(self.undeleted.values()) == status.waiting_bytes
        assert file_bytes(self.spool) <= SMALL.capacity_bytes


TestSpoolAgainstModel = SpoolMachine.TestCase
TestSpoolAgainstModel.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
