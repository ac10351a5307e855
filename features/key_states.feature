Feature: What a key does in each of its states
  A key is enabled, disabled or pending deletion, and AWS documents for every operation what it
  answers in each of these states. A disabled key does no cryptography; a key that is pending
  deletion does not change any more either. What only looks, or takes rights away, always works.

  Background:
    Given a key in use

  Rule: An enabled key does everything

    Scenario Outline: An enabled key does <operation>
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

    Scenario: An enabled key has no deletion to cancel
      Then the operation CancelKeyDeletion is refused because the key is not pending deletion

  Rule: A disabled key does no cryptography

    Scenario Outline: A disabled key does not do <operation>
      Given the key is disabled
      Then the operation <operation> is refused because the key is disabled

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

    Scenario Outline: A disabled key still does <operation>
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

    Scenario: A disabled key has no deletion to cancel
      Given the key is disabled
      Then the operation CancelKeyDeletion is refused because the key is not pending deletion

  Rule: A key that is pending deletion can only be looked at, left alone, or taken back

    Scenario Outline: A key that is pending deletion does not do <operation>
      Given the key is scheduled for deletion
      Then the operation <operation> is refused because the key is pending deletion

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

    Scenario Outline: A key that is pending deletion still does <operation>
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
