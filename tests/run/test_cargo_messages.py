"""cargo's messages are understood, and what is none stops nothing."""

import json
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.run.cargo import (
    BuildEnded,
    Diagnostic,
    ScriptRun,
    UnitBuilt,
    dep_info,
    is_killed,
    parse_message,
    started_unit,
    unit_graph,
    unit_name,
    watched_variables,
)

ARTIFACT = {
    "reason": "compiler-artifact",
    "package_id": "path+file:///w/crate#0.1.0",
    "manifest_path": "/w/crate/Cargo.toml",
    "target": {"kind": ["cdylib"], "crate_types": ["cdylib"], "name": "native", "src_path": "/w/crate/src/lib.rs"},
    "filenames": ["/w/target/release/libnative.so"],
    "executable": None,
    "fresh": False,
}
SCRIPT = {
    "reason": "build-script-executed",
    "package_id": "registry+https://example.org/index#libz-sys@1.1.20",
    "linked_libs": ["static=z"],
    "linked_paths": ["native=/w/out/lib"],
    "cfgs": ["Py_3_8"],
    "env": [["A", "b"]],
    "out_dir": "/w/out",
}
SAID = {
    "reason": "compiler-message",
    "package_id": "path+file:///w/crate#0.1.0",
    "message": {
        "level": "error: internal compiler error",
        "message": "mismatched types",
        "rendered": "error[E0308]: …\n",
        "spans": [
            {"is_primary": False, "file_name": "src/a.rs", "line_start": 1},
            {"is_primary": True, "file_name": "src/lib.rs", "line_start": 7},
        ],
    },
}


def line(message: object) -> bytes:
    return json.dumps(message).encode()


def test_an_artifact_names_its_files_and_whether_it_is_fresh():
    assert parse_message(line(ARTIFACT)) == UnitBuilt(
        package="path+file:///w/crate#0.1.0",
        target="native",
        kinds=("cdylib",),
        crate_types=("cdylib",),
        files=(PurePath("/w/target/release/libnative.so"),),
        fresh=False,
    )


def test_a_build_script_tells_its_out_dir_what_it_links_and_its_cfgs():
    assert parse_message(line(SCRIPT)) == ScriptRun(
        package="registry+https://example.org/index#libz-sys@1.1.20",
        out_dir=PurePath("/w/out"),
        linked_paths=("native=/w/out/lib",),
        linked_libraries=("static=z",),
        cfgs=("Py_3_8",),
    )


def test_a_diagnostic_has_the_place_of_its_primary_span():
    found = parse_message(line(SAID))

    assert isinstance(found, Diagnostic)
    assert (found.level, found.message, found.file, found.line) == ("error", "mismatched types", "src/lib.rs", 7)


def test_a_diagnostic_without_a_place_has_none():
    said = {"level": "warning", "message": "x", "spans": [], "rendered": None}

    found = parse_message(line({**SAID, "message": said}))

    assert found == Diagnostic(package=SAID["package_id"], level="warning", message="x", file="", line=0, rendered="")


def test_the_end_tells_success():
    assert parse_message(b'{"reason":"build-finished","success":false}') == BuildEnded(success=False)


def graph_of(*units: tuple[str | int, ...]) -> bytes:
    """Return cargo's unit graph of (package, target, mode, indices of what it depends on)."""
    listed = [
        {
            "pkg_id": f"registry+https://example.org/index#{package}@1.0.0",
            "target": {"name": target},
            "mode": mode,
            "platform": None if target == "build-script-build" and mode == "build" else "x86_64-unknown-linux-gnu",
            "dependencies": [{"index": index} for index in indices],
        }
        for package, target, mode, *indices in units
    ]
    return json.dumps({"version": 1, "units": listed}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"plain text of a build script",
        b"{",
        b"{}",
        b"[]",
        b'{"reason": "from-the-future"}',
        b'{"reason": "compiler-artifact"}',
        b'{"reason": "compiler-message", "package_id": "x", "message": null}',
        b'{"reason": null}',
        b"{" * 100_000,
        b'{"a": \xff',
    ],
)
def test_what_is_no_message_is_passed_over(text):
    assert parse_message(text) is None


@given(st.binary())
def test_no_line_raises(text):
    parse_message(text)
    parse_message(b"{" + text)
    started_unit(text)
    unit_graph(text)


def test_bytes_that_are_no_utf8_within_a_message_are_replaced():
    found = parse_message(line(SAID).replace(b"mismatched types", b"caf\xe9"))

    assert isinstance(found, Diagnostic)
    assert found.message == "caf�"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (b"   Compiling serde v1.0.228", "serde v1.0.228"),
        (b"\x1b[1m\x1b[92m   Compiling\x1b[0m pyo3 v0.29.2", "pyo3 v0.29.2"),
        (b"\x1b[1m\x1b[32m   Compiling\x1b[0m crate v0.1.0-rc.1+x (/w/my crate)\r", "crate v0.1.0-rc.1+x"),
        (b"   Compiling syn v2.0.1 (proc-macro)", "syn v2.0.1"),
        (b"    Finished `release` profile [optimized] target(s) in 0.1s", None),
        (b"  Downloaded serde v1.0.228", None),
        (b"warning: Compiling is hard v1", None),
        (b"", None),
    ],
)
def test_a_started_unit_is_read_from_the_status_line(text, unit):
    assert started_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        (b"  process didn't exit successfully: `rustc --crate-name x` (signal: 9, SIGKILL: kill)", True),
        (b"collect2: fatal error: ld terminated with signal 9 [Killed]", True),
        (b"\x1b[1merror\x1b[0m: linking with `cc` failed: signal: 9 (SIGKILL)", True),
        (b"LLVM ERROR: out of memory", True),
        (b"memory allocation of 8589934592 bytes failed", True),
        (b"  process didn't exit successfully: `rustc` (signal: 11, SIGSEGV: invalid memory reference)", False),
        (b"  process didn't exit successfully: `rustc` (exit status: 1)", False),
        (b"error[E0308]: mismatched types", False),
        (b"signal: 99", False),
    ],
)
def test_a_compiler_that_was_killed_is_told_from_one_that_failed(text, killed):
    assert is_killed([b"first", text, b"last"]) is killed


@pytest.mark.parametrize(
    ("package_id", "name"),
    [
        ("registry+https://example.org/index#serde@1.0.228", "serde v1.0.228"),
        ("sparse+https://example.org/index/#a-b@1.0.0-rc.1+build.5", "a-b v1.0.0-rc.1+build.5"),
        ("path+file:///src/crate#0.1.0", "crate v0.1.0"),
        ("path+file:///src/with%20blank#0.1.0", "with blank v0.1.0"),
        ("path+file:///src/folder#crate@0.1.0", "crate v0.1.0"),
        ("path+file:///src/has%23hash/crate#0.1.0", "crate v0.1.0"),
        ("git+https://example.org/x/y.git?branch=main#crate@2.0.0", "crate v2.0.0"),
        ("git+https://example.org/x/crate?rev=1#2.0.0", "crate v2.0.0"),
        ("serde 1.0.228 (registry+https://example.org/index)", "serde v1.0.228"),
        ("crate 0.1.0 (path+file:///src/has (paren)/crate)", "crate v0.1.0"),
        ("something else", "something else"),
        ("", ""),
    ],
)
def test_a_unit_is_named_as_cargo_names_it_on_the_screen(package_id, name):
    assert unit_name(package_id) == name


@pytest.mark.parametrize(
    ("graph", "total"),
    [
        (graph_of(("a", "a", "build"), ("b", "b", "build"), ("b", "b", "build")), 3),
        (b'{"version": 2, "units": []}', None),
        (b'{"version": 1, "units": [{}]}', None),
        (b'{"version": 1}', None),
        (b"error: unstable", None),
        (b"null", None),
    ],
)
def test_the_unit_graph_counts_the_units(graph, total):
    found = unit_graph(graph)

    assert (found.total if found else None) == total


def test_units_below_a_script_that_reads_the_python_are_not_shared():
    graph = graph_of(
        ("serde", "serde", "build"),
        ("pyo3-ffi", "build-script-build", "build"),
        ("pyo3-ffi", "build-script-build", "run-custom-build", 1),
        ("pyo3-ffi", "pyo3_ffi", "build", 2),
        ("native", "native", "build", 0, 3),
        ("serde", "serde", "build"),
        ("sys", "build-script-build", "run-custom-build"),
    )

    found = unit_graph(graph, frozenset({"pyo3-ffi"}))

    ids = {name: f"registry+https://example.org/index#{name}@1.0.0" for name in ("serde", "pyo3-ffi", "sys")}
    expected = {(ids["serde"], "serde"): 2, (ids["pyo3-ffi"], "build-script-build"): 1, (ids["sys"], ""): 1}
    assert found is not None
    assert found.parts == {"shared": expected, "host": {(ids["pyo3-ffi"], "build-script-build"): 1}}


def test_a_build_script_says_which_variables_cargo_watches() -> None:
    said = b"cargo:rerun-if-env-changed=PATH\ncargo::rerun-if-env-changed=PYO3_PYTHON\r\n\xff\ncargo:rustc-env=A=1\n"

    assert watched_variables(said) == {"PATH", "PYO3_PYTHON"}
    assert watched_variables(b"xcargo:rerun-if-env-changed=NO\n") == frozenset()


def test_a_dep_info_file_names_what_was_compiled() -> None:
    text = "/t/lib a.so: /w/src/lib.rs /w/a\\ b.txt\n\n/t/x.so: C:\\w\\c.rs\n"

    assert dep_info(text) == ("/w/src/lib.rs", "/w/a b.txt", "C:\\w\\c.rs")
    assert dep_info("") == ()
