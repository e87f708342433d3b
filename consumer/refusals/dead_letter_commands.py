# SPDX-License-Identifier: Apache-2.0
"""``kvmgrid-consumer dead-letters``: list, show, replay, drop."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from consumer.broker.dead_letters import DeadLetter, DeadLetterQueue
from consumer.interpreter import allow_deep_recursion, on_large_stack
from consumer.invocation import config_option, explained, load_settings
from consumer.refusals import text
from consumer.refusals.choice import (
    all_option,
    body_option,
    choice,
    choice_options,
    json_option,
    limit_option,
    yes_option,
)
from consumer.refusals.letters import describe, letter_id, matches
from consumer.refusals.output import echo_json, echo_lines, show, tell_replayed
from consumer.refusals.replay import Replay
from consumer.refusals.selection import Selection
from consumer.settings import ConsumerSettings


@click.group("dead-letters")
def dead_letters() -> None:
    """List, show, replay or drop messages that the broker gave up.

    It does so after [ingest] delivery_limit_count deliveries without an ack.
    What is only looked at is put back.
    """


@dead_letters.command("list")
@config_option
@choice_options(timed=False, numbered=False)
@limit_option
@json_option
def list_dead_letters(config: Path | None, *, limit: int, as_json: bool, **chosen: Any) -> None:
    """Show the dead letters, the oldest first."""

    def ask(letters: Iterator[DeadLetter], _queue: DeadLetterQueue) -> None:
        found = [describe(letter) for _, letter in zip(range(limit), letters, strict=False)]
        if as_json:
            echo_json(found)
        else:
            echo_lines(text.letter_lines(found))

    _with_letters(load_settings(config), Selection(**chosen), ask)


@dead_letters.command("show")
@config_option
@click.argument("letter", metavar="ID")
@body_option
@json_option
def show_dead_letter(config: Path | None, letter: str, *, only_body: bool, as_json: bool) -> None:
    """Show one dead letter with its body."""

    def ask(letters: Iterator[DeadLetter], _queue: DeadLetterQueue) -> None:
        found = next(letters, None)
        if found is None:
            raise click.ClickException(f"there is no dead letter {letter}")
        show(describe(found), found.delivery.body, only_body=only_body, as_json=as_json)

    _with_letters(load_settings(config), Selection(ids=[letter]), ask)


@dead_letters.command("replay")
@config_option
@choice_options(timed=False, numbered=True)
@all_option
@json_option
def replay_dead_letters(
    config: Path | None, ids: tuple[str, ...], *, everything: bool, as_json: bool, **chosen: Any
) -> None:
    """Store dead letters after all; what is refused stays in the queue."""
    settings = load_settings(config)

    def ask(letters: Iterator[DeadLetter], queue: DeadLetterQueue) -> None:
        with Replay(settings) as replay:
            names: dict[str, str] = {}
            for each in letters:
                names[str(each.delivery.receipt.tag)] = letter_id(each.delivery)
                queue.take(replay.store([each.delivery]))
            result = replay.result()
            refused = [msgspec.structs.replace(each, id=names[each.id]) for each in result.refused]
            result = msgspec.structs.replace(result, refused=refused)
            tell_replayed(result, "the dead letters", as_json=as_json)

    _with_letters(settings, choice(ids, everything=everything, **chosen), ask)


@dead_letters.command("drop")
@config_option
@choice_options(timed=False, numbered=True)
@all_option
@yes_option
def drop_dead_letters(
    config: Path | None, ids: tuple[str, ...], *, everything: bool, yes: bool, **chosen: Any
) -> None:
    """Remove dead letters for good."""

    def ask(letters: Iterator[DeadLetter], queue: DeadLetterQueue) -> None:
        receipts = [each.delivery.receipt for each in letters]
        if not yes:
            click.confirm(f"Drop {len(receipts):,} dead letters for good?", abort=True, err=True)
        queue.take(receipts)
        click.echo(f"{len(receipts):,} dead letters dropped")

    _with_letters(load_settings(config), choice(ids, everything=everything, **chosen), ask)


def _with_letters(
    settings: ConsumerSettings,
    selection: Selection,
    ask: Callable[[Iterator[DeadLetter], DeadLetterQueue], None],
) -> None:
    def work() -> None:
        with DeadLetterQueue(settings.broker) as queue:
            ask((each for each in queue.messages() if matches(describe(each), selection)), queue)

    allow_deep_recursion()
    explained(lambda: on_large_stack(work))
