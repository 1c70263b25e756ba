import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import wheelmatrix
from wheelmatrix.backend.requires import (
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
)


@pytest.mark.parametrize("bindings", ["pyo3", "cffi"])
def test_cffi_is_all_that_a_build_may_require(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bindings: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.maturin]\nbindings = "{bindings}"\n')
    monkeypatch.chdir(tmp_path)
    expected = ["cffi"] if bindings == "cffi" else []

    assert get_requires_for_build_wheel() == get_requires_for_build_editable({"build-args": "-r"}) == expected
    assert get_requires_for_build_sdist() == []
    assert wheelmatrix.get_requires_for_build_wheel is get_requires_for_build_wheel


@pytest.mark.parametrize(("text", "said"), [("[project", "pyproject.toml:1:9"), (None, "cannot be read")])
def test_a_broken_pyproject_ends_the_hook_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as ended:
        get_requires_for_build_wheel()

    told = capsys.readouterr()
    assert ended.value.code == 2
    assert told.out == ""
    assert said in told.err


@pytest.mark.parametrize(("name", "needed"), [("tiny", []), ("tiny-cffi", ["cffi"]), ("tiny-bin", [])])
def test_bindings_that_nobody_states_are_found_out(
    crate: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, name: str, needed: list[str]
) -> None:
    folder = crate(name)
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(re.sub(r"(?m)^bindings = .*\n", "", text))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")

    assert get_requires_for_build_wheel() == needed


def test_the_hook_itself_loads_next_to_nothing() -> None:
    code = "import sys, wheelmatrix.backend.requires as m; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout.split()

    assert not {"wheelmatrix.model", "wheelmatrix.options", "wheelmatrix.plan", "anyio", "rich"} & set(loaded)
