@deeper
Feature: Change your mind
  Until the waiting period is over, deletion can be cancelled. The key comes back disabled, so
  that nobody uses it before somebody has decided that it is wanted.

  Background:
    Given the key
    And the table
    And a stored password

  Scenario: A cancelled deletion leaves the key disabled
    Given the key is scheduled for deletion
    When I cancel the key's deletion
    Then the key is disabled
    And revealing the password is refused because the key is disabled

  Scenario: Enabled again, the key decrypts as before
    Given the key is scheduled for deletion
    When I cancel the key's deletion
    And I enable the key
    Then the password comes back unchanged

  Scenario: There must be a deletion to cancel
    Then cancelling the key's deletion is refused because the key is not pending deletion
