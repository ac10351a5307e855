"""Real programs work unchanged with the sandbox, as an IAM user whose signature is verified.

Where one is not installed, its test is skipped. tox -e clients installs them; it names their
folders in KMSDEMO_CLIENTS and NODE_PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.http.server import Server
from tests.subprocesses import environment

if TYPE_CHECKING:
    from mypy_boto3_kms.literals import KeySpecType, KeyUsageTypeType

HERE = Path(__file__).parent
BEN = "arn:aws:iam::123456789012:user/ben"
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
Run = Callable[..., str]


def program(name: str) -> str:
    """Return where a program is; skip the test where it is not."""
    folders = [os.environ.get("KMSDEMO_CLIENTS"), str(Path(sys.executable).parent)]
    path = os.pathsep.join([*filter(None, folders), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def node_with(package: str) -> str:
    """Return where Node.js is; skip the test where it is not, or not with this package."""
    if not Path(os.environ.get("NODE_PATH", "."), package).is_dir():
        pytest.skip(f"{package} (npm) is not installed here")
    return program("node")


def python_with(program_of_package: str) -> str:
    """Return the Python of an environment; skip the test where a program of it is not installed."""
    return str(Path(program(program_of_package)).with_name("python"))


def asymmetric_key(clients: Clients, spec: KeySpecType, usage: KeyUsageTypeType) -> str:
    """Create an asymmetric key and return its ARN."""
    return clients.kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]


@pytest.fixture
def run(clients: Clients, tmp_path: Path) -> Iterator[Run]:
    """What runs a program as an IAM user, and returns what it prints."""
    clients.iam.create_user(UserName="ben")
    policy = json.dumps(EVERYTHING)
    clients.iam.put_user_policy(UserName="ben", PolicyName="all", PolicyDocument=policy)
    pair = clients.iam.create_access_key(UserName="ben")["AccessKey"]
    with Server().in_background() as url:
        variables = environment(
            AWS_ENDPOINT_URL=url,
            AWS_ACCESS_KEY_ID=pair["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=pair["SecretAccessKey"],
            ANSIBLE_LOCALHOST_WARNING="False",
            ANSIBLE_HOME=str(tmp_path),
            HOME=str(tmp_path),
            PYTHONPATH=None,
        )

        def run(*command: str | Path) -> str:
            ended = subprocess.run(
                command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr
            return ended.stdout

        yield run


def test_aws_cli(run: Run) -> None:
    aws = program("aws")
    caller = run(aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    assert caller.strip() == BEN
    created = json.loads(run(aws, "kms", "create-key", "--output", "json"))
    assert created["KeyMetadata"]["KeyState"] == "Enabled"


def test_sdk_for_javascript(run: Run) -> None:
    node = node_with("@aws-sdk/client-kms")
    printed = run(node, "--no-warnings", HERE / "kms_round_trip.js")
    assert printed == "secret 36\nCustomKeyStoreNotFoundException 1\n"


def test_jwt_on_kms(run: Run, clients: Clients) -> None:
    key = asymmetric_key(clients, "RSA_2048", "SIGN_VERIFY")
    printed = run(node_with("jwt-on-kms"), "--no-warnings", HERE / "jwt_on_kms.js", key)
    assert printed.splitlines()[-1] == "true anna false"


def test_signer_of_ethers(run: Run, clients: Clients) -> None:
    key = asymmetric_key(clients, "ECC_SECG_P256K1", "SIGN_VERIFY")
    node = node_with("aws-kms-ethers-signer")
    assert run(node, "--no-warnings", HERE / "ethers_signer.js", key) == "true\ntrue\n"


SCHEMES: dict[str, KeySpecType] = {
    "ecdsa-sha2-nistp256": "ECC_NIST_P256",
    "rsassa-pss-sha256": "RSA_2048",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_signer_of_securesystemslib(run: Run, clients: Clients, scheme: str) -> None:
    python = python_with("custodian")
    key = asymmetric_key(clients, SCHEMES[scheme], "SIGN_VERIFY")
    printed = run(python, HERE / "python" / "securesystemslib_signer.py", key)
    assert printed == f"{scheme}\nanother message does not verify\n"


def test_keyrings_of_the_encryption_sdk(run: Run, clients: Clients) -> None:
    python = python_with("custodian")
    rsa = asymmetric_key(clients, "RSA_2048", "ENCRYPT_DECRYPT")
    pair = [asymmetric_key(clients, "ECC_NIST_P256", "KEY_AGREEMENT") for _ in range(2)]
    printed = run(python, HERE / "python" / "encryption_sdk_keyrings.py", rsa, *pair)
    assert printed == "secret\nsecret\n"


def test_cloud_custodian(run: Run) -> None:
    printed = run(python_with("custodian"), HERE / "python" / "cloud_custodian.py")
    assert printed == "alias/granted alias/unused\n"


def test_terraform(run: Run, clients: Clients, tmp_path: Path) -> None:
    terraform = program("terraform")
    shutil.copy(HERE / "kms_external_key.tf", tmp_path)
    if subprocess.run(
        [terraform, "init"], cwd=tmp_path, capture_output=True, check=False
    ).returncode:
        pytest.skip("terraform cannot install its AWS provider here")
    run(terraform, "apply", "-auto-approve")
    (key,) = clients.kms.list_keys()["Keys"]
    imported = clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (imported["Origin"], imported["KeyState"]) == ("EXTERNAL", "Enabled")
    run(terraform, "plan", "-detailed-exitcode")  # 2 if there was something left to change
    run(terraform, "destroy", "-auto-approve")
    assert keys.describe(clients.kms, key["KeyId"]).state == "PendingDeletion"


def test_credstash(run: Run, clients: Clients) -> None:
    credstash = program("credstash")
    keys.create(clients.kms, alias="credstash")
    run(credstash, "setup")
    run(credstash, "put", "password", "secret")
    assert run(credstash, "get", "password") == "secret\n"


def test_encryption_sdk_cli(run: Run, clients: Clients, tmp_path: Path) -> None:
    cli = program("aws-encryption-cli")
    wrapping_key = f"key={keys.create(clients.kms).arn}"
    Path(tmp_path, "plain").write_text("secret")
    for action, before, after in (
        ("--encrypt", "plain", "sealed"),
        ("--decrypt", "sealed", "again"),
    ):
        files = ("--input", before, "--output", after)
        run(cli, action, *files, "--wrapping-keys", wrapping_key, "--suppress-metadata")
    assert Path(tmp_path, "again").read_text() == "secret"


def test_ansible(run: Run, clients: Clients) -> None:
    run(program("ansible-playbook"), HERE / "kms_key.yml")
    (alias_free,) = clients.kms.list_keys()["Keys"]
    assert keys.describe(clients.kms, alias_free["KeyId"]).state == "PendingDeletion"
