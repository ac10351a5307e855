@lab
Feature: Verify the ciphertext
  Look at the item in the table: the password is not there. What is there decrypts only
  under the key that made it, only unchanged, and only for the user it was made for.

  Background:
    Given the key
    And the table
    And a stored password

  Rule: The table shows nothing

    Scenario: The item holds a user number and binary data
      When I look at the item as it is stored
      Then its partition key is the user number, a string
      And its password is binary data

    Scenario: The item holds the password in no common encoding
      When I look at the item as it is stored
      Then the password cannot be read from it in any common encoding

    Scenario: The same password never looks the same twice
      When I store the same password again
      Then the two items have different ciphertexts

  Rule: Ciphertext decrypts in one place only

    Scenario: It decrypts under its own key for its own user
      Then the ciphertext decrypts to the password

    Scenario: It does not decrypt under another key
      Given another key
      Then decrypting under the other key is refused because it is the wrong key

    Scenario: It does not decrypt for another user
      Then decrypting for another user is refused because the ciphertext is not valid

    Scenario: It does not decrypt without its encryption context
      Then decrypting without encryption context is refused because the ciphertext is not valid

    Scenario Outline: It does not decrypt when <damage>
      Then decrypting when <damage> is refused because the ciphertext is not valid

      Examples:
        | damage                      |
        | its first bit is flipped    |
        | its last bit is flipped     |
        | its end is cut off          |
        | something is added to it    |
        | it is replaced by noise     |
