// Fetch a user's encrypted password and decrypt it: node decrypt.mjs APPUSER KEY_ID
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";

const [appuser, keyId] = process.argv.slice(2);
if (!appuser || !keyId) {
  console.error("Usage: node decrypt.mjs APPUSER KEY_ID");
  process.exit(2);
}
console.log(`-->> Decrypting the very secret password for user: ${appuser}`);
try {
  const { Item } = await new DynamoDBClient().send(
    new GetItemCommand({ TableName: "demo-kms", Key: { appuser: { S: appuser } } }),
  );
  if (!Item) throw new Error("there is no such user");
  const answer = await new KMSClient().send(
    new DecryptCommand({ KeyId: keyId, CiphertextBlob: Item.userpasswd.B }),
  );
  console.log(`Is this your decrypted password? -> ${Buffer.from(answer.Plaintext)}`);
} catch (error) {
  console.error(`Not decrypted: ${error.message}`);
  process.exitCode = 1;
}
