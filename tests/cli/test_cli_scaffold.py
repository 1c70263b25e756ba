"""`new`, `init`, `generate-ci` and `completions`, as they are called."""

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from tests.e2e.crates import copy_crate

from wheelmatrix.cli import COMMANDS, completions, generate_ci, init, main, new, scaffold
from wheelmatrix.cli.completions import complete
from wheelmatrix.scaffold.project import KINDS
from wheelmatrix.scaffold.workflow import DEFAULT_TARGETS, MARK


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_are_those_of_the_table() -> None:
    for name, module in (("new", new), ("init", init), ("generate-ci", generate_ci), ("completions", completions)):
        assert COMMANDS[name] == module.__name__
        assert module.command.name == name
    assert scaffold.__name__ not in COMMANDS.values()


def test_new_makes_a_directory_and_says_what_comes_next(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["new", "my-lib", "-b", "pyo3", "--src"])

    assert code == 0
    assert (here / "my-lib/rust/Cargo.toml").is_file()
    assert capsys.readouterr().err.splitlines()[-1].strip() == "cd my-lib && wheelmatrix build"


def test_new_takes_the_name_that_is_given(here: Path) -> None:
    assert main(["new", "some where", "-b", "bin", "--name", "other"]) == 0
    assert 'name = "other"' in (here / "some where/Cargo.toml").read_text()


def test_init_fills_this_directory_and_refuses_to_do_it_twice(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "lib").mkdir()
    monkeypatch.chdir(here / "lib")
    (here / "lib/.gitignore").write_text("mine\n")

    first = main(["init", "-b", "uniffi", "--mixed"])
    said = capsys.readouterr().err
    second = main(["init", "-b", "pyo3"])

    assert (first, second) == (0, 2)
    assert ".gitignore stays as it was" in said
    assert (here / "lib/.gitignore").read_text() == "mine\n"
    assert 'name = "lib"' in (here / "lib/Cargo.toml").read_text()
    assert capsys.readouterr().err.count("exists already") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "there", "-b", "pyo3"], "there: this directory exists already"),
        (["new", "x"], "what shall be made? pyo3, pyo3-ffi, cffi, uniffi, bin"),
        (["new", "json", "-b", "pyo3"], "Python's own"),
        (["new", "json", "-b", "bin", "--mixed"], "Python's own"),
        (["new", "x", "-b", "pyo4"], "pyo4"),
        (["new", "x", "-b", "pyo3", "--name", "9"], "--name"),
        (["new"], "PATH"),
        (["completions", "tcsh"], "tcsh"),
        (["generate-ci", "jenkins"], "jenkins"),
        (["generate-ci", "github", "-o", "there"], "is a directory"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    words: list[str], said: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    (here / "there").mkdir()

    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in here.rglob("*")] == ["there"]


def read_to_the_end(terminal: int) -> Iterator[bytes]:
    """Yield what is shown until nobody has the terminal open any more, which Linux tells by an error."""
    with suppress(OSError):
        while shown := os.read(terminal, 1 << 16):
            yield shown


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "kind"), [("5", "bin"), ("cffi", "cffi"), ("", "pyo3"), ("9\nuniffi", "uniffi")])
def test_at_a_terminal_the_kind_is_asked_for(answer: str, kind: str, here: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "wheelmatrix", "new", "asked"]
    process = subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL, close_fds=True)
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    shown = b"".join(read_to_the_end(ours)).decode()
    code = process.wait(timeout=60)
    os.close(ours)

    assert code == 0
    assert all(f"{number}  {each}" in shown for number, each in enumerate(KINDS, 1))
    texts = {path.name: path.read_text() for path in (here / "asked").rglob("*") if path.is_file()}
    assert (kind in texts["pyproject.toml"]) == (kind != "pyo3")
    assert ("pyo3 = " in texts["Cargo.toml"]) == (kind == "pyo3")


# generate-ci


@pytest.fixture
def project(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crate that needs no index, which is the working directory, too."""
    folder = copy_crate("tiny", here)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    return folder


def generated(project: Path, *words: str) -> dict[str, object]:
    out = project / "ci/wheels.yml"
    assert main(["generate-ci", *words, "-o", str(out)]) == 0
    parsed: dict[str, object] = yaml.safe_load(out.read_text())
    return parsed


def test_without_a_choice_everything_is_built_on_one_machine(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate-ci", "github"]) == 0
    text = capsys.readouterr().out
    parsed = yaml.safe_load(text)

    assert text.startswith(f"# {MARK} github`")
    assert list(parsed["jobs"]) == ["build", "release"]
    assert parsed["env"]["WHEELMATRIX_TARGETS"].split() == list(DEFAULT_TARGETS)


def test_the_workflow_is_made_again_and_nothing_else_is_overwritten(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated(project, "github")
    generated(project, "github", "--target", "x86_64-unknown-linux-gnu.2.17")
    other = project / "ci/other.yml"
    other.write_text("name: other\n")

    assert main(["generate-ci", "github", "-o", str(other)]) == 2
    assert "was not made by generate-ci" in capsys.readouterr().err
    assert other.read_text() == "name: other\n"


def test_what_only_windows_links_gets_a_machine_of_its_own(project: Path) -> None:
    windows = ("--target", "x86_64-pc-windows-msvc", "--target", "x86_64-unknown-linux-gnu.2.17")

    on_github, on_gitlab = generated(project, "github", *windows), generated(project, "gitlab", *windows)

    assert list(on_github["jobs"]) == ["plan", "build", "release"]  # type: ignore[call-overload]  # a mapping
    script = on_gitlab["wheels:windows"]["script"]  # type: ignore[index]  # a mapping
    assert "wheelmatrix build --target x86_64-pc-windows-msvc --verify" in script


def test_the_configuration_says_what_is_built(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write(
            '[tool.wheelmatrix]\ninterpreters = ["3.12"]\ntargets = ["x86_64-unknown-linux-gnu.2.17"]\n'
            '[tool.maturin.generate-ci.github]\npytest = true\nargs = "--locked"\nlinux.runner = "mine"\n'
        )

    parsed = generated(project, "github")

    assert parsed["env"].keys() == {  # type: ignore[attr-defined]  # a mapping
        "WHEELMATRIX_TEST_COMMAND", "WHEELMATRIX_TEST_REQUIRES", "WHEELMATRIX_CACHE_DIR",
    }  # fmt: skip
    assert "wheelmatrix build --locked --verify=test" in str(parsed)
    assert "runner: has no effect" in capsys.readouterr().err


def test_a_project_below_the_repository_is_built_where_it_lies(project: Path) -> None:
    (project.parent / ".git").mkdir()

    parsed = generated(project, "github")

    assert parsed["defaults"]["run"]["working-directory"] == project.name  # type: ignore[index]  # a mapping
    assert f"{project.name}/target/wheelmatrix" in str(parsed)


def test_without_a_project_there_is_no_workflow(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate-ci", "github", "-o", "x.yml"]) == 2
    assert "Cargo.toml" in capsys.readouterr().err
    assert list(here.iterdir()) == []


# completions


def asked(monkeypatch: pytest.MonkeyPatch, shell: str, line: str) -> int:
    by_line = shell in ("elvish", "nushell", "powershell")
    monkeypatch.setenv("COMP_WORDS", line.replace(" ", "\n") if by_line else line)
    monkeypatch.setenv("COMP_CWORD", line.split(" ")[-1] if shell == "fish" else str(len(line.split(" ")) - 1))
    monkeypatch.setenv("_WHEELMATRIX_COMPLETE", f"{shell}_complete")
    return main([])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "elvish", "nushell", "powershell"])
def test_a_script_asks_the_program(
    shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["completions", shell]) == 0
    assert re.search(rf"_WHEELMATRIX_COMPLETE ?[:=] ?'?{shell}_complete", capsys.readouterr().out)

    assert asked(monkeypatch, shell, "wheelmatrix gener") == 0
    assert "generate-ci" in capsys.readouterr().out
    assert asked(monkeypatch, shell, "wheelmatrix build --all") == 0
    assert "--all-interpreters" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("wheelmatrix new -b ", set(KINDS)),
        ("wheelmatrix generate-ci ", {"github", "gitlab"}),
        ("wheelmatrix build --linker ", {"auto", "native", "zig", "gcc", "xwin"}),
        ("wheelmatrix build --target aarch64-unk", {"aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"}),
        ("wheelmatrix build -m cr", {"cr"}),
        ("wheelmatrix upload ", {""}),
        ("wheelmatrix build --sdist --nonsense --all", set()),
        ("wheelmatrix nonsense --all", set()),
    ],
)
def test_what_may_come_next_is_told_and_no_error(
    line: str, words: set[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(monkeypatch, "bash", line) == 0
    said = capsys.readouterr()

    assert {word.partition(",")[2] for word in said.out.split()} >= words
    assert ("file," in said.out) == (words in ({"cr"}, {""}))
    assert said.err == ""


def test_a_shell_that_reads_lines_is_told_value_kind_and_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(monkeypatch, "elvish", "wheelmatrix generate-ci ") == 0
    assert capsys.readouterr().out.splitlines() == ["github\tplain\t", "gitlab\tplain\t"]

    assert asked(monkeypatch, "powershell", "wheelmatrix build -m cr") == 0
    assert capsys.readouterr().out.splitlines() == ["cr\tfile\t"]

    assert asked(monkeypatch, "elvish", "wheelmatrix build --all-inter") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("--all-interpreters\tplain\t")
    assert len(line.split("\t")) == 3


def test_an_unknown_shell_is_an_error_without_a_word() -> None:
    assert complete(new.command, "tcsh_complete") == 2
    assert complete(new.command, "bash_nonsense") == 2


@pytest.mark.slow
def test_bash_takes_the_script(here: Path) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "wheelmatrix", "completions", "bash"], check=True, capture_output=True
    )

    done = subprocess.run(["bash"], input=script.stdout + b"\ncomplete -p wheelmatrix\n", capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"_wheelmatrix_completion" in done.stdout
