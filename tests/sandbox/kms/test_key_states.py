"""Every row of AWS's table of key states, for every form of key name, with AWS's messages."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from pytest_bdd.feature import get_features

from kmsdemo import keys
from kmsdemo.sandbox.kms.key_names import ACCEPT_ALIASES
from kmsdemo.sandbox.kms.key_states import DISABLED, INVALID, KEY_STATES, STATES
from steps.operations import CALLS, InUse, put_in_use
from tests.subprocesses import ROOT

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NAMES = ("key id", "key ARN", "alias", "alias ARN")
BY_ID_ONLY = {"CreateAlias", "RetireGrant", "Decrypt", "DeleteAlias", "ReEncrypt", "UpdateAlias"}
NAMED = [
    (operation, name)
    for operation in CALLS
    for name in NAMES
    if operation in ACCEPT_ALIASES or "alias" not in name
    if operation not in BY_ID_ONLY or name == "key id"
]


def documented() -> dict[str, tuple[str | None, ...]]:
    lines = (ROOT / "tests" / "aws" / "key_states.tsv").read_text().splitlines()
    rows = csv.DictReader([line for line in lines if not line.startswith("#")], delimiter="\t")
    return {
        row["operation"]: tuple(None if row[state] == "ok" else row[state] for state in STATES)
        for row in rows
    }


def bring_to(kms: KMSClient, state: str, in_use: InUse) -> None:
    if state == "Disabled":
        kms.disable_key(KeyId=in_use.key.key_id)
    if state == "PendingDeletion":
        kms.schedule_key_deletion(KeyId=in_use.key.key_id)


def named_by(in_use: InUse, name: str) -> InUse:
    alias_arn = in_use.key.arn.replace(f"key/{in_use.key.key_id}", in_use.alias)
    names = dict(
        zip(NAMES, (in_use.key.key_id, in_use.key.arn, in_use.alias, alias_arn), strict=True)
    )
    return InUse(
        in_use.kms,
        in_use.key,
        names[name],
        in_use.alias,
        in_use.other_alias,
        in_use.grant_id,
        in_use.ciphertext_blob,
    )


def expected_message(code: str, state: str, arn: str) -> str:
    if code == DISABLED:
        return f"{arn} is disabled."
    return f"{arn} is {'' if state == 'PendingDeletion' else 'not '}pending deletion."


def assert_answers(in_use: InUse, operation: str, state: str) -> None:
    code = KEY_STATES[operation][STATES.index(state)]
    if code is None:
        CALLS[operation](in_use)
        return
    with pytest.raises(ClientError) as raised:
        CALLS[operation](in_use)
    error = raised.value.response["Error"]
    assert error == {"Code": code, "Message": expected_message(code, state, in_use.key.arn)}


def test_the_table_of_the_sandbox_is_the_documented_one() -> None:
    rows = documented()
    assert len(rows) == 31
    assert {operation: KEY_STATES[operation] for operation in rows} == rows


def test_every_operation_of_the_table_has_a_call() -> None:
    assert set(CALLS) == set(documented())


@pytest.mark.no_cover
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("operation", "name"), NAMED)
def test_an_operation_succeeds_or_fails_as_documented(
    kms: KMSClient, operation: str, name: str, state: str
) -> None:
    in_use = named_by(put_in_use(kms, keys.create(kms)), name)
    bring_to(kms, state, in_use)
    assert_answers(in_use, operation, state)


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_re_encrypt_fails_if_the_destination_key_is_not_enabled(kms: KMSClient, state: str) -> None:
    working, broken = (put_in_use(kms, keys.create(kms)) for _ in range(2))
    bring_to(kms, state, broken)
    code = DISABLED if state == "Disabled" else INVALID
    with pytest.raises(ClientError, match=code):
        kms.re_encrypt(CiphertextBlob=working.ciphertext_blob, DestinationKeyId=broken.alias)


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("name", NAMES)
def test_decrypt_with_a_key_id_fails_if_the_key_is_not_enabled(
    kms: KMSClient, name: str, state: str
) -> None:
    in_use = named_by(put_in_use(kms, keys.create(kms)), name)
    bring_to(kms, state, in_use)
    with pytest.raises(ClientError, match=DISABLED if state == "Disabled" else INVALID):
        kms.decrypt(KeyId=in_use.name, CiphertextBlob=in_use.ciphertext_blob)


def test_the_feature_has_every_row_of_the_table() -> None:
    """Its scenario outlines have one example for each row and column."""
    (feature,) = get_features([str(ROOT / "features" / "key_states.feature")])
    examples = {
        (scenario.name, row["operation"])
        for scenario in feature.scenarios.values()
        for examples in scenario.examples
        for row in examples.as_contexts()
    }
    keys_in_words = {
        "Enabled": "an enabled key",
        "Disabled": "a disabled key",
        "PendingDeletion": "a key that is pending deletion",
    }
    table = {
        (f"<operation> {'fails' if codes[column] else 'succeeds'} on {keys_in_words[state]}", name)
        for name, codes in documented().items()
        for column, state in enumerate(STATES)
    }
    # A key without a scheduled deletion has a scenario without examples.
    cancel = {
        (f"<operation> fails on {keys_in_words[state]}", "CancelKeyDeletion")
        for state in ("Enabled", "Disabled")
    }
    assert examples == table - cancel
