"""Fetch a user's encrypted password from DynamoDB and decrypt it with AWS KMS.

Usage: python3 decrypt-passwd.py APPUSER KEY_ID
"""

import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

TABLE_NAME = os.environ.get("KMSDEMO_TABLE", "demo-kms")


def fetch(appuser):
    # (1) Everyone who can read the table gets the ciphertext, but no more.
    answer = boto3.client("dynamodb").get_item(
        TableName=TABLE_NAME, Key={"appuser": {"S": appuser}}
    )
    ciphertext = answer.get("Item", {}).get("userpasswd", {}).get("B")
    if not ciphertext:
        sys.exit(f"There is no encrypted password for user: {appuser}")
    return ciphertext


def decrypt(ciphertext, key_id):
    # (2) With KeyId, AWS KMS rejects ciphertext under any other key.
    # (3) The key policy must allow the call, and AWS CloudTrail logs it.
    kms = boto3.client("kms")
    answer = kms.decrypt(KeyId=key_id, CiphertextBlob=ciphertext)
    # (4) From here on the plaintext is in the memory of this process.
    return answer["Plaintext"].decode()


if len(sys.argv) != 3:
    sys.exit(__doc__)
appuser, key_id = sys.argv[1:]
print(f"-->> Decrypting the very secret password for user: {appuser}")
try:
    password = decrypt(fetch(appuser), key_id)
except (BotoCoreError, ClientError, ValueError) as error:
    # (5) Key disabled, pending deletion, access denied: say why, and fail.
    sys.exit(f"Not decrypted: {error}")
print(f"Is this your decrypted password? -> {password}")
