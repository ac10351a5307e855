@deeper
Feature: Direct and envelope encryption
  The two scripts of the lab send the password to AWS KMS, which encrypts it: direct encryption.
  With envelope encryption, AWS KMS generates a data key, and the application encrypts the
  password with it. The application stores the encrypted data key with the ciphertext. The
  password never leaves the application.

  Background:
    Given the key
    And the table

  @traffic
  Rule: Only envelope encryption keeps the password in the application

    Background:
      Given I record the requests to AWS

    Scenario: Direct encryption sends the password to AWS KMS
      When I encrypt a password
      Then the requests to AWS KMS contain the password
      And the requests to DynamoDB do not contain the password

    Scenario: Direct decryption receives the password from AWS KMS
      Given an encrypted password
      When I decrypt the password of the user
      Then the responses from AWS KMS contain the password

    Scenario: Envelope encryption does not send the password
      When I encrypt a password with envelope encryption
      Then AWS KMS generates a data key
      And the requests to AWS KMS do not contain the password
      And the requests to DynamoDB do not contain the password

    Scenario: Envelope decryption receives the data key, and not the password
      Given a password encrypted with envelope encryption
      When I decrypt the password of the user
      Then I get the password unchanged
      And the responses from AWS KMS do not contain the password

  Rule: A table can hold both forms

    Scenario: The item records that it uses envelope encryption
      When I encrypt a password with envelope encryption
      Then the item records that it uses envelope encryption

    Scenario: Both forms decrypt unchanged
      Given an encrypted password
      When I encrypt another password with envelope encryption
      Then both passwords decrypt unchanged

    Scenario: Envelope encryption has no limit of 4,096 bytes
      When I encrypt a password of 5,000 bytes with envelope encryption
      Then the password decrypts unchanged

  Rule: Many passwords can share a data key

    Background:
      Given I record the requests to AWS

    @traffic
    Scenario: Ten passwords need one data key
      When I encrypt ten passwords with a shared data key
      Then AWS KMS generates one data key
      And the requests to AWS KMS do not contain the password

    Scenario: A shared data key decrypts no password for another user
      When I encrypt ten passwords with a shared data key
      And the ciphertext is copied to the item of another user
      Then decrypting the password of the other user fails because the ciphertext is not valid

  Rule: An envelope decrypts only under its key and for its user

    Background:
      Given a password encrypted with envelope encryption

    Scenario: An envelope does not contain the password in any common encoding
      When I read the item
      Then its ciphertext does not contain the password in any common encoding

    Scenario: An envelope does not decrypt for another user
      When the ciphertext is copied to the item of another user
      Then decrypting the password of the other user fails because the ciphertext is not valid

    Scenario: An envelope does not decrypt under another key
      Given another key
      Then decrypting the password with the other key fails because it is the wrong key

    Scenario: An envelope does not decrypt while the key is disabled
      Given the key is disabled
      Then decrypting the password fails because the key is disabled

    Scenario Outline: An envelope does not decrypt when <damage>
      Then decrypting the ciphertext when <damage> fails because the ciphertext is not valid

      Examples:
        | damage                   |
        | its first bit is flipped |
        | its last bit is flipped  |
        | its last byte is removed |
        | a byte is added to it    |
        | random bytes replace it  |
