import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from journals import write_run

from wheelmatrix.cli import main
from wheelmatrix.cli.runs import earlier
from wheelmatrix.errors import ConfigError
from wheelmatrix.run.file_lock import try_lock


def ran(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("command", ["watch", "report", "replay"])
def test_an_unknown_run_names_those_there_are(crate: Path, command: str) -> None:
    write_run(crate, "20260101-000000-aaaa")

    code, _, err = ran(command, "2025")

    assert code == 2
    assert "20260101-000000-aaaa" in err


def test_another_project_is_named_by_its_manifest(crate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(crate, "20260101-000000-aaaa")
    monkeypatch.chdir(crate / "src")

    assert ran("report", "-m", "../Cargo.toml")[0] == 0


def test_a_run_is_resumed_with_its_arguments_where_it_was_started(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")

    assert earlier("last", {}) == (crate, ("-i", "3.12"))


def test_a_run_of_the_python_api_cannot_be_resumed(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa", arguments=())

    with pytest.raises(ConfigError, match="did not record a command line"):
        earlier("last", {})


def test_cleaning_tells_what_goes(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")

    code, out, err = ran("clean", "--older-than", "0", "--dry-run")

    assert code == 0
    assert "runs/20260101-000000-aaaa" in out
    assert "would be freed" in err
    assert ran("clean")[1] == ""
    assert "20260101" in ran("clean", "--keep-size", "0")[1]
    assert list((crate / "target/wheelmatrix/runs").iterdir()) == []


def test_cleaning_waits_for_no_run(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")
    with (crate / "target/wheelmatrix/lock").open("w") as lock:
        assert try_lock(lock.fileno())

        code, _, err = ran("clean", "--older-than", "0")

    assert code == 2
    assert "a run is at work here" in err
