import os

import anyio
import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.project.precedence import resolve
from wheelmatrix.run.gather import find_pyproject, gather

TEXT = '[project]\nname = "p"\n'


def ask(folder, environment=None, **options):
    pyproject, text = find_pyproject(folder, "")
    variables = dict(os.environ) | (environment or {})
    asked = resolve({"interpreters": ("3.12",), "offline": True, **options}, variables, pyproject, text).options
    return anyio.run(gather, asked, pyproject, text, folder, variables)[0]


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
