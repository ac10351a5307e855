@lab
Feature: Clean up
  A table that nobody uses is a table that nobody watches, and a key costs money every month.
  The lab ends with the table deleted and the key on its way out.

  Background:
    Given the key
    And the table

  Scenario: Deleting the table takes the passwords with it
    Given a stored password
    When I delete the table
    Then the table does not exist
    And revealing the password is refused because there is no such table

  Scenario: Deleting the table twice does no harm
    When I delete the table
    And I delete the table
    Then the table does not exist

  Scenario: A table that is not the lab's is left alone
    Given the table is deleted
    And a table whose partition key is "AppUser"
    Then deleting the table is refused because the table has another key schema

  Scenario: After the lab no key works and no table is left
    When I schedule the key's deletion in 7 days
    And I delete the table
    Then no key is left enabled
    And the table does not exist

  Scenario: The lab can begin again
    Given the key is scheduled for deletion
    And the table is deleted
    When I create the key
    And I create the table
    And I store a password
    Then the password comes back unchanged
