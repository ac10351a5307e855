import sys

import boto3
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if len(sys.argv) != 3:
    sys.exit("Usage: decrypt.py APPUSER KEY_ID")
appuser, key_id = sys.argv[1:]
print(f"-->> Decrypting the very secret password for user: {appuser}")
try:
    key = {"appuser": {"S": appuser}}
    item = boto3.client("dynamodb").get_item(TableName="demo-kms", Key=key).get("Item")
    if not item:
        sys.exit("There is no such user.")
    data_key = boto3.client("kms").decrypt(
        KeyId=key_id, CiphertextBlob=item["datakey"]["B"], EncryptionContext={"user": appuser}
    )
    stored = item["userpasswd"]["B"]
    password = AESGCM(data_key["Plaintext"]).decrypt(stored[:12], stored[12:], None).decode()
except (ClientError, InvalidTag) as error:
    sys.exit(f"Not decrypted: {error}")
print(f"Is this your decrypted password? -> {password}")
