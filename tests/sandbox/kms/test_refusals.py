"""What AWS KMS says when it refuses: the code and the words, by the module that refuses."""

from __future__ import annotations

import os
import re

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients
from tests.sandbox.kms.refusals.aliases import ALIASES, aliased
from tests.sandbox.kms.refusals.cryptography import CRYPTOGRAPHY
from tests.sandbox.kms.refusals.grants import GRANTS, granted, subset
from tests.sandbox.kms.refusals.imported_material import IMPORTS, external, imported, in_days
from tests.sandbox.kms.refusals.keys import KEYS
from tests.sandbox.kms.refusals.refused import Refused, new, rsa, signing
from tests.sandbox.kms.refusals.regions_and_rotation import REGIONS, rotated
from tests.sandbox.kms.refusals.tags import FIFTY, TAGS, tagged, tags
from tests.sandbox.kms.test_recorded import Account

KEY = "arn:aws:kms:us-east-1:123456789012:key/"


@pytest.fixture
def account(clients: Clients) -> Account:
    return Account(clients)


@pytest.mark.behaviour
@pytest.mark.program  # they need no program, and one Python is enough
@pytest.mark.parametrize(
    ("call", "code", "message"),
    [*ALIASES, *CRYPTOGRAPHY, *KEYS, *TAGS, *GRANTS, *IMPORTS, *REGIONS],
)
def test_a_refusal_has_the_code_and_the_words_of_aws(
    account: Account, call: Refused, code: str, message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        call(account)
    said = raised.value.response["Error"]
    assert said["Code"] == code
    assert re.fullmatch(pattern_of(message), said.get("Message", ""))


def pattern_of(message: str) -> str:
    """Return a pattern for a message, in which the names of keys and key materials are drawn."""
    drawn = {"<key>": rf"{re.escape(KEY)}[\w-]+", "<id>": "[0-9a-f]{64}", "<mrk>": r"mrk-\w{32}"}
    return "".join(drawn.get(part) or re.escape(part) for part in re.split("(<[a-z]+>)", message))


@pytest.mark.behaviour
@pytest.mark.program
@pytest.mark.parametrize(
    "call",
    [
        lambda a: aliased(a, 50),
        lambda a: tagged(a, FIFTY[:49], tags("a")),
        lambda a: granted(a, **subset(**dict.fromkeys("abcdefgh", "x" * 384))),
        lambda a: rotated(a, 25),
        lambda a: a.kms.list_keys(Limit=1000),
        lambda a: imported(a, external(a), **in_days(364.9)),
        lambda a: imported(a, external(a), os.urandom(32)),
        lambda a: granted(a, signing(a), Operations=["GetPublicKey", "Sign"]),
        lambda a: a.kms.list_key_policies(KeyId=new(a)),
        lambda a: a.kms.encrypt(
            KeyId=rsa(a), Plaintext=b"x" * 190, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
    ],
)
def test_what_is_just_within_a_limit_is_not_refused(account: Account, call: Refused) -> None:
    call(account)
