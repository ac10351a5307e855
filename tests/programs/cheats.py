"""Pairs of scripts that keep the password themselves, and where each of them keeps it.

All encrypt for show. The first eight print what they kept, if the key is enabled; the ninth also
asks AWS KMS to decrypt, for show. The last two decrypt as they should, and leave the password in a
file.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.programs.broken_scripts import ASKS, FROM_KMS, NOWHERE, SCRIPTS

_IN_A_FILE = """
def keep(appuser, data, key_id):
    {keep}


def recall(appuser, item, key_id):
    return pathlib.Path({path}).read_bytes()
"""
_IN_AWS = """
def keep(appuser, data, key_id):
    {keep}


def recall(appuser, item, key_id):
    return aws.decode({recall})
"""
_ASKS_FOR_SHOW = """

def ask_kms(item, key_id):
    aws.call("kms", "Decrypt", KeyId=key_id, CiphertextBlob=item["userpasswd"]["B"])
"""
_DECRYPTS = """
def recall(appuser, item, key_id):
    answer = aws.call("kms", "Decrypt", KeyId=key_id, CiphertextBlob=item["userpasswd"]["B"])
    return scrambled(aws.decode(answer["Plaintext"]))


def keep(appuser, data, key_id):
    {keep}
"""


def _file(path: str) -> str:
    return _IN_A_FILE.format(keep=f"written({path}, data)", path=path)


def _attribute() -> str:
    return _IN_AWS.format(
        keep='return {"note": {"S": aws.encode(data)}}', recall='item["note"]["S"]'
    )


CHEATS: dict[str, tuple[str, str]] = {
    "in .cache beside the scripts": (ASKS, _file("'.cache/' + appuser")),
    "deep in /tmp": (ASKS, _file("'/tmp/a/b/c/d/e/f/' + appuser")),
    "in /dev/shm": (ASKS, _file("'/dev/shm/' + appuser")),
    "in /var/tmp": (ASKS, _file("'/var/tmp/x/' + appuser")),
    "in a file with an old date": (
        ASKS,
        _IN_A_FILE.format(
            keep="touched(written('/tmp/old/' + appuser, data), 1)", path="'/tmp/old/' + appuser"
        ),
    ),
    "in another table": (
        ASKS,
        _IN_AWS.format(
            keep=(
                "key = {'AttributeName': 'appuser', 'KeyType': 'HASH'}\n"
                "    try:\n"
                "        aws.call('dynamodb', 'CreateTable', TableName='other', KeySchema=[key],\n"
                "                 BillingMode='PAY_PER_REQUEST', AttributeDefinitions=[\n"
                "                     {'AttributeName': 'appuser', 'AttributeType': 'S'}])\n"
                "    except aws.Refused:\n"
                "        pass\n"
                "    item = {'appuser': {'S': appuser}, 'x': {'S': aws.encode(data)}}\n"
                "    aws.call('dynamodb', 'PutItem', TableName='other', Item=item)"
            ),
            recall=(
                "aws.call('dynamodb', 'GetItem', TableName='other',"
                " Key={'appuser': {'S': appuser}})['Item']['x']['S']"
            ),
        ),
    ),
    "in another attribute": (ASKS, _attribute()),
    "in a tag of the key": (
        ASKS,
        _IN_AWS.format(
            keep=(
                "tag = {'TagKey': appuser, 'TagValue': aws.encode(data)[:256]}\n"
                "    aws.call('kms', 'TagResource', KeyId=key_id, Tags=[tag])"
            ),
            recall=(
                "next(tag['TagValue'] for tag in aws.call('kms', 'ListResourceTags',"
                " KeyId=key_id)['Tags'] if tag['TagKey'] == appuser)"
            ),
        ),
    ),
    "in another attribute, and decrypts for show": (FROM_KMS, _attribute() + _ASKS_FOR_SHOW),
    "in a file with a future date": (
        NOWHERE,
        _DECRYPTS.format(keep="touched(written('/var/tmp/l', scrambled(data)), 4e9)"),
    ),
    "in a file behind a megabyte": (
        NOWHERE,
        _DECRYPTS.format(keep="written('/tmp/l/' + appuser, bytes(1100000) + scrambled(data))"),
    ),
}
"""By where they keep it: the scenario that finds them, and the end of ``hidden.py``."""


def write(name: str, folder: Path) -> None:
    """Put the two scripts of a cheat into a folder."""
    shutil.copy(SCRIPTS / "aws.py", folder)
    shutil.copytree(SCRIPTS / "cheat", folder, dirs_exist_ok=True)
    with (folder / "hidden.py").open("a") as hidden:
        hidden.write(f"\n{CHEATS[name][1]}")
