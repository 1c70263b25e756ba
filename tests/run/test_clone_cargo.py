"""What real cargos think of a clone: it is fresh, and building in it changes no byte of the base."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from wheelmatrix.run import copying, fingerprints
from wheelmatrix.run.clone import clone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is missing: install it with rustup"),
]

CRATE = {
    "Cargo.toml": """
[package]
name = "native"
version = "0.1.0"
edition = "2021"
build = "build.rs"
[lib]
crate-type = ["cdylib", "rlib"]
[dependencies]
steady = { path = "steady" }
varying = { path = "varying" }
[workspace]
""",
    "src/lib.rs": '#[no_mangle] pub extern "C" fn answer() -> i32 { steady::answer() + varying::answer() }',
    # Writes its archive in place, as `ar` does, and never by renaming.
    "build.rs": """
use std::{env, fs, io::Write, path::Path};
fn main() {
    println!("cargo:rerun-if-env-changed=FLAVOUR");
    let out = env::var("OUT_DIR").unwrap();
    for name in ["libarchive.a", "libarchive.rlib"] {
        let mut file = fs::OpenOptions::new().create(true).write(true).open(Path::new(&out).join(name)).unwrap();
        file.write_all(env::var("FLAVOUR").unwrap().as_bytes()).unwrap();
    }
}
""",
    "steady/Cargo.toml": '[package]\nname = "steady"\nversion = "0.1.0"\nedition = "2021"\n',
    "steady/src/lib.rs": "pub fn answer() -> i32 { 41 }",
    "varying/Cargo.toml": '[package]\nname = "varying"\nversion = "0.1.0"\nedition = "2021"\nbuild = "build.rs"\n',
    "varying/build.rs": 'fn main() { println!("cargo:rerun-if-env-changed=FLAVOUR"); }',
    "varying/src/lib.rs": 'pub fn answer() -> i32 { option_env!("FLAVOUR").map_or(0, |flavour| flavour.len() as i32) }',
}
LAYOUTS = {
    "cargo": ["cargo"],
    "nightly": ["cargo", "+nightly"],
    "nightly, new layout": ["cargo", "+nightly", "-Zbuild-dir-new-layout"],
}


@pytest.fixture(params=LAYOUTS)
def cargo(request, tmp_path):
    """Build in a target directory with a flavour; gives each unit's name and whether it was fresh."""
    command = LAYOUTS[request.param]
    if subprocess.run([*command, "-V"], capture_output=True, check=False).returncode:
        pytest.skip(f"{' '.join(command)} is missing: rustup toolchain install nightly --profile minimal")
    crate = tmp_path / "my crate, ü"
    for name, text in CRATE.items():
        (crate / name).parent.mkdir(parents=True, exist_ok=True)
        (crate / name).write_text(text)

    def build(target: Path, flavour: str) -> dict[str, bool]:
        asked = ["build", "--release", "--offline", "--message-format=json", "--target-dir", str(target)]
        environment = os.environ | {"FLAVOUR": flavour}
        done = subprocess.run([*command, *asked], cwd=crate, env=environment, capture_output=True, check=True)
        messages = map(json.loads, done.stdout.splitlines())
        return {
            f"{message['target']['name']} {message['target']['kind'][0]}": message["fresh"]
            for message in messages
            if message["reason"] == "compiler-artifact"
        }

    return build


@pytest.fixture(params=["reflinks, where the file system has them", "hard links and copies"])
def _way(request, monkeypatch):
    if request.param == "hard links and copies":
        monkeypatch.setattr(copying, "_reflink_of_this_system", lambda: None)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("_way")
def test_a_clone_is_fresh_and_building_in_it_changes_no_byte_of_the_base(cargo, tmp_path):
    base, copy = tmp_path / "base", tmp_path / "copy"
    cargo(base, "one")
    before = digests(base)

    clone(base, copy)
    same = cargo(copy, "one")
    other = cargo(copy, "three")

    assert all(same.values())
    assert [name for name, fresh in other.items() if fresh and not name.endswith("custom-build")] == ["steady lib"]
    assert digests(base) == before
    assert all(cargo(base, "one").values())
    assert digests(base) == before


def test_the_fingerprint_of_every_unit_is_waited_for(cargo, tmp_path, monkeypatch):
    """cargo has told of a unit when it comes to write the fingerprint, and may take its time."""
    base = tmp_path / "base"
    cargo(base, "one")
    found = [path for path in base.rglob("*") if path.name.startswith(("lib-", "build-script-", "run-build-script-"))]
    units = [path for path in found if fingerprints.FINGERPRINTS & {*path.parts} and not path.suffix]
    assert len(units) == 7  # three libraries, two scripts, and the runs of both
    late = {path: (path.read_bytes(), path.stat()) for path in units}

    for path, (content, status) in late.items():

        def write(_: float, path: Path = path, content: bytes = content) -> None:
            path.write_bytes(content)

        monkeypatch.setattr(fingerprints.time, "sleep", write)
        path.write_bytes(b"")
        clone(base, tmp_path / path.name / "copy")
        assert path.read_bytes() == content
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        shutil.rmtree(tmp_path / path.name)

    assert all(cargo(base, "one").values())
