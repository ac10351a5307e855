@deeper @iam_users
Feature: Control access to the key
  The key policy decides who can do what with the key. A key administrator can change or delete
  it, but cannot decrypt; a key user can decrypt, but cannot delete it. The key policy also lets
  the IAM policies of the account grant access to everyone else.

  Background:
    Given the IAM users anna, ben and carl
    And the key with anna as key administrator and ben as key user
    And the table
    And an encrypted password

  Rule: Key administrators and key users have different permissions

    Scenario: A key administrator cannot decrypt
      Then anna is not allowed to decrypt the password

    Scenario: A key administrator cannot encrypt
      Then anna is not allowed to encrypt a password

    Scenario: A key administrator can disable the key
      When anna disables the key
      Then the key is disabled

    Scenario: A key user can decrypt
      Then ben is allowed to decrypt the password

    Scenario: A key user cannot delete the key
      Then ben is not allowed to schedule the key's deletion

    Scenario: Any other IAM user can do nothing
      Then carl is not allowed to decrypt the password
      And carl is not allowed to schedule the key's deletion

  Rule: The key policy lets IAM policies control access

    Scenario: An IAM policy allows carl to decrypt
      Given an IAM policy that allows carl to decrypt
      Then carl is allowed to decrypt the password

    Scenario: An explicit deny overrides any allow
      Given an IAM policy that denies ben permission to decrypt
      Then ben is not allowed to decrypt the password

  Rule: A permission can be limited to one encryption context

    Scenario: Carl can decrypt for one user only
      Given the key policy allows carl to decrypt for that user only
      When I encrypt another password
      Then carl is allowed to decrypt the password
      And carl is not allowed to decrypt the other password

  Rule: A grant gives a temporary permission

    Scenario: A grant allows carl to decrypt
      Given a grant that allows carl to decrypt
      Then carl is allowed to decrypt the password

    Scenario: A revoked grant does not allow carl to decrypt
      Given a grant that allows carl to decrypt
      When the grant is revoked
      Then carl is not allowed to decrypt the password

  Rule: AWS KMS rejects unsafe key policies

    Scenario: A key policy that locks out its author is rejected
      Then putting a key policy that nobody can change fails because the key policy is not valid

    Scenario: A key policy for a user that does not exist is rejected
      Then putting a key policy for an unknown user fails because the key policy is not valid
