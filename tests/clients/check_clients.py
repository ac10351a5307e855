"""Real programs work against the sandbox as they are, as an IAM user whose signature is verified.

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

import pytest

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.http.server import Server
from tests.subprocesses import environment

HERE = Path(__file__).parent
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
    assert run(aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text").strip() == (
        "arn:aws:iam::123456789012:user/ben"
    )
    created = json.loads(run(aws, "kms", "create-key", "--output", "json"))
    assert created["KeyMetadata"]["KeyState"] == "Enabled"


def test_sdk_for_javascript(run: Run) -> None:
    node = program("node")
    if not Path(os.environ.get("NODE_PATH", "."), "@aws-sdk", "client-kms").is_dir():
        pytest.skip("@aws-sdk/client-kms is not installed here")
    printed = run(node, "--no-warnings", HERE / "kms_round_trip.js")
    assert printed == "secret 36\nCustomKeyStoreNotFoundException 1\n"


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
