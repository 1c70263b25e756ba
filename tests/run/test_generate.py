from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from tests.plan.gathered import gathered, planned, project
from tests.run.small_shop import small_shop

from wheelmatrix.errors import CompileError, ConfigError, ToolMissing
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.generate import check_generator, generate
from wheelmatrix.run.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give the tools of a run whose crate has a header and bindings of cffi."""
    what = project(module_name="native")
    crate = replace(
        what.crate,
        bindings="cffi",
        pyo3=None,
        manifest=tmp_path / "Cargo.toml",
        workspace=tmp_path,
        target_directory=tmp_path / "target",
    )
    plan = planned(BuildOptions(), gathered(), replace(what, crate=crate))
    (tmp_path / "target").mkdir()
    (tmp_path / "target/header.h").write_text("#pragma once\nint one(void);\n")
    with small_shop(tmp_path, plan, BuildOptions()) as made:
        yield made


def made(shop: Shop) -> dict[str, bytes]:
    (wheel,) = shop.plan.wheels
    entries = anyio.run(generate, wheel, f"generate:{wheel.id}", shop)
    return {entry.name: entry.source for entry in entries if isinstance(entry.source, bytes)}


def test_the_files_lie_beside_the_library(shop: Shop) -> None:
    anyio.run(check_generator, shop)
    found = made(shop)

    assert shop.plan.wheels[0].extension == "native/libnative.so"
    assert sorted(found) == ["native/__init__.py", "native/ffi.py"]
    assert b"one" in found["native/ffi.py"]
    assert [path.name for path in shop.folder.glob("generate-*")] == []


def test_a_plan_has_a_step_for_it_that_packing_waits_for(shop: Shop) -> None:
    steps = {step.kind: step for step in shop.plan.steps}

    assert steps["generate"].needs == {steps["compile"].id}
    assert steps["generate"].id in steps["pack"].needs


def test_a_header_that_is_no_c_is_told_with_its_place(shop: Shop) -> None:
    header = shop.folder / "target/header.h"
    header.write_text("int one(Unheard of);\n")
    with pytest.raises(CompileError, match=r"cffi cannot read header\.h") as caught:
        made(shop)
    assert caught.value.issues[0].where == str(header)

    header.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="the header cannot be read"):
        made(shop)


def test_without_header_build_script_and_cbindgen_it_is_told_before_anything_is_built(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.folder / "target/header.h").unlink()
    monkeypatch.setenv("PATH", str(shop.folder))
    with pytest.raises(ToolMissing, match="no cbindgen"):
        anyio.run(check_generator, shop)

    (shop.folder / "build.rs").write_text("fn main() {}")
    anyio.run(check_generator, shop)


def test_without_cffi_anywhere_it_is_told_how_to_get_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = shop.folder / "python"
    lacking.write_text("#!/bin/sh\nexit 1\n")
    lacking.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(lacking))
    with pytest.raises(ToolMissing, match="no Python here has the package cffi"):
        anyio.run(check_generator, shop)
