import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from wheelmatrix.cli import main
from wheelmatrix.cli.runs import earlier
from wheelmatrix.errors import ConfigError
from wheelmatrix.events import RunFinished, RunPlanned, RunStarted, WheelWritten
from wheelmatrix.run.journal import Journal
from wheelmatrix.run.lock import try_lock

MANIFEST = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\ncrate-type = ["cdylib"]\n'
WHEEL = "tiny-0.1.0-cp312-cp312-linux_x86_64.whl"


@pytest.fixture
def crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CARGO_TARGET_DIR", "WHEELMATRIX_TARGET_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").write_text("", encoding="utf-8")
    (tmp_path / "Cargo.toml").write_text(MANIFEST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_run(
    crate: Path, run: str, *, arguments: tuple[str, ...] = ("build", "-i", "3.12"), ends: bool = True
) -> None:
    with Journal.create(crate / "target" / "wheelmatrix" / "runs", run) as journal:
        journal.append(RunStarted(run=run, tool="0.1.0", directory=str(crate), arguments=arguments, jobs=2))
        journal.append(
            RunPlanned(
                project="tiny",
                version="0.1.0",
                cells=("cp312-linux_x86_64",),
                targets=("x86_64-unknown-linux-gnu",),
                steps=("compile:1", "pack:cp312-linux_x86_64"),
                titles=("cp312-linux_x86_64", "cp312-linux_x86_64"),
                wheels=("cp312-linux_x86_64",),
                left=(),
            )
        )
        if ends:
            journal.append(
                WheelWritten(
                    wheel="cp312-linux_x86_64",
                    path=f"/dist/{WHEEL}",
                    filename=WHEEL,
                    size_bytes=9,
                    sha256="0" * 64,
                    cells=("cp312-linux_x86_64",),
                    platform_tag="linux_x86_64",
                    floor="",
                    floor_reason="",
                    unchanged=False,
                )
            )
            journal.append(RunFinished(exit_code=5, seconds=1.0, advice="look at the log"))


def ran(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    return code, out.getvalue(), err.getvalue()


def test_a_report_tells_what_came_of_the_last_run(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")

    code, text, _ = ran("report")
    _, as_json, _ = ran("report", "20260101", "--format", "json")
    _, markdown, _ = ran("report", "--format", "markdown")

    assert code == 0
    assert WHEEL in text
    assert json.loads(as_json)["wheels"][0]["filename"] == WHEEL
    assert WHEEL in markdown


def test_a_replay_shows_the_run_again(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")

    code, _, err = ran("replay", "--speed", "0", "--progress", "plain")

    assert code == 0
    assert WHEEL in err


def test_a_replay_as_json_gives_the_journal(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")

    _, out, _ = ran("replay", "--speed", "0", "--json")

    path = crate / "target/wheelmatrix/runs/20260101-000000-aaaa/events.jsonl"
    assert [json.loads(line) for line in out.splitlines()] == [
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_watching_a_run_gives_its_exit_code(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa")

    assert ran("watch", "--progress", "plain")[0] == 5


def test_watching_a_killed_run_says_so(crate: Path) -> None:
    write_run(crate, "20260101-000000-aaaa", ends=False)

    code, _, err = ran("watch", "--progress", "none")

    assert code == 137
    assert "was killed: wheelmatrix build --resume 20260101-000000-aaaa" in err


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
