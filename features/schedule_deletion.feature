@deeper
Feature: Schedule the key's deletion
  Deleting a key makes everything encrypted under it unrecoverable. So AWS KMS enforces a waiting
  period of 7 to 30 days, in which you can cancel the deletion.

  Background:
    Given the key
    And the table
    And an encrypted password

  Rule: The waiting period is 7 to 30 days

    Scenario: The default waiting period is 30 days
      When I schedule the key's deletion
      Then the key is pending deletion
      And the deletion date is in 30 days

    Scenario Outline: A waiting period of <days> days is accepted
      When I schedule the key's deletion in <days> days
      Then the key is pending deletion
      And the deletion date is in <days> days

      Examples:
        | days |
        | 7    |
        | 30   |

    Scenario Outline: A waiting period of <days> days is rejected
      Then scheduling the key's deletion in <days> days fails because the waiting period is not valid

      Examples:
        | days |
        | 6    |
        | 31   |

    Scenario: Deletion cannot be scheduled twice
      Given the key is scheduled for deletion
      Then scheduling the key's deletion in 7 days fails because the key is pending deletion

  Rule: A key that is pending deletion cannot be used

    Scenario: Nobody can decrypt during the waiting period
      When I schedule the key's deletion in 7 days
      Then decrypting the password fails because the key is pending deletion

    Scenario: The key cannot be enabled during the waiting period
      When I schedule the key's deletion in 7 days
      Then enabling the key fails because the key is pending deletion

  Rule: An application keeps a key that its passwords depend on

    AWS KMS does not know where your ciphertext is, and deletes the key that you name. So the
    application checks its table first.

    Scenario: A key that a password depends on is not deleted by mistake
      Then deleting the key only if it is not in use fails because passwords depend on it
      And the key is enabled

    Scenario: A key that no password depends on can be deleted
      Given another key
      When I re-encrypt all passwords under the other key
      And I delete the key only if it is not in use
      Then the key is pending deletion

  Rule: A key can be disabled instead, which is reversible

    Scenario: Nobody can decrypt while the key is disabled
      When I disable the key
      Then decrypting the password fails because the key is disabled

    Scenario: A disabled key can be enabled at any time
      Given the key is disabled
      When I enable the key
      Then the password decrypts unchanged
