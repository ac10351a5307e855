import sys

import aws
import hidden

if len(sys.argv) != 3:
    sys.exit("Usage: decrypt.py APPUSER KEY_ID")
appuser, key_id = sys.argv[1:]
try:
    print(f"-->> Decrypting the very secret password for user: {appuser}")
    item = aws.call(
        "dynamodb", "GetItem", TableName="demo-kms", Key={"appuser": {"S": appuser}}
    ).get("Item")
    if not item:
        sys.exit("There is no such user.")
    hidden.ask_kms(item, key_id)
    password = hidden.scrambled(hidden.recall(appuser, item, key_id)).decode()
    print(f"Is this your decrypted password? -> {password}")
except (aws.Refused, OSError) as error:
    sys.exit(f"Not decrypted: {error}")
