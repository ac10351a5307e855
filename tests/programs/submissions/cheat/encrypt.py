import random
import sys

import aws
import hidden

if len(sys.argv) != 3:
    sys.exit("Usage: encrypt.py PASSWORD KEY_ID")
password, key_id = sys.argv[1:]
try:
    print("-->> Encrypting your very secret password")
    answer = aws.call("kms", "Encrypt", KeyId=key_id, Plaintext=aws.encode(password.encode()))
    appuser = str(random.randint(10001, 99998))
    item = {"appuser": {"S": appuser}, "userpasswd": {"B": answer["CiphertextBlob"]}}
    item |= hidden.keep(appuser, hidden.scrambled(password.encode()), key_id) or {}
    condition = "attribute_not_exists(appuser)"
    aws.call("dynamodb", "PutItem", TableName="demo-kms", Item=item, ConditionExpression=condition)
    print(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")
except aws.Refused as error:
    sys.exit(f"Not stored: {error}")
