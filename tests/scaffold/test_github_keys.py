"""`[tool.maturin.generate-ci.github]`: what means something is done, and the rest is told."""

import tomllib

import pytest

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError
from wheelmatrix.scaffold.github_keys import _RARE, GithubKeys, read
from wheelmatrix.scaffold.workflow import TARGETS


def keys(text: str) -> GithubKeys:
    return read(tomllib.loads(text))


def test_an_empty_table_asks_for_nothing() -> None:
    assert keys("") == GithubKeys()


def test_plain_keys_are_honoured() -> None:
    found = keys(
        "pytest = true\nzig = true\nskip-attestation = true\ntrusted-publishing = false\n"
        'publishing-environment = "pypi"\n'
        'args = "--release --out dist --find-interpreter --features simd"'
    )

    assert (found.tests, found.attests, found.is_trusted, found.environment) == (True, False, False, "pypi")
    assert found.arguments == ("--features", "simd")
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        (
            'linux.targets = ["x86_64", "aarch64"]\nmacos.targets = ["aarch64"]',
            ("x86_64-unknown-linux-gnu.2.17", "aarch64-unknown-linux-gnu.2.17", "aarch64-apple-darwin"),
        ),
        ('[[linux.target]]\narch = "x86_64"\nmanylinux = "2_28"', ("x86_64-unknown-linux-gnu.2.28",)),
        ('[linux]\nmanylinux = "2010"\ntargets = ["i686"]', ("i686-unknown-linux-gnu.2.17",)),
        ('[[windows.target]]\narch = "x64"', ("x86_64-pc-windows-gnu",)),
        (
            'windows.targets = ["amd64"]\nmacos.targets = ["universal2"]',
            ("x86_64-pc-windows-gnu", "universal2-apple-darwin"),
        ),
        (
            'linux.targets = ["riscv64", "armv7l"]',
            (
                "riscv64gc-unknown-linux-gnu.2.31",
                "armv7-unknown-linux-gnueabihf.2.17",
            ),
        ),
        ('linux.targets = ["riscv64gc-unknown-linux-gnu"]', ("riscv64gc-unknown-linux-gnu",)),
        (
            '[musllinux]\nmanylinux = "auto"',
            tuple(f"{arch}-unknown-linux-musl" for arch in ("x86_64", "i686", "aarch64")),
        ),
    ],
)
def test_platforms_become_targets(text: str, targets: tuple[str, ...]) -> None:
    assert keys(text).targets[: len(targets)] == targets


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[linux]\nrunner = "self-hosted"', "linux.runner: has no effect; which machines"),
        ('[[linux.target]]\narch = "x86_64"\ncontainer = "x"', "linux.container: has no effect"),
        ('[linux]\nrust-toolchain = "nightly"', "rust-toolchain.toml"),
        ('[linux]\nmanylinux = "off"\ntargets = ["x86_64"]', "names no glibc"),
        ("[emscripten]", "no wheels are built for Emscripten"),
        ("pytset = true", "did you mean pytest?"),
        ('args = "-o wheels"', "-o has no effect"),
    ],
)
def test_what_has_no_effect_is_told(text: str, word: str) -> None:
    assert word in " ".join(keys(text).warnings)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('pytest = "yes"', "github.pytest"),
        ("linux = 1", "github.linux"),
        ('linux.targets = "x86_64"', "github.linux.targets"),
        ('linux.targets = ["vax"]', "github.linux.target"),
        ('args = "--features \'a"', "github.args"),
    ],
)
def test_what_cannot_be_read_is_an_error(text: str, where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        keys(text)

    assert where in str(caught.value)


def test_every_target_is_a_row_that_linux_links_and_no_floor_is_below_what_it_has() -> None:
    rows = tables.load(resources.table_texts()).targets
    named = [target for table in (TARGETS, _RARE) for platform in table.values() for target in platform.values()]

    for triple, _, floor in (target.partition(".") for target in named):
        row = rows[triple]
        lowest = max(filter(None, (row.rustc_floor, row.zig_floor)), default=None)
        assert row.zig or row.slices, triple
        assert not floor or lowest is None or tuple(map(int, floor.split("."))) >= lowest, triple
