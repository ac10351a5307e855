import os
import random
import sys

import boto3
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if len(sys.argv) != 3:
    sys.exit("Usage: encrypt.py PASSWORD KEY_ID")
password, key_id = sys.argv[1:]
print("-->> Encrypting your very secret password")
appuser = str(random.randint(10001, 99998))
try:
    data_key = boto3.client("kms").generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext={"user": appuser}
    )
    nonce = os.urandom(12)
    ciphertext = AESGCM(data_key["Plaintext"]).encrypt(nonce, password.encode(), None)
    boto3.client("dynamodb").put_item(
        TableName="demo-kms",
        Item={
            "appuser": {"S": appuser},
            "userpasswd": {"B": nonce + ciphertext},
            "datakey": {"B": data_key["CiphertextBlob"]},
        },
        ConditionExpression="attribute_not_exists(appuser)",
    )
except ClientError as error:
    sys.exit(f"Not stored: {error}")
print(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")
