@deeper
Feature: Sign, and let anybody verify
  An asymmetric key has two halves. The private half signs or decrypts, and never leaves AWS KMS.
  The public half is for everybody: whoever has it verifies a signature, or encrypts, without AWS
  and without permission.

  Rule: The private half signs, and the public half verifies

    Background:
      Given a key that signs

    Scenario: Anybody verifies a signature
      When I sign a message
      Then anybody verifies the signature with the public half

    Scenario: A signature of another message is wrong
      When I sign a message
      Then the signature does not verify for another message

    Scenario: AWS KMS calls a wrong signature an error
      When I sign a message
      Then verifying another message with AWS KMS is an error

  Rule: The public half encrypts, and the private half decrypts

    Background:
      Given a key that encrypts with its public half

    Scenario: Anybody encrypts, and only AWS KMS decrypts
      When anybody encrypts a message with the public half
      Then AWS KMS decrypts the message
