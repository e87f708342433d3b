# SPDX-License-Identifier: Apache-2.0
"""The spool against a model, through restarts and crashes.

Nothing is lost without being counted, nothing comes back, no sequence is given twice.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from publisher.errors import MessageRefusedError
from publisher.spool import Lane, Spool, Stamp, Ticket
from tests.unit.publisher.spool.spooled import SMALL, file_bytes, message, sequences, waiting


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
        # Until the next put the sequence of an unbuildable message stands in memory only.
        self.refused_in_memory = False

    def opened(self) -> Spool:
        """Open the spool of the present generation of files."""
        return Spool(self.folder / str(self.generation), "hv042", SMALL)

    def teardown(self) -> None:
        """End the run: deliver everything; the drops reported are exactly those that happened."""
        self.spool.confirm([item.ticket for item in waiting(self.spool)])
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

        ticket = self.spool.put(message(build, lane))
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
        assert dropped == sorted(self.bodies)[: len(dropped)], "not the oldest were dropped"
        self.drop(dropped)

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
        for sequence in chosen:
            del self.bodies[sequence]
        self.confirmed |= chosen

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

    @precondition(lambda self: not self.refused_in_memory)
    @rule()
    def reopen(self) -> None:
        """Close and open again, as a restart does."""
        self.spool.close()
        self.spool = self.opened()

    @precondition(lambda self: not self.refused_in_memory)
    @rule()
    def crash(self) -> None:
        """Go on with the files as they are on disk at this moment, as after SIGKILL."""
        before = self.folder / str(self.generation)
        self.generation += 1
        after = self.folder / str(self.generation)
        shutil.copytree(before, after)
        (after / "lock").unlink()
        self.spool.close()
        self.spool = self.opened()

    @invariant()
    def what_waits_is_what_was_put(self) -> None:
        """Every accepted message that is neither confirmed nor dropped is there, with its body."""
        assert self.bodies == {item.ticket.sequence: item.body for item in waiting(self.spool)}
        assert self.epoch == self.spool.epoch

    @invariant()
    def the_figures_agree(self) -> None:
        """Count, bytes and size of the files."""
        status = self.spool.status()
        assert len(self.bodies) == status.message_count
        assert sum(map(len, self.bodies.values())) == status.waiting_bytes
        assert file_bytes(self.spool) <= SMALL.capacity_bytes


TestSpoolAgainstModel = SpoolMachine.TestCase
TestSpoolAgainstModel.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
