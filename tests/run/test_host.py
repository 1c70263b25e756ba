import os
import subprocess
import sys
from functools import partial

import anyio
import pytest

from wheelmatrix.errors import ToolMissing
from wheelmatrix.model import Host
from wheelmatrix.run.host import host, this_system, usable_cpus

ONE_CPU = """
import os
from wheelmatrix.run.host import usable_cpus
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
print(usable_cpus())
"""


def ask(directory, environment, added) -> Host:
    return anyio.run(host, directory, environment, added)


def test_a_process_may_use_at_least_one_cpu_and_no_more_than_there_are():
    assert 1 <= usable_cpus() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a CPU")
def test_a_process_that_is_bound_to_one_cpu_uses_one():
    said = subprocess.run([sys.executable, "-c", ONE_CPU], check=True, capture_output=True, text=True)

    assert said.stdout == "1\n"


def test_the_host_is_what_rustc_says(tmp_path):
    rustc = subprocess.run(["rustc", "-vV"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    found = ask(tmp_path, os.environ, {})

    assert f"\nhost: {found.triple}\n" in rustc
    assert rustc.startswith(f"{found.rustc}\n")
    assert found.cpus == usable_cpus()


def test_stds_are_looked_for_only_where_a_target_needs_them(tmp_path):
    found = anyio.run(partial(host, tmp_path, os.environ, {}, with_stds=True))

    assert found.triple in found.stds
    assert ask(tmp_path, os.environ, {}).stds == frozenset()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_std_is_a_library_in_the_sysroot_that_rustc_names(tmp_path):
    sysroot = tmp_path / "sys root"
    for triple, name in (("a", "libstd-1.rlib"), ("b", "libstd-2.rlib"), ("c", "libcore-3.rlib"), ("d", "libstd-4.so")):
        (sysroot / "lib" / "rustlib" / triple / "lib").mkdir(parents=True)
        (sysroot / "lib" / "rustlib" / triple / "lib" / name).touch()
    rustc = tmp_path / "rustc"
    rustc.write_text(f'#!/bin/sh\n[ "$1" = --print ] && echo "{sysroot}" || printf "rustc 1.0.0\\nhost: a\\n"\n')
    rustc.chmod(0o755)

    found = anyio.run(partial(host, tmp_path, {"RUSTC": str(rustc)}, {}, with_stds=True))

    assert (found.triple, found.stds) == ("a", {"a", "b"})


def test_this_system_is_named_as_targets_name_it():
    names = {"linux": "linux", "darwin": "macos", "win32": "windows"}

    assert this_system() == names.get(sys.platform, sys.platform)


def test_without_cargo_the_error_says_how_to_get_it(tmp_path):
    with pytest.raises(ToolMissing) as caught:
        ask(tmp_path, {}, {"PATH": str(tmp_path)})

    assert caught.value.exit_code == 4
    assert "install Rust with rustup" in caught.value.issues[0].hint


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_toolchain_that_is_not_installed_is_told(tmp_path):
    rustc = tmp_path / "rustc"
    said = "error: toolchain 'old' is not installed\n\nStack backtrace:\n   0: of rustup itself"
    rustc.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n')
    rustc.chmod(0o755)

    with pytest.raises(ToolMissing, match="toolchain 'old' is not installed") as caught:
        ask(tmp_path, {"RUSTC": str(rustc)}, {})

    assert "--toolchain" in caught.value.issues[0].hint
    assert caught.value.issues[0].message.endswith("'old' is not installed")
