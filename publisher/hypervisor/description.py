# SPDX-License-Identifier: Apache-2.0
"""A domain's XML becomes its description. Pure.

libvirt writes the XML anew from what it parsed: it is well formed and has no document type. Texts in it are
the user's and only ever passed on as data.
"""

from xml.etree import ElementTree as ET

from publisher.hypervisor.readings import Description
from publisher.wire.samples import NAME_CHARACTERS, TEXT_CHARACTERS


def parse_description(xml: str, *, autostart: bool | None, persistent: bool | None) -> Description:
    """Return what a domain is; raise ET.ParseError if libvirt sent no XML."""
    # S314: libvirt's own output, see the module.
    domain = ET.fromstring(xml)  # noqa: S314
    title = domain.findtext("title")
    return Description(
        title=title[:NAME_CHARACTERS] if title else None,
        metadata=_metadata(xml) if domain.find("metadata") is not None else None,
        autostart=autostart,
        persistent=persistent,
        addresses=_addresses(domain),
        balloon_period_seconds=_balloon_period(domain),
    )


def _metadata(xml: str) -> str | None:
    """Return the element as libvirt wrote it: a parser would rename its namespace prefixes.

    Before and after it, "<" of user texts is escaped; other elements of that name are inside it only.
    """
    start, end = xml.find("<metadata>"), xml.rfind("</metadata>")
    if start < 0 or end < 0:
        return None  # "<metadata/>": empty
    text = xml[start : end + len("</metadata>")]
    # Cut XML is no XML: metadata too long for the wire are left out.
    return text if len(text) <= TEXT_CHARACTERS else None


def _addresses(domain: ET.Element) -> dict[str, str]:
    addresses: dict[str, str] = {}
    for interface in domain.iterfind("devices/interface"):
        target, mac = interface.find("target"), interface.find("mac")
        name = target.get("dev") if target is not None else None
        address = mac.get("address") if mac is not None else None
        if name and address:
            # One domain may carry one address twice; the host's name keeps the two apart.
            taken = address in addresses.values()
            addresses[name] = f"{address}@{name}" if taken else address
    return addresses


def _balloon_period(domain: ET.Element) -> int | None:
    balloon = domain.find("devices/memballoon")
    if balloon is None or balloon.get("model") == "none":
        return None
    statistics = balloon.find("stats")
    period = statistics.get("period") if statistics is not None else None
    return int(period) if period and period.isdecimal() else 0
