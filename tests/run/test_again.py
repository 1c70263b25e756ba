"""A hook that was answered is asked again: unchanged, and with each thing changed that the answer comes from."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.crates import copy_crate
from tests.run.answered import SETTINGS, Answered

from wheelmatrix.backend.anew import metadata_anew, wheel_anew
from wheelmatrix.run import again
from wheelmatrix.run.again import metadata_again, wheel_again
from wheelmatrix.run.file_lock import held

pytestmark = pytest.mark.slow
BUILD = "target/wheelmatrix/builds"


def without_pytest(patch: pytest.MonkeyPatch) -> None:
    """Take no notice of the variable in which pytest says where it is."""
    patch.setattr(again, "PASSING", again.PASSING | {"PYTEST_CURRENT_TEST"})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Answered, str]]:
    folder = copy_crate("tiny-mixed", tmp_path_factory.mktemp("answered"))
    (folder / "README.md").write_text("words")
    (folder / "LICENSE").write_text("mine")
    with (folder / "Cargo.toml").open("a") as file:
        file.write('\n[package.metadata]\nx = "1"\n')
    text = (
        (folder / "pyproject.toml")
        .read_text()
        .replace('version = "0.1.0"\n', 'version = "0.1.0"\nreadme = "README.md"\n')
    )
    (folder / "pyproject.toml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CARGO_NET_OFFLINE", "true")
        patch.setenv("PIP_BUILD_TRACKER", "one")
        without_pytest(patch)
        answered = Answered(folder)
        yield answered, answered.answer()


@pytest.fixture
def answered(built: tuple[Answered, str], monkeypatch: pytest.MonkeyPatch) -> Answered:
    monkeypatch.chdir(built[0].folder)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    without_pytest(monkeypatch)
    return built[0]


@pytest.fixture
def filename(built: tuple[Answered, str]) -> str:
    return built[1]


def test_the_same_metadata_and_the_same_wheel_come_again(
    answered: Answered, filename: str, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = (answered.record.with_suffix(".whl")).read_bytes()
    before = {path: path.read_bytes() for path in answered.prepared.rglob("*") if path.is_file()}
    for path in before:
        path.unlink()

    name = answered.metadata()

    assert name == "tiny_mixed-0.1.0.dist-info"
    assert {path: path.read_bytes() for path in answered.prepared.rglob("*") if path.is_file()} == before
    for given in (None, answered.prepared / name):
        assert answered.wheel(given=given) == filename
        assert [path.name for path in answered.out.iterdir()] == [filename]
        assert (answered.out / filename).read_bytes() == kept
    assert capfd.readouterr() == ("", 2 * f"{filename} is as it was: nothing has changed\n")


def test_what_is_handed_out_is_in_use(answered: Answered, filename: str) -> None:
    (build,) = (answered.folder / BUILD).glob("*/*/*")
    for folder in (build, answered.record.parent):
        os.utime(folder, (1, 1))

    assert answered.wheel() == filename

    assert build.stat().st_mtime > 1
    assert answered.record.parent.stat().st_mtime > 1


CHANGED = [
    ("pyproject.toml", '[project]\nname = "tiny-mixed"\nversion = "0.2.0"\n'),
    ("Cargo.toml", "another"),
    ("Cargo.lock", None),
    ("README.md", "other words"),
    ("LICENSE", "yours"),
    ("LICENSE.new", "mine"),
    (".git/HEAD", "a checkout has ignore files"),
    (".ignore", "*.pyi"),
    ("rust/Cargo.toml", "is looked for first, as there is a python-source"),
    ("rust-toolchain.toml", "[toolchain]"),
    ("../rust-toolchain", "stable"),
    (".cargo/config.toml", "[net]\n"),
    ("../.cargo/config.toml", "[net]\n"),
    ("../Cargo.toml", "[workspace]"),
    ("../vendor/pyo3/Cargo.toml", "another"),
    ("src/bin/more.rs", "fn main() {}"),
    ("python/tiny_mixed/more.py", ""),
    ("python/tiny_mixed/deep/more.py", ""),
    ("python/tiny_mixed/py.typed", None),
]
CHANGED_IN_THE_WHEEL = [
    ("python/tiny_mixed/__init__.py", "other = 1"),
    ("python/tiny_mixed/py.typed", "other"),
    ("src/lib.rs", "other"),
    ("../vendor/pyo3/src/lib.rs", "other"),
]


@pytest.mark.parametrize(("name", "text"), CHANGED)
def test_what_the_plan_comes_from_has_changed(answered: Answered, filename: str, name: str, text: str | None) -> None:
    with answered.changed(name, text):
        assert answered.metadata() is None
        assert answered.wheel() is None
        assert not list(answered.out.iterdir())

    assert answered.wheel() == filename


@pytest.mark.parametrize(("name", "text"), CHANGED_IN_THE_WHEEL)
def test_what_goes_into_the_wheel_has_changed(answered: Answered, filename: str, name: str, text: str) -> None:
    with answered.changed(name, text):
        assert answered.metadata() is not None
        assert answered.wheel() is None
        assert not list(answered.out.iterdir())

    assert answered.wheel() == filename


def test_a_file_that_may_be_run_is_another_file(answered: Answered, filename: str) -> None:
    path = answered.folder / "python/tiny_mixed/py.typed"
    mode = path.stat().st_mode
    path.chmod(mode | 0o111)
    assert answered.wheel() is None
    path.chmod(mode)
    assert answered.wheel() == filename


@pytest.mark.parametrize(
    ("name", "value"),
    [("RUSTFLAGS", "-g"), ("SOURCE_DATE_EPOCH", "1700000000"), ("WHEELMATRIX_PROFILE", "release"), ("ANY", "thing"),
     ("VIRTUAL_ENV", "/another"), ("CARGO_TARGET_DIR", "another")],
)  # fmt: skip
def test_a_variable_has_changed(
    answered: Answered, filename: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert answered.metadata() is None
    assert answered.wheel() is None


def test_what_a_frontend_sets_for_each_build_is_no_change(
    answered: Answered, filename: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_BUILD_TRACKER", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "7")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    scripts = [str(Path(sys.prefix) / "bin"), str(tmp_path / "none")]
    monkeypatch.setenv("PATH", os.pathsep.join([*scripts, os.environ["PATH"]]))

    assert answered.metadata() is not None
    assert answered.wheel() == filename


def test_programs_that_the_path_finds_first_may_have_a_say(
    answered: Answered, filename: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))

    assert answered.metadata() is None
    assert answered.wheel() is None


def test_who_asks_for_something_else_gets_no_answer(answered: Answered) -> None:
    assert answered.metadata({}) is None
    assert answered.wheel({"build-args": "--profile dev --strip"}) is None


def test_another_python_gets_no_answer(answered: Answered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99")

    assert answered.metadata() is None
    assert answered.wheel() is None


def test_metadata_of_a_frontends_own_goes_into_a_wheel_of_its_own(answered: Answered, filename: str) -> None:
    folder = answered.prepared / str(answered.metadata())
    for change in ("more.txt", "METADATA"):
        before = (folder / change).read_bytes() if (folder / change).exists() else None
        (folder / change).write_text("Name: other")
        assert answered.wheel(given=folder) is None
        (folder / change).unlink()
        if before is not None:
            (folder / change).write_bytes(before)
    assert answered.wheel(given=folder) == filename

    other = folder.rename(folder.with_name("other-1.dist-info"))
    assert answered.wheel(given=other) is None
    other.rename(folder)


def test_what_was_built_is_gone_or_another(answered: Answered, filename: str) -> None:
    (library,) = (path for path in (answered.folder / BUILD).glob("**/lib*.so") if path.parent.name != "deps")
    for text in ("another", None):
        with answered.changed(str(library.relative_to(answered.folder)), text):
            assert answered.wheel() is None
    assert answered.wheel() == filename


def test_where_cargo_finds_something_to_do_there_is_no_answer(answered: Answered, filename: str) -> None:
    """Change what the record does not know: the moment at which cargo has compiled a source for the last time."""
    (fingerprint,) = (answered.folder / BUILD).glob("*/*/*/*/*/.fingerprint/tiny-mixed-*/invoked.timestamp")
    before = fingerprint.stat()
    (dependency,) = (answered.folder / BUILD).glob("*/*/*/*/*/.fingerprint/tiny-mixed-*/dep-lib-*")
    os.utime(dependency, ns=(1, 1))

    assert answered.metadata() is not None
    assert answered.wheel() is None
    assert not list(answered.out.iterdir())

    assert fingerprint.stat().st_mtime_ns > before.st_mtime_ns
    wheel_anew(str(answered.out), SETTINGS, None)
    assert answered.wheel() == filename


def test_a_kept_wheel_that_is_damaged_is_not_handed_out(answered: Answered, filename: str) -> None:
    kept = answered.record.with_suffix(".whl").relative_to(answered.folder)

    for text in ("damaged", None):
        with answered.changed(str(kept), text):
            assert answered.wheel() is None
    assert answered.wheel() == filename


def test_while_another_run_is_at_work_there_is_no_answer(answered: Answered, filename: str) -> None:
    code = (
        "import sys; from wheelmatrix.run.file_lock import held\n"
        "with held(sys.argv[1]): print(flush=True); sys.stdin.read()"
    )
    lock = str(answered.folder / "target/wheelmatrix/lock")
    with subprocess.Popen([sys.executable, "-c", code, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert answered.metadata() is not None
        assert answered.wheel() is None

    with held(lock) as is_held:
        assert is_held
    assert answered.wheel() == filename


def test_a_place_that_is_not_there_is_for_the_run_to_tell(answered: Answered, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert wheel_again(str(tmp_path / "none"), SETTINGS, None) is None
    assert metadata_again(str(tmp_path / "file"), SETTINGS) is None


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "\xff", '{"key": 1}'])
def test_a_record_that_is_none_of_ours_says_nothing(answered: Answered, filename: str, text: str) -> None:
    with answered.changed(str(answered.record.relative_to(answered.folder)), text):
        assert answered.metadata() is None
        assert answered.wheel() is None
    assert answered.wheel() == filename


@pytest.mark.skipif(sys.platform == "win32", reason="files have no owner's number")
def test_what_somebody_else_has_written_is_not_believed(answered: Answered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)

    assert answered.metadata() is None
    assert answered.wheel() is None


def test_the_hooks_load_next_to_nothing(
    answered: Answered, filename: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, wheelmatrix\n"
        f"name = wheelmatrix.prepare_metadata_for_build_wheel({str(tmp_path)!r}, {SETTINGS!r})\n"
        f"wheelmatrix.build_wheel({str(tmp_path)!r}, {SETTINGS!r}, f'{tmp_path}/{{name}}')\n"
        "print(*sorted(sys.modules))"
    )

    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    said = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout.split()

    assert {name for name in said if name.startswith("wheelmatrix")} == {
        "wheelmatrix", "wheelmatrix.backend", "wheelmatrix.backend.metadata", "wheelmatrix.backend.wheels",
        "wheelmatrix.garbage", "wheelmatrix.run", "wheelmatrix.run.again", "wheelmatrix.run.file_lock",
        "wheelmatrix.run.kept", "wheelmatrix.run.stamps",
    }  # fmt: skip
    assert not {"anyio", "asyncio", "dataclasses", "packaging", "pathlib", "tomli"} & set(said)
    with zipfile.ZipFile(tmp_path / filename) as wheel:
        assert wheel.testzip() is None


def test_the_record_has_no_secret(answered: Answered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINE_PASSWORD", "hush")
    monkeypatch.setenv("MY_OWN", "hush")
    wheel_anew(str(answered.out), SETTINGS, None)

    assert answered.wheel() is not None
    text = answered.record.read_text()
    assert "hush" not in text
    (command,) = json.loads(text)["wheel"]["commands"]
    assert command["without"] == ["TWINE_PASSWORD"]

    monkeypatch.delenv("MY_OWN")
    assert answered.metadata() is None
    metadata_anew(str(answered.prepared), SETTINGS)
    assert answered.metadata() is not None
    assert answered.wheel() is None
    monkeypatch.delenv("TWINE_PASSWORD")
    wheel_anew(str(answered.out), SETTINGS, None)
