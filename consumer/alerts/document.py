# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of docs/alerts.md: ``python -m consumer.alerts.document`` prints them."""

from collections.abc import Iterator

from consumer.alerts.words import duration, hidden_words, judged, number, subject_words, together_words
from consumer.rules.figures import MADE
from consumer.rules.reading import shipped_rules
from consumer.rules.rule import Alert, Condition, Rule
from consumer.rules.subjects import Subject


def rule_table() -> str:
    """Return the shipped rules that have an alert, a line each; conditions stand below."""
    lines = ["| rule | of each | judged | enter / leave |", "| --- | --- | --- | --- |"]
    conditions: list[str] = []
    for name, rule in shipped_rules().rules.items():
        if rule.alert is None:
            continue
        what = judged(rule, rule.alert)
        lines.append(f"| `{name}` | {subject_words(rule.subject)} | {what} | {_levels(rule, rule.alert)} |")
        conditions += _conditions(name, rule, rule.alert)
    return "\n".join([*lines, "", *conditions, ""])


def folding_list() -> str:
    """Return what the shipped rules hide, and where many alerts are one, a line each."""
    rules = shipped_rules().rules
    lines = []
    for name, rule in rules.items():
        hidden = hidden_words(name, rule, rules)
        if hidden is not None:
            lines.append(f"- `{name}` hides {hidden}.")
        if rule.alert is not None and rule.alert.together is not None:
            lines.append(f"- `{name}` is one alert where {together_words(rule.alert.together)} have it.")
    return "\n".join([*lines, ""])


def figure_table() -> str:
    """Return the figures that are made of stored ones, a line each."""
    lines = ["| figure | of each | unit | what it is |", "| --- | --- | --- | --- |"]
    for subject, figures in MADE.items():
        lines += [
            f"| `{each.name}` | {subject_words(subject)} | {each.unit} | {each.meaning} |" for each in figures
        ]
    return "\n".join([*lines, ""])


def _levels(rule: Rule, alert: Alert) -> str:
    return ("off; " if rule.off else "") + "; ".join(
        f"{severity[0]} {number(level.enter)} / {number(level.leave)}"
        + (f" for {duration(level.for_seconds)}" if level.for_seconds else "")
        for severity, level in alert.levels().items()
    )


def _conditions(name: str, rule: Rule, alert: Alert) -> Iterator[str]:
    words = [_condition(each, rule.subject) for each in alert.beside]
    if words:
        yield f"- `{name}` beside {', or '.join(words)}."


def _condition(condition: Condition, subject: Subject) -> str:
    about = condition.subject or subject
    where = "" if about == subject else f" of a {subject_words(about)}"
    return f"`{condition.figure}`{where} ≥ {number(condition.at_least)}"


if __name__ == "__main__":
    print(rule_table(), folding_list(), figure_table(), sep="\n", end="")  # noqa: T201 - its output is the tables
