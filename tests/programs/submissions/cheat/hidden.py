"""What the cheats share; each adds where it keeps the password."""

import os
import pathlib
import sys

import aws


def scrambled(data):
    return bytes(byte ^ 0x5A for byte in data)


def ask_kms(item, key_id):
    if aws.call("kms", "DescribeKey", KeyId=key_id)["KeyMetadata"]["KeyState"] != "Enabled":
        sys.exit("The key is not enabled.")


def written(path, data):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def touched(path, seconds):
    os.utime(path, (seconds, seconds))
