"""The step after the compiler: a verdict is asked for once for the same bytes, and again for any others."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.run.recorded import build

import wheelmatrix.audit
from wheelmatrix.events import StepFinished, Warned, WheelWritten
from wheelmatrix.model import Blocker, Report
from wheelmatrix.run.audit import _recalled
from wheelmatrix.run.memory import remember

REPORT = Report(
    name="tiny.so", machine="x86_64", word_bits=64, needed=("libc.so.6",), rpaths=(), versions={"GLIBC": "2.14"},
    entry_symbols=("PyInit_tiny",), floor=(2, 14), platform_tags=("manylinux_2_14_x86_64",), graft=(), problems=(),
    warnings=("strange",), blockers=(Blocker(policy="manylinux_2_12", symbols=("GLIBC_2.14: memcpy",), libraries=()),),
)  # fmt: skip


def test_a_verdict_is_recalled_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "one.json"
    remember(place, "k", asdict(REPORT))

    assert _recalled(place, "k") == REPORT
    assert _recalled(place, "other") is None


@pytest.mark.parametrize("more", [{"unknown": 1}, {"blockers": None}, {"blockers": [1]}])
def test_a_verdict_of_another_shape_is_not_recalled(tmp_path: Path, more: dict[str, object]) -> None:
    place = tmp_path / "one.json"
    remember(place, "k", asdict(REPORT) | more)

    assert _recalled(place, "k") is None


@pytest.mark.slow
def test_the_same_bytes_are_audited_once(crate: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = crate("tiny")
    audited: list[str] = []
    audit = wheelmatrix.audit.audit_library

    def counted(image: bytes, *given: object, name: str, **named: object) -> Report:
        audited.append(name)
        return audit(image, *given, name=name, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(wheelmatrix.audit, "audit_library", counted)

    _, first = build(folder)
    _, second = build(folder)
    assert len(audited) == 1
    assert [each.floor for each in second.of(WheelWritten)] == [each.floor for each in first.of(WheelWritten)]

    build(folder, compatibility=("linux",))
    assert len(audited) == 2, "something else was expected of the bytes"
    source = folder / "src/lib.rs"
    source.write_text(source.read_text() + '\n#[no_mangle]\npub extern "C" fn more() -> i32 {\n    3\n}\n')
    build(folder, compatibility=("linux",))
    assert len(audited) == 3, "the bytes are others"


@pytest.mark.slow
def test_what_did_not_pass_is_audited_again_and_warnings_are_told_again(crate: Callable[[str], Path]) -> None:
    folder = crate("tiny-wrong-entry")
    for _ in range(2):
        result, screen = build(folder)
        failed = next(event for event in screen.of(StepFinished) if event.state == "failed")
        assert (result.exit_code, failed.step.partition(":")[0]) == (6, "audit")
    assert not (folder / "target/wheelmatrix/audited").exists()

    sound = crate("tiny")
    build(sound)
    (kept,) = (sound / "target/wheelmatrix/audited").iterdir()
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "warnings": ["a strange thing"]}))
    _, screen = build(sound)
    assert any("a strange thing" in each.message for each in screen.of(Warned))
