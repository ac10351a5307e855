@deeper
Feature: Cancel the key's deletion
  Until the waiting period ends, the deletion can be cancelled. The key is then disabled, so that
  nobody uses it before you decide to enable it.

  Background:
    Given the key
    And the table
    And an encrypted password

  Scenario: After the cancellation the key is disabled
    Given the key is scheduled for deletion
    When I cancel the key's deletion
    Then the key is disabled
    And decrypting the password fails because the key is disabled

  Scenario: Once enabled, the key decrypts as before
    Given the key is scheduled for deletion
    When I cancel the key's deletion
    And I enable the key
    Then the password decrypts unchanged

  Scenario: Only a scheduled deletion can be cancelled
    Then cancelling the key's deletion fails because the key is not pending deletion
