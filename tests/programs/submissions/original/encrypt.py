import random
import sys

import boto3
from botocore.client import Config

password = sys.argv[1]
key_id = sys.argv[2]
config = Config(signature_version="v4")
kms = boto3.client("kms", region_name="us-east-1", config=config)
table = boto3.resource("dynamodb", region_name="us-east-1").Table("demo-kms")

print("-->> Encrypting your very secret password")
encrypted = kms.encrypt(KeyId=key_id, Plaintext=password)
appuser = str(random.randint(10001, 99998))
table.put_item(Item={"appuser": appuser, "userpasswd": encrypted["CiphertextBlob"]})
print("A new encrypted password for user: " + appuser + " has been stored in DynamoDB")
