#!/usr/bin/env bash
# Fetch a user's encrypted password and decrypt it with AWS KMS: decrypt.sh APPUSER KEY_ID
set -euo pipefail
if [ $# -ne 2 ]; then
  echo "Usage: decrypt.sh APPUSER KEY_ID" >&2
  exit 2
fi
echo "-->> Decrypting the very secret password for user: $1"
ciphertext=$(aws dynamodb get-item --table-name demo-kms \
  --key "{\"appuser\": {\"S\": \"$1\"}}" --query Item.userpasswd.B --output text)
if [ "$ciphertext" = None ]; then
  echo "There is no password for user $1." >&2
  exit 1
fi
plaintext=$(aws kms decrypt --key-id "$2" --ciphertext-blob fileb://<(base64 -d <<<"$ciphertext") \
  --query Plaintext --output text)
echo "Is this your decrypted password? -> $(base64 -d <<<"$plaintext")"
