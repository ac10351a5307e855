// Encrypts and decrypts with the AWS SDK for JavaScript, then asks for what the sandbox has not.
const {
  ConnectCustomKeyStoreCommand, CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient,
} = require("@aws-sdk/client-kms");

async function main() {
  const kms = new KMSClient({});
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: KeyMetadata.KeyId, Plaintext: Buffer.from("secret") }));
  const { Plaintext, $metadata } = await kms.send(new DecryptCommand({ CiphertextBlob }));
  console.log(Buffer.from(Plaintext).toString(), $metadata.requestId.length);
  try {
    await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: "cks-1234567890" }));
  } catch (error) {
    console.log(error.name, error.$metadata.attempts);
  }
}

main();
