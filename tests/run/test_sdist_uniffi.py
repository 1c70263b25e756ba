"""Sdists of uniffi: the bindgen and its configuration are in it, or it is not made."""

import tarfile
from pathlib import Path

import pytest
from tests.run.sdist_cases import LIB, Case, crate, pyproject

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.sdist import make_sdist

BINDGEN = '[[bin]]\nname = "uniffi-bindgen"\npath = "bindgen.rs"\n'
NEEDS = '[dependencies]\nuniffi = { path = "../uniffi" }\n'
MAIN = "fn main() {}\n"
UNIFFI = {"uniffi/Cargo.toml": crate("uniffi"), "uniffi/src/lib.rs": LIB}
OWN = Case(
    files={
        **UNIFFI,
        "native/pyproject.toml": pyproject("native"),
        "native/Cargo.toml": crate("native", kind="cdylib") + BINDGEN + NEEDS,
        "native/src/lib.rs": LIB,
        "native/bindgen.rs": MAIN,
        "native/uniffi.toml": "[bindings.python]\n",
    },
    project="native",
)
SHARED = Case(
    files={
        **UNIFFI,
        "Cargo.toml": '[workspace]\nmembers = ["native", "tool", "other"]\nexclude = ["uniffi"]\nresolver = "2"\n',
        "native/pyproject.toml": pyproject("native"),
        "native/Cargo.toml": crate("native", kind="cdylib") + NEEDS,
        "native/src/lib.rs": LIB,
        "tool/Cargo.toml": crate("tool") + BINDGEN + NEEDS,
        "tool/bindgen.rs": MAIN,
        "other/Cargo.toml": crate("other"),
        "other/src/lib.rs": LIB,
    },
    project="native",
)


def members(case: Case, top: Path, **edit: str) -> set[str]:
    """Return the names below the top directory; `edit`: what is added to the native manifest."""
    files = dict(case.files)
    files["native/Cargo.toml"] = files["native/Cargo.toml"].replace("[lib]", edit.get("more", "") + "[lib]")
    project = Case(files=files, project=case.project).write(top / "tree")
    made = make_sdist({}, directory=project, environment={}, out=top / "out")
    with tarfile.open(made.path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_the_crates_own_bindgen_and_its_configuration_are_in_it(tmp_path: Path) -> None:
    assert {"native/bindgen.rs", "native/uniffi.toml", "uniffi/src/lib.rs"} < members(OWN, tmp_path)


def test_the_bindgen_of_the_workspace_is_in_it_and_no_other_member(tmp_path: Path) -> None:
    """maturin 1.16 leaves it out, and a wheel that is built from its sdist finds none."""
    found = members(SHARED, tmp_path)

    assert {"tool/Cargo.toml", "tool/bindgen.rs", "Cargo.toml"} < found
    assert not [name for name in found if name.startswith("other/")]


@pytest.mark.parametrize(
    ("excluded", "said"),
    [
        ("bindgen.rs", "the uniffi-bindgen of native would not be in the sdist"),
        ("uniffi.toml", "uniffi.toml would not be in the sdist"),
    ],
)
def test_an_sdist_without_them_is_not_made(excluded: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        members(OWN, tmp_path, more=f'exclude = ["{excluded}"]\n')

    assert caught.value.issues[0].where == str(tmp_path / "tree/native" / excluded)
    assert not (tmp_path / "out").exists()
