"""What tests of learners' work share: an account whose trail cannot be read."""

from __future__ import annotations

import pytest

from kmsdemo.learners import audit_trail


@pytest.fixture
def without_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deny access to the trail."""
    nothing = audit_trail.AuditTrail(missing="There is no trail.")
    monkeypatch.setattr(audit_trail, "read", lambda *_: nothing)
