@lab
Feature: Create the table
  The encrypted passwords live in a DynamoDB table, one item for each user. The user number
  is the partition key: it finds the item, and no two users can have the same one.

  Scenario: A new table is ready for the lab
    When I create the table
    Then the table is called "demo-kms"
    And the table is active
    And its partition key is "appuser", a string
    And it is paid for on demand

  Scenario: Creating the table again keeps the passwords in it
    Given the key
    And the table
    And a stored password
    When I create the table
    Then the password comes back unchanged

  Scenario: A table with another partition key is not the lab's
    Given a table whose partition key is "AppUser"
    Then creating the table is refused because the table has another key schema
