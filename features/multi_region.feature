@deeper
Feature: Keep a replica in another Region
  A multi-Region key can have replica keys in other Regions, with the same key material. Such a
  replica can still decrypt while the primary key is pending deletion.

  Background:
    Given a multi-Region key with a replica in another Region
    And the table
    And an encrypted password

  Scenario: The replica key still decrypts
    When I schedule the key's deletion
    Then the replica decrypts the password

  Scenario: The primary key waits until its replica is deleted
    When I schedule the key's deletion
    Then the key is pending the deletion of its replica
