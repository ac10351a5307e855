@program
Feature: The aws command line
  Everything the library does can be done by hand with the aws command, and what one of them
  does the other one sees.

  Background:
    Given the key
    And the table

  Scenario: The item shows ciphertext, and the aws command decrypts it
    Given a stored password
    When I read the item and decrypt its ciphertext with the aws command
    Then the item shows the user number and the ciphertext
    And the aws command gives the password back

  Scenario: Cleaning up with the aws command
    When I clean up with the aws command
    Then the key is pending deletion
    And the deletion date is in 7 days
    And the table does not exist

  Scenario: The aws command cannot decrypt for another user
    Given a stored password
    When I decrypt the ciphertext for another user with the aws command
    Then the aws command is refused because the ciphertext is not valid
