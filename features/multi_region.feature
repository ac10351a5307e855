Feature: Keep a replica in another Region
  A multi-Region key can have replicas in other Regions, with the same key material. They are
  the one exception to the rule that ciphertext is lost with its key.

  Background:
    Given a multi-Region key with a replica in another Region
    And the table
    And a stored password

  Scenario: A replica still decrypts
    When I schedule the key's deletion
    Then the replica decrypts the password

  Scenario: The primary key waits for its replica
    When I schedule the key's deletion
    Then the key waits for its replica to be deleted
