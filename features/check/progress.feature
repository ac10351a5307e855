@check
Feature: Progress of the lab
  Each scenario checks one thing that the lab asks for, changes nothing, and says what to do
  next. Reading the scripts and decrypting the password change nothing in the account, so they
  cannot be checked.

  Rule: Step 1 of the lab

    Scenario: A key has an alias of the lab
      Create a symmetric key and give it an alias: demo-kms- and a suffix of your choice.

      Then the alias of a key begins with "demo-kms-" and has a suffix

    Scenario: Only one key has an alias of the lab
      Decide which key is yours. Schedule the deletion of the others, or delete their aliases.

      Then at most one key in use has such an alias

    Scenario: The key is symmetric and encrypts and decrypts
      The type and the usage of a key cannot be changed. Create another key, symmetric, to encrypt
      and decrypt, and move the alias to it.

      Given the lab key
      Then it is symmetric
      And its key usage is encrypt and decrypt

  Rule: Step 2 of the lab

    Scenario: The table exists
      Create a DynamoDB table with the name demo-kms in the same Region as the key.

      Given the lab is not cleaned up yet
      Then the table "demo-kms" exists

    Scenario: The partition key is appuser, a string
      The partition key cannot be changed, and its name is case-sensitive. Delete the table and
      create it again, with the partition key appuser, a string, and no sort key.

      Given the lab table
      Then its partition key is "appuser", a string, and it has no sort key

  Rule: Step 4 of the lab

    Scenario: The table has an item
      Run the encrypt script with a password and the key id, and note the user number.

      Given the lab table with its partition key
      Then it has at least one item

    Scenario: Each item has its ciphertext in userpasswd, as binary data
      Store the ciphertext blob in the attribute userpasswd as AWS KMS returns it: binary data,
      not text. Encrypt the password again.

      Given the items
      Then each item has binary data in "userpasswd"

  Rule: Step 5 of the lab

    Scenario: No item contains readable text
      AWS KMS must encrypt the password before you store it; an encoding such as Base64 does not
      protect it. Delete the item and encrypt the password again.

      Given the items with binary data
      Then no item contains readable text, in Base64 or without

    Scenario: Each ciphertext is encrypted under the lab key
      Name the lab key when you encrypt, and store the ciphertext blob that AWS KMS returns.
      Delete the item and encrypt the password again.

      Given the items without readable text
      And the lab key is enabled
      Then each item decrypts under the lab key

  Rule: Step 7 of the lab

    Scenario: The key is pending deletion
      Schedule the deletion of the key after all other steps except the last.

      Given the lab key
      And the lab has encrypted a password with it
      Then it is pending deletion

    Scenario: The waiting period is 7 days
      Cancel the deletion and schedule it again with a waiting period of 7 days; the default of
      AWS KMS is 30 days.

      Given the lab key is pending deletion
      Then AWS KMS deletes it in at most 7 days

  Rule: Step 8 of the lab

    Scenario: The table is deleted
      Delete the table. Its items are deleted with it.

      Given the lab key is pending deletion
      Then the table "demo-kms" does not exist
