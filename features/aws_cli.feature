@program
Feature: Use the AWS CLI
  Everything that the library does can also be done with the aws command. Both work on the same
  key and the same table.

  Background:
    Given the key
    And the table

  Scenario: The item contains ciphertext, and the aws command decrypts it
    Given an encrypted password
    When I read the item and decrypt its ciphertext with the aws command
    Then the item shows the user number and the ciphertext
    And the aws command returns the password

  Scenario: The aws command cleans up
    When I clean up with the aws command
    Then the key is pending deletion
    And the deletion date is in 7 days
    And the table does not exist

  Scenario: The aws command cannot decrypt for another user
    Given an encrypted password
    When I decrypt the ciphertext for another user with the aws command
    Then the aws command fails because the ciphertext is not valid
