"""Which requests are meant for this machine."""

from __future__ import annotations

import socket

import pytest

from kmsdemo.sandbox.http.host_header import is_this_machine

HERE = socket.gethostname()


@pytest.mark.parametrize(
    ("host", "alone", "reached_by_others"),
    [
        ("localhost:4566", True, True),
        ("127.0.0.1", True, True),
        ("127.8.8.8:4566", True, True),
        ("[::1]:4566", True, True),
        ("192.168.1.7:4566", False, True),
        ("[fe80::1]", False, True),
        (HERE, False, True),
        (f"{HERE}.local:4566", False, True),
        ("evil.example", False, False),
        ("localhost.evil.example", False, False),
        ("127.0.0.1.evil.example:4566", False, False),
        ("", False, False),
        ("[", False, False),
    ],
)
def test_a_name_of_this_machine_is_its_own(host: str, alone: bool, reached_by_others: bool) -> None:
    assert is_this_machine(host, only_this_machine=True) is alone
    assert is_this_machine(host, only_this_machine=False) is reached_by_others
