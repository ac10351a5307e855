@deeper @clock
Feature: When the waiting period is over
  AWS KMS keeps its word: after the waiting period the key, its material and every alias are
  gone for good, and with them all that was encrypted under it. Nobody can bring them back,
  AWS itself included. In the sandbox the days pass at once.

  Background:
    Given the key
    And the table
    And a stored password

  Scenario: The key, its aliases and the password are lost
    Given the key is scheduled for deletion
    When the waiting period passes
    Then the key does not exist
    And none of its aliases exists
    And revealing the password is refused because there is no such key

  Scenario: A new key under the old alias does not bring the password back
    Given the key is scheduled for deletion
    When the waiting period passes
    And I create another key under the same alias
    Then revealing the password with the other key is refused because it is the wrong key
