@deeper @trail
Feature: See who used the key
  AWS CloudTrail records the calls in an account, including refused ones: who, when, with which key
  and which encryption context. It keeps them for 90 days, even if the key is deleted. It does not
  record what was encrypted.

  Background:
    Given the key
    And the table
    And an encrypted password

  Rule: The trail shows each use of the key

    Scenario: A decryption is recorded with the user it was for
      When I decrypt the password of the user
      Then the trail shows that I decrypted the password of that user

    Scenario: A refused decryption is recorded with its reason
      When I disable the key
      Then decrypting the password fails because the key is disabled
      And the trail shows a decryption that failed because the key is disabled

    @clock
    Scenario: A deleted key is still in the trail
      When I schedule the key's deletion in 7 days
      And the waiting period ends
      Then the key does not exist
      And the trail shows that AWS KMS deleted the key
      And the trail shows that I encrypted a password with it

  Rule: The trail does not show what was encrypted

    Scenario: Neither the password nor the ciphertext is recorded
      When I decrypt the password of the user
      Then neither the password nor the ciphertext is in the trail

    Scenario: Reading the item is not recorded
      When I read the item
      Then the trail shows that I created the table
      And the trail does not show that I read the item
