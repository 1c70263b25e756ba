"""Where the second build lies, and what of the first one's sources it needs."""

from dataclasses import replace
from pathlib import PurePath

import pytest
from tests.plan.gathered import ROOT, gathered, project

from wheelmatrix.model import Entry, Project
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.second import second, second_options

RUN = ROOT / "target" / "wheelmatrix"
COPY = RUN / "second" / "elsewhere"


def nested(workspace: str, manifest: str, root: str) -> Project:
    """Return a project whose crate lies elsewhere than its pyproject.toml."""
    made = project()
    crate = replace(made.crate, workspace=PurePath(workspace), manifest=PurePath(manifest))
    return replace(made, crate=crate, root=PurePath(root))


def packages(*manifests: str, source: str | None = None) -> dict[str, object]:
    return {"packages": [{"name": "x", "manifest_path": each, "source": source} for each in manifests]}


def test_a_project_of_one_crate_is_copied_below_the_runs_directory() -> None:
    found = second(project(), BuildOptions(), gathered(), RUN)

    assert (found.base, found.trees, found.copy) == (ROOT, (ROOT,), COPY / "project")
    assert found.moved(ROOT / "src" / "lib.rs") == COPY / "project" / "src" / "lib.rs"
    assert found.moved(PurePath("/usr/include/x.h")) == PurePath("/usr/include/x.h")
    assert found.skip == {ROOT / "target", RUN, ROOT / "dist"}
    assert len(str(found.copy)) > len(str(ROOT))


def test_path_dependencies_outside_of_the_project_lie_at_the_same_relative_place() -> None:
    metadata = packages("/home/user/shared/a/Cargo.toml", f"{ROOT}/inner/Cargo.toml")

    found = second(project(), BuildOptions(), gathered(cargo_metadata=metadata), RUN)

    assert found.base == PurePath("/home/user")
    assert found.trees == (ROOT, PurePath("/home/user/shared/a"))
    assert found.moved(PurePath("/home/user/shared/a")) == COPY / "user" / "shared" / "a"
    assert found.moved(ROOT) == COPY / "user" / "project"
    assert found.outside == (PurePath("/home/user/shared/a"),)


def test_registry_packages_are_not_copied() -> None:
    metadata = packages("/home/user/.cargo/registry/serde/Cargo.toml", source="registry+index")

    assert second(project(), BuildOptions(), gathered(cargo_metadata=metadata), RUN).trees == (ROOT,)


def test_a_workspace_and_a_project_around_it_are_one_tree() -> None:
    made = nested("/home/user/project/rust", "/home/user/project/rust/native/Cargo.toml", str(ROOT))

    found = second(made, BuildOptions(), gathered(), RUN)

    assert found.trees == (ROOT,)
    assert ROOT / "rust" / "Cargo.lock" in found.files


def test_files_of_the_wheel_and_of_cargo_are_copied_though_git_ignores_them() -> None:
    generated, elsewhere = ROOT / "python" / "made.py", PurePath("/usr/share/x")
    entries = (
        Entry(name="made.py", source=generated),
        Entry(name="x", source=elsewhere),
        Entry(name="y", source=b""),
    )

    found = second(replace(project(), sources=entries), BuildOptions(), gathered(texts={ROOT / "README": ""}), RUN)

    assert {generated, ROOT / "README", ROOT / "Cargo.lock", ROOT / "Cargo.toml"} <= {*found.files}
    assert {ROOT / ".cargo" / "config.toml", ROOT / "rust-toolchain.toml"} <= {*found.files}
    assert elsewhere not in found.files


@pytest.mark.parametrize(
    ("path", "root", "is_shared"),
    [
        (ROOT / ".cargo" / "config.toml", RUN, True),
        (ROOT / ".cargo" / "config", RUN, True),
        (ROOT / ".cargo" / "config.toml", PurePath("/tmp/target/wheelmatrix"), False),
        (ROOT / "native" / ".cargo" / "config.toml", RUN, False),
        (ROOT / ".cargo" / "other.toml", RUN, False),
        (ROOT / "config.toml", RUN, False),
    ],
)
def test_cargos_configuration_counts_once(path: PurePath, root: PurePath, is_shared: bool) -> None:
    assert second(project(), BuildOptions(), gathered(), root).is_shared(path) is is_shared


def test_the_second_build_is_asked_for_the_same_in_its_own_place() -> None:
    options = BuildOptions(
        interpreters=("3.12", "python3.13", "../venv/bin/python", "/opt/python", "~/python"),
        check_reproducible=True,
        strip=True,
        out="wheels",
        target_dir="somewhere",
    )
    machine = gathered()

    found = second_options(options, project(), machine, second(project(), options, machine, RUN))

    assert found.interpreters == ("3.12", "python3.13", f"{ROOT}/../venv/bin/python", "/opt/python", "~/python")
    assert (found.out, found.target_dir) == (str(RUN / "second" / "dist"), str(RUN / "second" / "target"))
    assert found.manifest_path == str(COPY / "project" / "Cargo.toml")
    assert (found.check_reproducible, found.fail_fast, found.strip) == (False, True, True)


def test_a_header_that_a_cffi_crate_ships_among_what_is_built_is_copied() -> None:
    made = project()
    found = second(
        replace(made, crate=replace(made.crate, bindings="cffi", pyo3=None)), BuildOptions(), gathered(), RUN
    )

    assert ROOT / "target" / "header.h" in found.files
    assert ROOT / "target" / "header.h" not in second(made, BuildOptions(), gathered(), RUN).files
