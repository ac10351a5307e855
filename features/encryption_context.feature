@deeper
Feature: Bind a ciphertext to its user
  Anyone who can write to the table can copy the ciphertext of one user to the item of another.
  The encryption context, here the user number and the table, is bound to the ciphertext: AWS KMS
  decrypts only with the same encryption context. The two scripts of the lab do not use one.

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

  Scenario: A ciphertext that is copied to another table does not decrypt there
    When the item is copied to another table
    Then decrypting the password in the other table fails because the ciphertext is not valid

  Scenario: A ciphertext of an older version, bound to its user only, still decrypts
    Given a password encrypted with only the user as encryption context
    Then the password decrypts unchanged

  Scenario: An application decrypts only the ciphers that it was told to accept
    Given a password encrypted without encryption context
    And the application accepts only ciphertext that is bound to its user
    Then decrypting the password fails because the cipher is not accepted
