"""The suite as a whole: what pytest shows of it, and that its scenarios stand alone."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path

import pytest

from kmsdemo.backends.divergences import DIVERGENCES
from kmsdemo.backends.moto import Moto
from kmsdemo.lesson.guide import verdict
from tests.subprocesses import PYTEST, ROOT, run_python

FEATURES = sorted((ROOT / "features").glob("*.feature"))
EXAMPLE_ROW = re.compile(r"^\s*\|\s*(.*?)\s*\|$", re.MULTILINE)


def scenario_names() -> list[str]:
    text = "\n".join(feature.read_text(encoding="utf-8") for feature in FEATURES)
    return re.findall(r"^\s*Scenario(?: Outline)?: (.*)$", text, re.MULTILINE)


def test_no_two_scenarios_have_the_same_name() -> None:
    names = scenario_names()
    assert len(names) > 60
    assert sorted(names) == sorted(set(names))


def test_a_divergence_is_about_scenarios_that_exist() -> None:
    patterns = [re.sub(r"\\?<\w+\\?>", ".+", re.escape(known)) for known in scenario_names()]
    for name in chain.from_iterable(known.scenarios for known in DIVERGENCES):
        assert any(re.fullmatch(pattern, name) for pattern in patterns), name


def test_a_divergence_names_the_page_that_documents_aws() -> None:
    page = r"https://docs\.aws\.amazon\.com/kms/latest/\S+\.html"
    assert [known for known in DIVERGENCES if not re.fullmatch(page, known.link)] == []


def test_the_default_backend_passes_every_scenario() -> None:
    assert "moto" not in {known.backend for known in DIVERGENCES}
    assert Moto.unsupported_tags == {}


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.stem)
def test_a_feature_is_prose(feature: Path) -> None:
    text = feature.read_text(encoding="utf-8")
    assert not re.search(r"arn:aws|[{}]|boto|\bdef\b|https?:", text)
    assert re.search(r"^Feature: [A-Z][^\n]+\n  \S", text, re.MULTILINE), "says why"


def test_every_feature_is_bound() -> None:
    modules = (ROOT / "features").glob("test_*.py")
    bound = "".join(module.read_text(encoding="utf-8") for module in modules)
    assert [feature.name for feature in FEATURES if f'"{feature.name}"' not in bound] == []


def test_a_password_that_no_scenario_can_use_is_a_usage_error() -> None:
    finished = run_python(*PYTEST, "features", "--password=hunte")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--password: takes 6 to 4,096 bytes" in finished.stderr
    assert "hunte" not in finished.stdout + finished.stderr


def test_the_options_and_markers_are_shown() -> None:
    shown = run_python("-m", "pytest", "--help").stdout
    assert "--backend={aws,endpoint,localstack,moto}" in shown
    markers = run_python("-m", "pytest", "--markers").stdout
    assert "@pytest.mark.lab: the eight steps of the lab" in markers
    assert "@pytest.mark.program: starts other programs" in markers


def test_an_unknown_backend_is_a_usage_error() -> None:
    finished = run_python("-m", "pytest", "--backend=mars")
    assert finished.returncode == 4
    assert "invalid choice: 'mars'" in finished.stderr


def test_a_clone_that_cannot_be_written_to_needs_no_cache() -> None:
    no_folder = "cache_dir=/dev/null/cache"
    finished = run_python("-m", "pytest", "-o", no_folder, "features", "-k", "create_the_key")
    assert finished.returncode == 0, finished.stdout


def test_a_divergence_that_is_fixed_is_noticed(tmp_path: Path) -> None:
    """A strict expected failure that passes is a failure."""
    conftest = (ROOT / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        conftest.replace("divergences.find(backend.name, scenario.name)", '"moto is wrong"')
    )
    (tmp_path / "test_right.py").write_text(
        "from pytest_bdd import scenarios\n"
        f"scenarios({str(ROOT / 'features' / 'create_table.feature')!r})\n"
    )
    finished = run_python(*PYTEST, tmp_path, folder=tmp_path)
    assert finished.returncode == 1
    assert "XPASS(strict)" in finished.stdout


def run_part(*options: str) -> None:
    part = "-kthe_password_decrypts_unchanged or the_table_can_be_deleted or deleting_the_table"
    finished = run_python(*PYTEST, "features", part, *options)
    assert finished.returncode == 0, finished.stdout


@pytest.fixture(scope="module")
def in_two_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the reports of a run in two processes."""
    folder = tmp_path_factory.mktemp("reports")
    run_part("-n2", f"--junitxml={folder / 'junit.xml'}", f"--guide={folder / 'guide.html'}")
    return folder


def test_a_run_in_two_processes_reports_as_junit_xml(in_two_processes: Path) -> None:
    junit = (in_two_processes / "junit.xml").read_text()
    assert sorted(re.findall(r'<testcase [^>]*name="([^"]+)"', junit)) == [
        "test_deleting_the_table_deletes_the_passwords_in_it",
        "test_the_password_decrypts_unchanged",
        "test_the_table_can_be_deleted_twice",
    ]


def test_a_run_in_two_processes_has_one_verdict(in_two_processes: Path) -> None:
    run = verdict.read(in_two_processes / "guide.html")
    assert (run.backend, run.summary) == ("moto", "3 passed")
    assert run.versions["Python"]


def test_a_part_runs_alone_and_reports_as_cucumber_json(tmp_path: Path) -> None:
    report = tmp_path / "cucumber.json"
    run_part(f"--cucumberjson={report}")
    features = json.loads(report.read_text())
    assert {feature["name"] for feature in features} == {"Clean up", "Decrypt the password"}


def test_the_aws_configuration_of_the_user_is_ignored(tmp_path: Path) -> None:
    """A profile, an endpoint or a proxy of the user must not reach the embedded account."""
    finished = run_python(
        *(*PYTEST, "features", "-kencrypt_script_prints"),
        variables={
            "AWS_PROFILE": "none-such",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_REGION": "eu-north-1",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "HTTPS_PROXY": "http://127.0.0.1:9",
        },
    )
    assert finished.returncode == 0, finished.stdout
    assert "1 passed" in finished.stdout


def test_ctrl_c_causes_no_resource_warning(tmp_path: Path) -> None:
    (tmp_path / "test_cut.py").write_text(
        "import socket\n"
        "def test_cut():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        cut_off = socket.create_connection(server.getsockname())\n"
        "    raise KeyboardInterrupt\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    plugin = "-pkmsdemo.suite.interruption"
    finished = run_python(*PYTEST, plugin, tmp_path, folder=tmp_path)
    assert finished.returncode == pytest.ExitCode.INTERRUPTED
    assert "Traceback" not in finished.stdout + finished.stderr
