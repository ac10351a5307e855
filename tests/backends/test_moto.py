"""The default backend, as the tests of scripts use it."""

from __future__ import annotations

from kmsdemo import keys
from kmsdemo.account import Account
from kmsdemo.account.clients import connect
from kmsdemo.backends import Backend, Options, announcement
from kmsdemo.cipher import Plain


def called(backend: Backend, *operations: str) -> list[str]:
    """Call these operations of AWS KMS as another program does; return the calls that are seen."""
    with backend.watched_environment() as (variables, calls):
        kms = connect(endpoint_url=variables["AWS_ENDPOINT_URL"]).kms
        for operation in operations:
            getattr(kms, operation)()
        return [call.operation for call in calls]


def test_it_needs_no_words() -> None:
    assert announcement("moto", Options()) == ""


def test_the_calls_of_each_program_are_seen_apart(backend: Backend, account: Account) -> None:
    assert called(backend, "list_keys", "create_key") == ["ListKeys", "CreateKey"]
    assert called(backend, "list_aliases") == ["ListAliases"]
    assert len(keys.key_ids(account.clients.kms)) == 1


def test_programs_at_the_same_time_are_told_apart(backend: Backend, account: Account) -> None:
    with (
        backend.watched_environment() as (first, calls),
        backend.watched_environment() as (
            second,
            others,
        ),
    ):
        assert first["AWS_ENDPOINT_URL"] != second["AWS_ENDPOINT_URL"]
        connect(endpoint_url=second["AWS_ENDPOINT_URL"]).kms.list_keys()
        assert (len(calls), len(others)) == (0, 1)


def test_a_wrong_plaintext_has_the_length_of_the_right_one(
    backend: Backend, account: Account
) -> None:
    kms = account.clients.kms
    cipher = Plain(kms, keys.create(kms).key_id)
    blob = cipher.encrypt("a secret", "12345")
    with backend.wrong_plaintexts():
        assert cipher.decrypt(blob, "12345") == "x" * len("a secret")
    assert cipher.decrypt(blob, "12345") == "a secret"


def test_each_account_begins_empty(backend: Backend) -> None:
    with backend.account() as account:
        keys.create(account.clients.kms)
        assert len(list(account.key_ids())) == 1
    with backend.account() as account:
        assert list(account.key_ids()) == []
