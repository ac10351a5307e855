@lab
Feature: The KMS lab
  An application encrypts a password before it stores it in a database. The key stays in AWS KMS:
  anyone who reads the table sees ciphertext, and only those who may use the key get the password
  back. When the key is deleted, the password is lost.

  @deeper:create_key @deeper:access_control
  Scenario: Create the key
    Everything in this lab is encrypted under one AWS KMS key. The key material never leaves AWS
    KMS: an application sends what it wants to encrypt or decrypt, and names the key by its key id
    or its alias.

    # Minutes: 4
    # Objective: Say where the key material is, and what a key id and an alias are for.
    # Ask: Who can download this key?
    # Answer: Nobody, not even AWS. You can only ask AWS KMS to use it.
    # Ask: Why an alias, when the key has an id?
    # Answer: The alias can move to another key; applications that name it do not change.

    When I create my key
    Then my key is symmetric, to encrypt and decrypt
    And its alias is "demo-kms-" and a random suffix

  @deeper:create_table
  Scenario: Create the table
    The encrypted passwords are stored in a DynamoDB table, one item for each user. The user number
    is the partition key: it finds the item.

    # Minutes: 2
    # Objective: Say what identifies an item, and what the table will contain.
    # Ask: Is the user number a secret?
    # Answer: No. It finds the item; only the key decrypts what is in it.

    When I create my table
    Then my table is called "demo-kms"
    And its partition key is "appuser", a string

  @deeper:envelope
  Scenario: Read the two scripts
    One script encrypts a password and stores the ciphertext; the other gets the ciphertext and
    decrypts it. Each makes one call to AWS KMS and one to DynamoDB. Neither contains a key.

    # Minutes: 8
    # Objective: Point to the line after which the password is safe.
    # Ask: Which of the two services receives the password?
    # Answer: AWS KMS, over TLS. DynamoDB receives only ciphertext.
    # Ask: How could you keep the password from AWS KMS too?
    # Answer: With a data key and envelope encryption: kmsdemo lab --deeper envelope.

    When I read the two scripts
    Then one calls Encrypt and PutItem
    And the other calls GetItem and Decrypt

  @deeper:encrypt
  Scenario: Encrypt a password
    The script sends the password to AWS KMS, gets ciphertext back, and puts it into the table
    under a random user number.

    # Minutes: 4
    # Objective: Follow the password from the keyboard to the table.
    # Ask: What must you note to get the password back?
    # Answer: The user number and the key. The ciphertext is in the table.

    Given my key
    And my table
    When I run the encrypt script with my password
    Then it prints my user number
    And my table has an item for the user number

  @deeper:verify_ciphertext
  Scenario: Look at the item
    Everyone who may read the table sees this. The value of userpasswd is ciphertext: without the
    key it says nothing about the password.

    # Minutes: 4
    # Objective: See that the database, its backups and its readers have no password.
    # Ask: Is this Base64 of the password?
    # Answer: No. Base64 is how the AWS CLI prints bytes; decoded, they are ciphertext.
    # Ask: Would the same password have the same ciphertext?
    # Answer: No. Each encryption is different.

    Given my key
    And my table
    And my encrypted password
    When I look at the item
    Then its "userpasswd" is binary data
    And it does not contain my password in any common encoding

  @deeper:decrypt @deeper:encryption_context @deeper:rotation @deeper:signatures
  Scenario: Decrypt the password
    The user number finds the ciphertext, and AWS KMS decrypts it for anyone who may use the key.
    Each use of the key is a call that AWS can log and refuse.

    # Minutes: 4
    # Objective: Get the password back, and say who could have refused.
    # Ask: What does somebody who stole the table need?
    # Answer: Permission to use the key: kms:Decrypt, for each single password.

    Given my key
    And my table
    And my encrypted password
    When I run the decrypt script with my user number
    Then it prints my password

  @deeper:schedule_deletion @deeper:cancel_deletion @deeper:waiting_period @deeper:multi_region
  Scenario: Schedule the key's deletion
    Deleting a key makes everything encrypted under it unrecoverable. So AWS KMS makes you wait 7 to
    30 days. In that time nobody can use the key, and you can cancel the deletion. Then the key is
    deleted, and every password is lost.

    # Minutes: 10
    # Objective: Tell disabled, pending deletion and deleted apart.
    # Ask: The key is pending deletion. Can an administrator still decrypt?
    # Answer: No. Nobody can, until the deletion is cancelled and the key is enabled again.
    # Ask: Can AWS support restore a key that is deleted?
    # Answer: No. That is why there is a waiting period, and why you can disable a key instead.

    Given my key
    And my table
    And my encrypted password
    When I schedule the key's deletion in 7 days
    Then the key is pending deletion
    And the decrypt script fails because the key is pending deletion
    When I cancel the key's deletion
    And I enable the key
    And I run the decrypt script with my user number
    Then it prints my password
    When I schedule the key's deletion in 7 days
    And the waiting period of 7 days passes
    Then the decrypt script fails because the key does not exist

  @deeper:clean_up @deeper:audit_trail
  Scenario: Delete the table
    Nobody can use the ciphertext that is left. A table that nobody needs should be deleted.

    # Minutes: 2
    # Objective: Leave nothing behind that costs money.
    # Ask: What is left of the lab in the account now?
    # Answer: Nothing but the trail of its calls, which the account keeps.

    Given my table
    When I delete the table
    Then the table does not exist
