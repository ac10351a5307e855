Feature: Connect to AWS
  Most beginners' mistakes have nothing to do with encryption: credentials or a Region are missing,
  or the endpoint does not answer. Each of them has its own error.

  Scenario: A request needs credentials
    Given no credentials are configured
    Then creating the key fails because there are no credentials

  Scenario: A request needs a Region
    Given no Region is configured
    Then creating the key fails because there is no Region

  Scenario: The endpoint does not answer
    Given an endpoint where nothing listens
    Then creating the key fails because the endpoint cannot be reached
