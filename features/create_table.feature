@deeper
Feature: Create the table
  The encrypted passwords are stored in a DynamoDB table, one item for each user. The user number
  is the partition key: it identifies the item, and no two users can have the same one.

  Scenario: A new table is ready for the lab
    When I create the table
    Then the table is called "demo-kms"
    And the table is active
    And its partition key is "appuser", a string
    And its billing mode is on-demand

  Scenario: Creating the table again keeps the passwords in it
    Given the key
    And the table
    And an encrypted password
    When I create the table
    Then the password decrypts unchanged

  Scenario: A table with another partition key is not used
    Given a table whose partition key is "AppUser"
    Then creating the table fails because the table has another key schema
