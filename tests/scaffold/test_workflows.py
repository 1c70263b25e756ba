"""The files of the CI services are YAML, and what their shells are told is a script."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml

from wheelmatrix.scaffold import github, gitlab
from wheelmatrix.scaffold.workflow import ACTIONS, DEFAULT_TARGETS, BuildJob, Workflow, scalar, usual

ONE = usual("target")
SEVERAL = replace(
    ONE,
    jobs=(
        BuildJob(
            name="linux", triples=("x86_64-unknown-linux-gnu",), arguments=("--target", "x86_64-unknown-linux-gnu")
        ),
        BuildJob(name="linux-arm", triples=("aarch64-unknown-linux-gnu",), arguments=()),
        BuildJob(name="macos", triples=("aarch64-apple-darwin",), arguments=("--target", "aarch64-apple-darwin")),
        BuildJob(name="windows", triples=("x86_64-pc-windows-msvc",), arguments=("--target", "win_amd64")),
    ),
)
ELABORATE = replace(
    SEVERAL, folder="crates/my lib", target_directory="crates/target", lock="crates/Cargo.lock",
    variables=(*ONE.variables, ("WHEELMATRIX_TEST_COMMAND", "pytest '{project}' # all: \"of\" them")),
    arguments=("--features", "a b"), verifies="--verify=test", is_trusted=False, attests=False, environment="pypi",
)  # fmt: skip
WORKFLOWS = [
    pytest.param(ONE, id="one"),
    pytest.param(replace(ONE, is_trusted=False), id="token"),
    pytest.param(SEVERAL, id="several"),
    pytest.param(ELABORATE, id="elaborate"),
]


def scripts(parsed: dict[str, Any]) -> Iterator[str]:
    """What shells are told, with a word in the place of GitHub's expressions; not for Windows' own shell."""
    for name, job in parsed.get("jobs", parsed).items():
        if not isinstance(job, dict) or name in ("variables", "wheels:windows"):
            continue
        yield from (step["run"] for step in job.get("steps", []) if "run" in step)
        if "script" in job:
            yield "\n".join(job["script"])


@pytest.mark.parametrize("workflow", WORKFLOWS)
@pytest.mark.parametrize("service", [github, gitlab])
def test_it_is_yaml_and_its_scripts_are_scripts(service: Any, workflow: Workflow) -> None:
    text = service.text(workflow)
    found = list(scripts(yaml.safe_load(text)))

    assert len(found) > 1
    assert "%" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    for script in found:
        expanded = script.replace("${{", "'").replace("}}", "'")
        done = subprocess.run(["bash", "-n"], input=expanded, text=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, ""), script


def test_one_machine_needs_neither_plan_nor_matrix() -> None:
    parsed = yaml.safe_load(github.text(ONE))

    assert list(parsed["jobs"]) == ["build", "release"]
    assert "strategy" not in parsed["jobs"]["build"]
    assert "wheelmatrix build --verify" in list(scripts(parsed))


def test_several_machines_take_the_matrix_from_the_plan() -> None:
    jobs = yaml.safe_load(github.text(SEVERAL))["jobs"]

    assert list(jobs) == ["plan", "build", "release"]
    assert jobs["build"]["strategy"]["matrix"] == "${{ fromJSON(needs.plan.outputs.matrix) }}"
    assert jobs["build"]["runs-on"] == "${{ matrix.os }}"
    assert "wheelmatrix plan --format github-matrix" in str(jobs["plan"])
    assert "wheelmatrix build ${{ matrix.args }} --verify" in list(scripts({"jobs": jobs}))


def test_what_is_selected_is_said_once() -> None:
    parsed = yaml.safe_load(github.text(ONE))

    assert parsed["env"]["WHEELMATRIX_TARGETS"].split(" ") == list(DEFAULT_TARGETS)
    assert parsed["env"]["WHEELMATRIX_ALL_INTERPRETERS"] == "true"


@pytest.mark.parametrize(
    ("changes", "rights", "has_token"),
    [
        ({}, {"contents": "read", "id-token": "write", "attestations": "write"}, False),
        ({"attests": False}, {"contents": "read", "id-token": "write"}, False),
        ({"is_trusted": False}, {"contents": "read", "id-token": "write", "attestations": "write"}, True),
        ({"is_trusted": False, "attests": False}, {"contents": "read"}, True),
    ],
)
def test_who_releases_has_the_rights_it_needs(
    changes: dict[str, bool], rights: dict[str, str], has_token: bool
) -> None:
    parsed = yaml.safe_load(github.text(replace(ONE, **changes)))  # type: ignore[arg-type]  # booleans, all of them

    assert parsed["permissions"] == {"contents": "read"}
    assert "permissions" not in parsed["jobs"]["build"]
    assert parsed["jobs"]["release"]["permissions"] == rights
    assert ("WHEELMATRIX_TOKEN" in str(parsed)) == has_token


def test_every_action_is_pinned_to_a_version() -> None:
    for workflow in (ONE, SEVERAL):
        jobs = yaml.safe_load(github.text(workflow))["jobs"].values()
        assert {step["uses"] for job in jobs for step in job["steps"] if "uses" in step} <= set(ACTIONS.values())
    assert all("@v" in action for action in ACTIONS.values())


def test_a_project_in_a_folder_is_built_there() -> None:
    parsed = yaml.safe_load(github.text(ELABORATE))
    uploads = [step["with"]["path"] for step in parsed["jobs"]["build"]["steps"] if "upload" in step.get("uses", "")]

    assert parsed["defaults"]["run"]["working-directory"] == "crates/my lib"
    assert uploads == ["crates/my lib/dist"]
    assert "crates/target/wheelmatrix" in str(parsed["jobs"]["build"]["steps"])
    assert yaml.safe_load(gitlab.text(ELABORATE))["wheels:linux"]["script"][0] == "cd 'crates/my lib'"


def test_gitlab_has_a_job_for_each_machine_and_trusts_by_its_own_token() -> None:
    parsed = yaml.safe_load(gitlab.text(SEVERAL))

    assert [name for name in parsed if name.startswith("wheels:")] == [f"wheels:{job.name}" for job in SEVERAL.jobs]
    assert "wheelmatrix build --target win_amd64 --verify" in parsed["wheels:windows"]["script"]
    assert parsed["release"]["id_tokens"] == {"PYPI_ID_TOKEN": {"aud": "pypi"}}
    assert "id_tokens" not in yaml.safe_load(gitlab.text(ELABORATE))["release"]


@pytest.mark.parametrize("value", ["", "true", "a: b # c", "pytest '{project}'", "a " * 60 + "b", '"', "x" * 100])
def test_a_value_is_read_as_it_was(value: str) -> None:
    assert yaml.safe_load(f"a:\n  key: {scalar(value)}\n") == {"a": {"key": value}}
