@deeper @iam_users
Feature: Who may use the key
  The key policy decides who may do what with the key. A key administrator can change or delete
  it and still cannot read what it protects; a key user reads and cannot delete. To everybody
  else the key policy hands the question on: the account's own IAM policies may answer it.

  Background:
    Given the IAM users anna, ben and carl
    And the key with anna as key administrator and ben as key user
    And the table
    And a stored password

  Rule: To manage and to use are two powers

    Scenario: A key administrator cannot decrypt
      Then anna revealing the password is refused because access is denied

    Scenario: A key administrator cannot encrypt
      Then anna storing a password is refused because access is denied

    Scenario: A key administrator can disable the key
      When anna disables the key
      Then the key is disabled

    Scenario: A key user can decrypt
      Then ben gets the password

    Scenario: A key user cannot delete the key
      Then ben scheduling the key's deletion is refused because access is denied

    Scenario: Whoever is neither can do nothing
      Then carl revealing the password is refused because access is denied
      And carl scheduling the key's deletion is refused because access is denied

  Rule: The account's IAM policies answer where the key policy lets them

    Scenario: An IAM policy lets carl decrypt
      Given an IAM policy that lets carl decrypt
      Then carl gets the password

    Scenario: A prohibition is stronger than any permission
      Given an IAM policy that forbids ben to decrypt
      Then ben revealing the password is refused because access is denied

  Rule: A permission can be limited to one encryption context

    Scenario: Carl decrypts for one user only
      Given the key policy lets carl decrypt for that user only
      When I store another password
      Then carl gets the password
      And carl revealing the other password is refused because access is denied

  Rule: A grant lends a permission

    Scenario: A grant lets carl decrypt
      Given a grant that lets carl decrypt
      Then carl gets the password

    Scenario: A revoked grant lets nobody decrypt
      Given a grant that lets carl decrypt
      When the grant is revoked
      Then carl revealing the password is refused because access is denied

  Rule: Nobody is locked out, and nobody is invented

    Scenario: A key policy that its author could not change again is refused
      Then a key policy that lets nobody change it is refused because the key policy is not valid

    Scenario: A key policy names people who exist
      Then a key policy for a user that does not exist is refused because the key policy is not valid
