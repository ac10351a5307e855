@deeper
Feature: Bind a ciphertext to its user
  Everyone who can write to the table can copy the ciphertext of one user to the item of another.
  The encryption context, here the user number, is bound to the ciphertext: AWS KMS decrypts only
  with the same encryption context. The two scripts of the lab do not use one.

  Background:
    Given the key
    And the table
    And an encrypted password

  Scenario: A ciphertext that is copied to another user does not decrypt
    When the ciphertext is copied to the item of another user
    Then decrypting the password of the other user fails because the ciphertext is not valid

  Scenario: Without encryption context, a copied ciphertext decrypts
    Given a password encrypted without encryption context
    When the ciphertext is copied to the item of another user
    Then the other user gets the password
