import sys

import aws


def fetch(appuser):
    key = {"appuser": {"S": appuser}}
    answer = aws.call("dynamodb", "GetItem", TableName="demo-kms", Key=key)
    if "Item" not in answer:
        sys.exit("There is no such user.")
    return aws.decode(answer["Item"]["userpasswd"]["B"])


def decrypt(ciphertext, key_id):
    answer = aws.call("kms", "Decrypt", KeyId=key_id, CiphertextBlob=aws.encode(ciphertext))
    return aws.decode(answer["Plaintext"]).decode()


def main(appuser, key_id):
    print(f"-->> Decrypting the very secret password for user: {appuser}")
    password = decrypt(fetch(appuser), key_id)
    print(f"Is this your decrypted password? -> {password}")


if len(sys.argv) != 3:
    sys.exit("Usage: decrypt.py APPUSER KEY_ID")
try:
    main(*sys.argv[1:])
except aws.Refused as error:
    sys.exit(f"Not decrypted: {error}")
