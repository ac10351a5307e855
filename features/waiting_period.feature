@deeper @clock
Feature: When the waiting period ends
  After the waiting period, AWS KMS deletes the key, its key material and all its aliases.
  Everything encrypted under the key is lost, and not even AWS can recover it. In the sandbox the
  waiting period can be skipped.

  Background:
    Given the key
    And the table
    And an encrypted password

  Scenario: The key, its aliases and the password are lost
    Given the key is scheduled for deletion
    When the waiting period ends
    Then the key does not exist
    And none of its aliases exists
    And decrypting the password fails because the key does not exist

  Scenario: A new key with the old alias cannot decrypt the password
    Given the key is scheduled for deletion
    When the waiting period ends
    And I create another key with the same alias
    Then decrypting the password with the other key fails because it is the wrong key
