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
from tests.sandbox.kms.key_model import NOT_FOUND, Life, Shared

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


def material(life: Life) -> str:
    described = client(life.shared.account, life.region).describe_key(KeyId=life.arn)
    return str(described["KeyMetadata"]["CurrentKeyMaterialId"])


class Lives(RuleBasedStateMachine):
    """Operations on a few keys in random order."""

    living = Bundle("living")

    def __init__(self) -> None:
        super().__init__()
        mock_kms.empty()
        self.lives: dict[str, Life] = {}
        self.aliases: dict[tuple[str, str, str], Life] = {}

    def attempt(self, life: Life, operation: str, *, is_owner: bool = True, **more: Any) -> Any:
        """Call an operation as the model expects it to end; see :meth:`expect`."""
        code = life.expects(operation, is_owner=is_owner)
        return self.expect(code, life, operation, is_owner=is_owner, **more)

    def expect(
        self,
        code: str | None,
        life: Life,
        operation: str,
        *,
        is_owner: bool = True,
        call: Callable[[Any], Any] | None = None,
        **parameters: Any,
    ) -> Any:
        """Call an operation, and compare its error code.

        Args:
            code: The error code; ``None`` for success.
            life: The key, whose ARN is the parameter ``KeyId`` unless others are given.
            operation: As AWS names it.
            is_owner: Whether the account of the key calls, or the other one.
            call: What to do with the client instead.
            parameters: Those of the operation.

        Returns:
            What the call returns; ``None`` if AWS KMS refuses it.
        """
        owner, answered, returned = life.shared.account, None, None
        kms = client(owner if is_owner else other_than(owner, ACCOUNTS), life.region)
        parameters = {"KeyId": life.arn} | parameters
        try:
            returned = call(kms) if call else getattr(kms, xform_name(operation))(**parameters)
        except ClientError as error:
            answered = error.response["Error"]["Code"]
        assert answered == code, f"{operation} ends with {answered}, not {code}: {life}"
        return returned

    # ------------------------------------------------------------------------ what keys are for

    @precondition(lambda self: len(self.lives) < FEW)  # so that much happens to each
    @rule(
        target=living,
        kind=st.sampled_from(sorted(KINDS)),
        account=mostly_first(ACCOUNTS),
        region=mostly_first(REGIONS),
        is_open=st.booleans(),
    )
    def create(self, kind: str, account: str, region: str, is_open: bool) -> str:
        trusted = policy(*(ACCOUNTS if is_open else (account,)))
        created = client(account, region).create_key(Policy=trusted, **KINDS[kind].parameters)
        shared = Shared(KINDS[kind], account, region)
        life = Life(created["KeyMetadata"]["Arn"], region, shared, is_open)
        if kind == "imported":
            life.state, life.has_material = "PendingImport", False
        return self.add(life)

    def add(self, life: Life) -> str:
        self.lives[life.arn] = life.shared.lives[life.region] = life
        return life.arn

    @rule(arn=living, is_owner=mostly)
    def make(self, arn: str, is_owner: bool) -> None:
        life = self.lives[arn]
        make = life.shared.kind.make
        made = self.attempt(
            life, life.shared.kind.making, is_owner=is_owner, call=lambda kms: make(kms, arn)
        )
        life.shared.proof = made or life.shared.proof

    @rule(arn=living, is_owner=mostly)
    def use(self, arn: str, is_owner: bool) -> None:
        life = self.lives[arn]
        use, proof = life.shared.kind.use, life.shared.proof
        if proof is not None:
            is_good = self.attempt(
                life,
                life.shared.kind.using,
                is_owner=is_owner,
                call=lambda kms: use(kms, arn, proof),
            )
            assert is_good is not False

    @rule(arn=living, kind=st.sampled_from(sorted(KINDS)))
    def misuse(self, arn: str, kind: str) -> None:
        life, other = self.lives[arn], KINDS[kind]
        if other.making != life.shared.kind.making:
            code = NOT_FOUND if life.is_gone else "InvalidKeyUsageException"
            self.expect(code, life, other.making, call=lambda kms: other.make(kms, arn))

    # ------------------------------------------------------------------------------ their states

    @rule(arn=living, is_owner=mostly)
    def enable(self, arn: str, is_owner: bool) -> None:
        if self.attempt(self.lives[arn], "EnableKey", is_owner=is_owner):
            self.lives[arn].state = "Enabled"

    @rule(arn=living, is_owner=mostly)
    def disable(self, arn: str, is_owner: bool) -> None:
        if self.attempt(self.lives[arn], "DisableKey", is_owner=is_owner):
            self.lives[arn].state = "Disabled"

    @rule(arn=living, days=st.integers(7, 30), is_owner=mostly)
    def schedule(self, arn: str, days: int, is_owner: bool) -> None:
        life, name = self.lives[arn], "ScheduleKeyDeletion"
        if self.attempt(life, name, is_owner=is_owner, PendingWindowInDays=days):
            life.schedule(days)

    @rule(arn=living, is_owner=mostly)
    def cancel(self, arn: str, is_owner: bool) -> None:
        if self.attempt(self.lives[arn], "CancelKeyDeletion", is_owner=is_owner):
            self.lives[arn].cancel()

    @rule(
        days=st.one_of(st.integers(0, 31), st.just(A_YEAR)),
        accounts=st.sets(st.sampled_from(ACCOUNTS)),
    )
    def days_pass(self, days: int, accounts: set[str]) -> None:
        waiting = [life for life in self.lives.values() if life.shared.account in accounts]
        before = {life.arn: material(life) for life in waiting if life.may_rotate}
        for account in accounts:
            mock_kms.advance(days=days, account=account)
        for shared in {id(life.shared): life.shared for life in waiting}.values():
            shared.wait(days)
        for arn, old in before.items():
            life = self.lives[arn]
            if days == A_YEAR or not life.shared.rotates:  # fewer days can complete a year
                assert (material(life) != old) is life.shared.rotates, life
        self.forget_aliases()

    # ---------------------------------------------------------------------------- their material

    @rule(arn=living)
    def import_material(self, arn: str) -> None:
        life = self.lives[arn]
        if life.shared.kind is KINDS["imported"]:
            self.attempt(life, "ImportKeyMaterial", call=lambda kms: import_material(kms, arn))
            if life.expects("ImportKeyMaterial") is None:
                life.import_material()

    @rule(arn=living)
    def delete_material(self, arn: str) -> None:
        life = self.lives[arn]
        if life.shared.kind is KINDS["imported"] and self.attempt(
            life, "DeleteImportedKeyMaterial"
        ):
            life.delete_material()

    @rule(arn=living)
    def rotate(self, arn: str) -> None:
        life = self.lives[arn]
        if life.is_primary and life.shared.kind.rotates:
            old = material(life) if life.may_rotate else ""
            if self.attempt(life, "RotateKeyOnDemand"):
                assert material(life) != old

    @rule(arn=living)
    def rotate_every_year(self, arn: str) -> None:
        life = self.lives[arn]
        if life.is_primary and life.shared.kind.rotates and self.attempt(life, "EnableKeyRotation"):
            life.shared.rotates = True

    # ---------------------------------------------------------------------------------- replicas

    @rule(target=living, arn=living)
    def replicate(self, arn: str) -> Any:
        life = self.lives[arn]
        if not life.is_primary or life.shared.kind is not KINDS["multi-Region"]:
            return multiple()
        region = other_than(life.region, REGIONS)
        code = life.expects("ReplicateKey")
        if code is None and life.has_replicas:
            code = "AlreadyExistsException"
        if not self.expect(code, life, "ReplicateKey", ReplicaRegion=region):
            return multiple()
        return self.add(Life(arn.replace(life.region, region), region, life.shared, is_open=False))

    @rule(arn=living)
    def move_primary(self, arn: str) -> None:
        life = self.lives[arn]
        if life.is_primary and life.shared.kind is KINDS["multi-Region"]:
            region = other_than(life.region, REGIONS)
            code = life.expects("UpdatePrimaryRegion")
            if code is None:
                replica = life.shared.lives.get(region)
                code = replica.expects("UpdatePrimaryRegion") if replica else NOT_FOUND
            if self.expect(code, life, "UpdatePrimaryRegion", PrimaryRegion=region):
                life.shared.primary_region = region

    # ------------------------------------------------------------------- grants, tags and aliases

    @rule(arn=living)
    def grant(self, arn: str) -> None:
        life = self.lives[arn]
        other = f"arn:aws:iam::{other_than(life.shared.account, ACCOUNTS)}:root"
        operation = life.shared.kind.using
        granted = self.attempt(life, "CreateGrant", GranteePrincipal=other, Operations=[operation])
        if granted:
            life.granted[granted["GrantId"]] = operation

    @rule(arn=living)
    def revoke(self, arn: str) -> None:
        life = self.lives[arn]
        for grant_id in list(life.granted):
            if self.attempt(life, "RevokeGrant", GrantId=grant_id):
                del life.granted[grant_id]

    @rule(arn=living, tag=st.sampled_from("ab"), is_owner=mostly)
    def tag(self, arn: str, tag: str, is_owner: bool) -> None:
        life, tags = self.lives[arn], [{"TagKey": tag, "TagValue": "x"}]
        if self.attempt(life, "TagResource", is_owner=is_owner, Tags=tags):
            life.tags.add(tag)

    @rule(arn=living, name=st.sampled_from(NAMES))
    def create_alias(self, arn: str, name: str) -> None:
        life = self.lives[arn]
        place = (life.shared.account, life.region, name)
        code = life.expects("CreateAlias")
        if code is None and place in self.aliases:
            code = "AlreadyExistsException"
        call = {"AliasName": name, "TargetKeyId": arn}
        if self.expect(code, life, "CreateAlias", call=lambda kms: kms.create_alias(**call)):
            self.aliases[place] = life

    @rule(arn=living, name=st.sampled_from(NAMES))
    def move_alias(self, arn: str, name: str) -> None:
        life = self.lives[arn]
        place = (life.shared.account, life.region, name)
        current = self.aliases.get(place)
        code = life.expects("UpdateAlias") if current else NOT_FOUND
        if current and code is None and current.shared.kind.type != life.shared.kind.type:
            code = "ValidationException"
        call = {"AliasName": name, "TargetKeyId": arn}
        if self.expect(code, life, "UpdateAlias", call=lambda kms: kms.update_alias(**call)):
            self.aliases[place] = life

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
        self.aliases = {place: life for place, life in self.aliases.items() if not life.is_gone}

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
                    for arn, life in self.lives.items()
                    if (life.shared.account, life.region) == (account, region) and not life.is_gone
                }
                assert {
                    (account, region, alias["AliasName"]): alias["TargetKeyId"]
                    for alias in kms.list_aliases()["Aliases"]
                } == {
                    place: life.arn.rpartition("/")[2]
                    for place, life in self.aliases.items()
                    if place[:2] == (account, region)
                }

    def every_key_is_as_documented(self) -> None:
        for arn, life in self.lives.items():
            if not life.is_gone:
                kms = client(life.shared.account, life.region)
                assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == life.state
                tags = kms.list_resource_tags(KeyId=arn)["Tags"]
                assert {tag["TagKey"] for tag in tags} == life.tags


@pytest.mark.no_cover
def test_every_sequence_follows_the_model(backend: Backend, pytestconfig: pytest.Config) -> None:
    assert backend  # mock_kms answers
    sequences = settings(
        max_examples=pytestconfig.getoption("sequences"),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Lives, settings=sequences)
