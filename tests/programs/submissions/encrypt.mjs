// Encrypt a password with AWS KMS and store it in DynamoDB: node encrypt.mjs PASSWORD KEY_ID
import { randomInt } from "node:crypto";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { EncryptCommand, KMSClient } from "@aws-sdk/client-kms";

const [password, keyId] = process.argv.slice(2);
if (!password || !keyId) {
  console.error("Usage: node encrypt.mjs PASSWORD KEY_ID");
  process.exit(2);
}
console.log("-->> Encrypting your very secret password");
try {
  const answer = await new KMSClient().send(
    new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(password) }),
  );
  const appuser = String(randomInt(10001, 99999));
  await new DynamoDBClient().send(
    new PutItemCommand({
      TableName: "demo-kms",
      Item: { appuser: { S: appuser }, userpasswd: { B: answer.CiphertextBlob } },
      ConditionExpression: "attribute_not_exists(appuser)",
    }),
  );
  console.log(`A new encrypted password for user: ${appuser} has been stored in DynamoDB`);
} catch (error) {
  console.error(`Not stored: ${error.message}`);
  process.exitCode = 1;
}
