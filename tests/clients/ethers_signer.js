// Signs a message and a transaction of Ethereum; whoever recovers the address finds the key's.
const { KmsEthersSigner } = require("aws-kms-ethers-signer");
const { parse } = require("@ethersproject/transactions");
const { verifyMessage } = require("@ethersproject/wallet");

async function main(keyId) {
  const signer = new KmsEthersSigner({ keyId });
  const address = await signer.getAddress();
  const signature = await signer.signMessage("The lab begins at nine.");
  const transaction = await signer.signTransaction(
    { to: address, nonce: 0, value: 1, gasLimit: 21000, gasPrice: 1, chainId: 1 });
  console.log(verifyMessage("The lab begins at nine.", `0x${signature}`) === address);
  console.log(parse(transaction).from === address);
}

main(process.argv[2]);
