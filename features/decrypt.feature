@deeper
Feature: Decrypt the password
  The user number finds the ciphertext, and AWS KMS decrypts it. Each request to decrypt names
  the key, so that AWS KMS rejects a ciphertext that is encrypted under any other key.

  Background:
    Given the key
    And the table
    And an encrypted password

  Rule: The user number and the key are enough to decrypt the password

    Scenario: The password decrypts unchanged
      When I decrypt the password of the user
      Then I get the password unchanged

    Scenario Outline: I can name the key by its <name>
      When I decrypt the password and name the key by its <name>
      Then I get the password unchanged

      Examples:
        | name      |
        | key id    |
        | key ARN   |
        | alias     |
        | alias ARN |

  Rule: Each mistake has its own error

    Scenario: The user does not exist
      Then decrypting the password of an unknown user fails because the user does not exist

    Scenario: The item has no password
      Given an item without a password
      Then decrypting the password fails because the item has no password

    Scenario: The item has a password of type String
      Given an item whose password is a string instead of binary data
      Then decrypting the password fails because the item has no password

    Scenario: It is the wrong key
      Given another key
      Then decrypting the password with the other key fails because it is the wrong key

    Scenario: The key does not exist
      Given I name an unknown key
      Then decrypting the password fails because the key does not exist

    Scenario: The table does not exist
      Given the table is deleted
      Then decrypting the password fails because the table does not exist

    @iam_users
    Scenario: The caller has no permission
      Given the IAM user carl
      Then carl is not allowed to decrypt the password
