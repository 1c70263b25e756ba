"""A workflow of GitHub: as few jobs as there are systems that have to build, and one that releases."""

import shlex
from collections.abc import Iterable
from string import Template

from wheelmatrix.scaffold.workflow import ACTIONS, MARK, SDIST_COMMAND, Workflow, scalar

PATH = ".github/workflows/wheels.yml"
"""Where GitHub looks for it."""


class _Text(Template):
    """A part of the file; `%name` stands for something else, and `${{ … }}` is GitHub's."""

    delimiter = "%"


_HEAD = """\
# %mark github`: run that again when the targets of the project change.
name: wheels

on:
  push:
    branches: [main, master]
    tags: ["*"]
  pull_request:
  workflow_dispatch:

permissions:
  contents: read

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}

env:
%variables
defaults:
  run:
    shell: bash
%directory
jobs:
"""
_ONE_HOST = """\
  build:
    runs-on: ubuntu-latest
    steps:
%start      - run: pip install 'wheelmatrix[zig]'
      - run: rustup target add %triples
%cache%sdist      - run: wheelmatrix build%words %verifies
%upload%clean"""
_SEVERAL_HOSTS = """\
  plan:
    runs-on: ubuntu-latest
    outputs:
      matrix: ${{ steps.plan.outputs.matrix }}
    steps:
%start      - run: pip install wheelmatrix
      - name: Share the wheels out over as few machines as can build them
        id: plan
        run: |
          matrix=$(wheelmatrix plan%words --format github-matrix)
          echo "matrix=$matrix" >> "$GITHUB_OUTPUT"
%sdist%upload
  build:
    needs: plan
    strategy:
      fail-fast: false
      matrix: ${{ fromJSON(needs.plan.outputs.matrix) }}
    runs-on: ${{ matrix.os }}
    steps:
%start      - run: pip install 'wheelmatrix[zig]'
      - run: rustup target add ${{ join(matrix.triples, ' ') }}
%cache      - run: wheelmatrix build ${{ matrix.args }}%words %verifies
%upload_part%clean"""
_START = """\
      - uses: %checkout
      - uses: %python
        with:
          python-version: "3.x"
"""
_CACHE = """\
      - name: Name the compiler, which the cache is for
        id: rust
        run: echo "version=$(rustc -V | cut -d ' ' -f 2)" >> "$GITHUB_OUTPUT"
      - uses: %cache
        with:
          path: |
            ~/.cargo/registry/index
            ~/.cargo/registry/cache
            ~/.cargo/git/db
            %target/wheelmatrix
            %target/machine
          key: %job-${{ steps.rust.outputs.version }}-${{ hashFiles('**/Cargo.lock', '**/Cargo.toml') }}
          restore-keys: %job-${{ steps.rust.outputs.version }}-
"""
_SDIST = f"      - run: {SDIST_COMMAND}\n"
_UPLOAD = """\
      - uses: %upload
        with:
          name: %name
          path: %{folder}dist
          if-no-files-found: error
"""
_CLEAN = """\
      - name: Keep the cache small
        run: wheelmatrix clean --keep-size 2GB
"""
_RELEASE = """
  release:
    needs: build
    if: startsWith(github.ref, 'refs/tags/')
    runs-on: ubuntu-latest
%environment    permissions:
%rights    steps:
%start      - uses: %download
        with:
          path: %{folder}artifacts
      - run: pip install wheelmatrix
      - name: Take the wheels, if all that are planned are there and of one version
        run: wheelmatrix collect artifacts%words
      - name: Take the sdist
        run: find artifacts -name '*.tar.gz' -exec cp {} dist/ ';'
%attest      - name: Send the release
        run: wheelmatrix upload dist/*
%token"""
_ATTEST = """\
      - uses: %attest
        with:
          subject-path: %{folder}dist/*
"""
_CREDENTIAL = """\
        env:
          WHEELMATRIX_TOKEN: ${{ secrets.PYPI_API_TOKEN }}
"""


def text(workflow: Workflow) -> str:
    """Return the file. Source: GitHub docs, "Workflow syntax for GitHub Actions"."""
    variables = (*workflow.variables, ("WHEELMATRIX_CACHE_DIR", "${{ github.workspace }}/%target/machine"))
    head = _filled(
        _HEAD,
        mark=MARK,
        variables="".join(f"  {name}: {scalar(value)}\n" for name, value in variables).replace(
            "%target", workflow.target_directory
        ),
        directory=f"    working-directory: {workflow.folder}\n" if workflow.folder else "",
    )
    return head + (_one_host(workflow) if workflow.is_crossed else _several_hosts(workflow)) + _release(workflow)


def _one_host(workflow: Workflow) -> str:
    (job,) = workflow.jobs
    return _filled(
        _ONE_HOST,
        **_parts(workflow),
        triples=" ".join(job.triples),
        cache=_cache(workflow, f"wheels-{job.name}"),
        upload=_upload(workflow, "wheels"),
    )


def _several_hosts(workflow: Workflow) -> str:
    """The matrix is what `plan` says when the workflow runs: nothing of it is written twice."""
    job = "wheels-${{ matrix.name }}"
    return _filled(
        _SEVERAL_HOSTS,
        **_parts(workflow),
        cache=_cache(workflow, job),
        upload=_upload(workflow, "sdist"),
        upload_part=_upload(workflow, job),
    )


def _parts(workflow: Workflow) -> dict[str, str]:
    """Return what both have."""
    return {
        "start": _filled(_START, **ACTIONS),
        "words": _words(workflow.arguments),
        "verifies": workflow.verifies,
        "sdist": _SDIST,
        "clean": _CLEAN,
    }


def _cache(workflow: Workflow, job: str) -> str:
    return _filled(_CACHE, cache=ACTIONS["cache"], target=workflow.target_directory, job=job)


def _upload(workflow: Workflow, name: str) -> str:
    return _filled(_UPLOAD, upload=ACTIONS["upload"], name=name, folder=_folder(workflow))


def _release(workflow: Workflow) -> str:
    rights = (
        "contents: read",
        "id-token: write # by which the index and the signatures know this workflow" if _is_known(workflow) else "",
        "attestations: write" if workflow.attests else "",
    )
    return _filled(
        _RELEASE,
        environment=f"    environment: {workflow.environment}\n" if workflow.environment else "",
        rights="".join(f"      {right}\n" for right in rights if right),
        start=_filled(_START, **ACTIONS),
        download=ACTIONS["download"],
        folder=_folder(workflow),
        words=_words(workflow.arguments),
        attest=_filled(_ATTEST, attest=ACTIONS["attest"], folder=_folder(workflow)) if workflow.attests else "",
        token="" if workflow.is_trusted else _CREDENTIAL,
    )


def _is_known(workflow: Workflow) -> bool:
    return workflow.is_trusted or workflow.attests


def _words(arguments: Iterable[str]) -> str:
    return "".join(f" {shlex.quote(word)}" for word in arguments)


def _folder(workflow: Workflow) -> str:
    return f"{workflow.folder}/" if workflow.folder else ""


def _filled(text: str, **words: str) -> str:
    return _Text(text).substitute(words)
