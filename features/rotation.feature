@deeper
Feature: Rotate the key material
  A rotation gives the key new key material. The key keeps its key id, alias and policy, and also
  the old key material, since old ciphertext needs it. A rotation does not re-encrypt anything: it
  does not stop anyone who has old key material and old ciphertext. To make passwords independent of
  a key, re-encrypt them under another one.

  Background:
    Given the key
    And the table
    And an encrypted password

  Scenario: The password still decrypts after a rotation
    When I rotate the key material
    Then the key has new key material
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
    Then the key has new key material
    And the password decrypts unchanged

  Rule: A rotation keeps the passwords dependent on the key; re-encryption does not

    Scenario: After a rotation, the password depends on the key as before
      When I rotate the key material
      Then the password depends on the key

    Scenario: A re-encrypted password decrypts under the other key
      Given another key
      When I re-encrypt all passwords under the other key
      Then no password depends on the key
      And the password decrypts unchanged under the other key

    Scenario: A re-encrypted password does not decrypt under its former key
      Given another key
      When I re-encrypt all passwords under the other key
      Then decrypting the password fails because it is the wrong key

    Scenario: A re-encrypted password survives the deletion of its former key
      Given another key
      When I re-encrypt all passwords under the other key
      And I schedule the key's deletion
      Then the password decrypts unchanged under the other key

    Scenario: Re-encryption gives no ciphertext to another user
      Given another key
      When the ciphertext is copied to the item of another user
      And I re-encrypt all passwords under the other key
      Then the item of the other user is unchanged
      And the password decrypts unchanged under the other key
