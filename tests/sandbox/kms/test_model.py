"""Random sequences of operations on keys of all kinds, compared with a model of what AWS documents.

Two accounts call, in two Regions each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import hypothesis.strategies as st
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kmsdemo.backends import Backend
from kmsdemo.sandbox import mock_kms
from tests.sandbox.kms.key_kinds import KINDS, import_material
from tests.sandbox.kms.key_model import NOT_FOUND, ModelKey, SharedState

ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ("us-east-1", "eu-west-1")
NAMES = ("alias/one", "alias/two")
A_YEAR = 366
CONFIG = Config(retries={"total_max_attempts": 1})
FEW = 3


@cache
def client(account: str, region: str) -> Any:
    return boto3.client(
        "kms",
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="x",
        config=CONFIG,
    )


def mostly_first(pair: tuple[Any, Any]) -> Any:
    return st.sampled_from([pair[0]] * 3 + [pair[1]])


mostly = mostly_first((True, False))


def other_than(one: str, pair: tuple[str, str]) -> str:
    return pair[1] if one == pair[0] else pair[0]


def policy(*accounts: str) -> str:
    """Return a key policy that trusts accounts."""
    roots = [f"arn:aws:iam::{account}:root" for account in accounts]
    allow = {"Effect": "Allow", "Principal": {"AWS": roots}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def material(key: ModelKey) -> str:
    described = client(key.shared.account, key.region).describe_key(KeyId=key.arn)
    return str(described["KeyMetadata"]["CurrentKeyMaterialId"])


class KeyOperations(RuleBasedStateMachine):
    """Operations on a few keys in random order."""

    existing = Bundle("living")

    def __init__(self) -> None:
        super().__init__()
        mock_kms.empty()
        self.model_keys: dict[str, ModelKey] = {}
        self.aliases: dict[tuple[str, str, str], ModelKey] = {}

    def attempt(self, key: ModelKey, operation: str, *, is_owner: bool = True, **more: Any) -> Any:
        """Call an operation as the model expects it to end; see :meth:`expect`."""
        code = key.expects(operation, is_owner=is_owner)
        return self.expect(code, key, operation, is_owner=is_owner, **more)

    def expect(
        self,
        code: str | None,
        key: ModelKey,
        operation: str,
        *,
        is_owner: bool = True,
        call: Callable[[Any], Any] | None = None,
        **parameters: Any,
    ) -> Any:
        """Call an operation, and compare its error code.

        Args:
            code: The error code; ``None`` for success.
            key: The key, whose ARN is the parameter ``KeyId`` unless others are given.
            operation: As AWS names it.
            is_owner: Whether the account of the key calls, or the other one.
            call: What to do with the client instead.
            parameters: Those of the operation.

        Returns:
            What the call returns; ``None`` if AWS KMS refuses it.
        """
        owner, answered, returned = key.shared.account, None, None
        kms = client(owner if is_owner else other_than(owner, ACCOUNTS), key.region)
        parameters = {"KeyId": key.arn} | parameters
        try:
            returned = call(kms) if call else getattr(kms, xform_name(operation))(**parameters)
        except ClientError as error:
            answered = error.response["Error"]["Code"]
        assert answered == code, f"{operation} ends with {answered}, not {code}: {key}"
        return returned

    # ------------------------------------------------------------------------ what keys are for

    @precondition(lambda self: len(self.model_keys) < FEW)  # so that much happens to each
    @rule(
        target=existing,
        kind=st.sampled_from(sorted(KINDS)),
        account=mostly_first(ACCOUNTS),
        region=mostly_first(REGIONS),
        is_open=st.booleans(),
    )
    def create(self, kind: str, account: str, region: str, is_open: bool) -> str:
        trusted = policy(*(ACCOUNTS if is_open else (account,)))
        created = client(account, region).create_key(Policy=trusted, **KINDS[kind].parameters)
        shared = SharedState(KINDS[kind], account, region)
        key = ModelKey(created["KeyMetadata"]["Arn"], region, shared, is_open)
        if kind == "imported":
            key.state, key.has_material = "PendingImport", False
        return self.add(key)

    def add(self, key: ModelKey) -> str:
        self.model_keys[key.arn] = key.shared.model_keys[key.region] = key
        return key.arn

    @rule(arn=existing, is_owner=mostly)
    def make(self, arn: str, is_owner: bool) -> None:
        key = self.model_keys[arn]
        make = key.shared.kind.make
        made = self.attempt(
            key, key.shared.kind.making, is_owner=is_owner, call=lambda kms: make(kms, arn)
        )
        key.shared.proof = made or key.shared.proof

    @rule(arn=existing, is_owner=mostly)
    def use(self, arn: str, is_owner: bool) -> None:
        key = self.model_keys[arn]
        use, proof = key.shared.kind.use, key.shared.proof
        if proof is not None:
            is_good = self.attempt(
                key,
                key.shared.kind.using,
                is_owner=is_owner,
                call=lambda kms: use(kms, arn, proof),
            )
            assert is_good is not False

    @rule(arn=existing, kind=st.sampled_from(sorted(KINDS)))
    def misuse(self, arn: str, kind: str) -> None:
        key, other = self.model_keys[arn], KINDS[kind]
        if other.making != key.shared.kind.making:
            code = NOT_FOUND if key.is_gone else "InvalidKeyUsageException"
            self.expect(code, key, other.making, call=lambda kms: other.make(kms, arn))

    # ------------------------------------------------------------------------------ their states

    @rule(arn=existing, is_owner=mostly)
    def enable(self, arn: str, is_owner: bool) -> None:
        if self.attempt(self.model_keys[arn], "EnableKey", is_owner=is_owner):
            self.model_keys[arn].state = "Enabled"

    @rule(arn=existing, is_owner=mostly)
    def disable(self, arn: str, is_owner: bool) -> None:
        if self.attempt(self.model_keys[arn], "DisableKey", is_owner=is_owner):
            self.model_keys[arn].state = "Disabled"

    @rule(arn=existing, days=st.integers(7, 30), is_owner=mostly)
    def schedule(self, arn: str, days: int, is_owner: bool) -> None:
        key, name = self.model_keys[arn], "ScheduleKeyDeletion"
        if self.attempt(key, name, is_owner=is_owner, PendingWindowInDays=days):
            key.schedule(days)

    @rule(arn=existing, is_owner=mostly)
    def cancel(self, arn: str, is_owner: bool) -> None:
        if self.attempt(self.model_keys[arn], "CancelKeyDeletion", is_owner=is_owner):
            self.model_keys[arn].cancel()

    @rule(
        days=st.one_of(st.integers(0, 31), st.just(A_YEAR)),
        accounts=st.sets(st.sampled_from(ACCOUNTS)),
    )
    def days_pass(self, days: int, accounts: set[str]) -> None:
        waiting = [key for key in self.model_keys.values() if key.shared.account in accounts]
        before = {key.arn: material(key) for key in waiting if key.may_rotate}
        for account in accounts:
            mock_kms.advance(days=days, account=account)
        for shared in {id(key.shared): key.shared for key in waiting}.values():
            shared.wait(days)
        for arn, old in before.items():
            key = self.model_keys[arn]
            if days == A_YEAR or not key.shared.rotates:  # fewer days can complete a year
                assert (material(key) != old) is key.shared.rotates, key
        self.forget_aliases()

    # ---------------------------------------------------------------------------- their material

    @rule(arn=existing)
    def import_material(self, arn: str) -> None:
        key = self.model_keys[arn]
        if key.shared.kind is KINDS["imported"]:
            self.attempt(key, "ImportKeyMaterial", call=lambda kms: import_material(kms, arn))
            if key.expects("ImportKeyMaterial") is None:
                key.import_material()

    @rule(arn=existing)
    def delete_material(self, arn: str) -> None:
        key = self.model_keys[arn]
        if key.shared.kind is KINDS["imported"] and self.attempt(key, "DeleteImportedKeyMaterial"):
            key.delete_material()

    @rule(arn=existing)
    def rotate(self, arn: str) -> None:
        key = self.model_keys[arn]
        if key.is_primary and key.shared.kind.rotates:
            old = material(key) if key.may_rotate else ""
            if self.attempt(key, "RotateKeyOnDemand"):
                assert material(key) != old

    @rule(arn=existing)
    def rotate_every_year(self, arn: str) -> None:
        key = self.model_keys[arn]
        if key.is_primary and key.shared.kind.rotates and self.attempt(key, "EnableKeyRotation"):
            key.shared.rotates = True

    # ---------------------------------------------------------------------------------- replicas

    @rule(target=existing, arn=existing)
    def replicate(self, arn: str) -> Any:
        key = self.model_keys[arn]
        if not key.is_primary or key.shared.kind is not KINDS["multi-Region"]:
            return multiple()
        region = other_than(key.region, REGIONS)
        code = key.expects("ReplicateKey")
        if code is None and key.has_replicas:
            code = "AlreadyExistsException"
        if not self.expect(code, key, "ReplicateKey", ReplicaRegion=region):
            return multiple()
        return self.add(
            ModelKey(arn.replace(key.region, region), region, key.shared, is_open=False)
        )

    @rule(arn=existing)
    def move_primary(self, arn: str) -> None:
        key = self.model_keys[arn]
        if key.is_primary and key.shared.kind is KINDS["multi-Region"]:
            region = other_than(key.region, REGIONS)
            code = key.expects("UpdatePrimaryRegion")
            if code is None:
                replica = key.shared.model_keys.get(region)
                code = replica.expects("UpdatePrimaryRegion") if replica else NOT_FOUND
            if self.expect(code, key, "UpdatePrimaryRegion", PrimaryRegion=region):
                key.shared.primary_region = region

    # ------------------------------------------------------------------- grants, tags and aliases

    @rule(arn=existing)
    def grant(self, arn: str) -> None:
        key = self.model_keys[arn]
        other = f"arn:aws:iam::{other_than(key.shared.account, ACCOUNTS)}:root"
        operation = key.shared.kind.using
        granted = self.attempt(key, "CreateGrant", GranteePrincipal=other, Operations=[operation])
        if granted:
            key.granted[granted["GrantId"]] = operation

    @rule(arn=existing)
    def revoke(self, arn: str) -> None:
        key = self.model_keys[arn]
        for grant_id in list(key.granted):
            if self.attempt(key, "RevokeGrant", GrantId=grant_id):
                del key.granted[grant_id]

    @rule(arn=existing, tag=st.sampled_from("ab"), is_owner=mostly)
    def tag(self, arn: str, tag: str, is_owner: bool) -> None:
        key, tags = self.model_keys[arn], [{"TagKey": tag, "TagValue": "x"}]
        if self.attempt(key, "TagResource", is_owner=is_owner, Tags=tags):
            key.tags.add(tag)

    @rule(arn=existing, name=st.sampled_from(NAMES))
    def create_alias(self, arn: str, name: str) -> None:
        key = self.model_keys[arn]
        place = (key.shared.account, key.region, name)
        code = key.expects("CreateAlias")
        if code is None and place in self.aliases:
            code = "AlreadyExistsException"
        call = {"AliasName": name, "TargetKeyId": arn}
        if self.expect(code, key, "CreateAlias", call=lambda kms: kms.create_alias(**call)):
            self.aliases[place] = key

    @rule(arn=existing, name=st.sampled_from(NAMES))
    def move_alias(self, arn: str, name: str) -> None:
        key = self.model_keys[arn]
        place = (key.shared.account, key.region, name)
        current = self.aliases.get(place)
        code = key.expects("UpdateAlias") if current else NOT_FOUND
        if current and code is None and current.shared.kind.type != key.shared.kind.type:
            code = "ValidationException"
        call = {"AliasName": name, "TargetKeyId": arn}
        if self.expect(code, key, "UpdateAlias", call=lambda kms: kms.update_alias(**call)):
            self.aliases[place] = key

    @rule(
        account=mostly_first(ACCOUNTS),
        region=mostly_first(REGIONS),
        name=st.sampled_from(NAMES),
    )
    def delete_alias(self, account: str, region: str, name: str) -> None:
        if self.aliases.pop((account, region, name), None):
            client(account, region).delete_alias(AliasName=name)

    def forget_aliases(self) -> None:
        """Forget the aliases of deleted keys."""
        self.aliases = {place: key for place, key in self.aliases.items() if not key.is_gone}

    # ---------------------------------------------------------------------------- what there is

    def teardown(self) -> None:
        """Compare everything once: after each step it would take most of the time."""
        self.every_account_has_its_keys_and_aliases()
        self.every_key_is_as_documented()

    def every_account_has_its_keys_and_aliases(self) -> None:
        for account in ACCOUNTS:
            for region in REGIONS:
                kms = client(account, region)
                assert {key["KeyArn"] for key in kms.list_keys()["Keys"]} == {
                    arn
                    for arn, key in self.model_keys.items()
                    if (key.shared.account, key.region) == (account, region) and not key.is_gone
                }
                assert {
                    (account, region, alias["AliasName"]): alias["TargetKeyId"]
                    for alias in kms.list_aliases()["Aliases"]
                } == {
                    place: key.arn.rpartition("/")[2]
                    for place, key in self.aliases.items()
                    if place[:2] == (account, region)
                }

    def every_key_is_as_documented(self) -> None:
        for arn, key in self.model_keys.items():
            if not key.is_gone:
                kms = client(key.shared.account, key.region)
                assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == key.state
                tags = kms.list_resource_tags(KeyId=arn)["Tags"]
                assert {tag["TagKey"] for tag in tags} == key.tags


@pytest.mark.no_cover
def test_every_sequence_follows_the_model(backend: Backend, pytestconfig: pytest.Config) -> None:
    assert backend  # mock_kms answers
    sequences = settings(
        max_examples=pytestconfig.getoption("sequences"),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(KeyOperations, settings=sequences)
