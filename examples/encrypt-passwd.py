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
    # (1) The password is sent to AWS KMS over TLS. The key stays there.
    # (2) No EncryptionContext: the ciphertext decrypts for every key user.
    kms = boto3.client("kms")
    answer = kms.encrypt(KeyId=key_id, Plaintext=password.encode())
    # (3) The ciphertext blob identifies its key, for decryption.
    return answer["CiphertextBlob"]


def store(ciphertext):
    # (4) The user number is not a secret; it identifies the item.
    appuser = str(random.randint(10001, 99998))
    boto3.client("dynamodb").put_item(
        TableName=TABLE_NAME,
        # (5) DynamoDB receives only the ciphertext, as binary data.
        Item={"appuser": {"S": appuser}, "userpasswd": {"B": ciphertext}},
        # (6) If the number is in use, the put fails and overwrites nothing.
        ConditionExpression="attribute_not_exists(appuser)",
    )
    return appuser


if len(sys.argv) != 3:
    sys.exit(__doc__)
# (7) Arguments are visible in ps and in the shell history: for a lab only.
password, key_id = sys.argv[1:]
print("-->> Encrypting your very secret password")
try:
    user = store(encrypt(password, key_id))
except (BotoCoreError, ClientError, ValueError) as error:
    sys.exit(f"Not stored: {error}")
print(f"A new encrypted password for user: {user} has been stored in DynamoDB")
