@other_account
Feature: Give each learner an account
  In a class every learner has an AWS account. What a learner creates there is not visible in the
  accounts of the others.

  Scenario: Another account sees neither key nor table
    Given the key
    And the table
    And a learner with another account
    Then the learner finds neither the key nor the table

  Scenario: Knowing the key ARN does not give access to the key
    Given the key
    And a learner with another account
    Then the learner is not allowed to look up the key by its ARN
