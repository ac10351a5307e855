@deeper
Feature: Rotate the key material
  A rotation gives the key new key material. The key id, the alias and the policy stay, and the old
  key material stays too, since old ciphertext needs it. A rotation encrypts nothing anew: whoever
  holds old key material and old ciphertext is not stopped by it.

  Background:
    Given the key
    And the table
    And an encrypted password

  Scenario: The password still decrypts after a rotation
    When I rotate the key material
    Then the key has other key material
    And the password decrypts unchanged

  Scenario: A rotation leaves stored ciphertext under the old key material
    When I rotate the key material
    Then the stored ciphertext still needs the old key material

  Scenario: New ciphertext uses the new key material
    When I rotate the key material
    And I encrypt another password
    Then the other ciphertext needs the new key material

  @clock
  Scenario: AWS KMS rotates the key every year
    Given automatic rotation of the key
    When a year passes
    Then the key has other key material
    And the password decrypts unchanged
