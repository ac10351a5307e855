@deeper
Feature: Clean up
  A table that nobody needs is a risk, and a key costs money every month. The lab ends with the
  table deleted and the key pending deletion.

  Background:
    Given the key
    And the table

  Scenario: Deleting the table deletes the passwords in it
    Given an encrypted password
    When I delete the table
    Then the table does not exist
    And decrypting the password fails because the table does not exist

  Scenario: The table can be deleted twice
    When I delete the table
    And I delete the table
    Then the table does not exist

  Scenario: A table with another partition key is not deleted
    Given the table is deleted
    And a table whose partition key is "AppUser"
    Then deleting the table fails because the table has another key schema

  Scenario: After the lab no key is enabled and no table exists
    When I schedule the key's deletion in 7 days
    And I delete the table
    Then no key is enabled
    And the table does not exist

  Scenario: The lab can start again
    Given the key is scheduled for deletion
    And the table is deleted
    When I create the key
    And I create the table
    And I encrypt a password
    Then the password decrypts unchanged
