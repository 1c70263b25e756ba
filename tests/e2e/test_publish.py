"""`wheelmatrix publish` from a crate to `pip install`: every wheel is built, and then all of them are a release."""

import json
import subprocess
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.crates import copy_example
from tests.e2e.program import Project
from tests.e2e.sending import SOURCES
from tests.index.environment import python_with
from tests.index.servers import PASSWORD, USER, Server, pypiserver, started

pytestmark = pytest.mark.slow

VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give a pypiserver that wants a password for everything."""
    with started(pypiserver(users={USER: PASSWORD})) as found:
        yield found


@pytest.fixture
def hello(tmp_path: Path, server: Server) -> Project:
    """Give the example; cargo has the crates that it needs, or fetches them."""
    return released(Project(copy_example(tmp_path), {"PYTHONPATH": SOURCES}), server)


@pytest.fixture
def small(project: Callable[[str], Project], server: Server) -> Project:
    """Give a crate that needs no other."""
    return released(project("tiny"), server)


def released(project: Project, server: Server) -> Project:
    """Say where a crate is uploaded to, in its pyproject.toml, and by whom, in variables."""
    project.configure(f'[tool.wheelmatrix.upload]\nrepository-url = "{server.upload_url}"')
    own = {"WHEELMATRIX_USERNAME": USER, "WHEELMATRIX_PASSWORD": PASSWORD, "PYTHONPATH": SOURCES}
    return Project(project.folder, {**project.environment, **own})


def stored(server: Server) -> set[str]:
    return {path.name for path in server.folder.iterdir()}


def sdist_of(project: Project) -> Path:
    """Make the sdist with maturin, beside the wheels."""
    maturin = python_with("clients").parent / "maturin"
    subprocess.run([maturin, "sdist", "-o", "sdist"], cwd=project.folder, check=True, capture_output=True)
    return next((project.folder / "sdist").iterdir())


def test_a_crate_is_built_uploaded_and_installed(hello: Project, server: Server, tmp_path: Path) -> None:
    sdist = sdist_of(hello)

    ran = hello.run("publish", str(sdist), "-i", *VERSIONS)

    assert ran.code == 0, ran.err
    assert stored(server) == {sdist.name, *hello.dist()}
    assert len(hello.dist()) == len(VERSIONS)
    assert PASSWORD not in ran.out.split()

    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh/bin/python"
    url = server.simple_url.replace("://", f"://{USER}:{PASSWORD}@")
    install = ("-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--no-cache-dir", "--no-deps")
    subprocess.run([python, *install, "--index-url", url, "--only-binary", ":all:", "hello"], check=True)
    said = subprocess.run([python, "-c", "import hello; print(hello.__file__)"], check=True, capture_output=True)
    assert str(tmp_path / "fresh") in said.stdout.decode()

    again = hello.run("publish", str(sdist), "-i", *VERSIONS)
    assert again.code == 0, again.err
    assert uploads(hello) == {"same"}


def test_a_build_that_fails_sends_nothing_and_keeps_its_code(small: Project, server: Server) -> None:
    before = stored(server)
    small.write("src/lib.rs", "fn this is no Rust\n")

    ran = small.run("publish", "-i", "3.11", "3.12")

    assert ran.code == 5, ran.err
    assert "nothing was sent: not all wheels are there" in ran.err
    assert stored(server) == before
    assert not (small.folder / ".wheelmatrix").exists()


def test_a_file_that_is_not_there_is_told_before_anything_is_built(small: Project) -> None:
    ran = small.run("publish", "no-such.tar.gz", "-i", "3.12")

    assert ran.code == 2
    assert "no-such.tar.gz: no such file" in ran.err
    assert small.dist() == {}


def test_a_release_that_did_not_arrive_is_resumed_without_a_build(small: Project, server: Server) -> None:
    refused = small.run("publish", "-i", "3.12", env={"WHEELMATRIX_PASSWORD": "wrong"})
    assert refused.code == 8
    assert "upload --resume" in refused.err
    assert stored(server).isdisjoint(small.dist())
    (small.folder / "src/lib.rs").unlink()

    ran = small.run("upload", "--resume")

    assert ran.code == 0, ran.err
    assert stored(server) > set(small.dist())


def uploads(project: Project) -> set[str]:
    """Return the states of all files of the last release."""
    *_, journal = sorted(project.folder.glob(".wheelmatrix/releases/*/*/events.jsonl"))
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    return {event["state"] for event in events if event["event"] == "upload.ended"}
