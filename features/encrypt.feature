@lab
Feature: Encrypt a password
  The application has the password encrypted before it travels to the table, so DynamoDB
  never sees it. The user gets a random number to come back with; a number that is taken is
  never given twice, because the second password would silently replace the first.

  Background:
    Given the key
    And the table

  Rule: A password is stored under a new user number

    Scenario: Storing a password gives a user number
      When I store a password
      Then the user number lies between 10001 and 99998
      And the table has an item for the user

    Scenario: Every password gets a user of its own
      Given a stored password
      When I store another password
      Then both passwords come back unchanged

    Scenario: A user number that is taken is drawn again
      Given a stored password
      And the next user number drawn is already taken
      When I store another password
      Then both passwords come back unchanged

    Scenario: Nothing is overwritten when no user number is free
      Given a stored password
      And every user number drawn is already taken
      Then storing another password is refused because no user number is free
      And the password comes back unchanged

  Rule: AWS KMS encrypts from 1 to 4,096 bytes

    Scenario Outline: A password can be <unusual>
      When I store a password that is <unusual>
      Then the password comes back unchanged

      Examples:
        | unusual                     |
        | one letter                  |
        | full of spaces and quotes   |
        | like a command line option  |
        | written with accents        |
        | written with emoji          |
        | 4,096 bytes long            |

    Scenario: An empty password is refused
      Then storing an empty password is refused because the password is empty

    Scenario: A password of 4,097 bytes is refused
      Then storing a password of 4,097 bytes is refused because the password is too long

    Scenario: It is bytes that count, not letters
      Then storing a password of 4,000 accented letters is refused because the password is too long

  Rule: Only a working key encrypts

    Scenario: A key that does not exist encrypts nothing
      Given I name a key that does not exist
      Then storing a password is refused because there is no such key

    Scenario: A disabled key encrypts nothing
      Given the key is disabled
      Then storing a password is refused because the key is disabled

    Scenario: A key that is pending deletion encrypts nothing
      Given the key is scheduled for deletion
      Then storing a password is refused because the key is pending deletion

  Rule: Only the lab's table stores

    Scenario: Without a table nothing is stored
      Given the table is deleted
      Then storing a password is refused because there is no such table

    Scenario: A table with another partition key stores nothing
      Given the table is deleted
      And a table whose partition key is "AppUser"
      Then storing a password is refused because the table has another key schema
