"""Wheels of uniffi: built in each layout, held against maturin's, installed with pip, and called.

The bindgen is a stand-in that is compiled in a second; that of uniffi itself is in `test_new_projects`.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import toolchain
from tests.e2e.program import Project
from tests.e2e.sending import SOURCES
from tests.e2e.test_cross import TRIPLES
from tests.e2e.test_programs import maturin, members, text, the_wheel

Make = Callable[..., Project]
pytestmark = pytest.mark.slow

OTHER = '[package]\nname = "other"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nuniffi = { path = "%s" }\n'
BINDGEN = """
[features]
cli = ["uniffi/cli"]

[[bin]]
name = "uniffi-bindgen"
path = "main.rs"
required-features = ["cli"]
"""


@pytest.fixture
def crate(project: Make) -> Project:
    found = project("tiny-uniffi")
    return Project(found.folder, {**found.environment, "PYTHONPATH": SOURCES})


def imported(wheel: Path, into: Path, *modules: str) -> None:
    """Install a wheel with pip and call what its modules offer."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(into)]
    subprocess.run([*pip, str(wheel)], check=True)
    for module in modules:
        proof = f"import {module} as m; assert m.tiny_uniffi_add(1, 2) == 3"
        subprocess.run([sys.executable, "-c", proof], cwd=into, check=True)


def agreeing(crate: Project) -> Path:
    """Build with both programs, hold one wheel against the other, and return ours."""
    ran = crate.build("-i", sys.executable)
    assert ran.code == 0, ran.err
    ours, theirs = the_wheel(crate.folder / "dist"), maturin(crate)
    assert ours.name.split("-")[2:4] == theirs.name.split("-")[2:4] == ["py3", "none"]
    assert members(ours) == members(theirs)
    for name in (name for name in members(ours) if name.endswith((".py", "METADATA"))):
        assert sorted(text(ours, name).splitlines()) == sorted(text(theirs, name).splitlines()), name
    return ours


def lay_out(crate: Project, layout: str) -> str:
    """Rearrange the crate; return the module to import."""
    match layout:
        case "pure":
            crate.write("tiny_uniffi.pyi", "def tiny_uniffi_add(a: int, b: int) -> int: ...\n")
            return "tiny_uniffi"
        case "renamed":
            crate.configure('[tool.maturin]\nmodule-name = "pkg.native"')
            return "native"
        case "mixed":
            crate.write("tiny_uniffi/__init__.py", "")
            return "tiny_uniffi.tiny_uniffi"
        case "src":
            crate.write("src/tiny_uniffi/__init__.py", "")
            (crate.folder / "rust/src").mkdir(parents=True)
            for name in ("Cargo.toml", "Cargo.lock", "src/lib.rs", "uniffi-bindgen.rs"):
                shutil.move(crate.folder / name, crate.folder / "rust" / name)
            crate.replace("rust/Cargo.toml", "../vendor", "../../vendor")
            return "tiny_uniffi.tiny_uniffi"
        case _:
            crate.write("python/pkg/__init__.py", "")
            crate.configure(
                '[tool.maturin]\nbindings = "uniffi"\npython-source = "python"\nmodule-name = "pkg.sub.native"'
            )
            return "pkg.sub.native"


@pytest.mark.parametrize("layout", ["pure", "renamed", "mixed", "src", "submodule"])
def test_each_layout_agrees_with_maturins(crate: Project, layout: str, tmp_path: Path) -> None:
    module = lay_out(crate, layout)

    imported(agreeing(crate), tmp_path / "installed", module)


def test_a_library_of_another_name_is_loaded_by_it(crate: Project, tmp_path: Path) -> None:
    crate.write("uniffi.toml", '[bindings.python]\ncdylib_name = "other_name"\n')
    wheel = agreeing(crate)

    assert "tiny_uniffi/libother_name.so" in members(wheel)
    imported(wheel, tmp_path / "installed", "tiny_uniffi")


def second_crate(crate: Project, *, member: bool = False) -> None:
    """Have a library that describes itself among the dependencies; it may be a member of a workspace."""
    crate.write("other/Cargo.toml", OTHER % "../../vendor/uniffi")
    crate.write("other/src/lib.rs", 'uniffi::setup_scaffolding!("other");\n')
    crate.replace("Cargo.toml", "[dependencies]", '[dependencies]\nother = { path = "other" }')
    crate.replace("src/lib.rs", "uniffi::setup", "pub use other::add as other_add;\n\nuniffi::setup")
    if member:
        crate.write("Cargo.toml", (crate.folder / "Cargo.toml").read_text() + "\n[workspace]\n")
    subprocess.run(["cargo", "generate-lockfile", "--offline", "--quiet"], cwd=crate.folder, check=True)


def test_several_crates_in_one_library_have_a_module_each(crate: Project, tmp_path: Path) -> None:
    second_crate(crate)
    wheel = agreeing(crate)

    assert {"tiny_uniffi/other.py", "tiny_uniffi/tiny_uniffi.py"} < set(members(wheel))
    imported(wheel, tmp_path / "installed", "tiny_uniffi")
    subprocess.run(
        [sys.executable, "-c", "import tiny_uniffi as m; assert m.other_add(3, 4) == 7"],
        cwd=tmp_path / "installed",
        check=True,
    )


def test_a_module_that_another_distribution_brings_stays_out(crate: Project, tmp_path: Path) -> None:
    second_crate(crate)
    crate.write("uniffi.toml", '[bindings.python.external_packages]\nother = "other_package.other"\n')
    wheel = agreeing(crate)

    assert "tiny_uniffi/other.py" not in members(wheel)
    imported(wheel, tmp_path / "installed", "tiny_uniffi")


def without_its_own(crate: Project) -> None:
    text_of_manifest = (crate.folder / "Cargo.toml").read_text()
    crate.write(
        "Cargo.toml",
        text_of_manifest.partition("[features]")[0] + '[dependencies]\nuniffi = { path = "../vendor/uniffi" }\n',
    )


def test_the_bindgen_of_the_workspace_is_taken_if_the_crate_has_none(crate: Project, tmp_path: Path) -> None:
    without_its_own(crate)
    for name in ("Cargo.toml", "src/lib.rs"):
        crate.write(f"native/{name}", (crate.folder / name).read_text().replace("../vendor", "../../vendor"))
    manifest = OTHER.replace('"other"', '"tool"') % "../../vendor/uniffi" + BINDGEN
    crate.write("tool/Cargo.toml", manifest.replace("[features]", '[features]\ndefault = ["cli"]').partition("requ")[0])
    crate.write("tool/main.rs", "fn main() {\n    uniffi::uniffi_bindgen_main()\n}\n")
    crate.write("Cargo.toml", '[workspace]\nmembers = ["native", "tool"]\nresolver = "2"\n')
    crate.configure('[tool.maturin]\nmanifest-path = "native/Cargo.toml"')
    subprocess.run(["cargo", "generate-lockfile", "--offline", "--quiet"], cwd=crate.folder, check=True)
    imported(agreeing(crate), tmp_path / "installed", "tiny_uniffi")
    # With a crate that is itself the workspace's root maturin 1.16 finds no bindgen, nor the features that it requires.
    crate.write("tool/Cargo.toml", manifest)
    root = (crate.folder / "native/Cargo.toml").read_text().replace("../../vendor", "../vendor")
    crate.write("Cargo.toml", f'{root}\n[workspace]\nmembers = ["tool"]\n')
    crate.replace("pyproject.toml", 'manifest-path = "native/Cargo.toml"', "")
    shutil.rmtree(crate.folder / "native")
    ran = crate.build()

    assert ran.code == 0, ran.err


def a_program(crate: Project, line: str) -> dict[str, str]:
    """Return variables under which a line of a shell is the bindgen of the PATH."""
    program = crate.write("bin/uniffi-bindgen", f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}


def test_the_bindgen_of_the_path_is_the_last_that_is_tried(crate: Project, tmp_path: Path) -> None:
    without_its_own(crate)
    line = '[ "$1" = --version ] || echo "tiny_uniffi_add = int.__add__" > "$6/tiny.py"'
    ran = crate.build(env=a_program(crate, line))

    assert ran.code == 0, ran.err
    imported(the_wheel(crate.folder / "dist"), tmp_path / "installed", "tiny_uniffi")


def test_a_stripped_library_has_its_bindings_and_a_second_build_compiles_nothing(
    crate: Project, tmp_path: Path
) -> None:
    """maturin 1.16 packs an empty `__init__.py` and no other Python file."""
    ran = crate.build("--strip")
    assert ran.code == 0, ran.err
    again = crate.build("--strip")

    assert "2 units, 2 of them fresh" in again.err
    assert "Compiling" not in again.err
    wheel = the_wheel(crate.folder / "dist")
    imported(wheel, tmp_path / "installed", "tiny_uniffi")
    with zipfile.ZipFile(wheel) as archive:
        assert b".symtab" not in archive.read("tiny_uniffi/libtiny_uniffi.so")


def test_what_develop_put_beside_the_sources_is_built_anew(crate: Project, tmp_path: Path) -> None:
    """maturin 1.16 fails: the generated files are sources then, too."""
    lay_out(crate, "mixed")
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    ran = crate.run("develop", env={"VIRTUAL_ENV": str(environment)})
    assert ran.code == 0, ran.err
    proof = "import tiny_uniffi.tiny_uniffi as m; assert m.tiny_uniffi_add(1, 2) == 3; print(m.__file__)"
    python = next(path for path in environment.glob("*/python*") if path.stem == "python")
    said = subprocess.run([python, "-c", proof], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert Path(said.strip()).parent == crate.folder / "tiny_uniffi/tiny_uniffi"
    built = crate.build()

    assert built.code == 0, built.err
    imported(the_wheel(crate.folder / "dist"), tmp_path / "installed", "tiny_uniffi.tiny_uniffi")
    assert "nothing changed" in crate.run("develop", env={"VIRTUAL_ENV": str(environment)}).err


def test_wheels_come_from_the_sdist_and_through_the_backend(crate: Project, tmp_path: Path) -> None:
    crate.write("uniffi.toml", '[bindings.python]\ncdylib_name = "other_name"\n')
    ran = crate.build("--sdist")
    assert ran.code == 0, ran.err
    crate.replace("pyproject.toml", "maturin>=1,<2", "wheelmatrix")
    crate.replace("pyproject.toml", '"maturin"', '"wheelmatrix"')
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    paths = os.pathsep.join([SOURCES, sysconfig.get_path("purelib")])
    installed = tmp_path / "by-pip"
    subprocess.run(
        [*pip, "--target", str(installed), "."], cwd=crate.folder, env={**os.environ, "PYTHONPATH": paths}, check=True
    )

    wheel = the_wheel(crate.folder / "dist")
    assert {path.suffix for path in (crate.folder / "dist").iterdir()} == {".whl", ".gz"}
    imported(wheel, tmp_path / "installed", "tiny_uniffi")
    proof = "import tiny_uniffi as m; assert m.tiny_uniffi_add(1, 2) == 3"
    subprocess.run([sys.executable, "-c", proof], cwd=installed, check=True)


def test_for_other_targets_one_bindgen_of_this_machine_reads_every_library(crate: Project) -> None:
    rust = toolchain.rust(toolchain.default_directory(), TRIPLES)
    targets = ("x86_64-unknown-linux-gnu.2.17", "x86_64-pc-windows-gnu", "aarch64-apple-darwin")
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    cache = str(toolchain.default_directory() / "own")
    ran = crate.build(
        *(word for target in targets for word in ("--target", target)),
        env={"RUSTC": str(rust.rustc), "PATH": path, "WHEELMATRIX_CACHE_DIR": cache},
    )

    assert ran.code == 0, ran.err
    macos, linux, windows = sorted((crate.folder / "dist").glob("*.whl"), key=lambda path: path.name[27:])
    assert ran.err.count("uniffi-bindgen compile started") == 1
    assert text(linux, "/tiny_uniffi.py") == text(windows, "/tiny_uniffi.py") == text(macos, "/tiny_uniffi.py")
    assert "tiny_uniffi/libtiny_uniffi.dylib" in members(macos)
    assert "tiny_uniffi/tiny_uniffi.dll" in members(windows)


def no_bindgen(crate: Project) -> dict[str, str]:
    without_its_own(crate)
    kept = [place for place in os.environ["PATH"].split(os.pathsep) if not Path(place, "uniffi-bindgen").exists()]
    return {"PATH": os.pathsep.join(kept)}


def failing(crate: Project) -> dict[str, str]:
    without_its_own(crate)
    return a_program(crate, '[ "$1" = --version ] || { echo "it cannot be read" >&2; exit 1; }')


def silent(crate: Project) -> dict[str, str]:
    without_its_own(crate)
    return a_program(crate, ":")


def undescribed(crate: Project) -> dict[str, str]:
    crate.write("src/lib.rs", '#[no_mangle]\npub extern "C" fn nothing() {}\n')
    return {}


def broken_configuration(crate: Project) -> dict[str, str]:
    crate.write("uniffi.toml", "[bindings.python\n")
    return {}


def broken_bindgen(crate: Project) -> dict[str, str]:
    crate.write("uniffi-bindgen.rs", "fn main() { nothing() }\n")
    return {}


@pytest.mark.parametrize(
    ("breaks", "code", "said"),
    [
        (no_bindgen, 4, "Cargo.toml: there is no uniffi-bindgen to write the Python files"),
        (failing, 5, "uniffi-bindgen failed: it cannot be read"),
        (silent, 5, "uniffi-bindgen wrote no Python file"),
        (undescribed, 5, "libtiny_uniffi.so: uniffi-bindgen wrote no Python file: the library has no uniffi metadata"),
        (broken_configuration, 2, "uniffi.toml"),
        (broken_bindgen, 5, "cannot find function `nothing` in this scope (uniffi-bindgen.rs:1)"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_malformed_is_told_and_nothing_is_written(
    crate: Project, breaks: Callable[[Project], dict[str, str]], code: int, said: str
) -> None:
    ran = crate.build(env=breaks(crate))

    assert ran.code == code, ran.err
    assert said in ran.err
    assert crate.dist() == {}
    if code in (2, 4):
        assert "Compiling" not in ran.err
