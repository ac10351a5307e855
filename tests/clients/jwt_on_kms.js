// Signs a JSON Web Token with jwt-on-kms, which verifies with the public key.
const { sign, verify } = require("jwt-on-kms");

async function main(keyId) {
  const token = await sign({ sub: "anna" }, keyId);
  const { isValid, payload } = await verify(token, keyId);
  const [header, , signature] = token.split(".");
  const forged = Buffer.from(JSON.stringify({ sub: "ben" })).toString("base64url");
  const other = await verify([header, forged, signature].join("."), keyId);
  console.log(isValid, payload?.sub, other.isValid);
}

main(process.argv[2]);
