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
    answer = boto3.client("kms").encrypt(KeyId=key_id, Plaintext=password.encode())
    return answer["CiphertextBlob"]


def store(ciphertext):
    appuser = str(random.randint(10001, 99998))
    boto3.client("dynamodb").put_item(
        TableName=TABLE_NAME,
        Item={"appuser": {"S": appuser}, "userpasswd": {"B": ciphertext}},
        ConditionExpression="attribute_not_exists(appuser)",  # never overwrite another user
    )
    return appuser


if len(sys.argv) != 3:
    sys.exit(__doc__)
password, key_id = sys.argv[1:]
print("-->> Encrypting your very secret password")
try:
    appuser = store(encrypt(password, key_id))
except (BotoCoreError, ClientError) as error:
    sys.exit(f"Not stored: {error}")
print(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")
