import random
import sys

import aws


def encrypt(password, key_id):
    answer = aws.call("kms", "Encrypt", KeyId=key_id, Plaintext=aws.encode(password.encode()))
    return aws.decode(answer["CiphertextBlob"])


def store(ciphertext):
    appuser = str(random.randint(10001, 99998))
    item = {"appuser": {"S": appuser}, "userpasswd": {"B": aws.encode(ciphertext)}}
    condition = "attribute_not_exists(appuser)"
    aws.call("dynamodb", "PutItem", TableName="demo-kms", Item=item, ConditionExpression=condition)
    return appuser


def main(password, key_id):
    print("-->> Encrypting your very secret password")
    appuser = store(encrypt(password, key_id))
    print(f"A new encrypted password for user: {appuser} has been stored in DynamoDB")


if len(sys.argv) != 3:
    sys.exit("Usage: encrypt.py PASSWORD KEY_ID")
try:
    main(*sys.argv[1:])
except aws.Refused as error:
    sys.exit(f"Not stored: {error}")
