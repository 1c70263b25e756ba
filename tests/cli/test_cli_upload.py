"""`wheelmatrix upload` as a program: what it says and where, what it remembers, and what it never shows."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.index import FakeIndex, basic, make_sdist, make_wheel, refused

from wheelmatrix.cli.release import without_secrets

USER, SECRET = "ada", "a-long-and-secret-word"
OWN = frozenset({basic(USER, SECRET)})
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    tags = ("cp311-cp311-manylinux_2_17_x86_64", "cp312-cp312-manylinux_2_17_x86_64")
    made = [*(make_wheel(tmp_path, tag=tag) for tag in tags), make_sdist(tmp_path)]
    return [path.name for path in made]


@pytest.fixture
def index() -> Iterator[FakeIndex]:
    with FakeIndex(accepts=OWN) as own:
        yield own


def program(folder: Path, *words: str, **variables: str) -> Done:
    """Run the program in a folder, for a user without any settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TWINE_", "UV_", "GITHUB_"))}
    environment = {**kept, "HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    return subprocess.run(
        [sys.executable, "-m", "wheelmatrix", *words],
        cwd=folder,
        env={"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "CI": "", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def upload(folder: Path, index: FakeIndex, *words: str, token: str = SECRET) -> Done:
    to = ("--repository-url", index.upload_url, "-u", USER)
    return program(folder, "upload", *to, *words, TWINE_PASSWORD=token)


def everything_of(folder: Path, *done: Done) -> str:
    """Return all that was said, and all that was written down."""
    kept = [path.read_text("utf-8", "replace") for path in (folder / ".wheelmatrix").rglob("*") if path.is_file()]
    return "\n".join([*kept, *(each.stdout + each.stderr for each in done)])


@pytest.mark.slow
def test_without_files_nothing_is_done(tmp_path: Path) -> None:
    done = program(tmp_path, "upload")

    assert (done.returncode, done.stdout) == (2, "")
    assert "no files to upload" in done.stderr
    assert "wheelmatrix upload dist/*" in done.stderr


@pytest.mark.slow
def test_a_release_is_sent_and_its_state_told_later(tmp_path: Path, files: Sequence[str], index: FakeIndex) -> None:
    done = upload(tmp_path, index, *files)
    text, as_json = program(tmp_path, "upload", "--status"), program(tmp_path, "upload", "--status", "--json")
    again = program(tmp_path, "upload", "--resume")

    assert done.returncode == 0, done.stderr
    assert index.files == {name: (tmp_path / name).read_bytes() for name in files}
    assert f"python -m pip install --index-url {index.simple_url} demo==1.0" in done.stdout + done.stderr
    assert text.returncode == as_json.returncode == 0
    assert "all files have arrived" in text.stdout
    (told,) = json.loads(as_json.stdout)
    assert (told["release"], told["missing"]) == (f"127.0.0.1_{index.url.rpartition(':')[2]}-demo-1.0", [])
    assert again.returncode == 2
    assert "no release is left to be resumed" in again.stderr


@pytest.mark.slow
def test_a_release_that_is_not_whole_is_gone_on_with(tmp_path: Path, files: Sequence[str]) -> None:
    with FakeIndex({files[1]: [refused(400, "Not today")]}, accepts=OWN) as index:
        first = upload(tmp_path, index, *files)
        state = program(tmp_path, "upload", "--status", "demo")
        second = program(tmp_path, "upload", "--resume", TWINE_USERNAME=USER, TWINE_PASSWORD=SECRET)

    assert first.returncode == 8
    assert "Not today" in first.stdout + first.stderr
    assert "wheelmatrix upload --resume" in first.stdout + first.stderr
    assert "2 files missing" in state.stdout
    assert second.returncode == 0, second.stderr
    assert [len(index.posts_of(name)) for name in files] == [1, 2, 1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("-p", SECRET),
        (f"-p{SECRET}",),
        ("--password", SECRET),
        (f"--password={SECRET}",),
        (f"-yp{SECRET}",),
        ("-yp", SECRET),
    ],
    ids=["-p X", "-pX", "--password X", "--password=X", "-ypX", "-yp X"],
)
def test_a_password_of_the_command_line_is_neither_written_down_nor_shown(
    words: Sequence[str], tmp_path: Path, files: Sequence[str], index: FakeIndex
) -> None:
    to = ("--repository-url", index.upload_url, "-u", USER)
    done = program(tmp_path, "upload", *to, *words, *files)
    wrong = program(tmp_path, "upload", *to, *words, "gone.whl")
    state = program(tmp_path, "upload", "--status", "--json")

    assert (done.returncode, wrong.returncode, state.returncode) == (0, 2, 0), done.stderr
    assert SECRET not in everything_of(tmp_path, done, wrong, state)
    assert basic(USER, SECRET).removeprefix("Basic ") not in everything_of(tmp_path, done, wrong, state)


@pytest.mark.slow
def test_a_password_in_a_url_and_a_refused_one_are_not_shown(
    tmp_path: Path, files: Sequence[str], index: FakeIndex
) -> None:
    url = index.upload_url.replace("http://", f"http://{USER}:{SECRET}@")
    done = program(tmp_path, "upload", "--repository-url", url, *files)
    wrong = upload(tmp_path, index, "--probe", "always", *files, token="another-secret-word")

    assert done.returncode == 0, done.stderr
    assert wrong.returncode == 8
    assert "403" in wrong.stderr
    said = everything_of(tmp_path, done, wrong)
    assert SECRET not in said
    assert "another-secret-word" not in said


@pytest.mark.slow
def test_a_token_is_read_from_a_file(tmp_path: Path, files: Sequence[str]) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    with FakeIndex(accepts=frozenset({basic("__token__", SECRET)})) as index:
        done = program(tmp_path, "upload", "--repository-url", index.upload_url, "--token-file", "token", *files)

    assert done.returncode == 0, done.stderr
    assert SECRET not in everything_of(tmp_path, done)


@pytest.mark.slow
def test_jobs_are_as_many_as_asked_for(tmp_path: Path) -> None:
    made = [make_wheel(tmp_path, tag=f"cp3{at}-cp3{at}-manylinux_2_17_x86_64").name for at in range(10, 16)]
    with FakeIndex(accepts=OWN, latency_s=0.1) as index:
        done = upload(tmp_path, index, "-j", "2", *made)

    assert (done.returncode, index.most_in_flight) == (0, 2), done.stderr
    assert upload(tmp_path, index, "-j", "99", *made).returncode == 2


@pytest.mark.slow
def test_events_are_json_lines_on_stdout(tmp_path: Path, files: Sequence[str], index: FakeIndex) -> None:
    done = upload(tmp_path, index, "--json", *files)

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {"release.planned", "upload.tried", "upload.ended", "run.finished"} <= {each["event"] for each in events}


@pytest.mark.slow
def test_everything_that_is_wrong_with_files_is_told_before_any_is_sent(
    tmp_path: Path, files: Sequence[str], index: FakeIndex
) -> None:
    path = tmp_path / files[0]
    path.write_bytes(path.read_bytes() + b"more")
    make_wheel(tmp_path, version="1.1")

    done = upload(tmp_path, index, *files, "demo-1.1-cp312-cp312-manylinux_2_17_x86_64.whl")
    assert done.returncode == 8
    assert "follow the end" in done.stderr
    assert "demo 1.1" in done.stderr
    assert not index.posts


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-p", "x", "a.whl"), ("-p", "***", "a.whl")),
        (("-px", "a.whl"), ("-p***", "a.whl")),
        (("--password", "-p", "a.whl"), ("--password", "***", "a.whl")),
        (("--password=x=y",), ("--password=***",)),
        (("--probe", "always", "-r", "pypi"), ("--probe", "always", "-r", "pypi")),
        (("-p",), ("-p",)),
    ],
)
def test_a_command_line_is_told_without_its_password(words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert without_secrets(words) == expected
