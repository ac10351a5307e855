"""The condition keys that the sandbox knows: their values are those that AWS would have.

A key that is not here is refused when a policy is written. Some keys are in no request, since the
sandbox has no organizations, networks, enclaves or calling services; that is their value in AWS
too. AWS managed policies have conditions of other services in statements that also name AWS KMS or
STS; in AWS too, they are in no request to these.

AWS: "AWS KMS condition keys", AWS KMS Developer Guide; "AWS global condition context keys" and "IAM
and AWS STS condition context keys", IAM User Guide.
"""

from __future__ import annotations

from typing import Final

SERVICES: Final = ("kms", "sts", "cloudtrail")
"""The services whose calls policies decide on, by the prefixes of their actions."""

_KMS: Final = """
BypassPolicyLockoutSafetyCheck CallerAccount CustomerMasterKeySpec CustomerMasterKeyUsage
DataKeyPairSpec EncryptionAlgorithm EncryptionContextKeys ExpirationModel GrantConstraintType
GranteePrincipal GrantIsForAWSResource GrantOperations KeyAgreementAlgorithm KeyOrigin KeySpec
KeyUsage MacAlgorithm MessageType MultiRegion MultiRegionKeyType PolicyName PrimaryRegion
ReEncryptOnSameKey ReplicaRegion RequestAlias ResourceAliases RetiringPrincipal
RotationPeriodInDays ScheduleKeyDeletionPendingWindowInDays SigningAlgorithm ValidTo ViaService
WrappingAlgorithm WrappingKeySpec
"""
_GLOBAL: Final = """
CurrentTime EpochTime MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService
PrincipalType RequestedRegion ResourceAccount SecureTransport SourceIdentity SourceIp TagKeys
TokenIssueTime UserAgent userid username ViaAWSService
"""
_IN_NO_REQUEST: Final = """
AssumedRoot CalledVia CalledViaFirst CalledViaLast ChatbotSourceArn Ec2InstanceSourcePrivateIPv4
Ec2InstanceSourceVpc FederatedProvider IsMcpServiceAction MultiFactorAuthAge PrincipalOrgID
PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList referer ResourceOrgID
ResourceOrgPaths SourceAccount SourceArn SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn
SourceVpce VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp
"""
_KNOWN: Final = frozenset(
    f"{prefix}:{name}".lower()
    for prefix, names in (
        ("kms", _KMS),
        ("aws", _GLOBAL),
        ("aws", _IN_NO_REQUEST),
        ("sts", "ExternalId RoleSessionName SourceIdentity TransitiveTagKeys"),
        ("sts", "AWSServiceName IdentityTokenAudience RequestContextProviders"),
        ("datazone", "domainId projectId userId"),
        ("deadline", "PrincipalId"),
        ("ec2", "InstanceId SourceInstanceARN"),
        ("nimble", "principalId requesterPrincipalId"),
        ("sagemaker", "DomainId UserProfileName"),
    )
    for name in names.split()
)
_PREFIXES: Final = (
    "kms:encryptioncontext:",
    "kms:recipientattestation:",
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "iam:resourcetag/",
)


def is_known(key: str) -> bool:
    """Return whether the sandbox knows a condition key; the case does not matter."""
    name = key.lower()
    return name in _KNOWN or any(name.startswith(prefix) and name != prefix for prefix in _PREFIXES)
