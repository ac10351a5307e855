@deeper
Feature: Sign, and let anybody verify
  An asymmetric KMS key is a key pair. The private key signs or decrypts, and never leaves AWS KMS.
  The public key is for everyone: anyone who has it can verify a signature, or encrypt, without AWS
  and without permission.

  Rule: The private key signs, and the public key verifies

    Background:
      Given a key that signs

    Scenario: Anybody can verify a signature
      When I sign a message
      Then anybody can verify the signature with the public key

    Scenario: A signature is not valid for another message
      When I sign a message
      Then the signature does not verify for another message

    Scenario: AWS KMS returns an error for an invalid signature
      When I sign a message
      Then verifying another message with AWS KMS is an error

  Rule: The public key encrypts, and the private key decrypts

    Background:
      Given a key that encrypts with its public key

    Scenario: Anybody can encrypt, and only AWS KMS can decrypt
      When anybody encrypts a message with the public key
      Then AWS KMS decrypts the message
