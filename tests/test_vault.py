"""The vault overwrites no item, loses no password, and reads items of other programs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from benchmarks import shared_vault
from kmsdemo import errors, keys, table, vault
from kmsdemo.cipher import CIPHERS, Direct, Envelope, Plain, SharedEnvelope
from kmsdemo.vault import Vault
from tests.faults import answer_lost

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


@pytest.fixture
def passwords(kms: KMSClient, dynamodb: DynamoDBClient) -> Vault:
    """An empty vault."""
    table.create(dynamodb)
    return Vault(kms, dynamodb, keys.create(kms).key_id)


def with_draws(passwords: Vault, *numbers: str) -> Vault:
    draws = iter(numbers)
    return Vault(passwords.kms, passwords.dynamodb, passwords.key_id, draw=lambda: next(draws))


def test_user_numbers_are_drawn_from_10001_to_99998() -> None:
    assert (vault.USER_NUMBERS[0], vault.USER_NUMBERS[-1]) == (10001, 99998)
    assert all(10001 <= int(vault.draw_user_number()) <= 99998 for _ in range(1000))


def test_another_number_is_drawn_until_one_is_free(passwords: Vault) -> None:
    first = with_draws(passwords, "11111").store("one")
    second = with_draws(passwords, "11111", "11111", "22222").store("two")
    assert (first, second) == ("11111", "22222")
    assert passwords.reveal("11111") == "one"
    assert passwords.reveal("22222") == "two"


def test_a_taken_number_is_known_by_the_code_of_the_error(
    passwords: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where threads are the first to meet errors, botocore makes several classes for one code."""

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")

    monkeypatch.setattr(passwords.dynamodb, "put_item", refuse)
    assert not passwords.store_for("11111", "one")


def test_storing_fails_after_twenty_taken_numbers(passwords: Vault) -> None:
    with_draws(passwords, "11111").store("one")
    with pytest.raises(errors.NoFreeUserNumber, match="All 20 random user numbers"):
        with_draws(passwords, *repeat("11111", 20)).store("two")
    assert [item.appuser for item in vault.items(passwords.dynamodb)] == ["11111"]


def test_a_write_that_boto3_repeats_is_stored_once(
    kms: KMSClient, dynamodb: DynamoDBClient
) -> None:
    """The first response was lost, so boto3 repeats the write and finds its own item."""
    ours: dict[str, Any] = {
        "appuser": {"S": "11111"},
        "userpasswd": {"B": b"ciphertext"},
        "cipher": {"S": "direct"},
        "context": {"S": "appuser,table"},
        "key": {"S": "arn"},
    }
    with Stubber(kms) as aws_kms, Stubber(dynamodb) as aws_dynamodb:
        aws_kms.add_response("encrypt", {"CiphertextBlob": b"ciphertext", "KeyId": "arn"})
        aws_dynamodb.add_client_error(
            "put_item", "ConditionalCheckFailedException", modeled_fields={"Item": ours}
        )
        draws = iter(["11111"])
        assert Vault(kms, dynamodb, "k", draw=lambda: next(draws)).store("one") == "11111"
        aws_dynamodb.assert_no_pending_responses()


def test_a_write_is_conditional_and_returns_the_existing_item(
    kms: KMSClient, dynamodb: DynamoDBClient
) -> None:
    with Stubber(kms) as aws_kms, Stubber(dynamodb) as aws_dynamodb:
        aws_kms.add_response("encrypt", {"CiphertextBlob": b"ciphertext", "KeyId": "arn"})
        aws_dynamodb.add_response(
            "put_item",
            {},
            {
                "TableName": "mine",
                "Item": ANY,
                "ConditionExpression": "attribute_not_exists(#key)",
                "ExpressionAttributeNames": {"#key": "appuser"},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
        assert Vault(kms, dynamodb, "k", table_name="mine").store("one")
        aws_dynamodb.assert_no_pending_responses()


def test_a_lost_answer_says_which_password_may_be_stored(
    passwords: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords.dynamodb, "put_item", answer_lost)
    with pytest.raises(errors.MaybeDone) as raised:
        passwords.store_for("two words", "one")
    assert raised.value.change == "the password is stored in demo-kms for user two words"
    assert raised.value.look == "kmsdemo decrypt 'two words' --table-name demo-kms"


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_a_throttled_write_raises_throttled_and_stores_nothing(
    kms: KMSClient, dynamodb: DynamoDBClient, code: str
) -> None:
    with Stubber(kms) as aws_kms, Stubber(dynamodb) as aws_dynamodb:
        aws_kms.add_response("encrypt", {"CiphertextBlob": b"ciphertext", "KeyId": "arn"})
        aws_dynamodb.add_client_error("put_item", code)
        with pytest.raises(errors.Throttled, match="PutItem"):
            Vault(kms, dynamodb, "k").store("one")


@pytest.mark.parametrize(
    ("call", "operation", "answered"),
    [
        (lambda aws: list(vault.items(aws.dynamodb, "mine")), "scan", {"Items": []}),
        (lambda aws: aws.item("1"), "get_item", {"Item": {"appuser": {"S": "1"}}}),
    ],
    ids=["all items", "one item"],
)
def test_what_was_stored_is_read_at_once(
    kms: KMSClient, dynamodb: DynamoDBClient, call: Any, operation: str, answered: Any
) -> None:
    """AWS: "DynamoDB read consistency", Amazon DynamoDB Developer Guide."""
    asked = {"TableName": "mine", "ConsistentRead": True}
    if operation == "get_item":
        asked["Key"] = {"appuser": {"S": "1"}}
    with Stubber(dynamodb) as aws:
        aws.add_response(operation, answered, asked)
        call(Vault(kms, dynamodb, "k", "mine"))


def reveal(passwords: Vault, **attributes: Any) -> None:
    """Reveal the password of an item with these attributes."""
    passwords.decrypt(passwords.as_item({"appuser": {"S": "1"}, **attributes}))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda mine: list(vault.items(mine.dynamodb, "mine")), errors.TableNotFound),
        (lambda mine: mine.item("1"), errors.TableNotFound),
        (lambda mine: mine.item(""), errors.UserNotFound),
        (lambda mine: mine.store("x"), errors.TableNotFound),
        (lambda mine: mine.as_item({"id": {"S": "1"}}), errors.TableSchemaDiffers),
        (reveal, errors.PasswordMissing),
        (
            lambda mine: reveal(mine, userpasswd={"B": b"x"}, cipher={"S": "quantum"}),
            errors.UnknownCipher,
        ),
        (
            lambda mine: reveal(mine, userpasswd={"B": b"x"}, cipher={"S": "plain"}),
            errors.CipherNotAccepted,
        ),
    ],
)
def test_an_error_names_the_table_and_the_user_number(
    passwords: Vault, call: Any, error: type[errors.TableFault]
) -> None:
    with pytest.raises(error) as raised:
        call(replace(passwords, table_name="mine"))
    assert raised.value.table_name == "mine"
    assert getattr(raised.value, "appuser", "1") in ("1", "")


def test_a_user_who_is_not_in_the_table_is_named(passwords: Vault) -> None:
    with pytest.raises(errors.UserNotFound) as raised:
        passwords.item("12345")
    assert (raised.value.table_name, raised.value.appuser) == ("demo-kms", "12345")


def test_a_vault_without_a_free_number_says_in_which_table(passwords: Vault) -> None:
    with_draws(passwords, "11111").store("one")
    with pytest.raises(errors.NoFreeUserNumber) as raised:
        with_draws(passwords, *repeat("11111", 20)).store("two")
    assert (raised.value.table_name, raised.value.attempts) == ("demo-kms", 20)


def test_an_item_says_what_is_stored(passwords: Vault) -> None:
    item = passwords.item(passwords.store("one"))
    assert (item.cipher, item.context_table) == ("direct", "demo-kms")
    assert item.key_arn == keys.describe(passwords.kms, passwords.key_id).arn
    assert item.attributes["userpasswd"] == {"B": item.ciphertext_blob}


def test_an_item_of_the_scripts_is_plain_and_names_no_table_and_no_key(passwords: Vault) -> None:
    item = passwords.as_item({"appuser": {"S": "1"}, "userpasswd": {"B": b"x"}})
    assert (item.cipher, item.context_table, item.key_arn) == ("plain", "", "")


def test_an_item_of_a_former_key_still_decrypts_if_that_key_is_named(passwords: Vault) -> None:
    former = keys.describe(passwords.kms, passwords.key_id).arn
    appuser = passwords.store("one")
    moved = replace(passwords, key_id=keys.create(passwords.kms).key_id)
    assert replace(moved, former_keys=[former]).reveal(appuser) == "one"
    with pytest.raises(errors.WrongKey):
        moved.reveal(appuser)


def test_one_cipher_serves_all_passwords_so_that_they_share_data_keys(passwords: Vault) -> None:
    shared = replace(passwords, cipher=SharedEnvelope)
    generated: list[Any] = []
    passwords.kms.meta.events.register(
        "before-call.kms.GenerateDataKey", lambda **call: generated.append(call)
    )
    assert [shared.reveal(shared.store(text)) for text in ("one", "two")] == ["one", "two"]
    assert len(generated) == 1


def test_items_reads_every_page(dynamodb: DynamoDBClient) -> None:
    def page(number: str, **more: Any) -> dict[str, Any]:
        return {"Items": [{"appuser": {"S": number}}], **more}

    with Stubber(dynamodb) as aws:
        aws.add_response("scan", page("11111", LastEvaluatedKey={"appuser": {"S": "11111"}}))
        aws.add_response("scan", page("22222"))
        assert [item.appuser for item in vault.items(dynamodb)] == ["11111", "22222"]


def test_items_rejects_a_table_with_another_key_schema(dynamodb: DynamoDBClient) -> None:
    with Stubber(dynamodb) as aws:
        aws.add_response("scan", {"Items": [{"id": {"S": "x"}}]})
        with pytest.raises(errors.TableSchemaDiffers) as raised:
            list(vault.items(dynamodb, "mine"))
    assert raised.value.table_name == "mine"
    assert raised.value.difference == "an item has no appuser of type S (string)."


def test_items_distinguishes_a_missing_table_from_an_empty_one(dynamodb: DynamoDBClient) -> None:
    with pytest.raises(errors.TableNotFound, match="demo-kms"):
        list(vault.items(dynamodb))
    table.create(dynamodb)
    assert list(vault.items(dynamodb)) == []


@pytest.mark.parametrize("appuser", ["", "12345", "no number", "🔑"])
def test_an_empty_user_number_is_not_found(passwords: Vault, appuser: str) -> None:
    with pytest.raises(errors.UserNotFound):
        passwords.reveal(appuser)


def test_the_attribute_cipher_selects_the_cipher(passwords: Vault) -> None:
    plain = replace(passwords, cipher=Plain, accepts=[Direct])
    stored = [passwords.store("one"), plain.store("two")]
    assert [passwords.item(appuser).cipher for appuser in stored] == ["direct", "plain"]
    assert [plain.reveal(appuser) for appuser in stored] == ["one", "two"]


@pytest.mark.parametrize("accepted", CIPHERS.values(), ids=CIPHERS)
@pytest.mark.parametrize("stored", CIPHERS.values(), ids=CIPHERS)
def test_a_vault_decrypts_only_the_ciphers_that_it_accepts(
    passwords: Vault, stored: type[Plain], accepted: type[Plain]
) -> None:
    appuser = replace(passwords, cipher=stored).store("one")
    if accepted is stored:
        assert replace(passwords, cipher=accepted).reveal(appuser) == "one"
        return
    with pytest.raises(errors.CipherNotAccepted, match=f"has the cipher {stored.name}"):
        replace(passwords, cipher=accepted).reveal(appuser)


@pytest.mark.parametrize("cipher", [Direct, Envelope, SharedEnvelope])
def test_an_item_of_an_older_version_still_decrypts(passwords: Vault, cipher: type[Plain]) -> None:
    """Its encryption context names only the user, and it has no attribute context."""
    blob = cipher(passwords.kms, passwords.key_id).encrypt("old", "11111")
    item: dict[str, Any] = {
        "appuser": {"S": "11111"},
        "userpasswd": {"B": blob},
        "cipher": {"S": cipher.name},
    }
    passwords.dynamodb.put_item(TableName="demo-kms", Item=item)
    assert replace(passwords, cipher=cipher).reveal("11111") == "old"


@pytest.mark.parametrize("cipher", [Direct, Envelope, SharedEnvelope])
def test_an_item_in_another_table_does_not_decrypt_there(
    passwords: Vault, cipher: type[Plain]
) -> None:
    here = replace(passwords, cipher=cipher)
    item = here.item(here.store("one"))
    table.create(passwords.dynamodb, "elsewhere")
    attributes = dict(item.attributes)
    passwords.dynamodb.put_item(TableName="elsewhere", Item=attributes)
    with pytest.raises(errors.CiphertextInvalid):
        replace(here, table_name="elsewhere").reveal(item.appuser)
    del attributes["context"]
    passwords.dynamodb.put_item(TableName="elsewhere", Item=attributes)
    with pytest.raises(errors.CiphertextInvalid):
        replace(here, table_name="elsewhere").reveal(item.appuser)


def test_an_unknown_cipher_is_an_error(passwords: Vault) -> None:
    passwords.dynamodb.put_item(
        TableName="demo-kms",
        Item={
            "appuser": {"S": "11111"},
            "userpasswd": {"B": b"x"},
            "cipher": {"S": "quantum"},
        },
    )
    with pytest.raises(errors.UnknownCipher, match="unknown cipher: quantum"):
        passwords.reveal("11111")


def test_a_ciphertext_without_its_attribute_cipher_does_not_decrypt(passwords: Vault) -> None:
    """A change to the table cannot make the vault ignore the encryption context."""
    attributes = dict(passwords.item(passwords.store("one")).attributes)
    del attributes["cipher"]
    passwords.dynamodb.put_item(TableName="demo-kms", Item=attributes)
    with pytest.raises(errors.CiphertextInvalid):
        replace(passwords, accepts=[Plain]).reveal(attributes["appuser"]["S"])


@pytest.mark.no_cover
@pytest.mark.program
@pytest.mark.parametrize(
    "cipher",
    [  # the one whose threads share data keys; the others are for the full tier
        pytest.param(
            cipher, id=name, marks=() if cipher is SharedEnvelope else pytest.mark.thorough
        )
        for name, cipher in CIPHERS.items()
    ],
)
def test_fifty_threads_on_one_vault_mix_nothing_up(passwords: Vault, cipher: type[Plain]) -> None:
    shared = replace(passwords, cipher=cipher)

    def store_and_reveal(number: int) -> tuple[str, bool]:
        appuser = shared.store(f"password {number}")
        return appuser, shared.reveal(appuser) == f"password {number}"

    with ThreadPoolExecutor(50) as threads:
        stored = dict(threads.map(store_and_reveal, range(300)))
    assert len(stored) == 300
    assert all(stored.values())


@pytest.mark.program
@pytest.mark.thorough
def test_fifty_threads_get_their_own_passwords_and_errors_from_every_cipher(
    passwords: Vault,
) -> None:
    of = replace(passwords, key_id=keys.describe(passwords.kms, passwords.key_id).arn)
    counts = shared_vault.rounds(of, shared_vault.vaults_of(of), lambda done: done < 5)
    assert counts == {"rounds": 5 * shared_vault.THREADS}
