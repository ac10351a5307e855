"""Imported key material: what each call answers, and what is listed of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from benchmarks.behaviours.imported_material import FOREVER, wrapped
from kmsdemo.account.clients import Clients

WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}


@pytest.fixture
def kms(clients: Clients) -> Any:
    return clients.kms


@pytest.fixture
def key(kms: Any) -> Any:
    """A key without key material."""
    return kms.create_key(Origin="EXTERNAL")["KeyMetadata"]


def imported(kms: Any, key: Any, secret: bytes = b"x" * 32, **options: Any) -> Any:
    given = kms.get_parameters_for_import(KeyId=key["KeyId"], **WRAPPING)
    blob = wrapped(secret, given["PublicKey"], "RSAES_OAEP_SHA_256")
    asked = {"ImportToken": given["ImportToken"], "EncryptedKeyMaterial": blob, **FOREVER}
    answer = kms.import_key_material(KeyId=key["KeyId"], **asked | options)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def listed(kms: Any, key: Any) -> Any:
    asked = {"KeyId": key["KeyId"], "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    return kms.list_key_rotations(**asked)["Rotations"]


def test_the_answers_name_the_key_and_its_material(kms: Any, key: Any) -> None:
    answer = imported(kms, key)
    material = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"]
    assert answer == {"KeyId": key["Arn"], "KeyMaterialId": material}
    gone = kms.delete_imported_key_material(KeyId=key["KeyId"])
    assert (gone["KeyId"], gone["KeyMaterialId"]) == (key["Arn"], material)
    assert imported(kms, key, KeyMaterialId=material) == answer


def test_before_the_first_import_nothing_is_named(kms: Any, key: Any) -> None:
    gone = kms.delete_imported_key_material(KeyId=key["KeyId"])
    assert (gone["KeyId"], gone.get("KeyMaterialId")) == (key["Arn"], None)


def test_an_import_token_is_valid_for_a_day(kms: Any, key: Any) -> None:
    given = kms.get_parameters_for_import(KeyId=key["KeyId"], **WRAPPING)
    assert given["KeyId"] == key["Arn"]
    assert len(given["ImportToken"]) == 256
    left = given["ParametersValidTo"] - datetime.now(timezone.utc)
    assert timedelta(hours=23) < left < timedelta(hours=25)


def test_each_material_is_listed_with_its_import(kms: Any, key: Any) -> None:
    until = (datetime.now(timezone.utc) + timedelta(days=9)).replace(microsecond=0)
    expires: dict[str, Any] = {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": until}
    first = imported(kms, key, **expires, KeyMaterialDescription="the first")["KeyMaterialId"]
    second = imported(kms, key, b"y" * 32, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    assert listed(kms, key) == [
        {
            "KeyId": key["KeyId"],
            "KeyMaterialId": first,
            "KeyMaterialDescription": "the first",
            "ImportState": "IMPORTED",
            "KeyMaterialState": "CURRENT",
            "ExpirationModel": "KEY_MATERIAL_EXPIRES",
            "ValidTo": until,
        },
        {
            "KeyId": key["KeyId"],
            "KeyMaterialId": second,
            "ImportState": "IMPORTED",
            "KeyMaterialState": "PENDING_ROTATION",
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        },
    ]
    kms.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=first)
    assert listed(kms, key)[0]["ImportState"] == "PENDING_IMPORT"
