@deeper @envelope
Feature: Direct and envelope encryption
  The lab's two scripts send the password to AWS KMS, which encrypts it: direct encryption. In
  envelope encryption AWS KMS only makes a data key. The application encrypts the password
  with it and keeps the data key beside the ciphertext, itself encrypted under the key. The
  password never leaves the application.

  Background:
    Given the key
    And the table

  @traffic
  Rule: Only in an envelope does the password stay at home

    Background:
      Given I watch what travels

    Scenario: Direct encryption sends the password to AWS KMS
      When I store a password
      Then the password has travelled to AWS KMS
      And the password has not travelled to DynamoDB

    Scenario: Direct decryption gets the password from AWS KMS
      Given a stored password
      When I reveal the password of the user
      Then the password has come from AWS KMS

    Scenario: Envelope encryption sends nothing of the password
      When I store a password in an envelope
      Then AWS KMS has made a data key
      And the password has not travelled to AWS KMS
      And the password has not travelled to DynamoDB

    Scenario: Envelope decryption gets the data key, and not the password
      Given a password stored in an envelope
      When I reveal the password of the user
      Then it is the password that was stored
      And the password has not come from AWS KMS

  Rule: Both forms live side by side

    Scenario: The item says that it is an envelope
      When I store a password in an envelope
      Then the item says that it is an envelope

    Scenario: Each password comes back as it was stored
      Given a stored password
      When I store another password in an envelope
      Then both passwords come back unchanged

    Scenario: An envelope holds more than AWS KMS encrypts
      When I store a password of 5,000 bytes in an envelope
      Then the password comes back unchanged

  Rule: An envelope opens in one place only

    Background:
      Given a password stored in an envelope

    Scenario: An envelope shows the password in no common encoding
      When I look at the item as it is stored
      Then the password cannot be read from it in any common encoding

    Scenario: It does not open for another user
      When the ciphertext is copied to the item of another user
      Then revealing the password of the other user is refused because the ciphertext is not valid

    Scenario: It does not open under another key
      Given another key
      Then revealing the password with the other key is refused because it is the wrong key

    Scenario: It does not open while the key is disabled
      Given the key is disabled
      Then revealing the password is refused because the key is disabled

    Scenario Outline: It does not open when <damage>
      Then decrypting when <damage> is refused because the ciphertext is not valid

      Examples:
        | damage                      |
        | its first bit is flipped    |
        | its last bit is flipped     |
        | its end is cut off          |
        | something is added to it    |
        | it is replaced by noise     |
