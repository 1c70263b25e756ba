import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from wheelmatrix import __version__
from wheelmatrix.cli import COMMANDS, main
from wheelmatrix.cli.clean import days, size_bytes
from wheelmatrix.cli.terminal import color_of, colored
from wheelmatrix.errors import ConfigError


def ran(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(*words: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, *words], capture_output=True, check=False, env={**os.environ, **variables}, timeout=60
    )


def test_the_version_is_told_without_loading_the_command_line() -> None:
    program = (
        "import sys; sys.argv = ['wheelmatrix', '--version']\n"
        "from wheelmatrix.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as done: code = done.code\n"
        "loaded = {'click', 'rich', 'anyio', 'wheelmatrix.cli', 'importlib.metadata'} & set(sys.modules)\n"
        "sys.exit(f'{code} {loaded}' if code or loaded else 0)"
    )

    done = python("-c", program)

    assert (done.returncode, done.stdout.decode().strip()) == (0, f"wheelmatrix {__version__}"), done.stderr


def test_the_help_names_every_command() -> None:
    code, out, _ = ran("--help")

    assert code == 0
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    code, out, err = ran(command, "-h")

    assert (code, err) == (0, "")
    assert "Usage" in out


def test_the_schema_is_printed() -> None:
    code, out, _ = ran("schema")

    assert code == 0
    assert "wheelmatrix" in json.loads(out)["properties"]["tool"]["properties"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bild",), "did you mean build?"),
        (("build", "--interpeter", "3.12"), "--interpreter"),
        (("build", "stray"), "stray"),
        (("build", "-i"), "-i"),
        (("plan", "--format", "yaml"), "yaml"),
        (("audit",), "FILE"),
        (("watch", "--unheard-of"), "unheard-of"),
    ],
)
def test_misuse_exits_with_2_and_says_what_was_meant(words: tuple[str, ...], said: str) -> None:
    code, out, err = ran(*words)

    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("build", "--sdist"), "there is no pyproject.toml, and no sdist without one"),
        (("b", "--pgo"), "error: --pgo"),
        (("build", "-j", "many"), "error: --jobs: expected a whole number"),
        (("plan", "--auditwheel", "chek"), "hint: did you mean check?"),
        (("audit", "missing.whl", "gone.so"), "error: gone.so: no such file or directory"),
        (("audit", "."), "is a directory"),
        (("replay", "--speed", "-1"), "error: --speed"),
        (("clean", "--older-than", "soon"), "error: --older-than: expected an age"),
        (("clean", "--keep-size", "much"), "error: --keep-size: expected a size"),
        (("build",), "Cargo.toml"),
        (("plan",), "Cargo.toml"),
        (("report",), "Cargo.toml"),
        (("build", "--resume"), "Cargo.toml"),
    ],
)
def test_what_cannot_be_exits_with_2(words: tuple[str, ...], said: str, empty: Path) -> None:
    code, out, err = ran(*words)

    assert (code, out) == (2, "")
    assert said in err


def test_broken_toml_is_told_with_its_place(empty: Path) -> None:
    (empty / "pyproject.toml").write_text("[tool.maturin]\nstrip = maybe\n", encoding="utf-8")

    code, _, err = ran("plan")

    assert code == 2
    assert "pyproject.toml:2:9: broken TOML" in err


def test_the_pythons_are_listed_on_stdout() -> None:
    code, out, _ = ran("list-python", "--format", "json")

    assert code == 0
    assert all(python["executable"] for python in json.loads(out)["pythons"])


def test_a_program_that_is_no_library_is_refused_by_the_audit(empty: Path) -> None:
    (empty / "x.so").write_bytes(b"not a library")

    code, _, err = ran("audit", "x.so")

    assert code == 6
    assert "x.so" in err


def test_a_wheel_that_is_no_zip_fails_the_audit(empty: Path) -> None:
    (empty / "x-1-py3-none-any.whl").write_bytes(b"not a zip")

    code, out, _ = ran("audit", "--format", "json", "x-1-py3-none-any.whl")

    assert code == 6
    assert json.loads(out)[0]["ok"] is False


@pytest.mark.parametrize(("text", "expected"), [("30d", 30), ("12h", 0.5), ("2w", 14), ("7", 7), ("0", 0)])
def test_an_age_is_read(text: str, expected: float) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("5GB", 5 * 10**9), ("500 MiB", 500 * 2**20), ("1.5k", 1500), ("7", 7), ("0B", 0)]
)
def test_a_size_is_read(text: str, expected: int) -> None:
    assert size_bytes(text) == expected


@pytest.mark.parametrize("text", ["", "5X", "-1", "GB", "5ib"])
def test_a_bad_size_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        size_bytes(text)


def test_color_is_found_on_a_command_line_that_is_wrong_elsewhere() -> None:
    assert color_of(["build", "--color", "never", "--pgo"]) == "never"
    assert color_of(["build", "--color=always"]) == "always"
    assert color_of(["build", "--", "--color=always"]) == "auto"
    assert color_of(["build", "--color"]) == ""
    assert color_of([]) == "auto"


def test_color_wins_over_the_variables() -> None:
    assert colored({"NO_COLOR": "1", "A": "b"}, "always") == {"A": "b", "FORCE_COLOR": "1"}
    assert colored({"FORCE_COLOR": "1"}, "never") == {"NO_COLOR": "1"}
    assert colored({"NO_COLOR": "1"}, "auto") == {"NO_COLOR": "1"}


def test_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "wheelmatrix", "schema"], stdout=closed, stderr=subprocess.PIPE, check=False
        )

    assert (done.returncode, done.stderr) == (141, b"")


def test_a_stream_that_is_not_utf_8_takes_every_message() -> None:
    done = python("-m", "wheelmatrix", "build", "-i\u2026", "--zig\u2026", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 2
    assert done.stderr.isascii()
    assert b"Traceback" not in done.stderr
