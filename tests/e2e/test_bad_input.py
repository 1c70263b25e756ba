"""Bad input: what is said, with which exit code, and that nothing is lost by it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project, listing

Make = Callable[..., Project]


def test_no_manifest(tmp_path: Path) -> None:
    ran = Project(tmp_path, {}).build()

    assert ran.code == 2
    assert "Cargo.toml: there is no Cargo.toml here" in ran.err
    assert "-m PATH/Cargo.toml" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("Cargo.toml", 'name = "tiny"', 'name = "tiny', "Cargo.toml:2:13"),
        ("pyproject.toml", "[project]", "[project", "pyproject.toml:5:9"),
        ("Cargo.toml", 'version = "0.1.0"', 'version = "new"', "new"),
    ],
)
def test_broken_toml_is_told_with_line_and_column(project: Make, file: str, old: str, new: str, said: str) -> None:
    tiny = project("tiny")
    tiny.replace(file, old, new)

    ran = tiny.build("-i", "3.12")

    assert ran.code == 2
    assert said in ran.err


def test_unknown_and_wrong_keys_are_told_together(project: Make) -> None:
    tiny = project("tiny")
    tiny.configure('[tool.wheelmatrix]\njbos = 3\nfail-fast = "yes"')

    ran = tiny.build("-i", "3.12")

    assert ran.code == 2
    assert "tool.wheelmatrix: unknown key 'jbos'" in ran.err
    assert "did you mean jobs?" in ran.err
    assert "tool.wheelmatrix.fail-fast" in ran.err


def test_no_bindings(project: Make) -> None:
    ran = project("tiny-no-bindings").build("-i", "3.12")

    assert ran.code == 2
    assert "no bindings found" in ran.err
    assert "cargo add pyo3" in ran.err


def test_two_versions_of_pyo3(project: Make) -> None:
    ran = project("tiny-two-pyo3").build("-i", "3.12")

    assert ran.code == 2
    assert "two versions of pyo3" in ran.err
    assert "0.28.0" in ran.err
    assert "0.29.0" in ran.err
    assert "cargo tree -i pyo3" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-i", "3.99"), "there is no 3.99"),
        (("-i", "snake"), "'snake' is neither a Python version nor a program"),
        (("-i", "3.6"), "there is no 3.6"),
        (("-i", "3.13t"), "supports free-threaded Python from 3.14 on"),
        (("-i", "3.8"), "the project requires Python >=3.9"),
        (("-i", "/nowhere/python"), "no Python at /nowhere/python"),
        (("-i", "3.12", "--target", "mips-foo"), "the target 'mips-foo' is not known"),
        (("-a", "--build", "cp27-*"), "the build pattern 'cp27-*' matches no cell"),
        (("-i", "3.12", "--build", "cp313-*"), "the build pattern 'cp313-*' matches no cell"),
        (("-i", "3.12", "--jobs", "many"), "--jobs"),
        (("-i", "3.12", "--compression-level", "11"), "--compression-level"),
        (("-i", "3.12", "-a"), "cannot be used together"),
        (("--compatibility", "manylinux_2_99"), "manylinux_2_99 is not defined yet"),
        (("--compatibility", "pypi", "--target", "riscv32gc-unknown-linux-gnu"), "PyPI takes no wheels for riscv32gc"),
        (("--compatibility", "pypi", "linux"), "an index takes no linux tag"),
    ],
)
def test_what_cannot_be_asked_for(project: Make, arguments: tuple[str, ...], said: str) -> None:
    tiny = project("tiny")

    ran = tiny.build(*arguments)

    assert ran.code == 2
    assert said in ran.err
    assert "hint: " in ran.err or "--" in ran.err
    assert not (tiny.folder / "dist").exists()


def test_everything_skipped_is_nothing_to_build(project: Make) -> None:
    ran = project("tiny").build("-i", "3.12", "--skip", "cp312-*")

    assert ran.code == 3
    assert "skip" in ran.err


def test_a_lock_out_of_date_under_locked(project: Make) -> None:
    tiny = project("tiny")
    tiny.replace("Cargo.toml", 'version = "0.1.0"', 'version = "0.2.0"')
    before = (tiny.folder / "Cargo.lock").read_bytes()

    ran = tiny.build("-i", "3.12", "--locked")

    assert ran.code == 2
    assert "--locked" in ran.err
    assert "cargo update --workspace" in ran.err
    assert (tiny.folder / "Cargo.lock").read_bytes() == before


def test_no_rust_on_the_path(project: Make) -> None:
    ran = project("tiny").build("-i", "3.12", env={"PATH": "/nowhere"})

    assert ran.code == 4
    assert "there is no program rustc" in ran.err
    assert "install Rust" in ran.err


@pytest.mark.slow
def test_a_crate_type_other_than_cdylib_is_no_obstacle(project: Make) -> None:
    """cargo is told to make a library that Python can load, whatever the manifest says."""
    ran = project("tiny-no-cdylib").build("-i", "3.12")

    assert ran.code == 0
    assert len(ran.wheels) == 1


@pytest.mark.slow
def test_a_broken_cell_leaves_the_other_four(project: Make, five: tuple[str, ...]) -> None:
    broken = project("tiny-broken-on-312")

    ran = broken.build(*five)

    assert ran.code == 5
    assert "this crate is broken on Python 3.12, on purpose" in ran.err
    assert "src/lib.rs:3" in ran.err
    assert "cp312-linux_x86_64 FAILED compile" in ran.err
    assert "--resume" in ran.err
    assert sorted(name.split("-")[2] for name in broken.dist()) == ["cp310", "cp311", "cp313", "cp39"]
    assert sorted(ran.wheels) == sorted(broken.dist())


@pytest.mark.slow
def test_a_module_called_otherwise_than_its_entry_symbol(project: Make) -> None:
    wrong = project("tiny-wrong-entry")

    ran = wrong.build("-i", "3.12")

    assert ran.code == 6
    assert "PyInit_tiny_wrong_entry" in ran.err
    assert "found PyInit_another" in ran.err
    assert wrong.dist() == {}


_LINKS = """
use std::{env, process::Command};
fn main() {
    let out = env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/stand_in.c"), "void %(symbol)s(void) {}").unwrap();
    let made = Command::new("cc")
        .current_dir(&out)
        .args(["-shared", "-fPIC", "-Wl,-soname,%(soname)s", "-o", "libstand_in.so", "stand_in.c"])
        .status().unwrap();
    assert!(made.success());
    println!("cargo::rustc-cdylib-link-arg=-Wl,--no-as-needed");
    println!("cargo::rustc-cdylib-link-arg={out}/libstand_in.so");
    println!("cargo::rerun-if-changed=build.rs");
}
"""
_CALLS = """
extern "C" { fn %(symbol)s(); }
pyo3::module!("tiny", PyInit_tiny, PyModExport_tiny, || { unsafe { %(symbol)s() }; String::new() });
"""


@pytest.mark.slow
@pytest.mark.parametrize(("soname", "symbol"), [("libpython3.12.so.1.0", "PyStandIn"), ("libz.so.1", "inflate_fast")])
def test_a_library_that_must_not_be_linked(project: Make, soname: str, symbol: str) -> None:
    tiny = project("tiny")
    tiny.write("build.rs", _LINKS % {"soname": soname, "symbol": symbol})
    tiny.write("src/lib.rs", _CALLS % {"symbol": symbol})

    ran = tiny.build("-i", "3.12")

    assert ran.code == 6
    assert soname in ran.err
    assert soname.startswith("libpython") or symbol in ran.err
    assert tiny.dist() == {}


@pytest.mark.slow
def test_a_file_where_the_wheel_directory_should_be(project: Make) -> None:
    tiny = project("tiny")
    tiny.write("dist", "mine")

    ran = tiny.build("-i", "3.12")

    assert ran.code == 2
    assert str(tiny.folder / "dist") in ran.err
    assert "a file is in the place of the directory" in ran.err
    assert (tiny.folder / "dist").read_text() == "mine"
    assert "compiled" not in ran.err


@pytest.mark.slow
def test_a_disk_that_is_full_while_packing(project: Make) -> None:
    """A limit on the size of files stands in for the disk: the library is there, the wheel does not fit."""
    tiny = project("tiny")
    whole = tiny.build("-i", "3.12")
    expected = tiny.dist()
    shutil.rmtree(tiny.folder / "dist")

    full = tiny.build("-i", "3.12", wrapper=("sh", "-c", 'ulimit -f 64; exec "$@"', "sh"))
    nothing = tiny.dist()
    again = tiny.build("-i", "3.12")

    assert (whole.code, full.code, again.code) == (0, 7, 0)
    assert "the disk is full" in full.err
    assert "free" in full.err
    assert nothing == {}
    assert tiny.dist() == expected


_TMPFS = 'mount -t tmpfs -o size=%s tmpfs "$ROOM" && exec "$@"'
_FILLS = """
fn main() {
    let path = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap()).join("large");
    std::fs::write(path, vec![7u8; 120 << 20]).unwrap();
}
"""


@pytest.mark.slow
@pytest.mark.parametrize(("size", "code"), [("16m", 2), ("100m", 5)])
def test_a_disk_that_is_too_small(project: Make, tmp_path: Path, size: str, code: int) -> None:
    """One that cannot hold it is refused before anything is compiled; one that fills up meanwhile is named."""
    own = ("unshare", "--user", "--map-root-user", "--mount")
    if shutil.which("unshare") is None or os.system(" ".join((*own, "true 2>/dev/null"))) != 0:
        pytest.skip("no mount namespaces for this user: allow unprivileged ones (kernel.unprivileged_userns_clone=1)")
    tiny = project("tiny")
    tiny.write("build.rs", _FILLS)
    room = tmp_path / "room"
    room.mkdir()
    wrapper = (*own, "sh", "-c", _TMPFS % size, "sh")

    ran = tiny.build("-i", "3.12", "--target-dir", str(room), env={"ROOM": str(room)}, wrapper=wrapper)

    assert ran.code == code
    assert "disk" in ran.err
    assert "clean" in ran.err
    assert tiny.dist() == {}


_KILLS = """#!/bin/sh
case " $* " in
  *" --crate-name tiny "*) if mkdir "$KILLED" 2>/dev/null || [ -n "$ALWAYS" ]; then kill -9 $$; fi ;;
esac
exec "$@"
"""


@pytest.mark.slow
def test_a_compiler_that_is_killed_is_tried_once_more_alone(project: Make, tmp_path: Path) -> None:
    tiny = project("tiny")
    script = tiny.write("kills", _KILLS)
    script.chmod(0o755)

    ran = tiny.build("-i", "3.11", "3.12", env={"RUSTC_WRAPPER": str(script), "KILLED": str(tmp_path / "killed")})

    assert ran.code == 0
    assert "memory ran out" in ran.err
    assert ran.err.count("once more, alone and with one job") == 1
    assert len(ran.wheels) == 2


@pytest.mark.slow
def test_a_compiler_that_is_killed_twice_fails(project: Make, tmp_path: Path) -> None:
    tiny = project("tiny")
    script = tiny.write("kills", _KILLS)
    script.chmod(0o755)
    env = {"RUSTC_WRAPPER": str(script), "KILLED": str(tmp_path / "killed"), "ALWAYS": "1"}

    ran = tiny.build("-i", "3.12", env=env)

    assert ran.code == 5
    assert "memory ran out, twice" in ran.err
    assert "give it more memory" in ran.err
    assert tiny.dist() == {}


@pytest.mark.slow
def test_megabytes_of_warnings_do_not_fill_a_pipe(project: Make) -> None:
    tiny = project("tiny")
    own = (tiny.folder / "src/lib.rs").read_text()
    tiny.write("src/lib.rs", own + "".join(f"fn never_called_{n}() {{ let unused_{n} = {n}; }}\n" for n in range(2500)))

    ran = tiny.build("-i", "3.12")

    assert ran.code == 0
    assert len(ran.wheels) == 1
    (log,) = tiny.folder.glob("target/wheelmatrix/runs/*/compile-*.log")
    assert log.stat().st_size > 1 << 20
    assert "never_called_2499" in log.read_text()


@pytest.mark.slow
def test_a_diagnostic_of_a_megabyte(project: Make) -> None:
    tiny = project("tiny")
    tiny.write("src/lib.rs", f'compile_error!("begin {"x" * (1 << 20)} end");')

    ran = tiny.build("-i", "3.12")

    assert ran.code == 5
    assert "begin xxx" in ran.err
    assert len(ran.err) < 100_000


_NOT_UTF8 = r"""
use std::io::Write;
fn main() {
    std::io::stdout().write_all(b"caf\xe9 \xff\n").unwrap();
    std::io::stderr().write_all(b"th\xe9 \xfe\n").unwrap();
    println!("cargo::rerun-if-changed=build.rs");
    std::process::exit(CODE);
}
"""


@pytest.mark.slow
@pytest.mark.parametrize(("exit_code", "code"), [(0, 0), (3, 5)])
def test_output_that_is_not_utf8(project: Make, exit_code: int, code: int) -> None:
    tiny = project("tiny")
    tiny.write("build.rs", _NOT_UTF8.replace("CODE", str(exit_code)))

    ran = tiny.build("-i", "3.12")

    assert ran.code == code
    assert code == 0 or "failed to run custom build command" in ran.err  # cargo shows no output that is not UTF-8


@pytest.mark.slow
def test_a_source_tree_is_left_as_it_was(project: Make, tmp_path: Path) -> None:
    tiny = project("tiny-mixed")
    before = listing(tiny.folder.parent)
    arguments = ("-i", "3.12", "--target-dir", str(tmp_path / "target"), "--out", str(tmp_path / "wheels"))

    ran = tiny.build(*arguments)

    assert ran.code == 0
    assert listing(tiny.folder.parent) == before
    assert sorted(path.name for path in (tmp_path / "wheels").iterdir()) == ran.wheels


@pytest.mark.slow
def test_a_source_tree_that_cannot_be_written_to(project: Make, tmp_path: Path) -> None:
    """The same behind a read-only mount, which holds for root, too."""
    own = ("unshare", "--user", "--map-root-user", "--mount")
    if shutil.which("unshare") is None or os.system(" ".join((*own, "true 2>/dev/null"))) != 0:
        pytest.skip("no mount namespaces for this user: allow unprivileged ones (kernel.unprivileged_userns_clone=1)")
    tiny = project("tiny")
    text = 'mount --bind "$ROOM" "$ROOM" && mount -o remount,ro,bind "$ROOM" && cd "$ROOM"/tiny && exec "$@"'
    arguments = ("-i", "3.12", "--target-dir", str(tmp_path / "target"), "--out", str(tmp_path / "wheels"))
    wrapper = (*own, "sh", "-c", text, "sh")
    env = {"ROOM": str(tiny.folder.parent)}

    ran = tiny.build(*arguments, env=env, wrapper=wrapper)
    refused = tiny.build("-i", "3.12", env=env, wrapper=wrapper)

    assert ran.code == 0
    assert len(ran.wheels) == 1
    assert refused.code == 2
    assert "Read-only file system" in refused.err


@pytest.mark.slow
def test_blanks_commas_and_other_alphabets_in_paths(project: Make, tmp_path: Path) -> None:
    tiny = project("tiny-mixed", below="a b, ünïcödé 日本")
    out = tmp_path / "räder, und so"

    ran = tiny.build("-i", "3.11", "3.12", "--out", str(out))
    again = tiny.build("-i", "3.11", "3.12", "--out", str(out))

    assert (ran.code, again.code) == (0, 0)
    assert sorted(path.name for path in out.iterdir()) == sorted(ran.wheels)
    assert str(out) in ran.out
