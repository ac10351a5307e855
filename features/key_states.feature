Feature: Operations in each key state
  AWS documents for each operation in which key states it succeeds. A disabled key cannot be used
  in cryptographic operations. A key that is pending deletion cannot be changed either, except to
  cancel its deletion. Operations that only read, or that remove permissions, always succeed.

  Background:
    Given a key in use

  Rule: An enabled key allows every operation

    Scenario Outline: <operation> succeeds on an enabled key
      Then the operation <operation> succeeds

      Examples:
        | operation                           |
        | CreateAlias                         |
        | CreateGrant                         |
        | Decrypt                             |
        | DeleteAlias                         |
        | DescribeKey                         |
        | DisableKey                          |
        | DisableKeyRotation                  |
        | EnableKey                           |
        | EnableKeyRotation                   |
        | Encrypt                             |
        | GenerateDataKey                     |
        | GenerateDataKeyWithoutPlaintext     |
        | GenerateDataKeyPair                 |
        | GenerateDataKeyPairWithoutPlaintext |
        | GetKeyPolicy                        |
        | GetKeyRotationStatus                |
        | ListAliases                         |
        | ListGrants                          |
        | ListKeyPolicies                     |
        | ListResourceTags                    |
        | PutKeyPolicy                        |
        | ReEncrypt                           |
        | RetireGrant                         |
        | RevokeGrant                         |
        | RotateKeyOnDemand                   |
        | ScheduleKeyDeletion                 |
        | TagResource                         |
        | UntagResource                       |
        | UpdateAlias                         |
        | UpdateKeyDescription                |

    Scenario: CancelKeyDeletion fails on an enabled key
      Then the operation CancelKeyDeletion fails because the key is not pending deletion

  Rule: A disabled key cannot be used in cryptographic operations

    Scenario Outline: <operation> fails on a disabled key
      Given the key is disabled
      Then the operation <operation> fails because the key is disabled

      Examples:
        | operation                           |
        | CreateGrant                         |
        | Decrypt                             |
        | DisableKeyRotation                  |
        | EnableKeyRotation                   |
        | Encrypt                             |
        | GenerateDataKey                     |
        | GenerateDataKeyWithoutPlaintext     |
        | GenerateDataKeyPair                 |
        | GenerateDataKeyPairWithoutPlaintext |
        | ReEncrypt                           |
        | RotateKeyOnDemand                   |

    Scenario Outline: <operation> succeeds on a disabled key
      Given the key is disabled
      Then the operation <operation> succeeds

      Examples:
        | operation            |
        | CreateAlias          |
        | DeleteAlias          |
        | DescribeKey          |
        | DisableKey           |
        | EnableKey            |
        | GetKeyPolicy         |
        | GetKeyRotationStatus |
        | ListAliases          |
        | ListGrants           |
        | ListKeyPolicies      |
        | ListResourceTags     |
        | PutKeyPolicy         |
        | RetireGrant          |
        | RevokeGrant          |
        | ScheduleKeyDeletion  |
        | TagResource          |
        | UntagResource        |
        | UpdateAlias          |
        | UpdateKeyDescription |

    Scenario: CancelKeyDeletion fails on a disabled key
      Given the key is disabled
      Then the operation CancelKeyDeletion fails because the key is not pending deletion

  Rule: A key that is pending deletion cannot be changed, except to cancel its deletion

    Scenario Outline: <operation> fails on a key that is pending deletion
      Given the key is scheduled for deletion
      Then the operation <operation> fails because the key is pending deletion

      Examples:
        | operation                           |
        | CreateAlias                         |
        | CreateGrant                         |
        | Decrypt                             |
        | DisableKey                          |
        | DisableKeyRotation                  |
        | EnableKey                           |
        | EnableKeyRotation                   |
        | Encrypt                             |
        | GenerateDataKey                     |
        | GenerateDataKeyWithoutPlaintext     |
        | GenerateDataKeyPair                 |
        | GenerateDataKeyPairWithoutPlaintext |
        | ReEncrypt                           |
        | RotateKeyOnDemand                   |
        | ScheduleKeyDeletion                 |
        | TagResource                         |
        | UntagResource                       |
        | UpdateAlias                         |
        | UpdateKeyDescription                |

    Scenario Outline: <operation> succeeds on a key that is pending deletion
      Given the key is scheduled for deletion
      Then the operation <operation> succeeds

      Examples:
        | operation            |
        | CancelKeyDeletion    |
        | DeleteAlias          |
        | DescribeKey          |
        | GetKeyPolicy         |
        | GetKeyRotationStatus |
        | ListAliases          |
        | ListGrants           |
        | ListKeyPolicies      |
        | ListResourceTags     |
        | PutKeyPolicy         |
        | RetireGrant          |
        | RevokeGrant          |
