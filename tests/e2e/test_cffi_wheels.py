"""Wheels of cffi: built in each layout, held against maturin's, installed with pip, and imported."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project
from tests.e2e.sending import SOURCES
from tests.e2e.test_programs import maturin, members, text, the_wheel

Make = Callable[..., Project]
PROOF = "assert m.lib.sum(m.ffi.new('Pair *', [1, 2])[0]) == 3"
pytestmark = pytest.mark.slow


@pytest.fixture
def crate(project: Make) -> Project:
    found = project("tiny-cffi")
    found = Project(found.folder, {**found.environment, "PYTHONPATH": SOURCES})
    found.write("target/header.h", (found.folder / "header.h").read_text())
    return found


def imported(wheel: Path, module: str, into: Path) -> None:
    """Install a wheel with pip and call its library."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(into)]
    subprocess.run([*pip, str(wheel)], check=True)
    subprocess.run([sys.executable, "-c", f"import {module} as m; {PROOF}"], cwd=into, check=True)


def lay_out(crate: Project, layout: str) -> str:
    """Rearrange the crate; return the module to import."""
    match layout:
        case "pure":
            crate.write("tiny_cffi.pyi", "lib: object\n")
            return "tiny_cffi"
        case "mixed":
            crate.write("tiny_cffi/__init__.py", "")
            return "tiny_cffi.tiny_cffi"
        case "src":
            crate.write("src/tiny_cffi/__init__.py", "")
            (crate.folder / "rust/src").mkdir(parents=True)
            for name in ("Cargo.toml", "Cargo.lock", "src/lib.rs"):
                shutil.move(crate.folder / name, crate.folder / "rust" / name)
            crate.write("rust/target/header.h", (crate.folder / "header.h").read_text())
            return "tiny_cffi.tiny_cffi"
        case _:
            crate.write("python/pkg/__init__.py", "")
            crate.configure('[tool.maturin]\npython-source = "python"\nmodule-name = "pkg.inner.native"')
            return "pkg.inner.native"


@pytest.mark.parametrize("layout", ["pure", "mixed", "src", "submodule"])
def test_each_layout_agrees_with_maturins(crate: Project, layout: str, tmp_path: Path) -> None:
    module = lay_out(crate, layout)
    # maturin hands cffi the header as it is, and cffi takes no directives
    plain = "typedef struct Pair { int32_t one; int32_t other; } Pair;\nint32_t sum(struct Pair pair);\n"
    for place in crate.folder.glob("**/target/header.h"):
        place.write_text(plain)
    ran = crate.build("-i", sys.executable)
    assert ran.code == 0, ran.err
    ours, theirs = the_wheel(crate.folder / "dist"), maturin(crate)

    assert ours.name.split("-")[2:4] == theirs.name.split("-")[2:4] == ["py3", "none"]
    assert members(ours) == members(theirs)
    assert text(ours, "METADATA") == text(theirs, "METADATA")
    assert text(ours, "ffi.py") == text(theirs, "ffi.py")
    imported(ours, module, tmp_path / "installed")


def test_a_header_with_guards_and_includes_is_read_wherever_the_target_directory_is(
    crate: Project, tmp_path: Path
) -> None:
    ran = crate.build("--target-dir", str(tmp_path / "elsewhere"))

    assert ran.code == 0, ran.err
    imported(the_wheel(crate.folder / "dist"), "tiny_cffi", tmp_path / "installed")


def test_cbindgen_makes_the_header_that_is_not_there(crate: Project, tmp_path: Path) -> None:
    """A stand-in of the same command line, as the real one takes minutes to compile."""
    (crate.folder / "target/header.h").unlink()
    program = crate.write("bin/cbindgen", '#!/bin/sh\n[ "$3" = c ] && cp "$6/header.h" "$5"\n')
    program.chmod(0o755)
    ran = crate.build(env={"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"})

    assert ran.code == 0, ran.err
    with zipfile.ZipFile(the_wheel(crate.folder / "dist")) as wheel:
        assert b"TINY_LIMIT" in wheel.read("tiny_cffi/ffi.py")


def test_what_develop_put_beside_the_sources_is_built_anew(crate: Project, tmp_path: Path) -> None:
    """maturin 1.16 fails: the generated files are sources then, too."""
    module = lay_out(crate, "mixed")
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(environment)], check=True)
    crate.replace("pyproject.toml", 'dependencies = ["cffi"]\n', "")
    developed = crate.run("develop", env={"VIRTUAL_ENV": str(environment)})
    assert developed.code == 0, developed.err
    assert (crate.folder / "tiny_cffi/tiny_cffi/ffi.py").is_file()
    ran = crate.build()

    assert ran.code == 0, ran.err
    imported(the_wheel(crate.folder / "dist"), module, tmp_path / "installed")


def test_without_header_and_cbindgen_nothing_is_compiled(crate: Project) -> None:
    (crate.folder / "target/header.h").unlink()
    kept = [place for place in os.environ["PATH"].split(os.pathsep) if not Path(place, "cbindgen").exists()]
    ran = crate.build(env={"PATH": os.pathsep.join(kept)})

    assert ran.code == 4
    assert "no target/header.h, and no cbindgen" in ran.err
    assert "Compiling" not in ran.err
    assert crate.dist() == {}


def test_a_header_that_cffi_cannot_read_is_named_with_what_it_said(crate: Project) -> None:
    crate.write("target/header.h", "int sum(Unheard of);\n")
    ran = crate.build()

    assert ran.code == 5
    assert "target/header.h: cffi cannot read header.h" in ran.err
    assert crate.dist() == {}


def test_a_project_that_does_not_depend_on_cffi_is_warned(crate: Project) -> None:
    crate.replace("pyproject.toml", 'dependencies = ["cffi"]\n', "")

    assert "the project's dependencies do not name it" in crate.build().err
