@program @scripts
Feature: The two scripts
  The class reads two short scripts aloud and runs them: one encrypts a password and stores the
  ciphertext, the other gets the ciphertext and decrypts it. They use the AWS SDK for Python and
  nothing of kmsdemo. Scripts of your own, in any language, can be graded with the same scenarios;
  the text under each scenario says how to fix what fails.

  Background:
    Given the two scripts, with a key and a table

  Rule: They print the lines of the lab

    Scenario: The encrypt script prints a user number
      Print exactly the two lines of the lab to standard output. The second line contains the user
      number under which the password is stored.

      When I run the encrypt script with a password
      Then it prints the lab's lines for encrypting

    Scenario: The decrypt script prints the password
      Get the item of the user, decrypt its ciphertext with AWS KMS, and print exactly the two
      lines of the lab, with the plaintext as text.

      Given a password encrypted by the encrypt script
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password

    Scenario: Two runs create two users
      Draw a new random user number from 10001 to 99998 in each run. Put the item only if no item
      with this number exists.

      Given a password encrypted by the encrypt script
      When I run the encrypt script with another password
      Then the table has an item for each of two users

  Rule: They store only ciphertext

    Scenario: AWS stores the password nowhere
      Base64, compression or a cipher of your own do not protect a password. Encrypt it with AWS
      KMS, and store only the ciphertext blob that it returns. Store nothing else of the
      password in an attribute, a tag, an alias or a description.

      Given a password stored by the encrypt script
      Then nothing that is stored in AWS contains the password

    Scenario: The ciphertext is encrypted under the given key
      Pass the key id from the command line to the Encrypt or the GenerateDataKey operation of AWS
      KMS, and store the ciphertext blob that it returns.

      Given a password stored by the encrypt script
      Then AWS KMS has encrypted it under the given key

    Scenario: The ciphertext is binary data in userpasswd
      Store two attributes: appuser, a string, with the user number, and userpasswd, of type
      Binary (B), with the ciphertext blob that AWS KMS returns, not encoded as text.

      Given a password encrypted by the encrypt script
      Then the item has binary data in "userpasswd"

  Rule: AWS KMS decrypts each password

    @watched
    Scenario: The decrypt script asks AWS KMS
      Call the Decrypt operation of AWS KMS in each run, with the ciphertext blob of the item.

      Given a password that the decrypt script prints
      Then it has asked AWS KMS to decrypt what the table contains

    @watched
    Scenario: The decrypt script decrypts what it has never seen
      Keep nothing that the decrypt script needs outside of the item: no file, no other table, no
      tag. It gets the ciphertext from the table, and AWS KMS has the key.

      Given two scripts that work
      And a password that is stored in the same form by somebody else
      When I run the decrypt script for the user on another machine
      Then it prints the password

    @watched
    Scenario: The password comes from AWS KMS
      Print the plaintext that Decrypt returns. A password that is kept elsewhere, or that is
      decrypted without AWS KMS, is not protected.

      Given two scripts that work
      When I run the decrypt script while AWS KMS returns something else
      Then it does not print the password

    Scenario: Without the key nobody gets the password
      Call AWS KMS each time. A password that is kept from an earlier run, or that is decrypted
      without AWS KMS, is not protected.

      Given two scripts that work
      When I run the decrypt script while the key is disabled
      Then it does not print the password

  Rule: They keep each password unchanged

    Scenario Outline: A password <unusual> stays unchanged
      Use the argument unchanged: call no shell that splits it, do not parse it as an option, use
      UTF-8 for input and output, and accept 4,096 bytes.

      Given two scripts that work
      And a password <unusual>
      When I run the encrypt script with the password
      And I run the decrypt script for the user
      Then it prints the password

      Examples:
        | unusual                          |
        | with spaces and quotes in it     |
        | that looks like an option        |
        | with accents and emoji in it     |
        | of 4,096 bytes                   |

  Rule: Only the output of the decrypt script contains the password

    Scenario: The scripts write the password nowhere else
      Remove debugging output: no log, no temporary file, and no line that contains the password
      except the last line of the decrypt script.

      Given two scripts that work
      Then only the output of the decrypt script contains the password, and only once
      And no file that they wrote contains the password

  Rule: Beyond the lab: they report errors

    @beyond
    Scenario Outline: The <script> script with <mistake> fails and says why
      Check the number of arguments, and handle the errors that AWS returns. Print a message that
      says what is wrong to standard error, and exit with a code that is not 0.

      Given two scripts that work
      When I run the <script> script with <mistake>
      Then the script fails and says why

      Examples:
        | script  | mistake         |
        | encrypt | no arguments    |
        | encrypt | an unknown key  |
        | decrypt | no arguments    |
        | decrypt | an unknown user |

  Rule: Beyond the lab: they protect each user

    @beyond @watched
    Scenario: A user number that is in use is not overwritten
      Put the item only if no item with this number exists, with a condition expression:
      attribute_not_exists(appuser). Reading first is not enough, since another run may store the
      number in between.

      Given two scripts that work
      When the encrypt script draws a user number that is in use
      Then the password of the other user is still there

    @beyond @watched @theirs
    Scenario: The ciphertext has an encryption context
      Pass an encryption context to Encrypt and to Decrypt, such as the user number: then a
      ciphertext that is copied to another user's item does not decrypt.

      Given two scripts that work
      Then AWS KMS has encrypted the password with an encryption context

  Rule: The scripts and the library can read the same items

    @ours
    Scenario: The library decrypts what the script encrypted
      Given a password encrypted by the encrypt script
      Then the item contains only the user number and the ciphertext
      And the password decrypts unchanged

    @ours
    Scenario: The script decrypts what the library encrypted without encryption context
      Given a password encrypted without encryption context
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password
      And it writes nothing to standard error

    @ours
    Scenario: The script cannot decrypt what has an encryption context
      Given an encrypted password
      When I run the decrypt script for the user
      Then the script fails and says why
