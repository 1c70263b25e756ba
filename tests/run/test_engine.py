from contextlib import AbstractAsyncContextManager

import pytest
from tests.run.recorded import Recorder, build

from wheelmatrix.events import RunFinished, StepFinished, Warned
from wheelmatrix.run.jobserver import Jobserver, Token
from wheelmatrix.run.journal import Journal
from wheelmatrix.run.teller import Teller


def states(screen: Recorder) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in screen.of(StepFinished):
        found.setdefault(event.step.partition(":")[0], []).append(event.state)
    return {kind: sorted(each) for kind, each in found.items()}


@pytest.mark.slow
def test_a_cell_that_fails_takes_only_its_own_steps_with_it(crate):
    result, screen = build(crate("tiny-broken-on-312"), "3.11", "3.12")

    failed = next(event for event in screen.of(StepFinished) if event.state == "failed")
    assert result.exit_code == failed.exit_code == 5
    assert [wheel.stem for wheel in result.wheels] == ["tiny_broken_on_312-0.1.0-cp311-cp311"]
    assert states(screen) == {
        "compile": ["done", "failed"],
        "audit": ["done", "skipped"],
        "pack": ["done", "skipped"],
    }
    assert "broken on Python 3.12, on purpose" in failed.message
    assert any("could not compile" in line for line in failed.tail)
    assert "1 of 2 wheels are missing" in screen.of(RunFinished)[0].advice


@pytest.mark.slow
def test_fail_fast_ends_with_the_first_failure(crate):
    result, screen = build(crate("tiny-broken-on-312"), "3.12", "3.13", fail_fast=True)

    assert result.exit_code == 5
    assert states(screen) == {"compile": ["failed", "skipped"], "audit": ["skipped"] * 2, "pack": ["skipped"] * 2}
    assert all("--fail-fast" in each.message for each in screen.of(StepFinished) if each.step.startswith("pack"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tiny", "tiny-uniffi"])
def test_all_that_follows_a_build_takes_its_token_before_other_builds(crate, monkeypatch, name):
    taken: list[dict[str, bool]] = []
    token = Jobserver.token

    def noted(self: Jobserver, **named: bool) -> AbstractAsyncContextManager[Token]:
        taken.append(named)
        return token(self, **named)

    monkeypatch.setattr(Jobserver, "token", noted)

    result, _ = build(crate(name))

    assert result.exit_code == 0
    assert {"wide": True} in taken
    assert {"follows": True} in taken
    assert [named for named in taken if named not in ({"wide": True}, {"follows": True})] == []


@pytest.mark.slow
def test_a_bug_of_ours_is_a_failure_of_its_step_with_the_traceback_in_its_log(crate, monkeypatch):
    async def explode(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("wheelmatrix.run.engine.audit_artifact", explode)

    result, screen = build(crate("tiny"))

    failed = next(event for event in screen.of(StepFinished) if event.state == "failed")
    assert result.exit_code == 1
    assert "a bug of wheelmatrix: RuntimeError: boom" in failed.message
    assert failed.tail[-1] == "RuntimeError: boom"


def test_the_teller_shows_each_event_once_and_the_time_even_without_news(tmp_path):
    shown: list[int] = []
    with Journal.create(tmp_path, "run") as journal:
        teller = Teller(journal, lambda events, now_s: shown.append(len(events)))
        teller.emit(Warned(message="one"))
        teller.emit(Warned(message="two"))
        teller.flush()
        teller.flush()

    assert shown == [2, 0]
