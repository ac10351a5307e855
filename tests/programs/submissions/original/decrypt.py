import sys

import boto3
from botocore.client import Config

appuser = sys.argv[1]
key_id = sys.argv[2]
config = Config(signature_version="v4")
kms = boto3.client("kms", region_name="us-east-1", config=config)
table = boto3.resource("dynamodb", region_name="us-east-1").Table("demo-kms")

print("-->> Decrypting the very secret password for user: " + appuser)
item = table.get_item(Key={"appuser": appuser})["Item"]
decrypted = kms.decrypt(CiphertextBlob=item["userpasswd"].value)
print("Is this your decrypted password? -> " + decrypted["Plaintext"].decode())
