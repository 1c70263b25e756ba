"""What a build makes beside the library, in real wheels of a small crate."""

import json
import sys
import zipfile

import pytest
from tests.run.recorded import build

from wheelmatrix.events import Warned

pytestmark = pytest.mark.slow

BUILD_SCRIPT = """
use std::{env, fs, path::Path};
fn main() {
    let out = env::var("OUT_DIR").unwrap();
    fs::create_dir_all(Path::new(&out).join("sub")).unwrap();
    fs::write(Path::new(&out).join("a.h"), "a").unwrap();
    fs::write(Path::new(&out).join("sub/b.h"), "b").unwrap();
}
"""
TOML = """
[tool.maturin]
include = [
    { path = "**/*.h", from = "out-dir", to = "tiny/own" },
    { path = "*.h", from = "out-dir", to = "tiny/dep", KEY = "pyo3" },
    { path = "*.c", from = "out-dir", to = "tiny/none" },
]
"""


@pytest.mark.parametrize("key", ["crate-name", "crate_name"])
@pytest.mark.skipif(sys.platform != "linux", reason="separate debug information is a .dwp file on Linux")
def test_out_dirs_of_any_crate_debug_information_and_sboms_are_in_the_wheel(crate, key):
    """maturin knows only `crate_name`, and takes the root crate's OUT_DIR for the spelling of its own guide."""
    folder = crate("tiny")
    (folder / "build.rs").write_text(BUILD_SCRIPT)
    (folder.parent / "vendor/pyo3/build.rs").write_text(BUILD_SCRIPT.replace('"a.h"', '"dep.h"'))
    with (folder / "pyproject.toml").open("a") as file:
        file.write(TOML.replace("KEY", key))
    with (folder / "Cargo.toml").open("a") as file:
        file.write('\n[profile.release]\ndebug = 1\nsplit-debuginfo = "packed"\n')

    (folder / "own.json").write_text("{}")

    result, screen = build(folder, include_debuginfo=True, sbom_include=("own.json",))

    (wheel,) = result.wheels
    with zipfile.ZipFile(wheel.path) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        text = archive.read("tiny-0.1.0.dist-info/sboms/tiny.cyclonedx.json")
        assert archive.read("tiny-0.1.0.dist-info/sboms/own.json") == b"{}"
    assert str(folder.parent).encode() not in text
    assert [each["name"] for each in json.loads(text)["components"]] == ["tiny", "pyo3", "pyo3-ffi"]
    module = next(name for name in names if name.endswith(".so"))
    assert sorted(names) == sorted(
        ["tiny/__init__.py", module, f"{module}.dwp", "tiny/own/a.h", "tiny/own/sub/b.h", "tiny/dep/dep.h"]
    )
    assert [each.message for each in screen.of(Warned) if "OUT_DIR" in each.message] == [
        f"{wheel.id}: include '*.c': nothing in OUT_DIR of tiny matches"
    ]
