Feature: Reach AWS
  Most first mistakes have nothing to do with encryption: the program does not know who
  asks, where to ask, or nobody answers. Each has its own sentence.

  Scenario: Nobody says who asks
    Given no credentials are configured
    Then creating the key is refused because there are no credentials

  Scenario: Nobody says where to ask
    Given no Region is configured
    Then creating the key is refused because there is no Region

  Scenario: Nobody answers
    Given an endpoint where nothing listens
    Then creating the key is refused because the endpoint cannot be reached
