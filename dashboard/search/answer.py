# SPDX-License-Identifier: Apache-2.0
"""What a search finds, in words and addresses."""

from urllib.parse import urlencode

from dashboard.components.domain_words import domain_path
from dashboard.components.host_words import host_path
from dashboard.database import Database
from dashboard.errors import DatabaseError, DatabaseUnavailableError, QueryTimeoutError, SchemaMissingError
from dashboard.filters.tree import Text, written
from dashboard.parts.markup import clean
from dashboard.search.contract import SearchFound, SearchGroup, SearchHit, SearchTyped
from dashboard.search.held_directory import HeldDirectory
from dashboard.search.matching import Match, Matches, find, wanted_text
from dashboard.search.names import BREAK, Directory, DomainNames, HostNames, read_directory

HOST_HIT_COUNT = 6
DOMAIN_HIT_COUNT = 14
PARTS_OF = "name, part of a UUID, tag, owner or former name"
SLOW = "The database is slow: try again in a moment."


class Search:
    """Answers what is typed into the search field."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = HeldDirectory(lambda: read_directory(database))

    def answer(self, typed: SearchTyped) -> SearchFound:
        """Return what is found; an outage is part of the answer, never an exception."""
        try:
            directory = self._held.get()
        except DatabaseError as error:
            return SearchFound(number=typed.number, words=_failure_words(error), is_failure=True)
        return found(typed, directory)

    @staticmethod
    def late(number: int) -> SearchFound:
        """Return what to say while an answer takes too long."""
        return SearchFound(number=number, words=SLOW, is_failure=True)


def found(typed: SearchTyped, directory: Directory) -> SearchFound:
    """Return what a text finds in a directory."""
    text = wanted_text(typed.text)
    if not text:
        return SearchFound(number=typed.number)
    hosts = find(text, directory.host_texts, HOST_HIT_COUNT)
    domains = find(text, directory.domain_texts, DOMAIN_HIT_COUNT)
    host_hits = [_host_hit(directory.hosts[match.place]) for match in hosts.best]
    domain_hits = [_domain_hit(directory.domains[match.place], match, text) for match in domains.best]
    groups = (
        _group("Hosts", host_hits, hosts, f"/hosts?{_named_so(text)}"),
        _group("VMs", domain_hits, domains, f"/vms?{_named_so(text)}"),
    )
    if not hosts.total_count and not domains.total_count:
        return SearchFound(number=typed.number, words=f"Nothing has “{clean(typed.text)}” as {PARTS_OF}.")
    counted = [
        _counted(hosts, "host", "hosts") if hosts.total_count else None,
        _counted(domains, "VM", "VMs") if domains.total_count else None,
    ]
    return SearchFound(
        number=typed.number,
        groups=tuple(group for group in groups if group.hits),
        words=", ".join(words for words in counted if words is not None),
    )


def _group(title: str, hits: list[SearchHit], matches: Matches, table_path: str) -> SearchGroup:
    more_count = matches.named_count - sum(match.part == "name" for match in matches.best)
    if not more_count:
        return SearchGroup(title, tuple(hits))
    return SearchGroup(title, tuple(hits), f"and {more_count:,} more: open in {title}", table_path)


def _named_so(text: str) -> str:
    """Return the query of a table that shows what has a text in its name."""
    return urlencode({"q": written(Text("name", (text,)))})


def _counted(matches: Matches, one: str, many: str) -> str:
    words = f"{matches.total_count:,} {one if matches.total_count == 1 else many}"
    return words if matches.total_count == len(matches.best) else f"{len(matches.best)} of {words}"


def _host_hit(row: HostNames) -> SearchHit:
    known = [*([] if row.hostname == row.host else [row.hostname]), *row.tags]
    return SearchHit(host_path(row.host), row.host, _joined(known))


def _domain_hit(row: DomainNames, match: Match, text: str) -> SearchHit:
    known = [f"on {row.host}" if row.host is not None else "no longer known to libvirt"]
    if match.part == "former":
        known.append(f"formerly {_best(row.former_names or [], text)}")
    if match.part == "uuid":
        known.append(row.uuid)
    known += [] if row.owner is None else [row.owner]
    return SearchHit(domain_path(row.uuid), clean(row.name), _joined([*known, *(row.tags or [])]))


def _best(names: list[str], text: str) -> str:
    """Return the name that a text finds best, the newest of equals."""
    having = [name for name in names if text in name.casefold()]
    return min(having, key=lambda name: (name.casefold() != text, not name.casefold().startswith(text)))


def _joined(words: list[str]) -> str:
    return " · ".join(clean(word.replace(BREAK, " ")) for word in words)


def _failure_words(error: DatabaseError) -> str:
    if isinstance(error, DatabaseUnavailableError):
        return "The database is away: nothing can be looked up. It is tried again with the next letter."
    if isinstance(error, SchemaMissingError):
        return "The database has no kvmgrid schema yet."
    return SLOW if isinstance(error, QueryTimeoutError) else f"The database refused: {error}"
