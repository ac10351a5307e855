@program @scripts
Feature: The two scripts
  The class reads two short scripts aloud, runs them, and sees the whole idea: one encrypts
  and stores, the other fetches and decrypts. They use the AWS SDK for Python and nothing
  of ours. Whoever writes two of their own, in any language, is held to the same text; what
  helps where they fall short stands under each scenario.

  Background:
    Given the key
    And the table

  Rule: They print what the lab says

    Scenario: The encrypt script gives a user number
      Print the two lines of the lab, letter by letter, to standard output and nothing else; the
      second one says the user number that is stored.

      When I run the encrypt script with a password
      Then it prints the lab's lines for encrypting

    Scenario: The decrypt script gives the password back
      Fetch the item of the user, have AWS KMS decrypt its ciphertext, and print the two lines of
      the lab, letter by letter, with the plaintext as text.

      Given a password stored by the encrypt script
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password

    Scenario: Two runs give two users
      Draw a new user number at random in each run, from 10001 to 99998, and put the item on the
      condition that there is none with this number.

      Given a password stored by the encrypt script
      When I run the encrypt script with the password
      Then the table has an item for each of two users

  Rule: They store ciphertext and nothing else

    Scenario: The ciphertext is binary data under userpasswd
      Store two attributes: appuser, a string, with the user number, and userpasswd, of type
      Binary (B), with the bytes that AWS KMS answers, not encoded as text.

      Given a password stored by the encrypt script
      Then the item has binary data under "userpasswd"

    Scenario: Nobody who reads the table can read the password
      Base64, compression or a cipher of one's own hide nothing. Have AWS KMS encrypt the password
      and store what it answers, and no more.

      Given a password stored by the encrypt script
      Then no attribute of the item shows the password

    Scenario: The key that is named encrypts it
      Give the key id from the command line to the Encrypt operation of AWS KMS, and store the
      ciphertext blob that it answers; use no encryption context, or appuser alone.

      Given another key
      And a password stored by the encrypt script
      Then AWS KMS decrypts what is stored under the key that I named

  Rule: They keep every password as it is

    Scenario Outline: A password <unusual> comes back unchanged
      Take the argument as it comes: no shell in between that splits it, no option parser that
      takes it for its own, UTF-8 on the way in and out, and room for 4,096 bytes.

      Given two scripts that work
      And a password <unusual>
      When I run the encrypt script with the password
      And I run the decrypt script for the user
      Then it gives the password back

      Examples:
        | unusual                          |
        | with spaces and quotes in it     |
        | that looks like an option        |
        | with accents and emoji in it     |
        | of 4,096 bytes                   |

  Rule: The password is in the answer and nowhere else

    Scenario: The scripts leave the password nowhere
      Remove what was written or printed to find a mistake: no log, no temporary file, no line
      about the password but the last one of the decrypt script.

      Given two scripts that work
      And a password stored by the encrypt script
      When I run the decrypt script for the user
      Then only its answer shows the password
      And no file that they wrote shows the password

    Scenario: Another machine can decrypt
      Keep nothing in files that the decrypt script needs: it finds the ciphertext in the table,
      and AWS KMS finds the key.

      Given two scripts that work
      And a password stored by the encrypt script
      When I run the decrypt script for the user on another machine
      Then it gives the password back

    Scenario: Without the key nobody gets the password
      Ask AWS KMS each time. A password that was kept from an earlier run, or that comes back
      without AWS KMS, is one that nobody protects.

      Given two scripts that work
      And a password stored by the encrypt script
      And the key is disabled
      When I run the decrypt script for the user
      Then it does not print the password

  Rule: They do not hide a failure

    Scenario Outline: The <script> script, given <mistake>, fails and says why
      Look at the number of arguments and at the errors of AWS. Say in a sentence what went wrong,
      to standard error, and end with an exit code that is not 0.

      When I run the <script> script with <mistake>
      Then the script fails and says why

      Examples:
        | script  | mistake                   |
        | encrypt | no arguments              |
        | encrypt | a key that does not exist |
        | decrypt | no arguments              |
        | decrypt | a user that nobody stored |

  Rule: They and the library read each other's items

    @ours
    Scenario: The library reveals what the script stored
      Given a password stored by the encrypt script
      Then the item holds the user number and the ciphertext, and nothing else
      And the password comes back unchanged

    @ours
    Scenario: The script decrypts what the library stored in the plain form
      Given a password stored in the plain form of the scripts
      When I run the decrypt script for the user
      Then it prints the lab's lines for decrypting, with the password
      And it writes nothing to standard error

    @ours
    Scenario: The script cannot decrypt what has an encryption context
      Given a stored password
      When I run the decrypt script for the user
      Then the script fails and says why
