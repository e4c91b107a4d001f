"""Where a request comes from, as it is counted."""

from __future__ import annotations

import ipaddress

_NETWORK = 64  # prefix length of the IPv6 network that one customer gets


def network_of(address: str) -> str:
    """Return what an IP address is counted as: an IPv4 address for itself, an IPv6 address for its /64.

    An IPv4 address written as IPv6 counts as the one it is. What is no address is returned as it is.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.IPv6Network((known, _NETWORK), strict=False))
