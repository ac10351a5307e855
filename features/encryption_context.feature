@deeper
Feature: Tie a ciphertext to its user
  Whoever may write to the table can copy one user's ciphertext to another user's item. The
  encryption context, here the user number, is part of what AWS KMS encrypts: without the same
  one nothing is decrypted. The lab's two scripts give none.

  Background:
    Given the key
    And the table
    And a stored password

  Scenario: Ciphertext moved to another user is refused
    When the ciphertext is copied to the item of another user
    Then revealing the password of the other user is refused because the ciphertext is not valid

  Scenario: Without encryption context, moved ciphertext gives the password away
    Given a password stored in the plain form of the scripts
    When the ciphertext is copied to the item of another user
    Then the other user gets the password that was stored
