"""Checks that the ``Host`` of a request is this machine, against DNS rebinding.

A page on the web can resolve its own host name to 127.0.0.1, and then read the responses; its
requests have that name in ``Host``.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import cache, lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=128)
def is_this_machine(host: str, only_this_machine: bool) -> bool:
    """Return whether the ``Host`` of a request is a name or an address of this machine.

    Args:
        host: The header, with or without a port.
        only_this_machine: Whether only this machine can send requests; then only ``localhost``
            and loopback addresses count.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or _is_address(name, is_loopback=only_this_machine):
        return True
    return not only_this_machine and name in _names()


def _is_address(name: str, *, is_loopback: bool) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not is_loopback


@cache
def _names() -> frozenset[str]:
    here = {socket.gethostname().lower(), socket.getfqdn().lower()} - {""}
    return frozenset({*here, *(f"{name}.local" for name in here)})
