"""Ciphers at the limits of passwords, and errors that do not contain the password."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice, product
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import kmsdemo
from kmsdemo import envelope, errors, keys, table
from kmsdemo.account.clients import CONFIG, connect
from kmsdemo.cipher import (
    CIPHERS,
    MAX_CIPHERTEXT_BYTES,
    MAX_ENVELOPE_BYTES,
    MAX_PLAINTEXT_BYTES,
    Direct,
    Envelope,
    Plain,
    SharedEnvelope,
)
from kmsdemo.vault import Vault
from tests import fake_endpoint, faults
from tests.subprocesses import free_port

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

SAME_KMS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=50,
)
every_cipher = pytest.mark.parametrize("cipher", CIPHERS.values(), ids=CIPHERS)
LETTERS = st.characters(codec="utf-8") | st.sampled_from("aé€🔑")  # of 1 to 4 bytes


@st.composite
def passwords(draw: st.DrawFn) -> str:
    """Draw text of 1 to 4,096 bytes in UTF-8, each size as likely, of characters of any width."""
    size = draw(st.integers(1, MAX_PLAINTEXT_BYTES))
    letters = draw(st.lists(LETTERS, min_size=1, max_size=20))
    cut = "".join(islice(cycle(letters), size)).encode()[:size].decode(errors="ignore")
    return cut + "x" * (size - len(cut.encode()))


@pytest.fixture
def key_id(kms: KMSClient) -> str:
    """A key."""
    return keys.create(kms).key_id


@pytest.fixture
def key_arn(kms: KMSClient, key_id: str) -> str:
    """The ARN of a key."""
    return keys.describe(kms, key_id).arn


@pytest.mark.no_cover
@every_cipher
@SAME_KMS
@example(password="x")
@example(password="x" * 4096)
@example(password="é" * 2048)
@example(password="€" * 1365 + "x")
@example(password="🔑" * 1024)
@given(password=passwords())
def test_every_password_of_1_to_4096_bytes_round_trips(
    kms: KMSClient, key_arn: str, cipher: type[Plain], password: str
) -> None:
    blob = cipher(kms, key_arn).encrypt(password, "12345")
    assert cipher(kms, key_arn).decrypt(blob, "12345") == password


@given(password=passwords())
def test_a_random_password_has_1_to_4096_bytes(password: str) -> None:
    assert 1 <= len(password.encode()) <= MAX_PLAINTEXT_BYTES


def test_a_password_too_long_says_its_length_in_bytes(kms: KMSClient) -> None:
    with pytest.raises(errors.PasswordTooLong) as raised:
        Direct(kms, "k").encrypt("é" * 2049, "12345")
    assert raised.value.length_bytes == 4098
    assert "4,098 bytes" in raised.value.what


def test_a_password_that_is_not_utf_8_is_not_sent(kms: KMSClient) -> None:
    with Stubber(kms), pytest.raises(errors.PasswordNotText):
        Direct(kms, "k").encrypt("caf\udce9", "12345")


@pytest.mark.parametrize(
    ("cipher", "context"), [(Plain, {}), (Direct, {"appuser": "12345"})], ids=["plain", "direct"]
)
def test_both_calls_name_the_key_and_the_context(
    kms: KMSClient, cipher: type[Plain], context: dict[str, str]
) -> None:
    named: dict[str, Any] = {"KeyId": "alias/a", "EncryptionContext": context}
    with Stubber(kms) as aws:
        encrypted = {"CiphertextBlob": b"c", "KeyId": "arn"}
        aws.add_response("encrypt", encrypted, {**named, "Plaintext": b"p"})
        aws.add_response("decrypt", {"Plaintext": b"p"}, {**named, "CiphertextBlob": b"c"})
        assert cipher(kms, "alias/a").encrypt("p", "12345") == b"c"
        assert cipher(kms, "alias/a").decrypt(b"c", "12345") == "p"


def test_the_context_names_the_table_beside_the_user(kms: KMSClient) -> None:
    context = {"appuser": "12345", "table": "demo-kms"}
    asked = {"KeyId": "k", "EncryptionContext": context, "Plaintext": b"p"}
    with Stubber(kms) as aws:
        aws.add_response("encrypt", {"CiphertextBlob": b"c", "KeyId": "arn"}, asked)
        assert Direct(kms, "k", "demo-kms").encrypt("p", "12345") == b"c"


@every_cipher
def test_a_ciphertext_says_which_key_it_is_of(
    kms: KMSClient, key_id: str, cipher: type[Plain]
) -> None:
    (alias,) = keys.aliases(kms, key_id)
    made = cipher(kms, alias).ciphertext("secret", "12345")
    assert made.key_arn == keys.describe(kms, key_id).arn


@every_cipher
def test_an_error_says_which_key_encrypts_no_more(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    keys.disable(kms, key_arn)
    with pytest.raises(errors.KeyDisabled) as raised:
        cipher(kms, key_arn).encrypt("secret", "12345")
    assert raised.value.key_id == key_arn


@every_cipher
def test_an_error_says_which_key_decrypts_no_more(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    blob = cipher(kms, key_arn).encrypt("secret", "12345")
    keys.disable(kms, key_arn)
    with pytest.raises(errors.KeyDisabled) as raised:
        cipher(kms, key_arn).decrypt(blob, "12345")
    assert raised.value.key_id == key_arn


def test_an_error_about_what_is_no_ciphertext_says_which_key_was_asked_for(kms: KMSClient) -> None:
    with pytest.raises(errors.CiphertextInvalid) as raised:
        Plain(kms, "alias/a").decrypt(b"", "12345")
    assert raised.value.key_id == "alias/a"


def test_an_error_about_what_follows_a_message_says_which_key_was_asked_for(
    kms: KMSClient, key_arn: str
) -> None:
    message = envelope.encrypt(kms, key_arn, b"secret", CONTEXT)
    with pytest.raises(errors.CiphertextInvalid) as raised:
        envelope.decrypt(kms, key_arn, message + b"more", CONTEXT)
    assert raised.value.key_id == key_arn


def test_the_longest_ciphertext_is_sent(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_response("decrypt", {"Plaintext": b"p"})
        assert Plain(kms, "k").decrypt(b"x" * MAX_CIPHERTEXT_BYTES, "12345") == "p"


@pytest.mark.parametrize("cipher", CIPHERS.values())
@pytest.mark.parametrize("answer", [faults.garbage, faults.another_form])
def test_an_answer_that_is_not_from_aws_is_no_error_of_the_ciphertext(
    kms: KMSClient, key_arn: str, cipher: type[Plain], answer: faults.Answer
) -> None:
    ciphertext = cipher(kms, key_arn, "t").encrypt("secret", "12345")
    with (
        faults.Faults(faults.Fault(answer), at=1).into(kms),
        pytest.raises(errors.AnswerLost, match="not from AWS"),
    ):
        cipher(kms, key_arn, "t").decrypt(ciphertext, "12345")


@pytest.mark.parametrize("cipher", [Envelope, SharedEnvelope])
def test_a_data_key_of_no_kms_key_is_not_from_aws(cipher: type[Plain]) -> None:
    kms = fake_endpoint.kms_at("http://127.0.0.1:1")
    answer: Any = {"Plaintext": b"x" * 32, "CiphertextBlob": b"c", "KeyId": "none"}
    with Stubber(kms) as aws:
        aws.add_response("generate_data_key", answer)
        with pytest.raises(errors.AnswerLost, match="not from AWS"):
            cipher(kms, "arn:aws:kms:us-east-1:123456789012:key/k").encrypt("secret", "12345")


def test_an_error_about_a_plaintext_does_not_contain_it(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_response("decrypt", {"Plaintext": b"secret \xff"})
        with pytest.raises(errors.PasswordNotText) as raised:
            Direct(kms, "k").decrypt(b"c", "12345")
    # A UnicodeDecodeError in the chain would carry the plaintext along.
    assert raised.value.__suppress_context__
    assert raised.value.__cause__ is None


# ------------------------------------------------- another ciphertext, user, table, key or name

REFUSED = (errors.CiphertextInvalid, errors.WrongKey)
BOUND = [Direct, Envelope, SharedEnvelope]


@pytest.mark.no_cover
@every_cipher
def test_a_ciphertext_with_any_byte_changed_does_not_decrypt(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    """Each byte in its turn, one bit of it."""
    one = cipher(kms, key_arn)
    blob = one.encrypt("secret", "12345")
    for place in range(len(blob)):
        changed = blob[:place] + bytes([blob[place] ^ 1 << place % 8]) + blob[place + 1 :]
        with pytest.raises(REFUSED):
            one.decrypt(changed, "12345")


@every_cipher
def test_a_ciphertext_without_its_end_does_not_decrypt(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    one = cipher(kms, key_arn)
    blob = one.encrypt("secret", "12345")
    for length in range(len(blob)):
        with pytest.raises(errors.CiphertextInvalid):
            one.decrypt(blob[:length], "12345")


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@pytest.mark.no_cover
@pytest.mark.parametrize("cipher", BOUND)
@SAME_KMS
@example(encrypted=("1", "2t"), decrypted=("12", "t"))
@example(encrypted=("t", "1"), decrypted=("1", "t"))
@example(encrypted=("1", "t"), decrypted=("1", ""))
@given(encrypted=st.tuples(NAMES, NAMES), decrypted=st.tuples(NAMES, st.just("") | NAMES))
def test_a_ciphertext_of_any_other_user_or_table_does_not_decrypt(
    kms: KMSClient,
    key_arn: str,
    cipher: type[Plain],
    encrypted: tuple[str, str],
    decrypted: tuple[str, str],
) -> None:
    assume(encrypted != decrypted)
    (user, table_name), (other_user, other_table) = encrypted, decrypted
    blob = cipher(kms, key_arn, table_name).encrypt("secret", user)
    assert cipher(kms, key_arn, table_name).decrypt(blob, user) == "secret"
    with pytest.raises(errors.CiphertextInvalid):
        cipher(kms, key_arn, other_table).decrypt(blob, other_user)


@every_cipher
def test_a_ciphertext_of_another_key_does_not_decrypt(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    other = keys.create(kms).arn
    blob = cipher(kms, key_arn).encrypt("secret", "12345")
    with pytest.raises(errors.WrongKey):
        cipher(kms, other).decrypt(blob, "12345")


def names_of(kms: KMSClient, key_arn: str) -> dict[str, str]:
    """Return the four names of a key."""
    (alias,) = keys.aliases(kms, key_arn)
    before, _, key_id = key_arn.partition("key/")
    return {"key id": key_id, "key ARN": key_arn, "alias": alias, "alias ARN": before + alias}


@every_cipher
def test_every_name_of_a_key_encrypts_and_decrypts(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    names = names_of(kms, key_arn).values()
    for encrypts, decrypts in product(names, names):
        blob = cipher(kms, encrypts).encrypt("secret", "12345")
        assert cipher(kms, decrypts).decrypt(blob, "12345") == "secret"


@every_cipher
@pytest.mark.parametrize("name", ["key ARN", "alias ARN"])
def test_no_arn_finds_a_key_in_another_region(
    kms: KMSClient, key_arn: str, cipher: type[Plain], name: str
) -> None:
    elsewhere = names_of(kms, key_arn)[name].replace("us-east-1", "eu-west-1")
    with pytest.raises(errors.KeyNotFound):
        cipher(kms, elsewhere).encrypt("secret", "12345")


@every_cipher
@pytest.mark.parametrize("name", ["key ARN", "alias ARN"])
def test_a_key_of_another_account_is_found_by_its_arns(
    kms: KMSClient, key_arn: str, cipher: type[Plain], name: str
) -> None:
    stranger = share(kms, key_arn)
    arn = names_of(kms, key_arn)[name]
    blob = cipher(stranger, arn).encrypt("secret", "12345")
    assert cipher(stranger, arn).decrypt(blob, "12345") == "secret"


@every_cipher
@pytest.mark.parametrize("name", ["key id", "alias"])
def test_a_key_of_another_account_is_not_found_by_a_short_name(
    kms: KMSClient, key_arn: str, cipher: type[Plain], name: str
) -> None:
    stranger = share(kms, key_arn)
    with pytest.raises(errors.KeyNotFound):
        cipher(stranger, names_of(kms, key_arn)[name]).encrypt("secret", "12345")


def share(kms: KMSClient, key_arn: str) -> KMSClient:
    """Let another account do everything with a key; return its client."""
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(KeyId=key_arn, Policy=json.dumps({"Statement": everybody}))
    return connect(access_key_id="111122223333", secret_access_key="x").kms


# ------------------------------------------------------------------------------ envelopes

CONTEXT = {"appuser": "12345"}


def test_the_longest_password_in_an_envelope_fits_in_an_item(
    kms: KMSClient, dynamodb: DynamoDBClient, key_id: str
) -> None:
    table.create(dynamodb)
    vault = Vault(kms, dynamodb, key_id, cipher=Envelope)
    longest = "x" * MAX_ENVELOPE_BYTES
    assert vault.reveal(vault.store(longest)) == longest
    with pytest.raises(errors.PasswordTooLong):
        vault.store(longest + "x")


@pytest.mark.parametrize("context", [{}, {"appuser": "54321"}, {"user": "12345"}], ids=str)
def test_a_message_with_another_encryption_context_does_not_decrypt(
    kms: KMSClient, key_arn: str, context: dict[str, str]
) -> None:
    message = envelope.encrypt(kms, key_arn, b"secret", context)
    with pytest.raises(errors.CiphertextInvalid):
        envelope.decrypt(kms, key_arn, message, CONTEXT)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (keys.disable, errors.KeyDisabled),
        (keys.schedule_deletion, errors.KeyPendingDeletion),
    ],
    ids=["disabled", "pending deletion"],
)
def test_the_sdk_does_not_hide_the_error_of_aws(
    kms: KMSClient, key_arn: str, change: Callable[..., object], error: type[errors.KmsdemoError]
) -> None:
    message = envelope.encrypt(kms, key_arn, b"secret", CONTEXT)
    change(kms, key_arn)
    with pytest.raises(error):
        envelope.decrypt(kms, key_arn, message, CONTEXT)
    with pytest.raises(error):
        envelope.encrypt(kms, key_arn, b"secret", CONTEXT)


def test_the_sdk_does_not_hide_an_unreachable_endpoint(key_arn: str) -> None:
    session = boto3.Session(region_name="us-east-1")
    gone = session.client("kms", endpoint_url=f"http://127.0.0.1:{free_port()}", config=CONFIG)
    with pytest.raises(errors.EndpointUnreachable):
        envelope.encrypt(gone, key_arn, b"secret", CONTEXT)


@pytest.mark.parametrize(
    ("cipher", "algorithm"),
    [(Envelope, 0x0578), (SharedEnvelope, 0x0478)],
    ids=["with a signature", "without"],
)
def test_a_message_commits_to_its_data_key(
    kms: KMSClient, key_arn: str, cipher: type[Plain], algorithm: int
) -> None:
    """AWS: "AWS Encryption SDK algorithms reference", AWS Encryption SDK Developer Guide."""
    message = cipher(kms, key_arn).encrypt("secret", "12345")
    assert message[:3] == b"\x02" + algorithm.to_bytes(2, "big")


@pytest.mark.parametrize("name", ["key id", "alias", "alias ARN", "key ARN"])
def test_only_a_key_arn_needs_no_request_to_find_the_key(
    kms: KMSClient, key_id: str, key_arn: str, name: str
) -> None:
    (alias,) = keys.aliases(kms, key_id)
    alias_arn = key_arn.replace(f"key/{key_id}", alias)
    names = {"key id": key_id, "alias": alias, "alias ARN": alias_arn, "key ARN": key_arn}
    requests = RequestCounter().watch(kms)
    Envelope(kms, names[name]).encrypt("secret", "12345")
    assert requests["DescribeKey"] == (name != "key ARN")


def test_a_damaged_message_is_not_logged(
    kms: KMSClient, key_arn: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(errors.CiphertextInvalid):
        envelope.decrypt(kms, key_arn, b"noise", CONTEXT)
    assert capfd.readouterr() == ("", "")


@pytest.mark.no_cover
@every_cipher
def test_in_threads_each_error_belongs_to_its_own_call(
    kms: KMSClient, key_arn: str, cipher: type[Plain]
) -> None:
    """The key is deleted, disabled or another one, all in threads that share a client."""
    deleted, disabled, other = (keys.create(kms).arn for _ in range(3))
    ciphertexts = {arn: cipher(kms, arn).encrypt("x", "1") for arn in (key_arn, deleted, disabled)}
    keys.schedule_deletion(kms, deleted)
    keys.disable(kms, disabled)
    calls: list[tuple[type[Exception] | None, str, bytes]] = [
        (None, key_arn, ciphertexts[key_arn]),
        (errors.CiphertextInvalid, key_arn, b"\0" + ciphertexts[key_arn][1:-1]),
        (errors.CiphertextInvalid, key_arn, b""),
        (errors.WrongKey, other, ciphertexts[key_arn]),
        (errors.KeyPendingDeletion, deleted, ciphertexts[deleted]),
        (errors.KeyDisabled, disabled, ciphertexts[disabled]),
    ]

    def outcome(call: tuple[type[Exception] | None, str, bytes]) -> type[Exception] | None:
        _, arn, ciphertext = call
        try:
            cipher(kms, arn).decrypt(ciphertext, "1")
        except errors.KmsdemoError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(50) as threads:
        outcomes = list(threads.map(outcome, calls * 20))
    assert outcomes == [expected for expected, *_ in calls * 20]


@every_cipher
@pytest.mark.parametrize("blob", [b"", b"x", b"x" * 6144, b"x" * 6145, b"x" * 70000], ids=len)
def test_what_is_no_ciphertext_is_invalid_whatever_its_length(
    kms: KMSClient, key_arn: str, cipher: type[Plain], blob: bytes
) -> None:
    with pytest.raises(errors.CiphertextInvalid):
        cipher(kms, key_arn).decrypt(blob, "12345")


@pytest.mark.parametrize("cipher", [Direct, Envelope, SharedEnvelope])
@pytest.mark.parametrize("table_name", ["", "other"])
def test_the_ciphertext_of_a_table_decrypts_in_that_table_only(
    kms: KMSClient, key_arn: str, cipher: type[Plain], table_name: str
) -> None:
    blob = cipher(kms, key_arn, "demo-kms").encrypt("secret", "12345")
    assert cipher(kms, key_arn, "demo-kms").decrypt(blob, "12345") == "secret"
    with pytest.raises(errors.CiphertextInvalid):
        cipher(kms, key_arn, table_name).decrypt(blob, "12345")


# ------------------------------------------------------------------- shared data keys


class RequestCounter(Counter[str]):
    """Counts the requests to AWS KMS by operation, also in threads."""

    def watch(self, kms: KMSClient) -> RequestCounter:
        kms.meta.events.register("before-call.kms", lambda model, **_: self.update([model.name]))
        return self


@pytest.mark.program
@pytest.mark.thorough
def test_ten_thousand_passwords_cost_at_most_one_percent_of_the_requests(
    kms: KMSClient, key_id: str
) -> None:
    shared, requests = SharedEnvelope(kms, key_id, "t"), RequestCounter().watch(kms)
    with ThreadPoolExecutor(50) as threads:
        numbers = [str(number) for number in range(10_000)]
        messages = list(threads.map(lambda number: shared.encrypt(number, number), numbers))
        assert sum(requests.values()) <= 100
        reading, requests = SharedEnvelope(kms, key_id, "t"), RequestCounter().watch(kms)
        assert list(threads.map(reading.decrypt, messages, numbers)) == numbers
    assert sum(requests.values()) <= 100


@pytest.mark.parametrize(
    "other",
    [("54321", "t"), ("12345", "other"), ("12345", "")],
    ids=["another user", "another table", "no table"],
)
def test_a_shared_data_key_does_not_decrypt_for_another_user_or_table(
    kms: KMSClient, key_id: str, other: tuple[str, str]
) -> None:
    shared = SharedEnvelope(kms, key_id, "t")
    message, appuser = shared.encrypt("secret", "12345"), other[0]
    shared.encrypt("also secret", "54321")
    reader = shared if other[1] == "t" else SharedEnvelope(kms, key_id, other[1])
    with pytest.raises(errors.CiphertextInvalid):
        reader.decrypt(message, appuser)


@pytest.mark.parametrize(
    ("limits", "generated"),
    [
        (envelope.Limits(), 1),
        (envelope.Limits(messages=3), 4),
        (envelope.Limits(plaintext_bytes=25), 5),
    ],
    ids=["no limit", "messages", "bytes"],
)
def test_a_data_key_encrypts_no_more_than_its_limits(
    kms: KMSClient, key_arn: str, limits: envelope.Limits, generated: int
) -> None:
    data_keys, requests = (
        envelope.SharedDataKeys(kms, key_arn, {}, limits),
        RequestCounter().watch(kms),
    )
    for _ in range(10):
        data_keys.encrypt(b"ten bytes.", CONTEXT)
    assert requests == {"GenerateDataKey": generated}


def test_a_data_key_is_not_used_after_its_time(
    kms: KMSClient, key_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_keys = envelope.SharedDataKeys(kms, key_arn, {}, envelope.Limits())
    requests = RequestCounter().watch(kms)
    message = data_keys.encrypt(b"x", CONTEXT)
    data_keys.decrypt(message, CONTEXT)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 301)
    data_keys.encrypt(b"x", CONTEXT)
    data_keys.decrypt(message, CONTEXT)
    assert requests == {"GenerateDataKey": 2, "Decrypt": 2}


def test_passwords_share_a_data_key_for_a_while(
    kms: KMSClient, key_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, requests = SharedEnvelope(kms, key_arn), RequestCounter().watch(kms)
    shared.encrypt("x", "1")
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 200)
    shared.encrypt("y", "2")
    assert requests == {"GenerateDataKey": 1}


def test_an_alias_that_moves_is_followed_after_a_while(
    kms: KMSClient, key_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alias,) = keys.aliases(kms, key_id)
    shared, other = SharedEnvelope(kms, alias), keys.create(kms)
    shared.encrypt("x", "1")
    kms.update_alias(AliasName=alias, TargetKeyId=other.key_id)
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 301)
    assert shared.ciphertext("x", "1").key_arn == other.arn


def test_without_the_sdk_the_error_says_what_to_do(
    kms: KMSClient, key_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "kmsdemo.envelope", raising=False)
    monkeypatch.delattr(kmsdemo, "envelope", raising=False)
    monkeypatch.setitem(sys.modules, "aws_encryption_sdk", None)
    with pytest.raises(errors.EnvelopeNotHere) as raised:
        Envelope(kms, key_id).encrypt("secret", "12345")
    assert "pip install aws-encryption-sdk" in raised.value.next_step
