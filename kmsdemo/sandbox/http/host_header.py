"""Whether a request was meant for this machine.

A page on the web can have its own name lead to 127.0.0.1, and then read what answers there; its
requests carry that name.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import cache, lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=128)
def is_this_machine(host: str, only_this_machine: bool) -> bool:
    """Say whether the ``Host`` of a request is a name of this machine, or an address.

    Args:
        host: The header, with or without a port.
        only_this_machine: Nobody else can send requests, so only ``localhost`` is meant.
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
