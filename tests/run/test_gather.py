import os
import sys
from pathlib import Path

import pytest
from tests.plan.gathered import TABLES

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.project.precedence import resolve
from wheelmatrix.run import equipment
from wheelmatrix.run.gather import gather, look
from wheelmatrix.run.pyproject import find_pyproject

TEXT = '[project]\nname = "p"\n'


def ask(folder, environment=None, targets=(), **options):
    pyproject, text = find_pyproject(folder, "")
    variables = dict(os.environ) | (environment or {})
    asked = resolve({"interpreters": ("3.12",), "offline": True, **options}, variables, pyproject, text).options
    return gather(look(asked, pyproject, text, folder, variables, targets))[0]


def test_pyproject_lies_in_the_directory_and_a_bom_is_no_part_of_its_text(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())

    assert find_pyproject(tmp_path, "") == (path, TEXT)
    assert find_pyproject(tmp_path / "below", "") == (None, "")


def test_with_a_manifest_the_nearest_pyproject_inside_of_the_checkout_counts(tmp_path):
    (tmp_path / "pyproject.toml").write_text("outside = true")
    checkout = tmp_path / "checkout"
    (checkout / "crates" / "native").mkdir(parents=True)
    (checkout / ".git").mkdir()

    assert find_pyproject(tmp_path, "checkout/crates/native/Cargo.toml") == (None, "")

    (checkout / "pyproject.toml").write_text(TEXT)

    assert find_pyproject(tmp_path, "checkout/crates/native/Cargo.toml") == (checkout / "pyproject.toml", TEXT)


def test_a_manifest_may_be_named_by_its_directory(tmp_path):
    native = tmp_path / "crates" / "native"
    native.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("outside = true")
    (native / "pyproject.toml").write_text(TEXT)

    assert find_pyproject(tmp_path, "crates/native") == (native / "pyproject.toml", TEXT)
    assert find_pyproject(native, ".") == (native / "pyproject.toml", TEXT)


def test_a_pyproject_that_is_not_utf_8_is_told_with_the_byte(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b'name = "caf\xe9"')

    with pytest.raises(ConfigError, match="not UTF-8: byte 11") as caught:
        find_pyproject(tmp_path, "")

    assert caught.value.issues[0].where == str(tmp_path / "pyproject.toml")


def test_a_crates_files_and_metadata_are_gathered_and_secrets_are_not(crate):
    folder = crate("tiny-mixed")
    package = folder / "python" / "tiny_mixed"
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.pyc").touch()
    (package / "again").symlink_to(package)
    (package / "gone").symlink_to("nowhere")

    found = ask(folder, environment={"TWINE_PASSWORD": "secret", "KEPT": "1"})

    files = {file.path.relative_to(folder).as_posix(): file for file in found.files if file.path.is_relative_to(folder)}
    below = {name for name in files if name.startswith("python/")}
    names = {"__init__.py", "_native.pyi", "py.typed", "gone"}
    assert below == {f"python/tiny_mixed/{name}" for name in names}
    assert files["python/tiny_mixed/gone"].size_bytes == -1
    assert "KEPT" in found.environment
    assert "TWINE_PASSWORD" not in found.environment
    assert found.cargo_metadata["workspace_root"] == str(folder)


def test_what_builds_are_made_with_is_gathered(crate, tmp_path):
    folder = crate("tiny")
    (folder / ".cargo").mkdir()
    (folder / ".cargo" / "config.toml").write_text('[build]\nrustflags = ["-v"]\n')

    found = ask(folder, environment={"CARGO_HOME": str(tmp_path / "home")}, cargo_config=("net.retry=1",))

    assert found.cargo_config[:2] == ({"net": {"retry": 1}}, {"build": {"rustflags": ["-v"]}})
    assert found.cargo_home == tmp_path / "home"
    assert found.python == Path(sys.executable)
    assert (found.programs, found.host.stds) == ({}, frozenset())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_for_a_target_its_tools_are_looked_for_and_its_dependencies_resolved(crate, tmp_path, monkeypatch):
    monkeypatch.setattr(equipment, "_PACKAGES", ())
    folder, tools = crate("tiny"), tmp_path / "bin"
    tools.mkdir()
    with (folder / "Cargo.toml").open("a") as file:
        file.write('[target."cfg(windows)".dependencies]\nmiddle = { path = "middle" }\n')
    (folder / "middle" / "src").mkdir(parents=True)
    (folder / "middle" / "src" / "lib.rs").touch()
    (folder / "middle" / "Cargo.toml").write_text('[package]\nname = "middle"\nversion = "0.1.0"\n')
    for name in ("x86_64-w64-mingw32-gcc", "zig"):
        (tools / name).write_text("#!/bin/sh\necho 0.16.0\n")
        (tools / name).chmod(0o755)
    path = {"PATH": os.pathsep.join([str(tools), os.environ["PATH"]])}

    def has_middle(found):
        return any("middle" in node["id"] for node in found.cargo_metadata["resolve"]["nodes"])

    found = ask(folder, environment=path, targets=(TABLES.targets["x86_64-pc-windows-gnu"],))
    merged = ask(folder, environment=path, targets=(TABLES.targets["universal2-apple-darwin"],))

    assert found.programs["x86_64-w64-mingw32-gcc"] == tools / "x86_64-w64-mingw32-gcc"
    assert found.host.triple in found.host.stds
    assert has_middle(found)
    assert not has_middle(merged)
    assert found.tools["zig"] == "0.16.0"


def test_a_broken_manifest_is_cargos_to_tell(crate):
    folder = crate("tiny")
    (folder / "Cargo.toml").write_text("[package\n")

    with pytest.raises(ConfigError) as caught:
        ask(folder)

    assert str(folder / "Cargo.toml") in str(caught.value)


def test_a_lock_file_that_is_behind_has_a_hint(crate):
    folder = crate("tiny")
    lock = folder / "Cargo.lock"
    lock.write_text(lock.read_text().replace('name = "tiny"\nversion = "0.1.0"', 'name = "tiny"\nversion = "0.0.1"'))

    with pytest.raises(ConfigError) as caught:
        ask(folder, locked=True)

    assert "cargo update --workspace" in caught.value.issues[0].hint


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("cargo", "said", "hint"),
    [
        ("", "there is no program cargo", "install Rust with rustup"),
        ("echo \"error: toolchain 'old' is not installed\" >&2; exit 1", "cargo does not run: .*'old'", "--toolchain"),
    ],
)
def test_a_cargo_that_cannot_run_beside_a_rustc_that_can_is_a_missing_tool(
    crate, tmp_path, monkeypatch, cargo, said, hint
):
    programs = {"rustc": 'printf "rustc 1.0.0\\nhost: x86_64-unknown-linux-gnu\\n"', "cargo": cargo}
    for name, script in programs.items():
        if script:
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match=said) as caught:
        ask(crate("tiny"))

    assert hint in caught.value.issues[0].hint
