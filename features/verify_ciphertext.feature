@deeper
Feature: Verify the ciphertext
  The item in the table does not contain the password. It contains a ciphertext that decrypts
  only under its key, only unchanged, and only for its user.

  Background:
    Given the key
    And the table
    And an encrypted password

  Rule: The table does not contain the password

    Scenario: The item has a user number and binary data
      When I read the item
      Then its user number is a string
      And its password is binary data

    Scenario: The item does not contain the password in any common encoding
      When I read the item
      Then its ciphertext does not contain the password in any common encoding

    Scenario: The same password never has the same ciphertext
      When I encrypt the same password again
      Then the two items have different ciphertexts

  Rule: A ciphertext decrypts only under its key and for its user

    Scenario: It decrypts under its key and for its user
      Then the ciphertext decrypts to the password

    Scenario: It does not decrypt under another key
      Given another key
      Then decrypting the ciphertext under the other key fails because it is the wrong key

    Scenario: It does not decrypt for another user
      Then decrypting the ciphertext for another user fails because the ciphertext is not valid

    Scenario: It does not decrypt without its encryption context
      Then decrypting the ciphertext without context fails because the ciphertext is not valid

    Scenario Outline: It does not decrypt when <damage>
      Then decrypting the ciphertext when <damage> fails because the ciphertext is not valid

      Examples:
        | damage                   |
        | its first bit is flipped |
        | its last bit is flipped  |
        | its last byte is removed |
        | a byte is added to it    |
        | random bytes replace it  |
