# SPDX-License-Identifier: Apache-2.0
"""Questions of the pages with something in the places that they leave open: about everything, by name."""

from typing import Any

from dashboard.queries import Query

# Those that are not about the minutes of hosts.
_VIEWS = {
    "vm_samples_rollup": "domain_samples_1m",
    "vm_percentiles": "domain_samples_1h",
    "host_percentiles": "host_samples_1h",
    "host_domains_mean": "domain_samples_1m",
    "host_stack_rollup": "domain_samples_1m",
    "vm_neighbours": "domain_samples_1m",
    "vm_disk_rollup": "domain_block_samples_1m",
    "vm_disks": "domain_block_samples_1m",
    "vm_interface_rollup": "domain_interface_samples_1m",
    "vm_interfaces": "domain_interface_samples_1m",
    "alert_domain_rollup": "domain_samples_1m",
}


def view_of(query: Query[Any]) -> str | None:
    """Return a view that a question may be asked of, None for one that names its own."""
    return _VIEWS.get(query.name, "host_samples_1m") if "{view}" in query.text() else None


def filled(query: Query[Any], order: str = "name") -> str:
    """Return the text of a question with a view, a condition and an order in their places."""
    places = {"{view}": str(view_of(query)), "{condition}": "true", "{order}": order}
    text = query.text()
    for place, words in places.items():
        text = text.replace(place, words)
    return text
