@check
Feature: How far the lab has come
  Each scenario looks at one thing that the lab asks for, changes nothing, and says what to do
  next. Reading the scripts and decrypting the password leave no trace, so nobody can look at
  whether they were done.

  Rule: 1. Create the key

    Scenario: A key has the lab's alias
      Create a symmetric key and give it an alias: demo-kms- and a suffix of your choice.

      Then an alias of a key begins with "demo-kms-" and goes on

    Scenario: No other key has one
      Decide which key is yours. Schedule the deletion of the others, or delete their aliases.

      Then no two keys in use have such an alias

    Scenario: The key is symmetric and encrypts and decrypts
      The kind of a key cannot be changed. Create another, symmetric, to encrypt and decrypt, and
      move the alias to it.

      Given the lab's key
      Then it is symmetric
      And it encrypts and decrypts

  Rule: 2. Create the table

    Scenario: The table is there
      Create a DynamoDB table with the name demo-kms in the same Region as the key.

      Given the lab is not cleaned up
      Then there is a table with the name "demo-kms"

    Scenario: The partition key is appuser, a string
      The partition key cannot be changed, and capital letters count. Delete the table and create
      it again, with the partition key appuser, a string, and no sort key.

      Given the lab's table
      Then its only key is "appuser", a string

  Rule: 4. Encrypt a password

    Scenario: The table has an item
      Run the encrypt script with a password and the key id, and note the user number.

      Given the lab's table with its key
      Then it has at least one item

    Scenario: Each item has its ciphertext under userpasswd, as binary data
      The ciphertext goes into the attribute userpasswd, as it came from AWS KMS: binary data, not
      text. Store the password again.

      Given the items
      Then each has binary data under "userpasswd"

  Rule: 5. Verify the ciphertext

    Scenario: No item can be read
      The password must be encrypted by AWS KMS before it is stored; an encoding such as Base64
      hides nothing. Delete the item and store the password again.

      Given the items with binary data
      Then none can be read as text, in Base64 or without

    Scenario: Each ciphertext is under the lab's key
      Name the lab's key when you encrypt, and store what AWS KMS answers. Delete the item and
      store the password again.

      Given the items that nobody can read
      And the lab's key works
      Then each decrypts under the lab's key

  Rule: 7. Schedule the key's deletion

    Scenario: The key is pending deletion
      Once all else is done, schedule the deletion of the key.

      Given the lab's key
      And it has served its purpose
      Then it is pending deletion

    Scenario: The waiting period is 7 days
      Cancel the deletion and schedule it again, with a waiting period of 7 days; without one,
      AWS KMS takes 30.

      Given the lab's key is pending deletion
      Then it will be deleted in at most 7 days

  Rule: 8. Delete the table

    Scenario: The table is gone
      Delete the table, and with it all items.

      Given the lab's key is pending deletion
      Then there is no table with the name "demo-kms"
