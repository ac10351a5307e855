@lab
Feature: Create the key
  Everything in this lab is encrypted under one AWS KMS key. The key itself never leaves
  AWS KMS: an application sends it what is to be encrypted or decrypted, and the key policy
  says who may ask.

  Rule: One symmetric key encrypts and decrypts

    Scenario: A new key is ready for the lab
      When I create the key
      Then the key is symmetric
      And the key is made to encrypt and decrypt
      And the key is enabled

    Scenario: A key says what it is for
      When I create the key with the description "Passwords of the training class"
      Then its description is "Passwords of the training class"
      And it is tagged as a key of the lab

  Rule: An alias is the key's name for people

    Scenario: The alias is demo-kms and a random suffix
      When I create the key
      Then its alias is "demo-kms-" and a random suffix

    Scenario: Two keys of the lab do not share an alias
      Given the key
      When I create another key
      Then the two keys have different aliases

    Scenario: I can choose the alias
      When I create the key with the alias "demo-kms-class"
      Then its alias is "demo-kms-class"

    Scenario Outline: The key answers to its <name>
      Given the key
      When I look the key up by its <name>
      Then I find the key

      Examples:
        | name      |
        | key id    |
        | key ARN   |
        | alias     |
        | alias ARN |

    Scenario: A taken alias is refused, and no key is left behind
      Given the key with the alias "demo-kms-class"
      Then creating another key with the alias "demo-kms-class" is refused because the alias is taken
      And no other key is left enabled

    Scenario: AWS keeps the aliases that begin with aws for itself
      Then creating the key with the alias "aws/demo" is refused because the alias is not valid
      And no key is left enabled

  @iam_users
  Rule: Managing a key and using it are two different powers

    The key policy names key administrators and key users. An administrator can change or
    delete the key, and still cannot read what it protects.

    Background:
      Given the IAM users anna and ben

    Scenario: A key administrator manages the key and does not use it
      When I create the key with anna as key administrator and ben as key user
      Then the key policy lets anna manage the key
      And the key policy does not let anna encrypt or decrypt

    Scenario: A key user uses the key and does not manage it
      When I create the key with anna as key administrator and ben as key user
      Then the key policy lets ben encrypt and decrypt
      And the key policy does not let ben manage the key

  Rule: A key is found by its name or not at all

    Scenario: An unknown key is not found
      Then looking up a key that does not exist is refused because there is no such key
