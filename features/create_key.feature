@deeper
Feature: Create the key
  Everything in this lab is encrypted under one AWS KMS key. The key material never leaves AWS KMS:
  an application sends what it wants to encrypt or decrypt, and the key policy controls who is
  allowed to do so.

  Rule: One symmetric key encrypts and decrypts

    Scenario: A new key is ready for the lab
      When I create the key
      Then the key is symmetric
      And its key usage is to encrypt and decrypt
      And the key is enabled

    Scenario: A key has a description and a tag
      When I create the key with the description "Passwords of the training class"
      Then its description is "Passwords of the training class"
      And it has the tag of the lab

  Rule: An alias is a friendly name for the key

    Scenario: The alias is demo-kms- and a random suffix
      When I create the key
      Then its alias is "demo-kms-" and a random suffix

    Scenario: Two keys of the lab have different aliases
      Given the key
      When I create another key
      Then the two keys have different aliases

    Scenario: I can choose the alias
      When I create the key with the alias "demo-kms-class"
      Then its alias is "demo-kms-class"

    Scenario Outline: The key can be found by its <name>
      Given the key
      When I look up the key by its <name>
      Then I find the key

      Examples:
        | name      |
        | key id    |
        | key ARN   |
        | alias     |
        | alias ARN |

    Scenario: An alias that is in use is rejected, and the new key is not kept
      Given the key with the alias "demo-kms-class"
      Then creating another key with the alias "demo-kms-class" fails because the alias is in use
      And no other key is enabled

    Scenario: Aliases that begin with aws/ are reserved for AWS
      Then creating the key with the alias "aws/demo" fails because the alias is not valid
      And no key is enabled

  @iam_users
  Rule: Key administrators and key users have different permissions

    The key policy names key administrators and key users. A key administrator can change or
    delete the key, but cannot decrypt what is encrypted under it.

    Background:
      Given the IAM users anna and ben

    Scenario: A key administrator can manage the key but not use it
      When I create the key with anna as key administrator and ben as key user
      Then the key policy allows anna to manage the key
      And the key policy does not allow anna to encrypt or decrypt

    Scenario: A key user can use the key but not manage it
      When I create the key with anna as key administrator and ben as key user
      Then the key policy allows ben to encrypt and decrypt
      And the key policy does not allow ben to manage the key

  Rule: A key that does not exist is reported

    Scenario: An unknown key is not found
      Then looking up an unknown key fails because the key does not exist
