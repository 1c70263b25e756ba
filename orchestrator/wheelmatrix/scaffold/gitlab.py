"""A pipeline of GitLab: a job for each system that has to build, and one that releases."""

import shlex
from collections.abc import Iterable
from string import Template

from wheelmatrix.scaffold.workflow import MARK, SDIST_COMMAND, BuildJob, Workflow, scalar

PATH = ".gitlab-ci.yml"
"""Where GitLab looks for it."""

RUNNERS = {
    "linux": "  image: rust:1-trixie\n",
    "linux-arm": "  image: rust:1-trixie\n  tags: [saas-linux-small-arm64]\n",
    "macos": "  image: macos-15-xcode-16\n  tags: [saas-macos-medium-m1]\n",
    "windows": "  tags: [saas-windows-medium-amd64]\n",
}
"""Name of a job to what its machine is called. Source: GitLab docs, "Hosted runners", 2026-11-27; none was tried."""

_APT = "apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-venv"
_RUSTUP = "curl --proto '=https' -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal && . \"$CARGO_HOME/env\""
_VENV = ("python3 -m venv /tmp/venv", ". /tmp/venv/bin/activate")
_PREPARE: dict[str, tuple[str, ...]] = {
    "linux": (_APT, *_VENV),
    "linux-arm": (_APT, *_VENV),
    "macos": (_RUSTUP, *_VENV),
    "windows": (
        "choco install -y --no-progress python3 rustup.install",
        "Import-Module $env:ChocolateyInstall\\helpers\\chocolateyProfile.psm1; Update-SessionEnvironment",
        '$env:Path += ";$env:CARGO_HOME\\bin"',
    ),
}

_HEAD = """\
# $mark gitlab`: run that again when the targets of the project change.
stages: [build, release]

variables:
$variables
"""
_JOB = """\

$title:
  stage: build
$machine  cache:
    key:
      prefix: wheels-$name
      files: [${lock}]
    paths:
      - $target/cargo-home/registry/index
      - $target/cargo-home/registry/cache
      - $target/cargo-home/git/db
      - $target/wheelmatrix
      - $target/machine
  script:
$script  artifacts:
    paths: [${folder}dist]
"""
_RELEASE = """\

release:
  stage: release
$machine  rules:
    - if: $$CI_COMMIT_TAG
$environment$token  script:
$script"""
_IDENTITY = """\
  id_tokens:
    PYPI_ID_TOKEN:
      aud: pypi
"""


def text(workflow: Workflow) -> str:
    """Return the file. Source: GitLab docs, "CI/CD YAML syntax reference"."""
    target = f"$CI_PROJECT_DIR/{workflow.target_directory}"
    variables = (
        *workflow.variables,
        ("CARGO_HOME", f"{target}/cargo-home"),  # GitLab caches nothing outside of the checkout
        ("WHEELMATRIX_CACHE_DIR", f"{target}/machine"),
    )
    lines = "".join(f"  {name}: {scalar(value)}\n" for name, value in variables)
    head = Template(_HEAD).substitute(mark=MARK, variables=lines.rstrip("\n"))
    jobs = (_job(workflow, job, is_first=place == 0) for place, job in enumerate(workflow.jobs))
    return head + "".join(jobs) + _release(workflow)


def _job(workflow: Workflow, job: BuildJob, *, is_first: bool) -> str:
    arguments = () if len(workflow.jobs) == 1 else job.arguments
    commands = (
        *_enter(workflow),
        *_PREPARE[job.name],
        "pip install 'wheelmatrix[zig]'",
        f"rustup target add {' '.join(job.triples)}",
        *((SDIST_COMMAND,) if is_first else ()),
        f"wheelmatrix build{_words((*arguments, *workflow.arguments))} {workflow.verifies}",
        "wheelmatrix clean --keep-size 2GB",
    )
    folder = _folder(workflow)
    return Template(_JOB).substitute(
        title=f"wheels:{job.name}",
        name=job.name,
        machine=RUNNERS[job.name],
        lock=workflow.lock,
        target=workflow.target_directory,
        folder=folder,
        script=_script(commands),
    )


def _release(workflow: Workflow) -> str:
    commands = (
        *_enter(workflow),
        *_PREPARE["linux"],
        "pip install wheelmatrix",
        f"wheelmatrix collect dist{_words(workflow.arguments)}",
        "wheelmatrix upload dist/*",
    )
    return Template(_RELEASE).substitute(
        machine=RUNNERS["linux"],
        environment=f"  environment: {workflow.environment}\n" if workflow.environment else "",
        token=_IDENTITY if workflow.is_trusted else "",
        script=_script(commands),
    )


def _enter(workflow: Workflow) -> tuple[str, ...]:
    return (f"cd {shlex.quote(workflow.folder)}",) if workflow.folder else ()


def _script(commands: Iterable[str]) -> str:
    return "".join(f"    - {_quoted(command)}\n" for command in commands)


def _quoted(command: str) -> str:
    """Return a command for YAML: a text in which `: ` and ` #` would mean something else is quoted."""
    return (
        "'" + command.replace("'", "''") + "'"
        if any(sign in command for sign in (": ", " #", "'", "$", "\\"))
        else command
    )


def _words(arguments: Iterable[str]) -> str:
    return "".join(f" {shlex.quote(word)}" for word in arguments)


def _folder(workflow: Workflow) -> str:
    return f"{workflow.folder}/" if workflow.folder else ""
