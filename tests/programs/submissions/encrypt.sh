#!/usr/bin/env bash
# Encrypt a password with AWS KMS and store it in DynamoDB: encrypt.sh PASSWORD KEY_ID
set -euo pipefail
if [ $# -ne 2 ]; then
  echo "Usage: encrypt.sh PASSWORD KEY_ID" >&2
  exit 2
fi
echo "-->> Encrypting your very secret password"
ciphertext=$(aws kms encrypt --key-id "$2" --plaintext fileb://<(printf %s "$1") \
  --query CiphertextBlob --output text)
appuser=$((RANDOM % 80000 + 10001))
aws dynamodb put-item --table-name demo-kms \
  --item "appuser={S=$appuser},userpasswd={B@=fileb://"<(base64 -d <<<"$ciphertext")"}" \
  --condition-expression "attribute_not_exists(appuser)"
echo "A new encrypted password for user: $appuser has been stored in DynamoDB"
