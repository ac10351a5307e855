"""Random sequences of operations, compared with a model of the documented key states."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kmsdemo import keys
from kmsdemo.backends import Backend
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.kms.key_states import DISABLED, INVALID

CRYPTOGRAPHY = ("encrypt", "generate_data_key", "decrypt")


class Model:
    """The model of one key, as AWS documents it.

    Attributes:
        state: As AWS names it; ``gone`` after the waiting period.
        days_left: Of the waiting period.
    """

    def __init__(self) -> None:
        self.state = "Enabled"
        self.days_left = 0

    def expects(self, operation: str) -> str | None:
        """Return the error code of an operation; empty on success."""
        if self.state == "gone":
            return "NotFoundException"
        pending = self.state == "PendingDeletion"
        if operation == "cancel":
            return None if pending else INVALID
        if pending:
            return INVALID
        return DISABLED if operation in CRYPTOGRAPHY and self.state == "Disabled" else None


class Lives(RuleBasedStateMachine):
    """Operations on a few keys in random order."""

    living = Bundle("living")

    def __init__(self) -> None:
        super().__init__()
        mock_kms.empty()
        self.kms = CLIENTS[0].kms
        self.models: dict[str, Model] = {}
        self.blobs: dict[str, bytes] = {}

    def attempt(self, key_id: str, operation: str, call: Any) -> bool:
        """Call, compare the result with the model, and return whether the call succeeded."""
        expected = self.models[key_id].expects(operation)
        answered: str | None = None
        try:
            call()
        except ClientError as error:
            answered = error.response["Error"]["Code"]
        assert answered == expected, f"{operation} when {self.models[key_id].state}"
        return answered is None

    @rule(target=living)
    def create(self) -> str:
        key_id = keys.create(self.kms).key_id
        self.models[key_id] = Model()
        self.blobs[key_id] = self.kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
        return key_id

    @rule(key_id=living)
    def enable(self, key_id: str) -> None:
        if self.attempt(key_id, "enable", lambda: self.kms.enable_key(KeyId=key_id)):
            self.models[key_id].state = "Enabled"

    @rule(key_id=living)
    def disable(self, key_id: str) -> None:
        if self.attempt(key_id, "disable", lambda: self.kms.disable_key(KeyId=key_id)):
            self.models[key_id].state = "Disabled"

    @rule(key_id=living, days=st.integers(7, 30))
    def schedule(self, key_id: str, days: int) -> None:
        def call() -> Any:
            return self.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=days)

        if self.attempt(key_id, "schedule", call):
            self.models[key_id].state, self.models[key_id].days_left = "PendingDeletion", days

    @rule(key_id=living)
    def cancel(self, key_id: str) -> None:
        if self.attempt(key_id, "cancel", lambda: self.kms.cancel_key_deletion(KeyId=key_id)):
            self.models[key_id].state = "Disabled"

    @rule(key_id=living)
    def encrypt(self, key_id: str) -> None:
        self.attempt(key_id, "encrypt", lambda: self.kms.encrypt(KeyId=key_id, Plaintext=b"x"))

    @rule(key_id=living)
    def generate_data_key(self, key_id: str) -> None:
        def call() -> Any:
            return self.kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")

        self.attempt(key_id, "generate_data_key", call)

    @rule(key_id=living)
    def decrypt(self, key_id: str) -> None:
        def call() -> Any:
            answer = self.kms.decrypt(KeyId=key_id, CiphertextBlob=self.blobs[key_id])
            assert answer["Plaintext"] == b"x"

        self.attempt(key_id, "decrypt", call)

    @rule(key_id=living, other_id=living)
    def decrypt_under_another(self, key_id: str, other_id: str) -> None:
        if key_id == other_id or self.models[other_id].state != "Enabled":
            return
        with pytest.raises(ClientError, match="IncorrectKeyException"):
            self.kms.decrypt(KeyId=other_id, CiphertextBlob=self.blobs[key_id])

    @rule(days=st.integers(0, 31))
    def days_pass(self, days: int) -> None:
        mock_kms.advance(days=days)
        for model in self.models.values():
            if model.state == "PendingDeletion":
                model.days_left -= days
                if model.days_left <= 0:
                    model.state = "gone"

    @invariant()
    def every_key_is_in_its_documented_state(self) -> None:
        there = {key["KeyId"] for key in self.kms.list_keys()["Keys"]}
        for key_id, model in self.models.items():
            assert (key_id in there) is (model.state != "gone")
            if model.state != "gone":
                assert keys.describe(self.kms, key_id).state == model.state


CLIENTS: list[Any] = []


def test_every_sequence_follows_the_model(backend: Backend, pytestconfig: pytest.Config) -> None:
    with backend.account() as account:
        CLIENTS[:] = [account.clients]
    sequences = settings(
        max_examples=pytestconfig.getoption("sequences"),
        stateful_step_count=10,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Lives, settings=sequences)
