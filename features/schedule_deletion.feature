@lab
Feature: Schedule the key's deletion
  Deleting a key destroys everything encrypted under it, for good. So AWS KMS makes you wait
  from 7 to 30 days, and until then you can change your mind.

  Background:
    Given the key
    And the table
    And a stored password

  Rule: The waiting period is 7 to 30 days

    Scenario: The waiting period is 30 days unless I choose another
      When I schedule the key's deletion
      Then the key is pending deletion
      And the deletion date is in 30 days

    Scenario Outline: A waiting period of <days> days
      When I schedule the key's deletion in <days> days
      Then the key is pending deletion
      And the deletion date is in <days> days

      Examples:
        | days |
        | 7    |
        | 30   |

    Scenario Outline: A waiting period of <days> days is refused
      Then scheduling the key's deletion in <days> days is refused because the waiting period is not valid

      Examples:
        | days |
        | 6    |
        | 31   |

    Scenario: Deletion cannot be scheduled twice
      Given the key is scheduled for deletion
      Then scheduling the key's deletion in 7 days is refused because the key is pending deletion

  Rule: A key that is about to be deleted serves no one

    Scenario: Nobody can decrypt during the waiting period
      When I schedule the key's deletion in 7 days
      Then revealing the password is refused because the key is pending deletion

    Scenario: The key cannot be enabled during the waiting period
      When I schedule the key's deletion in 7 days
      Then enabling the key is refused because the key is pending deletion

  Rule: Disabling is the gentle alternative

    Scenario: Nobody can decrypt while the key is disabled
      When I disable the key
      Then revealing the password is refused because the key is disabled

    Scenario: A disabled key can be enabled at any time
      Given the key is disabled
      When I enable the key
      Then the password comes back unchanged
