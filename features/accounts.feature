@other_account
Feature: An account for each learner
  In a class every learner has an account. What one of them creates, no other one sees.

  Scenario: Another account sees neither key nor table
    Given the key
    And the table
    And a learner with an account of her own
    Then the learner finds neither the key nor the table

  Scenario: The full name of a key opens no door
    Given the key
    And a learner with an account of her own
    Then the learner looking up the key by its ARN is refused because access is denied
