"""The backend for a real account, with the sandbox posing as AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend, Options, announcement, running
from kmsdemo.backends.errors import AnotherAccount, NoAccountNamed, RefusedInCi, RootRefused
from kmsdemo.shared_account import leftovers
from kmsdemo.shared_account.errors import LeftBehind, NotOfThisRun, TooManyKeys
from tests import stand_in_account

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

OPTIONS = Options(aws_account=stand_in_account.ACCOUNT, aws_settle=0)


@pytest.fixture(autouse=True)
def as_developer(clients: Clients) -> Iterator[None]:
    """Make this process an IAM user who may do what a run needs, and not CI."""
    with stand_in_account.acting_as_developer(clients), patch.dict(os.environ):
        os.environ.pop("CI", None)
        yield


@pytest.fixture
def others(clients: Clients) -> stand_in_account.Aws:
    """The account, with a key and a table of others."""
    return stand_in_account.aws(clients, clients.in_region("eu-west-1"))


# ------------------------------------------------------------------------- before it begins


def test_it_says_whose_account_it_is_and_what_will_be_created() -> None:
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


def test_the_account_must_be_the_one_that_was_named() -> None:
    error = refuses(Options(aws_account="111122223333"), AnotherAccount)
    assert "account 123456789012" in error.what
    assert "not of 111122223333" in error.what


def test_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", stand_in_account.ACCOUNT)
    refuses(OPTIONS, RootRefused)


def test_ci_is_refused_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    refuses(OPTIONS, RefusedInCi)
    assert announcement("aws", Options(aws_account=stand_in_account.ACCOUNT, aws_in_ci=True))


def test_who_may_not_list_keys_is_told_before_any_is_made(clients: Clients, kms: KMSClient) -> None:
    stand_in_account.forbid(clients.iam, "kms:ListKeys")
    refusal = refuses(OPTIONS, errors.AccessDenied)
    assert "ListKeys" in refusal.what
    assert keys.key_ids(kms) == []


def test_nothing_is_refused_only_in_words(kms: KMSClient) -> None:
    """The refusal stands before the run, not only before its announcement."""
    with pytest.raises(NoAccountNamed), running("aws", Options()):
        pytest.fail("it runs")
    assert keys.key_ids(kms) == []


def refuses(options: Options, kind: type[errors.KmsdemoError]) -> errors.KmsdemoError:
    with pytest.raises(kind) as caught:
        announcement("aws", options)
    return caught.value


# -------------------------------------------------------------------------------- the run


def test_everything_that_is_made_carries_the_run_and_its_end(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        table_name = account.named("demo-kms")
        key = keys.create(account.clients.kms)
        made = table.create(account.clients.dynamodb, table_name)
        tags = keys.tags(kms, key.key_id)
        pages = account.clients.dynamodb.list_tags_of_resource(ResourceArn=made.arn)
    assert tags["kmsdemo"] == "lab"
    assert tags["kmsdemo:run"] in table_name
    assert {tag["Key"]: tag["Value"] for tag in pages["Tags"]}.items() <= tags.items()
    assert tags["kmsdemo:expires"].endswith("+00:00")


def test_a_key_serves_one_scenario_after_another_as_new(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws:
        with aws.account() as account:
            used = keys.create(account.clients.kms, description="used", tags={"team": "blue"})
            wear_out(account.clients.kms, used.key_id)
        with aws.account() as account:
            new = keys.create(account.clients.kms, alias=account.named("again"))
            assert new.key_id == used.key_id
            assert (new.state, new.description) == ("Enabled", keys.DESCRIPTION)
            assert new.deletion_date is None
            assert keys.aliases(kms, new.key_id) == [f"alias/{account.named('again')}"]
            assert set(keys.tags(kms, new.key_id)) == {
                "kmsdemo",
                "kmsdemo:run",
                "kmsdemo:expires",
            }
            assert "Deny" not in keys.policy(kms, new.key_id)
            assert kms.list_grants(KeyId=new.key_id)["Grants"] == []
            assert not kms.get_key_rotation_status(KeyId=new.key_id)["KeyRotationEnabled"]
    assert len(keys.key_ids(kms)) == 1


def wear_out(kms: KMSClient, key_id: str) -> None:
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


def test_a_key_that_cannot_be_made_new_is_not_used_again(clients: Clients, kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws:
        with aws.account() as account:
            used = keys.create(account.clients.kms)
            table.create(account.clients.dynamodb, account.named("demo-kms"))
            stand_in_account.forbid(clients.iam, "kms:DisableKeyRotation")
        assert table.names(clients.dynamodb) == []
        with aws.account() as account:
            assert keys.create(account.clients.kms).key_id != used.key_id
            for _ in range(3):
                keys.create(account.clients.kms)
            with pytest.raises(TooManyKeys, match=r"DisableKeyRotation on .* is denied"):
                keys.create(account.clients.kms)
    states = [keys.describe(kms, key_id).state for key_id in keys.key_ids(kms)]
    assert states == ["PendingDeletion"] * 5


def test_who_interrupts_the_removal_is_told_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(leftovers, "find", interrupt)
    interrupted_run = running("aws", OPTIONS)
    interrupted_run.__enter__()
    with pytest.raises(LeftBehind, match=r"interrupted once more.\n.*kmsdemo sweep --run"):
        interrupted_run.__exit__(None, None, None)


def test_two_keys_at_a_time_are_two_keys() -> None:
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


def test_there_are_never_more_than_five_keys(kms: KMSClient) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        for _ in range(5):
            keys.create(account.clients.kms)
        with pytest.raises(TooManyKeys, match=r"than 5.* free: all are in use"):
            keys.create(account.clients.kms)
    assert len(keys.key_ids(kms)) == 5


def test_who_has_no_credentials_gets_no_key_from_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("aws", OPTIONS) as aws:
        with aws.account() as account:
            keys.create(account.clients.kms)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(errors.NoCredentials):
            keys.create(connect().kms)
        monkeypatch.undo()


def test_what_others_made_is_not_changed(others: stand_in_account.Aws) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        mine = keys.create(account.clients.kms)
        for name in (others.key.key_id, others.key.arn, f"alias/{stand_in_account.OF_OTHERS}"):
            with pytest.raises(NotOfThisRun, match="not made by this run"):
                account.clients.kms.schedule_key_deletion(KeyId=name)
        with pytest.raises(NotOfThisRun):
            account.clients.kms.update_alias(
                AliasName=f"alias/{stand_in_account.OF_OTHERS}", TargetKeyId=mine.key_id
            )
        with pytest.raises(NotOfThisRun):
            connect().kms.put_key_policy(KeyId=others.key.key_id, Policy="{}")
        with pytest.raises(NotOfThisRun):
            table.delete(account.clients.dynamodb, stand_in_account.OF_OTHERS)
        with pytest.raises(NotOfThisRun):
            account.clients.dynamodb.put_item(
                TableName=stand_in_account.OF_OTHERS, Item={"appuser": {"S": "1"}}
            )
        with pytest.raises(NotOfThisRun):
            account.clients.dynamodb.batch_write_item(
                RequestItems={
                    stand_in_account.OF_OTHERS: [
                        {"DeleteRequest": {"Key": {"appuser": {"S": "1"}}}}
                    ]
                }
            )
    others.assert_others_are_untouched()


def test_an_alias_that_others_have_is_not_taken_over(others: stand_in_account.Aws) -> None:
    with running("aws", OPTIONS) as aws, aws.account() as account:
        with pytest.raises(errors.AliasTaken):
            keys.create(account.clients.kms, alias=stand_in_account.OF_OTHERS)
        with pytest.raises(NotOfThisRun):
            account.clients.kms.delete_alias(AliasName=f"alias/{stand_in_account.OF_OTHERS}")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it has waited, each time, in seconds; it does not really wait."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    return waits


@pytest.fixture
def slow_aws(waits: list[float]) -> Iterator[Backend]:
    """A run in an account where a change takes 3 seconds to be seen."""
    with running("aws", Options(aws_account=stand_in_account.ACCOUNT, aws_settle=3)) as aws:
        yield aws


def test_a_change_may_take_its_time(slow_aws: Backend, waits: list[float]) -> None:
    with slow_aws.account() as account:
        key = keys.create(account.clients.kms)
        waits.clear()
        keys.disable(account.clients.kms, key.key_id)
        assert waits == []
        keys.describe(account.clients.kms, key.key_id)
        assert 2 < waits[0] <= 3


def test_programs_see_what_was_changed(slow_aws: Backend, waits: list[float]) -> None:
    with slow_aws.account() as account:
        keys.create(account.clients.kms)
        waits.clear()
        with slow_aws.subprocess_environment():
            assert 2 < waits[0] <= 3


def test_what_programs_change_is_seen(slow_aws: Backend, waits: list[float]) -> None:
    with slow_aws.account() as account:
        with slow_aws.subprocess_environment():
            waits.clear()
        keys.key_ids(account.clients.kms)
        assert 2 < waits[0] <= 3


def test_programs_are_the_same_caller_where_a_profile_says_who(
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
