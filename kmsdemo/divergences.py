"""Where emulators are known to differ from AWS: one row for each scenario that fails there.

A row is a strict expected failure: a run in which the scenario passes fails, so that an emulator
that has become right is noticed and its row removed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Divergence:
    """One scenario that does not go on an emulator as AWS documents it.

    Attributes:
        backend: The emulator.
        scenario: The scenario's name; an outline's with the values of its example.
        reason: What the emulator does instead.
        link: Where AWS documents what it should do.
    """

    backend: str
    scenario: str
    reason: str
    link: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.link})"


DIVERGENCES: tuple[Divergence, ...] = ()


def find(backend: str, scenario: str) -> Divergence | None:
    """Return what is known of a scenario on a backend, if anything is."""
    for known in DIVERGENCES:
        if (known.backend, known.scenario) == (backend, scenario):
            return known
    return None
