@deeper
Feature: Encrypt a password
  The application encrypts the password before it sends it to the table, so DynamoDB never
  receives the plaintext. Each password gets a random user number. A number that is in use is
  not given to a second user, whose password would overwrite the first one.

  Background:
    Given the key
    And the table

  Rule: A password is stored under a new user number

    Scenario: Each encrypted password has a user number
      When I encrypt a password
      Then the user number is between 10001 and 99998
      And the table has an item for the user

    Scenario: Each password has a different user number
      Given an encrypted password
      When I encrypt another password
      Then both passwords decrypt unchanged

    Scenario: A user number that is in use is drawn again
      Given an encrypted password
      And the next user number that is drawn is in use
      When I encrypt another password
      Then both passwords decrypt unchanged

    Scenario: Nothing is overwritten when no user number is free
      Given an encrypted password
      And every user number that is drawn is in use
      Then encrypting another password fails because no user number is free
      And the password decrypts unchanged

  Rule: AWS KMS encrypts from 1 to 4,096 bytes

    Scenario Outline: A password can be <unusual>
      When I encrypt a password that is <unusual>
      Then the password decrypts unchanged

      Examples:
        | unusual                     |
        | one letter                  |
        | full of spaces and quotes   |
        | like a command line option  |
        | written with accents        |
        | written with emoji          |
        | 4,096 bytes long            |

    Scenario: An empty password is rejected
      Then encrypting an empty password fails because the password is empty

    Scenario: A password of 4,097 bytes is rejected
      Then encrypting a password of 4,097 bytes fails because the password is too long

    Scenario: The limit counts bytes, not characters
      Then encrypting a password of 4,000 accented letters fails because the password is too long

  Rule: Encryption needs an enabled key

    Scenario: A key that does not exist cannot encrypt
      Given I name an unknown key
      Then encrypting a password fails because the key does not exist

    Scenario: A disabled key cannot encrypt
      Given the key is disabled
      Then encrypting a password fails because the key is disabled

    Scenario: A key that is pending deletion cannot encrypt
      Given the key is scheduled for deletion
      Then encrypting a password fails because the key is pending deletion

  Rule: The ciphertext needs the lab table

    Scenario: Without the table nothing is stored
      Given the table is deleted
      Then encrypting a password fails because the table does not exist

    Scenario: In a table with another partition key nothing is stored
      Given the table is deleted
      And a table whose partition key is "AppUser"
      Then encrypting a password fails because the table has another key schema
