"""The backend for a real account; the sandbox stands in for AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend, Options, announcement, running
from kmsdemo.backends.errors import (
    AnotherAccount,
    NoAccountNamed,
    RefusedInCi,
    RootRefused,
    SettleTimeOutOfRange,
)
from kmsdemo.shared_account import eventual_consistency, leftovers
from kmsdemo.shared_account.errors import LeftBehind, NotOfThisRun, TooManyKeys
from tests import fake_account

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

OPTIONS = Options(aws_account=fake_account.ACCOUNT, aws_settle=0)


@pytest.fixture(autouse=True)
def as_developer(clients: Clients) -> Iterator[None]:
    """Use the credentials of an IAM user with the permissions of a run, outside CI."""
    with fake_account.as_developer(clients), patch.dict(os.environ):
        os.environ.pop("CI", None)
        yield


@pytest.fixture
def others(clients: Clients) -> fake_account.FakeAccount:
    """The account, with a key and a table of other people."""
    return fake_account.create(clients, clients.in_region("eu-west-1"))


# ------------------------------------------------------------------------- before it begins


def test_the_announcement_names_the_account_and_what_the_run_creates() -> None:
    said = announcement("aws", OPTIONS)
    assert said.splitlines()[:3] == [
        "AWS account 123456789012, Region us-east-1",
        "as arn:aws:iam::123456789012:user/developer",
        "at https://kms.us-east-1.amazonaws.com",
    ]
    assert "at most 5 KMS keys" in said
    assert "kmsdemo sweep" in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_account_must_be_named() -> None:
    refuses(Options(), NoAccountNamed)


def test_the_credentials_must_belong_to_the_named_account() -> None:
    error = refuses(Options(aws_account="111122223333"), AnotherAccount)
    assert "account 123456789012" in error.what
    assert "not to 111122223333" in error.what


def test_the_root_user_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", fake_account.ACCOUNT)
    refuses(OPTIONS, RootRefused)


def test_ci_needs_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    refuses(OPTIONS, RefusedInCi)
    assert announcement("aws", Options(aws_account=fake_account.ACCOUNT, aws_in_ci=True))


@pytest.mark.parametrize("seconds", [-1.0, 601.0, float("nan"), float("inf")])
def test_a_propagation_time_out_of_range_is_rejected(seconds: float) -> None:
    options = Options(aws_account=fake_account.ACCOUNT, aws_settle=seconds)
    assert "--aws-settle" in refuses(options, SettleTimeOutOfRange).next_step


def test_a_missing_permission_is_reported_before_a_key_is_created(
    clients: Clients, kms: KMSClient
) -> None:
    fake_account.deny(clients.iam, "kms:ListKeys")
    refusal = refuses(OPTIONS, errors.AccessDenied)
    assert "ListKeys" in refusal.what
    assert keys.key_ids(kms) == []


def test_a_run_that_could_not_find_its_keys_again_does_not_begin(
    clients: Clients, others: fake_account.FakeAccount
) -> None:
    fake_account.deny(clients.iam, "kms:ListResourceTags")
    assert "ListResourceTags" in refuses(OPTIONS, errors.AccessDenied).what
    with pytest.raises(errors.AccessDenied), running("aws", OPTIONS):
        pytest.fail("it runs")
    assert others.states() == []


def test_in_an_account_without_keys_such_a_run_does_not_begin_either(
    clients: Clients, kms: KMSClient
) -> None:
    fake_account.deny(clients.iam, "kms:ListResourceTags")
    with pytest.raises(errors.AccessDenied), running("aws", OPTIONS):
        pytest.fail("it runs")
    assert [keys.describe(kms, key_id).state for key_id in keys.key_ids(kms)] == ["PendingDeletion"]


def test_a_run_that_may_no_longer_read_tags_knows_its_own_keys(
    clients: Clients, others: fake_account.FakeAccount
) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        for _ in range(5):
            keys.create(account.clients.kms)
        table.create(account.clients.dynamodb, account.resource_name("demo-kms"))
        fake_account.deny(clients.iam, "kms:ListResourceTags")
    assert others.leftovers() == []
    others.assert_others_are_untouched()


def test_a_run_without_announcement_is_checked_as_well(kms: KMSClient) -> None:
    with pytest.raises(NoAccountNamed), running("aws", Options()):
        pytest.fail("it runs")
    assert keys.key_ids(kms) == []


def refuses(options: Options, kind: type[errors.KmsdemoError]) -> errors.KmsdemoError:
    with pytest.raises(kind) as caught:
        announcement("aws", options)
    return caught.value


# -------------------------------------------------------------------------------- the run


def test_everything_a_run_creates_has_its_tags(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        table_name = account.resource_name("demo-kms")
        key = keys.create(account.clients.kms)
        made = table.create(account.clients.dynamodb, table_name)
        tags = keys.tags(kms, key.key_id)
        pages = account.clients.dynamodb.list_tags_of_resource(ResourceArn=made.arn)
    assert tags["kmsdemo"] == "lab"
    assert tags["kmsdemo:run"] in table_name
    assert {tag["Key"]: tag["Value"] for tag in pages["Tags"]}.items() <= tags.items()
    assert tags["kmsdemo:expires"].endswith("+00:00")


def test_the_next_scenario_gets_the_same_key_reset(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws:
        with aws.account() as account:
            used = keys.create(account.clients.kms, description="used", tags={"team": "blue"})
            use_in_every_way(account.clients.kms, used.key_id)
        with aws.account() as account:
            new = keys.create(account.clients.kms, alias=account.resource_name("demo-kms-again"))
            assert new.key_id == used.key_id
            assert (new.state, new.description) == ("Enabled", keys.DESCRIPTION)
            assert new.deletion_date is None
            assert keys.aliases(kms, new.key_id) == [
                f"alias/{account.resource_name('demo-kms-again')}"
            ]
            assert set(keys.tags(kms, new.key_id)) == {
                "kmsdemo",
                "kmsdemo:run",
                "kmsdemo:expires",
            }
            assert "Deny" not in keys.policy(kms, new.key_id)
            assert kms.list_grants(KeyId=new.key_id)["Grants"] == []
            assert not kms.get_key_rotation_status(KeyId=new.key_id)["KeyRotationEnabled"]
    assert len(keys.key_ids(kms)) == 1


def use_in_every_way(kms: KMSClient, key_id: str) -> None:
    kms.enable_key_rotation(KeyId=key_id)
    kms.create_grant(
        KeyId=key_id,
        GranteePrincipal=keys.describe(kms, key_id).root_arn,
        Operations=["Decrypt"],
    )
    policy = keys.policy(kms, key_id).replace(
        '"Statement": [',
        '"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", '
        '"Resource": "*"}, ',
    )
    keys.put_policy(kms, key_id, policy)
    keys.schedule_deletion(kms, key_id)


def test_a_key_that_cannot_be_reset_is_not_used_again(clients: Clients, kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws:
        with aws.account() as account:
            used = keys.create(account.clients.kms)
            table.create(account.clients.dynamodb, account.resource_name("demo-kms"))
            fake_account.deny(clients.iam, "kms:DisableKeyRotation")
        assert table.names(clients.dynamodb) == []
        with aws.account() as account:
            assert keys.create(account.clients.kms).key_id != used.key_id
            for _ in range(3):
                keys.create(account.clients.kms)
            with pytest.raises(TooManyKeys, match=r"DisableKeyRotation on .* is denied"):
                keys.create(account.clients.kms)
    states = [keys.describe(kms, key_id).state for key_id in keys.key_ids(kms)]
    assert states == ["PendingDeletion"] * 5


def test_an_interrupted_clean_up_says_what_to_do_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(leftovers, "find", interrupt)
    interrupted_run = running("aws", OPTIONS)
    interrupted_run.__enter__()
    with pytest.raises(LeftBehind, match=r"interrupted again.\n.*kmsdemo sweep --run"):
        interrupted_run.__exit__(None, None, None)


def test_two_keys_of_one_scenario_differ() -> None:
    with running("aws", OPTIONS) as aws:
        for _ in range(2):
            with aws.account() as account:
                first = keys.create(account.clients.kms)
                second = keys.create(account.clients.kms)
                assert first.key_id != second.key_id


def test_a_multi_region_key_and_its_replica_are_used_again(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws:
        for _ in range(2):
            with aws.account() as account:
                keys.create(account.clients.kms)
                primary = keys.create(account.clients.kms, multi_region=True)
                replica = keys.replicate(account.clients.kms, primary.key_id, "eu-west-1")
                assert replica.arn.split(":")[3] == "eu-west-1"
                keys.schedule_deletion(account.clients.kms, primary.key_id)
    assert len(keys.key_ids(kms)) == 2


def test_a_run_creates_at_most_five_keys(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        for _ in range(5):
            keys.create(account.clients.kms)
        with pytest.raises(TooManyKeys, match=r"at most 5 .* free: all are in use"):
            keys.create(account.clients.kms)
    assert len(keys.key_ids(kms)) == 5


def test_the_pool_needs_the_credentials_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("aws", OPTIONS) as aws:
        with aws.account() as account:
            keys.create(account.clients.kms)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(errors.NoCredentials):
            keys.create(connect().kms)
        monkeypatch.undo()


def test_a_run_cannot_change_what_it_did_not_create(others: fake_account.FakeAccount) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        mine = keys.create(account.clients.kms)
        for name in (others.key.key_id, others.key.arn, f"alias/{fake_account.OF_OTHERS}"):
            with pytest.raises(NotOfThisRun, match="this run did not create"):
                account.clients.kms.schedule_key_deletion(KeyId=name)
        with pytest.raises(NotOfThisRun):
            account.clients.kms.update_alias(
                AliasName=f"alias/{fake_account.OF_OTHERS}", TargetKeyId=mine.key_id
            )
        with pytest.raises(NotOfThisRun):
            connect().kms.put_key_policy(KeyId=others.key.key_id, Policy="{}")
        with pytest.raises(NotOfThisRun):
            table.delete(account.clients.dynamodb, fake_account.OF_OTHERS)
        with pytest.raises(NotOfThisRun):
            account.clients.dynamodb.put_item(
                TableName=fake_account.OF_OTHERS, Item={"appuser": {"S": "1"}}
            )
        with pytest.raises(NotOfThisRun):
            account.clients.dynamodb.batch_write_item(
                RequestItems={
                    fake_account.OF_OTHERS: [{"DeleteRequest": {"Key": {"appuser": {"S": "1"}}}}]
                }
            )
    others.assert_others_are_untouched()


def test_a_run_cannot_take_or_delete_an_existing_alias(others: fake_account.FakeAccount) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        with pytest.raises(errors.AliasTaken):
            keys.create(account.clients.kms, alias=fake_account.OF_OTHERS)
        with pytest.raises(NotOfThisRun):
            account.clients.kms.delete_alias(AliasName=f"alias/{fake_account.OF_OTHERS}")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each wait for propagation; nothing waits, and the clock stands still."""
    waits: list[float] = []
    clock = SimpleNamespace(sleep=waits.append, monotonic=lambda: 0.0)
    monkeypatch.setattr(eventual_consistency, "time", clock)
    return waits


@pytest.fixture
def slow_aws(waits: list[float]) -> Iterator[Backend]:
    """A run in an account where a change takes 3 seconds to propagate."""
    with running("aws", Options(aws_account=fake_account.ACCOUNT, aws_settle=3)) as aws:
        yield aws


def test_a_read_waits_until_a_change_has_propagated(slow_aws: Backend, waits: list[float]) -> None:
    with slow_aws.account() as account:
        key = keys.create(account.clients.kms)
        waits.clear()
        keys.disable(account.clients.kms, key.key_id)
        assert waits == []
        keys.describe(account.clients.kms, key.key_id)
        assert waits[0] == 3


@pytest.mark.no_cover
def test_other_programs_start_when_a_change_has_propagated(
    slow_aws: Backend, waits: list[float]
) -> None:
    with slow_aws.account() as account:
        keys.create(account.clients.kms)
        waits.clear()
        with slow_aws.subprocess_environment():
            assert waits[0] == 3


def test_a_read_waits_until_changes_of_other_programs_have_propagated(
    slow_aws: Backend, waits: list[float]
) -> None:
    with slow_aws.account() as account:
        with slow_aws.subprocess_environment():
            waits.clear()
        keys.key_ids(account.clients.kms)
        assert waits[0] == 3


def test_other_programs_get_the_credentials_of_the_profile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session = connect().sts.get_session_token()["Credentials"]
    variables = {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
    lines = [f"{name.lower()} = {value}" for name, value in variables.items()]
    (tmp_path / "credentials").write_text("\n".join(["[lab]", *lines]))
    (tmp_path / "config").write_text("[profile lab]\nregion = eu-west-1")
    at_home = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
    files = {name: str(tmp_path / file) for name, file in at_home.items()}
    for name, value in {**files, "AWS_PROFILE": "lab"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    with running("aws", OPTIONS) as aws, aws.subprocess_environment() as given:
        assert given == {
            **files,
            **variables,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_REGION": "eu-west-1",
        }
