# SPDX-License-Identifier: Apache-2.0
"""Which objects have another form of a rule than the usual one, by host, UUID and tag. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from consumer.alerts.evaluation.needs import Watched
from consumer.alerts.evaluation.objects import Objects
from consumer.rules.force import Target, in_force, matches
from consumer.rules.rule import Override, Rule
from consumer.rules.subjects import Subject


class HostLabel(NamedTuple):
    """What overrides choose a host by."""

    host: str
    tags: frozenset[str]


class DomainLabel(NamedTuple):
    """What overrides choose a VM by."""

    uuid: str
    tags: frozenset[str]


class Wanted(NamedTuple):
    """UUIDs and tags that overrides name: VMs without any of them need not be looked up."""

    uuids: tuple[str, ...]
    tags: tuple[str, ...]


def wanted(rules: Iterable[Watched]) -> Wanted:
    """Return what overrides ask of VMs."""
    overrides = [override for each in rules for override in each.overrides]
    return Wanted(
        tuple(sorted({each.uuid for each in overrides if each.uuid is not None})),
        tuple(sorted({each.tag for each in overrides if each.tag is not None})),
    )


class Forms:
    """Forms of one rule, by place; an object that is not here has the usual one."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._targets: dict[int, Target] = {}
        self._forms: dict[int, Rule] = {}
        self._known: dict[Target, Rule] = {}

    def form(self, place: int) -> Rule:
        """Return the rule as it is for an object."""
        return self._forms.get(place, self._watched.rule)

    def forget(self, place: int) -> None:
        """Forget an object that is gone."""
        self._targets.pop(place, None)
        self._forms.pop(place, None)

    def renew(
        self, objects: Objects, hosts: Mapping[int, HostLabel], domains: Mapping[int, DomainLabel]
    ) -> dict[int, Rule]:
        """Return the form of each object that has another one than before."""
        if not self._watched.overrides:
            return {}
        targets = self._chosen(objects, hosts, domains)
        renewed: dict[int, Rule] = {}
        for place in self._targets.keys() | targets.keys():
            target = targets.get(place)
            if target == self._targets.get(place):
                continue
            form = self._watched.rule if target is None else self._form(target)
            if form != self.form(place):
                renewed[place] = form
                self._forms[place] = form
        self._targets = targets
        return renewed

    def _form(self, target: Target) -> Rule:
        if target not in self._known:
            name, rule, _, overrides = self._watched
            self._known[target] = in_force(name, rule, overrides, target).rule
        return self._known[target]

    def _chosen(
        self, objects: Objects, hosts: Mapping[int, HostLabel], domains: Mapping[int, DomainLabel]
    ) -> dict[int, Target]:
        """Return what overrides may choose the objects by that one of them chooses."""
        overrides = self._watched.overrides
        is_of_domain = of_domain(self._watched.rule.subject)
        chosen_hosts = [
            id_ for id_, each in hosts.items() if _chooses(overrides, Target(each.host, None, each.tags))
        ]
        found = objects.is_used & np.isin(objects.host_ids, chosen_hosts)
        owners = objects.owner_ids()
        if is_of_domain:
            found |= objects.is_used & np.isin(owners, list(domains))
        targets: dict[int, Target] = {}
        for place in np.flatnonzero(found).tolist():
            host = hosts.get(int(objects.host_ids[place]))
            domain = domains.get(int(owners[place])) if is_of_domain else None
            if host is None:
                continue
            tags = host.tags if domain is None else host.tags | domain.tags
            targets[place] = Target(host.host, None if domain is None else domain.uuid, tags)
        return targets


def of_domain(subject: Subject) -> bool:
    """Tell whether objects of a kind are VMs or parts of them."""
    return subject.startswith("domain")


def _chooses(overrides: Iterable[Override], target: Target) -> bool:
    return any(matches(each, target) for each in overrides)
