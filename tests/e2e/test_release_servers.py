"""Releases on real indexes: the whole of it arrives, a second time nothing is sent, and pip installs from there."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithDefaultRealm, build_opener

import pytest
from tests.e2e.program import Ran
from tests.e2e.sending import Sending, journals
from tests.index import make_wheel
from tests.index.servers import PASSWORD, USER, Server, devpi, pypiserver, started

pytestmark = pytest.mark.slow

Make = Callable[..., Sending]

KINDS: dict[str, Callable[[], AbstractContextManager[Server]]] = {
    "pypiserver": partial(pypiserver, users={USER: PASSWORD}),
    "devpi": devpi,
}
WHEELS = 8
_ANY = "py3-none-any"


@pytest.fixture(scope="module", params=list(KINDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give one of the indexes; it starts once for all tests, which send projects or versions of their own."""
    with started(KINDS[request.param]()) as found:
        yield found


def upload(made: Sending, server: Server, *words: str, password: str = PASSWORD) -> Ran:
    env = {"WHEELMATRIX_USERNAME": server.user, "WHEELMATRIX_PASSWORD": password}
    to = ("--repository-url", server.upload_url, "--simple-url", server.simple_url)
    return made.run("upload", *to, *words, *made.words, env=env)


def states(made: Sending) -> list[str]:
    """Return what became of each file in the last run, by its journal."""
    events = [json.loads(line) for line in journals(made)[-1].read_text().splitlines()]
    found = {event["step"]: event["state"] for event in events if event["event"] == "upload.ended"}
    return [found.get(f"upload:{path.name}", "") for path in made.files]


def test_a_release_arrives_and_a_second_time_nothing_is_sent(make: Make, server: Server) -> None:
    made = make(wheels=WHEELS)

    first = upload(made, server, "--upload-jobs", "8")
    assert first.code == 0, first.err
    assert states(made) == ["stored"] * (WHEELS + 1)

    second = upload(made, server, "--upload-jobs", "8")
    assert second.code == 0, second.err
    assert states(made) == ["same"] * (WHEELS + 1)


def test_other_bytes_under_a_name_are_told_before_anything_is_sent(make: Make, server: Server) -> None:
    made = make(wheels=2, sdist=False, version="2.0")
    assert upload(made, server).code == 0
    rebuilt = make_wheel(made.files[0].parent, version="2.0", tag=made.files[0].stem.split("-", 2)[2], seed=1)
    new = make_wheel(made.files[0].parent, version="2.0", tag=_ANY)

    ran = made.run(
        "upload", "--repository-url", server.upload_url, "--simple-url", server.simple_url, "files/" + rebuilt.name,
        "files/" + new.name, env={"WHEELMATRIX_USERNAME": server.user, "WHEELMATRIX_PASSWORD": server.password},
    )  # fmt: skip

    assert ran.code == 8
    assert "other bytes" in ran.err
    assert rebuilt.name in ran.err
    assert new.name not in page(server)


@pytest.mark.parametrize("probe", ["never", "always"])
def test_a_wrong_password_is_said_so(make: Make, server: Server, probe: str) -> None:
    made = make(wheels=2, version="3.0")

    ran = upload(made, server, "--probe", probe, password="wrong")

    assert ran.code == 8
    assert re.search(r"401|403", ran.err)
    assert "demo-3.0" not in page(server)
    assert "--resume" in ran.err or probe == "always"


def test_a_form_without_a_file_is_taken_for_a_good_sign(make: Make, server: Server) -> None:
    made = make(wheels=1, sdist=False, version="4.0")

    ran = upload(made, server, "--probe", "always")

    assert ran.code == 0, ran.err
    assert states(made) == ["stored"]


def test_pip_installs_what_was_uploaded(make: Make, server: Server, tmp_path: Path) -> None:
    made = make(wheels=0, sdist=False)
    wheel = make_wheel(made.folder / "files", "installed", tag=_ANY)
    words = ("--repository-url", server.upload_url, "--simple-url", server.simple_url, f"files/{wheel.name}")
    env = {"WHEELMATRIX_USERNAME": server.user, "WHEELMATRIX_PASSWORD": server.password}
    ran = made.run("upload", *words, env=env)
    assert ran.code == 0, ran.err

    url = server.simple_url.replace("://", f"://{server.user}:{server.password}@")
    install = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--no-cache-dir"]
    subprocess.run([*install, "--index-url", url, "--target", str(tmp_path / "site"), "installed"], check=True)

    assert (tmp_path / "site/installed/payload.bin").is_file()


def page(server: Server) -> str:
    """Return what the index lists of the project."""
    known = HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, server.simple_url, server.user, server.password)
    with build_opener(HTTPBasicAuthHandler(known)).open(f"{server.simple_url}demo/", timeout=30) as answer:
        return str(answer.read().decode())
