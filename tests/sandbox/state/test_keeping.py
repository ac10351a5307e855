"""What a sandbox with a state file knows after a crash: all that it answered."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmsdemo.account.clients import Clients, connect
from kmsdemo.sandbox import clock, mock_kms
from kmsdemo.sandbox.kms import ciphertexts
from kmsdemo.sandbox.state import keeping
from kmsdemo.sandbox.trail import history
from tests.sandbox.access.callers import OTHER_ACCOUNT, policy
from tests.sandbox.trail.events import records

ACCOUNT = "123456789012"
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def of(access_key_id: str, secret: str = "any", region: str = "us-east-1") -> Clients:  # noqa: S107
    return connect(access_key_id=access_key_id, secret_access_key=secret, region=region)


@pytest.fixture
def root(clients: Clients) -> Clients:
    """The root user of an empty account."""
    return of(ACCOUNT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.state"


@contextmanager
def after_a_crash(file: Path) -> Iterator[None]:
    """Restart from what a killed process has written: its files as they are."""
    crashed = file.with_name("crashed.state")
    for written in file.parent.glob(f"{file.name}*"):
        shutil.copy(written, written.with_name(written.name.replace(file.name, crashed.name)))
    mock_kms.empty()
    ciphertexts.restore(os.urandom(32))
    with keeping.kept_in(crashed):
        yield


def new_key(clients: Clients, **parameters: Any) -> str:
    return clients.kms.create_key(**parameters)["KeyMetadata"]["Arn"]


def new_table(clients: Clients, *key: str) -> None:
    kinds = ("HASH", "RANGE")
    clients.dynamodb.create_table(
        TableName="t",
        KeySchema=[
            {"AttributeName": name, "KeyType": kind}  # type: ignore[typeddict-item]
            for name, kind in zip(key, kinds, strict=False)
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in key],
        BillingMode="PAY_PER_REQUEST",
    )


def put(clients: Clients, **attributes: str) -> None:
    item = {name: {"S": value} for name, value in attributes.items()}
    clients.dynamodb.put_item(TableName="t", Item=item)


def items(clients: Clients) -> list[dict[str, str]]:
    found = clients.dynamodb.scan(TableName="t")["Items"]
    return sorted(({name: value["S"] for name, value in item.items()} for item in found), key=str)


# --------------------------------------------------------------------------------- AWS KMS


def test_a_ciphertext_can_be_decrypted_after_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        root.kms.create_alias(AliasName="alias/demo", TargetKeyId=new_key(root))
        blob = root.kms.encrypt(KeyId="alias/demo", Plaintext=b"secret")["CiphertextBlob"]
        with after_a_crash(file):
            assert root.kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_a_private_key_signs_after_a_crash(root: Clients, file: Path, spec: Any) -> None:
    with keeping.kept_in(file):
        key = new_key(root, KeySpec=spec, KeyUsage="SIGN_VERIFY")
        algorithm: Any = root.kms.get_public_key(KeyId=key)["SigningAlgorithms"][0]
        asked: Any = {"KeyId": key, "Message": b"m", "SigningAlgorithm": algorithm}
        signature = root.kms.sign(**asked)["Signature"]
        with after_a_crash(file):
            assert root.kms.verify(**asked, Signature=signature)["SignatureValid"]


CHANGES: dict[str, tuple[Callable[[Any, str], Any], Callable[[Any, str], Any]]] = {
    "the state": (
        lambda kms, key: kms.disable_key(KeyId=key),
        lambda kms, key: kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"],
    ),
    "the deletion date": (
        lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=9),
        lambda kms, key: kms.describe_key(KeyId=key)["KeyMetadata"]["DeletionDate"],
    ),
    "the description": (
        lambda kms, key: kms.update_key_description(KeyId=key, Description="new"),
        lambda kms, key: kms.describe_key(KeyId=key)["KeyMetadata"]["Description"],
    ),
    "the rotation": (
        lambda kms, key: kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100),
        lambda kms, key: kms.get_key_rotation_status(KeyId=key)["NextRotationDate"],
    ),
    "the grants": (
        lambda kms, key: kms.create_grant(
            KeyId=key, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:root", Operations=["Encrypt"]
        ),
        lambda kms, key: [one["GrantId"] for one in kms.list_grants(KeyId=key)["Grants"]],
    ),
    "the tags": (
        lambda kms, key: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda kms, key: kms.list_resource_tags(KeyId=key)["Tags"],
    ),
    "the policy": (
        lambda kms, key: kms.put_key_policy(
            KeyId=key, Policy=policy({**ALLOW_ALL, "Principal": "*", "Sid": "new"})
        ),
        lambda kms, key: kms.get_key_policy(KeyId=key)["Policy"],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_a_key_survives_a_crash(root: Clients, file: Path, what: str) -> None:
    change, read = CHANGES[what]
    with keeping.kept_in(file):
        key = new_key(root)
        before = None if "date" in what or "rotation" in what else read(root.kms, key)
        change(root.kms, key)
        expected = read(root.kms, key)
        with after_a_crash(file):
            assert read(root.kms, key) == expected != before


def test_a_grant_in_another_account_survives_a_crash(root: Clients, file: Path) -> None:
    shared = policy({**ALLOW_ALL, "Principal": "*"})
    grantee: Any = {"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root", "Operations": ["Decrypt"]}
    with keeping.kept_in(file):
        key = new_key(root, Policy=shared)
        of(OTHER_ACCOUNT).kms.create_grant(KeyId=key, **grantee)
        with after_a_crash(file):
            assert len(root.kms.list_grants(KeyId=key)["Grants"]) == 1


# What AWS KMS does on its own, at a call that only looks or uses.


def test_what_is_encrypted_after_a_rotation_survives_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        key = new_key(root)
        root.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
        mock_kms.advance(days=91)
        blob = root.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
        with after_a_crash(file):
            assert root.kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
            assert len(records(root.cloudtrail, EventName="RotateKey")) == 1


def test_an_aws_managed_key_survives_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        before = root.kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
        with after_a_crash(file):
            after = root.kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
            assert after == before


def test_an_import_token_survives_a_crash(root: Clients, file: Path) -> None:
    algorithm: Any = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256"}
    with keeping.kept_in(file):
        key = new_key(root, Origin="EXTERNAL")
        given = root.kms.get_parameters_for_import(
            KeyId=key, WrappingKeySpec="RSA_2048", **algorithm
        )
        public: Any = load_der_public_key(given["PublicKey"])
        with after_a_crash(file):
            root.kms.import_key_material(
                KeyId=key,
                ImportToken=given["ImportToken"],
                EncryptedKeyMaterial=public.encrypt(os.urandom(32), OAEP),
                ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
            )
            assert root.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_related_keys_share_their_material_after_a_crash(root: Clients, file: Path) -> None:
    elsewhere = of(ACCOUNT, region="eu-west-1")
    with keeping.kept_in(file):
        key = new_key(root, MultiRegion=True).rpartition("/")[2]
        root.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
        with after_a_crash(file):
            root.kms.rotate_key_on_demand(KeyId=key)
            blob = root.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
            assert elsewhere.kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


# -------------------------------------------------------------------------------- DynamoDB


@pytest.mark.parametrize("key", [("a",), ("a", "b")])
def test_items_survive_a_crash(root: Clients, file: Path, key: tuple[str, ...]) -> None:
    two: Any = {name: {"S": "2"} for name in key}
    three: Any = {name: {"S": "3"} for name in key}
    with keeping.kept_in(file):
        new_table(root, *key)
        for number in "1234":
            put(root, **dict.fromkeys(key, number), c="old")
        root.dynamodb.delete_item(TableName="t", Key=two)
        root.dynamodb.update_item(
            TableName="t",
            Key=three,
            UpdateExpression="SET c = :c",
            ExpressionAttributeValues={":c": {"S": "new"}},
        )
        with after_a_crash(file):
            assert items(root) == [
                {**dict.fromkeys(key, "1"), "c": "old"},
                {**dict.fromkeys(key, "3"), "c": "new"},
                {**dict.fromkeys(key, "4"), "c": "old"},
            ]


def test_a_refused_item_changes_nothing(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        new_table(root, "a")
        put(root, a="1", c="old")
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            root.dynamodb.put_item(
                TableName="t",
                Item={"a": {"S": "1"}, "c": {"S": "new"}},
                ConditionExpression="attribute_not_exists(a)",
            )
        with after_a_crash(file):
            assert items(root) == [{"a": "1", "c": "old"}]


def test_a_batch_of_items_survives_a_crash(root: Clients, file: Path) -> None:
    requests: Any = [{"PutRequest": {"Item": {"a": {"S": str(number)}}}} for number in range(5)]
    with keeping.kept_in(file):
        new_table(root, "a")
        root.dynamodb.batch_write_item(RequestItems={"t": requests})
        with after_a_crash(file):
            assert len(items(root)) == 5


def test_more_changes_than_are_kept_apart_survive_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        new_table(root, "a")
        for number in range(250):
            put(root, a=str(number % 7), c=str(number))
        with after_a_crash(file):
            assert sorted(int(item["c"]) for item in items(root)) == list(range(243, 250))


def kept_apart(file: Path) -> int:
    """Return how many changes of items the file has beside their table."""
    with closing(sqlite3.connect(file)) as database:
        (number,) = database.execute("SELECT count(*) FROM items").fetchone()
    return int(number)


def test_so_many_changes_are_kept_apart_and_then_the_table_is_written(
    root: Clients, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_FEWEST_ITEM_CHANGES", 5)
    with keeping.kept_in(file):
        new_table(root, "a")
        for number in range(4):
            put(root, a="1", c=str(number))
    assert kept_apart(file) == 4
    mock_kms.empty()
    with keeping.kept_in(file):
        for number in range(3):  # the fifth is the last that is kept apart
            put(root, a="1", c=str(number))
    assert kept_apart(file) == 1


@pytest.mark.parametrize(
    ("service", "operation", "changes_something"),
    [
        ("kms", "Encrypt", False),
        ("kms", "DescribeKey", False),
        ("kms", "CreateKey", True),
        ("kms", "GetParametersForImport", True),
        ("dynamodb", "Query", False),
        ("dynamodb", "Sign", True),
        ("sts", "AssumeRole", True),
        ("sts", "GetSessionToken", True),
        ("sts", "GetCallerIdentity", False),
    ],
)
def test_what_only_looks_or_uses_a_key_is_not_written(
    service: str, operation: str, changes_something: bool
) -> None:
    assert keeping._changes_something(service, operation) is changes_something


def test_a_deleted_table_stays_deleted(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        new_table(root, "a")
        put(root, a="1")
        root.dynamodb.delete_table(TableName="t")
        with after_a_crash(file):
            assert root.dynamodb.list_tables()["TableNames"] == []


# ----------------------------------------------------------------------------- who and when


def test_an_access_key_works_after_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        root.iam.create_user(UserName="ben")
        key = root.iam.create_access_key(UserName="ben")["AccessKey"]
        with after_a_crash(file):
            ben = of(key["AccessKeyId"], key["SecretAccessKey"])
            assert ben.sts.get_caller_identity()["Arn"].endswith(":user/ben")


@pytest.mark.parametrize("role_owner", [ACCOUNT, OTHER_ACCOUNT])
def test_a_session_works_after_a_crash(root: Clients, file: Path, role_owner: str) -> None:
    trust = policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    with keeping.kept_in(file):
        role = of(role_owner).iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]
        given = root.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
        with after_a_crash(file):
            session = connect(
                access_key_id=given["AccessKeyId"],
                secret_access_key=given["SecretAccessKey"],
                region="us-east-1",
            )
            session.session._session.set_credentials(
                given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
            )
            assert session.sts.get_caller_identity()["Arn"].endswith(":assumed-role/r/me")


def test_the_clocks_survive_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        mock_kms.advance(days=2)
        mock_kms.advance(days=5, account=ACCOUNT)
        with after_a_crash(file):
            assert clock.offset(ACCOUNT) == timedelta(days=7)
            assert clock.offset() == timedelta(days=2)


def test_a_key_whose_date_passes_meanwhile_is_deleted(
    root: Clients, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with keeping.kept_in(file):
        key = new_key(root)
        root.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        later = clock.real_time() + timedelta(days=8)
        monkeypatch.setattr(clock, "real_time", lambda: later)
        with after_a_crash(file):
            assert root.kms.list_keys()["Keys"] == []
            assert records(root.cloudtrail, EventName="DeleteKey")


def test_what_another_account_lets_a_deleted_user_do_is_forgotten_after_a_crash(
    root: Clients, file: Path
) -> None:
    with keeping.kept_in(file):
        user = root.iam.create_user(UserName="ben")["User"]
        grant: Any = {"GranteePrincipal": user["Arn"], "Operations": ["Decrypt"]}
        other, key = of(OTHER_ACCOUNT), new_key(of(OTHER_ACCOUNT))
        other.kms.create_grant(KeyId=key, **grant)
        root.iam.delete_user(UserName="ben")
        with after_a_crash(file):
            (kept,) = other.kms.list_grants(KeyId=key)["Grants"]
            assert kept["GranteePrincipal"] == user["UserId"]


# ------------------------------------------------------------------------------- the trail


def test_the_trail_survives_a_crash(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        root.kms.encrypt(KeyId=new_key(root), Plaintext=b"x")
        before = list(history.newest_first(ACCOUNT))
        with after_a_crash(file):
            assert list(history.newest_first(ACCOUNT)) == before


def test_the_file_keeps_no_more_events_than_the_trail(
    root: Clients, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_EVENTS", 3)
    with keeping.kept_in(file):
        for _ in range(5):
            root.kms.list_keys()
        of(OTHER_ACCOUNT).kms.list_keys()
        monkeypatch.setattr(history, "MAX_EVENTS", 2)
        with after_a_crash(file):
            assert (history.count(ACCOUNT), history.count(OTHER_ACCOUNT)) == (2, 1)


def test_the_file_does_not_grow_with_the_calls(
    root: Clients, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_EVENTS", 3)
    monkeypatch.setattr(keeping, "_EVENTS_BETWEEN_DROPS", 2)
    with keeping.kept_in(file):
        for _ in range(10):
            root.kms.list_keys()
    with closing(sqlite3.connect(file)) as written:
        assert written.execute("SELECT COUNT(*) FROM events").fetchone() == (3,)


def test_nothing_is_written_after_the_end(root: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        pass
    written = file.read_bytes()
    new_key(root)
    mock_kms.advance(days=1)
    assert file.read_bytes() == written
