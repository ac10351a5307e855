@program
Feature: The two scripts
  The class reads two short scripts aloud, runs them, and sees the whole idea: one encrypts
  and stores, the other fetches and decrypts. They use the AWS SDK for Python and nothing
  of ours.

  Background:
    Given the key
    And the table

  Rule: They print what the lab says

    Scenario: The encrypt script gives a user number
      When I run the encrypt script with a password
      Then it prints the lab's lines for encrypting

    Scenario: The decrypt script gives the password back
      Given a password stored by the encrypt script
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password

    Scenario: The password may have spaces, quotes and emoji in it
      Given an unusual password stored by the encrypt script
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password

  Rule: They and the library read each other's items

    Scenario: The library reveals what the script stored
      Given a password stored by the encrypt script
      Then the item holds the user number and the ciphertext, and nothing else
      And the password comes back unchanged

    Scenario: The script decrypts what the library stored in the plain form
      Given a password stored in the plain form of the scripts
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password

    Scenario: The script cannot decrypt what has an encryption context
      Given a stored password
      When I run the decrypt script for the user
      Then the script fails and says why

  Rule: They do not hide a failure

    Scenario Outline: The <script> script, given <mistake>, fails and says why
      When I run the <script> script with <mistake>
      Then the script fails and says why

      Examples:
        | script  | mistake                   |
        | encrypt | no arguments              |
        | encrypt | a key that does not exist |
        | decrypt | no arguments              |
        | decrypt | a user that nobody stored |
