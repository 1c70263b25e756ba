import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from tests.bindings.test_uniffi import sections
from tests.plan.gathered import gathered, planned
from tests.plan.test_bindgen import crate
from tests.run.small_shop import small_shop

from wheelmatrix.errors import CompileError, PackError, ToolMissing, WheelmatrixError
from wheelmatrix.events import Event, Warned
from wheelmatrix.model import Artifact, Entry, Uniffi
from wheelmatrix.options import BuildOptions
from wheelmatrix.pack.layout import wheel_entries
from wheelmatrix.run.bindgen import bindings, check_bindgen
from wheelmatrix.run.generate import check_generator, generate, without_earlier
from wheelmatrix.run.shop import Shop

Bindgen = Callable[[str], Path]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give the tools of a run whose library is built, and that needs a bindgen of the PATH."""
    what = crate(has_bindgen=False)
    plan = planned(
        BuildOptions(), gathered(), replace(what, crate=replace(what.crate, manifest=tmp_path / "Cargo.toml"))
    )
    library = tmp_path / "libsample.so"
    library.write_bytes(sections(0, 2, 11))
    with small_shop(tmp_path, plan, BuildOptions()) as made:
        made.artifacts[plan.builds[0].id] = Artifact(
            build=plan.builds[0].id, kind="cdylib", path=library, size_bytes=1, sha256=""
        )
        yield made


@pytest.fixture
def bindgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bindgen:
    """Give what puts a program in the place of the bindgen: a line of a shell."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def put(line: str) -> Path:
        program = tmp_path / "bin/uniffi-bindgen"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
        return program

    return put


def made(shop: Shop) -> dict[str, bytes]:
    (wheel,) = shop.plan.wheels
    entries = anyio.run(bindings, wheel, f"generate:{wheel.id}", shop)
    return {entry.name: entry.source for entry in entries if isinstance(entry.source, bytes)}


def refused(shop: Shop) -> WheelmatrixError:
    with pytest.raises(CompileError) as caught:
        made(shop)
    assert not [path for path in shop.folder.glob("generate-*") if path.is_dir()]
    return caught.value


def with_facts(shop: Shop, **changed: object) -> None:
    facts = shop.plan.project.uniffi
    assert isinstance(facts, Uniffi)
    shop.plan = replace(shop.plan, project=replace(shop.plan.project, uniffi=replace(facts, **changed)))


def test_the_files_lie_beside_the_library(shop: Shop, bindgen: Bindgen) -> None:
    bindgen('echo "b = 1" > "$6/b.py"; echo "a = 1" > "$6/a.py"; echo "x" > "$6/notes.txt"')

    assert made(shop) == {
        "sample/__init__.py": b"from .a import *  # NOQA\nfrom .b import *  # NOQA\n",
        "sample/a.py": b"a = 1\n",
        "sample/b.py": b"b = 1\n",
    }
    assert anyio.run(generate, shop.plan.wheels[0], "generate:x", shop)[0].name == "sample/__init__.py"
    assert not [path for path in shop.folder.glob("generate-*") if path.is_dir()]


def test_it_is_told_the_configuration_and_runs_where_the_crate_is(shop: Shop, bindgen: Bindgen) -> None:
    with_facts(shop, config=shop.folder / "uniffi.toml")
    bindgen('echo "$@" > told; [ "$8" = "$PWD/uniffi.toml" ] && [ "${10}" = "$PWD/libsample.so" ] && : > "$6/m.py"')

    assert "sample/m.py" in made(shop)
    assert (shop.folder / "told").is_file()


def test_modules_that_other_distributions_bring_stay_out(shop: Shop, bindgen: Bindgen) -> None:
    with_facts(shop, external=frozenset({"shared"}))
    bindgen(': > "$6/shared.py"; : > "$6/sample.py"')

    assert sorted(made(shop)) == ["sample/__init__.py", "sample/sample.py"]


def test_a_stripped_library_is_shown_with_its_symbols_under_its_own_name(shop: Shop, bindgen: Bindgen) -> None:
    library = shop.folder / "libsample.so"
    library.write_bytes(sections(0, 11, 3))
    bindgen('cat "$8" > read; basename "$8" > name; : > "$6/sample.py"')
    made(shop)

    assert (shop.folder / "read").read_bytes() == sections(0, 2, 3)
    assert (shop.folder / "name").read_text() == "libsample.so\n"
    assert library.read_bytes() == sections(0, 11, 3)


def test_a_bindgen_that_fails_is_told_with_its_last_words(shop: Shop, bindgen: Bindgen) -> None:
    bindgen('echo "cannot do it" >&2; exit 3')
    failure = refused(shop)

    assert "uniffi-bindgen failed: cannot do it" in str(failure)
    assert failure.exit_code == 5
    assert "cannot do it" in shop.log(f"generate:{shop.plan.wheels[0].id}").read_text()
    bindgen("exit 3")
    assert "exit code 3" in str(refused(shop))


def test_a_library_without_metadata_is_told_from_other_reasons_for_no_file(shop: Shop, bindgen: Bindgen) -> None:
    """maturin 1.16 packs what an earlier run left in its folder, or nothing at all."""
    bindgen("exit 0")
    assert "is it the bindgen of the same uniffi?" in str(refused(shop).issues[0].hint)

    with_facts(shop, external=frozenset({"a"}))
    bindgen(': > "$6/a.py"')
    assert "external_packages leaves out a" in str(refused(shop).issues[0].hint)

    (shop.folder / "libsample.so").write_bytes(b"\x7fELF")
    failure = refused(shop)
    assert "the library has no uniffi metadata" in str(failure)
    assert failure.issues[0].where == str(shop.folder / "libsample.so")


def test_without_a_bindgen_it_is_told_before_anything_is_compiled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shop.folder))
    with pytest.raises(ToolMissing, match="there is no uniffi-bindgen") as caught:
        anyio.run(check_generator, shop)

    assert caught.value.issues[0].where == str(shop.folder / "Cargo.toml")


@pytest.mark.parametrize(("said", "warned"), [("0.31.0", False), ("0.29.5", True), ("soon", False)])
def test_a_bindgen_of_another_uniffi_is_warned_of(shop: Shop, bindgen: Bindgen, said: str, warned: bool) -> None:
    events: list[Event] = []
    shop.emit = events.append
    bindgen(f'[ "$1" = --version ] && echo "uniffi-bindgen {said}"')
    anyio.run(check_bindgen, shop)

    assert [type(event) for event in events] == [Warned] * warned
    assert not warned or "of uniffi 0.29, Cargo.lock has 0.31" in str(events[0])


def test_what_develop_left_is_made_anew_and_what_somebody_wrote_is_a_clash(shop: Shop, bindgen: Bindgen) -> None:
    bindgen(': > "$6/sample.py"')
    entries = anyio.run(bindings, shop.plan.wheels[0], "generate:x", shop)
    left = shop.folder / "__init__.py"
    project = replace(shop.plan.project, sources=(Entry(name="sample/__init__.py", source=left),))

    left.write_text("from .older import *  # NOQA\n")
    assert without_earlier(project, entries).sources == ()
    left.write_text("VERSION = 1\n")
    kept = without_earlier(project, entries)
    assert kept.sources == project.sources
    with pytest.raises(PackError, match=r"__init__\.py has two sources"):
        wheel_entries(kept, shop.plan.wheels[0], None, ("py3-none-any",), "test", entries)
