"""What tests of learners' work share: an account whose trail nobody can read."""

from __future__ import annotations

import pytest

from kmsdemo.learners import audit_trail


@pytest.fixture
def without_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody read the trail."""
    nothing = audit_trail.AuditTrail(missing="There is no trail.")
    monkeypatch.setattr(audit_trail, "read", lambda *_: nothing)
