"""Encrypt a password with AWS KMS and store it in DynamoDB.

Usage: python3 encrypt-passwd.py PASSWORD KEY_ID
"""

import os
import random
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

TABLE_NAME = os.environ.get("KMSDEMO_TABLE", "demo-kms")


def encrypt(password, key_id):
    # (1) The password travels to AWS KMS, over TLS. The key never leaves it.
    # (2) No EncryptionContext: it will decrypt for whoever may use the key.
    kms = boto3.client("kms")
    answer = kms.encrypt(KeyId=key_id, Plaintext=password.encode())
    # (3) The ciphertext blob names its key, so AWS KMS finds it again.
    return answer["CiphertextBlob"]


def store(ciphertext):
    # (4) The user number is no secret; it only finds the item.
    appuser = str(random.randint(10001, 99998))
    boto3.client("dynamodb").put_item(
        TableName=TABLE_NAME,
        # (5) DynamoDB gets ciphertext, as binary data, never the password.
        Item={"appuser": {"S": appuser}, "userpasswd": {"B": ciphertext}},
        # (6) A number that is taken is refused: no password replaces another.
        ConditionExpression="attribute_not_exists(appuser)",
    )
    return appuser


if len(sys.argv) != 3:
    sys.exit(__doc__)
# (7) An argument shows in ps and stays in the shell's history: a lab may.
password, key_id = sys.argv[1:]
print("-->> Encrypting your very secret password")
try:
    user = store(encrypt(password, key_id))
except (BotoCoreError, ClientError) as error:
    sys.exit(f"Not stored: {error}")
print(f"A new encrypted password for user: {user} has been stored in DynamoDB")
