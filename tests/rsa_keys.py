"""RSA private keys that each test uses again: to generate one takes up to a second."""

from __future__ import annotations

from collections import Counter, defaultdict
from threading import Lock

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

_generate = rsa.generate_private_key
_generated: defaultdict[int, list[rsa.RSAPrivateKey]] = defaultdict(list)
_used: Counter[int] = Counter()
_one_at_a_time = Lock()


def pytest_configure() -> None:
    """Take the place of the function that generates keys."""
    rsa.generate_private_key = generate_private_key  # type: ignore[assignment]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Let each test use a key once, so that no two of its keys are the same."""
    _used.clear()


def generate_private_key(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    """Return a private key that this test has not used yet."""
    with _one_at_a_time:
        if _used[key_size] == len(_generated[key_size]):
            _generated[key_size].append(_generate(public_exponent, key_size))
        _used[key_size] += 1
        return _generated[key_size][_used[key_size] - 1]
