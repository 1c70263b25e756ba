from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from tests.plan.gathered import TABLES, gathered, planned
from tests.run.small_shop import small_shop

from wheelmatrix.errors import CompileError, ToolMissing
from wheelmatrix.model import FirstLink
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.first_link import link_first
from wheelmatrix.run.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give the tools of a run that has to link for one target first; zig's caches lie in the test's own directory."""
    options = BuildOptions(interpreters=("3.12",), targets=("aarch64-unknown-linux-gnu.2.17",))
    here = gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig"), cache=tmp_path / "cache")
    with small_shop(tmp_path, planned(options, here), options) as made:
        yield made


def told(shop: Shop, script: str) -> FirstLink:
    """Return the first link, with a program in zig's place that does what `script` says."""
    (link,) = shop.plan.first_links
    Path(link.command.directory).mkdir(parents=True)
    return replace(link, command=replace(link.command, argv=("sh", "-c", script)))


def test_what_was_linked_is_remembered(shop: Shop) -> None:
    link = told(shop, "test -f Cargo.toml && test -f src/lib.rs")

    anyio.run(link_first, link, f"link:{link.id}", shop)

    assert Path(link.done).is_file()


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("error: unable to provide libc for target 'powerpc64le-linux.5.10...6.16-gnu.2.17'", "zig has no libc"),
        ("error: unknown target CPU 'z10'", "does not know the processor"),
        ("error[E0463]: can't find crate for `std`", "has no std for the target"),
    ],
)
def test_what_zig_lacks_is_said_in_our_words(shop: Shop, said: str, meaning: str) -> None:
    link = told(shop, f'echo "{said.replace("`", chr(92) + "`")}" >&2; exit 1')

    with pytest.raises(ToolMissing, match=meaning) as caught:
        anyio.run(link_first, link, f"link:{link.id}", shop)

    assert caught.value.issues[0].hint
    assert not Path(link.done).exists()
    assert said in shop.log(f"link:{link.id}").read_text()


def test_another_failure_is_said_as_zig_said_it(shop: Shop) -> None:
    link = told(shop, "echo 'error: out of sorts' >&2; exit 3")

    with pytest.raises(CompileError, match="out of sorts"):
        anyio.run(link_first, link, f"link:{link.id}", shop)


def test_a_failure_without_a_word_has_its_exit_code(shop: Shop) -> None:
    link = told(shop, "exit 7")

    with pytest.raises(CompileError, match="exit code 7"):
        anyio.run(link_first, link, f"link:{link.id}", shop)
