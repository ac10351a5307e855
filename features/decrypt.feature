@lab
Feature: Decrypt the password
  With the user number and the key, the password comes back. Decryption always names the
  key, so that ciphertext under somebody else's key is refused instead of trusted.

  Background:
    Given the key
    And the table
    And a stored password

  Rule: The right number and the right key give the password back

    Scenario: The password comes back
      When I reveal the password of the user
      Then it is the password that was stored

    Scenario Outline: The key may be named by its <name>
      When I reveal the password naming the key by its <name>
      Then it is the password that was stored

      Examples:
        | name      |
        | key id    |
        | key ARN   |
        | alias     |
        | alias ARN |

  Rule: A mistake is refused with a reason

    Scenario: A user that nobody stored
      Then revealing the password of an unknown user is refused because there is no such user

    Scenario: An item without a password
      Given an item without a password
      Then revealing the password is refused because the item has no password

    Scenario: A password that was stored as text
      Given an item whose password is text instead of binary data
      Then revealing the password is refused because the item has no password

    Scenario: The wrong key
      Given another key
      Then revealing the password with the other key is refused because it is the wrong key

    Scenario: A key that does not exist
      Given I name a key that does not exist
      Then revealing the password is refused because there is no such key

    Scenario: No table
      Given the table is deleted
      Then revealing the password is refused because there is no such table

    @iam_users
    Scenario: A caller without permission
      Given the IAM user carl
      Then carl revealing the password is refused because access is denied
