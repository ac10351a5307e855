"""Encrypts and decrypts with the RSA and ECDH keyrings of the AWS Encryption SDK."""

import sys

import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsEcdhKeyringInput,
    CreateAwsKmsRsaKeyringInput,
    KmsEcdhStaticConfigurationsKmsPrivateKeyToStaticPublicKey,
    KmsPrivateKeyToStaticPublicKeyInput,
)
from aws_encryption_sdk import EncryptionSDKClient
from aws_encryption_sdk.identifiers import AlgorithmSuite
from cryptography.hazmat.primitives import serialization

rsa, sender, recipient = sys.argv[1:]
kms = boto3.client("kms")
providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())


def public_key(key_arn):
    return kms.get_public_key(KeyId=key_arn)["PublicKey"]


def rsa_keyring():
    pem = serialization.load_der_public_key(public_key(rsa)).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return providers.create_aws_kms_rsa_keyring(
        CreateAwsKmsRsaKeyringInput(
            public_key=pem,
            kms_key_id=rsa,
            encryption_algorithm="RSAES_OAEP_SHA_256",
            kms_client=kms,
        )
    )


def ecdh_keyring(ours, theirs):
    agreement = KmsPrivateKeyToStaticPublicKeyInput(
        sender_kms_identifier=ours, recipient_public_key=public_key(theirs)
    )
    return providers.create_aws_kms_ecdh_keyring(
        CreateAwsKmsEcdhKeyringInput(
            key_agreement_scheme=KmsEcdhStaticConfigurationsKmsPrivateKeyToStaticPublicKey(
                agreement
            ),
            curve_spec="ECC_NIST_P256",
            kms_client=kms,
        )
    )


sdk = EncryptionSDKClient()
for encrypting, decrypting in (
    (rsa_keyring(), rsa_keyring()),
    (ecdh_keyring(sender, recipient), ecdh_keyring(recipient, sender)),
):
    sealed, _ = sdk.encrypt(
        source=b"secret",
        keyring=encrypting,
        algorithm=AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    )
    print(sdk.decrypt(source=sealed, keyring=decrypting)[0].decode())
