"""Where releases are remembered, and what their journals say of the past."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.events import Event, ReleasePlanned, UploadEnded, UploadTried
from wheelmatrix.run.journal import Journal
from wheelmatrix.run.releases import all_of, find, home, name_of, past, prepared, release_lock

STEP = "upload:a.whl"


def planned(*names: str, sha256: str = "1") -> ReleasePlanned:
    return ReleasePlanned(
        project="demo",
        version="1.0",
        repository="https://index.example/legacy/",
        simple="https://index.example/simple/",
        steps=tuple(f"upload:{name}" for name in names),
        files=tuple(f"dist/{name}" for name in names),
        sizes_bytes=(1,) * len(names),
        sha256=tuple(f"{name}{sha256}" for name in names),
    )


def tried(name: str = "a.whl", attempt: int = 1) -> UploadTried:
    return UploadTried(step=f"upload:{name}", attempt=attempt)


def ended(state: str, name: str = "a.whl", status: int = 0, sha256: str = "1") -> UploadEnded:
    return UploadEnded(
        step=f"upload:{name}", state=state, attempts=1, status=status, message="", sha256=f"{name}{sha256}"
    )


def ran(folder: Path, run: str, *events: Event) -> None:
    with Journal.create(folder, run) as journal:
        for event in events:
            journal.append(event)


# Places


def test_releases_are_remembered_beside_the_project_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert home(tmp_path / "a" / "b") == tmp_path / ".wheelmatrix" / "releases"


def test_what_is_remembered_already_is_found_from_below(tmp_path: Path) -> None:
    (tmp_path / "a" / ".wheelmatrix" / "releases").mkdir(parents=True)
    (tmp_path / "a" / "b").mkdir()

    assert home(tmp_path / "a" / "b") == tmp_path / "a" / ".wheelmatrix" / "releases"


def test_without_a_project_releases_are_remembered_here(tmp_path: Path) -> None:
    assert home(tmp_path) == tmp_path / ".wheelmatrix" / "releases"


@pytest.mark.parametrize(
    ("url", "project", "expected"),
    [
        ("https://index.example/legacy/", "demo", "index.example-demo-1.0"),
        ("https://index.example:8443/legacy/", "Demo.Two_x", "index.example_8443-demo-two-x-1.0"),
        ("http://[::1]:80/", "demo", "_1_80-demo-1.0"),
    ],
)
def test_a_release_has_a_name_that_every_file_system_takes(url: str, project: str, expected: str) -> None:
    assert name_of(url, project, "1.0") == expected


def test_a_version_cannot_lead_out_of_the_folder() -> None:
    assert "/" not in name_of("https://index.example/", "demo", "../../1.0")


def test_the_folder_of_a_release_is_out_of_version_controls_sight(tmp_path: Path) -> None:
    folder = prepared(home(tmp_path) / "one")

    assert folder.is_dir()
    assert (tmp_path / ".wheelmatrix" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert prepared(folder) == folder


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".wheelmatrix").write_text("", encoding="utf-8")

    with pytest.raises(ConfigError, match="wheelmatrix"):
        prepared(home(tmp_path) / "one")


# The past


def test_a_folder_that_is_not_there_has_no_past(tmp_path: Path) -> None:
    found = past(tmp_path / "gone")

    assert (found.planned, found.arrived, found.open, found.missing) == (None, frozenset(), frozenset(), ())


@pytest.mark.parametrize(
    ("events", "arrived", "is_open"),
    [
        ([], False, False),
        ([tried()], False, True),
        ([tried(), ended("stored", status=200)], True, False),
        ([tried(), ended("confirmed")], True, False),
        ([ended("same")], True, False),
        ([tried(), ended("rejected", status=400)], False, False),
        ([tried(), ended("conflict", status=400)], False, False),
        ([tried(), ended("changed")], False, False),
        ([tried(), ended("gave-up")], False, True),
        ([tried(), ended("gave-up", status=503)], False, True),
        ([tried(), ended("gave-up", status=429)], False, False),
        ([tried("b.whl")], False, False),
    ],
)
def test_what_a_run_began_and_saw_no_end_of_is_open(
    events: Sequence[Event], arrived: bool, is_open: bool, tmp_path: Path
) -> None:
    ran(tmp_path, "20260101-000000-0001", planned("a.whl"), *events)

    found = past(tmp_path)
    assert found.arrived == ({"a.whl1"} if arrived else set())
    assert found.open == ({"a.whl1"} if is_open else set())
    assert found.missing == (() if arrived else ("dist/a.whl",))


def test_what_any_run_saw_arrive_has_arrived(tmp_path: Path) -> None:
    ran(tmp_path, "20260101-000000-0001", planned("a.whl", "b.whl"), tried(), ended("stored"), tried("b.whl"))
    ran(tmp_path, "20260102-000000-0001", planned("a.whl", "b.whl"), ended("same"))

    found = past(tmp_path)
    assert (found.arrived, found.open, found.missing) == ({"a.whl1"}, {"b.whl1"}, ("dist/b.whl",))


def test_a_file_that_was_built_anew_is_another_one(tmp_path: Path) -> None:
    ran(tmp_path, "20260101-000000-0001", planned("a.whl"), tried(), ended("stored"))
    ran(tmp_path, "20260102-000000-0001", planned("a.whl", sha256="2"))

    assert past(tmp_path).missing == ("dist/a.whl",)


def test_a_journal_that_was_torn_off_tells_what_is_whole(tmp_path: Path) -> None:
    ran(tmp_path, "20260101-000000-0001", planned("a.whl"), tried())
    path = tmp_path / "20260101-000000-0001" / "events.jsonl"
    path.write_bytes(path.read_bytes() + b'{"seq": 2, "at_s"')

    assert past(tmp_path).open == {"a.whl1"}


# Which one


def releases_of(place: Path) -> None:
    ran(place / "index.example-demo-1.1.1", "20260101-000000-0001", planned("a.whl"), ended("stored"))
    ran(place / "index.example-demo-1.1", "20260102-000000-0001", planned("a.whl"), tried())
    ran(place / "index.example-demo-1.0", "20260103-000000-0001", planned("a.whl"), ended("stored"))


@pytest.mark.parametrize(
    ("name", "expected"), [("", "demo-1.1"), ("1.0", "demo-1.0"), ("index.example-demo-1.1", "demo-1.1")]
)
def test_a_release_is_found_by_a_part_of_its_name_or_as_the_only_one_left(
    name: str, expected: str, tmp_path: Path
) -> None:
    releases_of(tmp_path)

    assert find(tmp_path, name).name == f"index.example-{expected}"


@pytest.mark.parametrize(("name", "said"), [("demo", "3 releases fit"), ("other", "there is no release 'other'")])
def test_a_name_that_fits_not_exactly_one_is_refused_with_those_that_there_are(
    name: str, said: str, tmp_path: Path
) -> None:
    releases_of(tmp_path)

    with pytest.raises(ConfigError, match=said) as caught:
        find(tmp_path, name)
    assert "index.example-demo-1.1.1" in caught.value.issues[0].hint


def test_where_nothing_was_sent_there_is_nothing_to_find(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no release is left to be resumed"):
        find(tmp_path / "gone", "")
    assert list(all_of(tmp_path / "gone")) == []


def test_releases_are_told_in_the_order_of_their_last_runs(tmp_path: Path) -> None:
    releases_of(tmp_path)

    assert [each.name.rpartition("-")[2] for each in all_of(tmp_path)] == ["1.1.1", "1.1", "1.0"]


# The lock


def test_a_release_that_another_process_sends_is_refused_and_free_when_that_dies(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from wheelmatrix.run.file_lock import try_lock\n"
        "print(try_lock(os.open(Path(sys.argv[1]) / 'lock', os.O_RDWR | os.O_CREAT)), flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"True"
        with pytest.raises(ConfigError, match="another run is sending this release"), release_lock(tmp_path):
            pytest.fail("two hold one lock")
        other.kill()

    with release_lock(tmp_path):
        assert (tmp_path / "lock").is_file()


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError), release_lock(tmp_path / "gone"):
        pytest.fail("there is no folder")
