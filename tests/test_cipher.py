"""Ciphers at the limits of passwords, and errors that do not contain the password."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice, product
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from kmsdemo import errors, keys
from kmsdemo.account.clients import connect
from kmsdemo.cipher import (
    CIPHERS,
    MAX_CIPHERTEXT_BYTES,
    MAX_PLAINTEXT_BYTES,
    Direct,
    Envelope,
    Plain,
    SharedEnvelope,
)
from tests import faults

if TYPE_CHECKING:
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
