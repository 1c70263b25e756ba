import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import trio

import wheelmatrix
from wheelmatrix.api import _given


def test_every_public_name_is_there() -> None:
    assert all(getattr(wheelmatrix, name) for name in wheelmatrix.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = wheelmatrix.nothing_like_it


def test_importing_is_quick_because_nothing_else_is_imported() -> None:
    program = "import sys, wheelmatrix; sys.exit(str({m for m in sys.modules if m.startswith('wheelmatrix.')} or ''))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert done.stderr.strip() == b""


def test_plan_is_the_function_also_when_its_room_was_imported_first() -> None:
    program = (
        "import wheelmatrix.plan.select, wheelmatrix.plan as room\n"
        "from wheelmatrix import plan\n"
        "from wheelmatrix.plan.select import select\n"
        "import wheelmatrix\n"
        "assert plan is wheelmatrix.plan and plan.__module__ == 'wheelmatrix.api', plan\n"
    )

    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


def test_inside_of_asyncio_it_is_refused() -> None:
    async def call() -> None:
        wheelmatrix.build(wheelmatrix.BuildOptions())

    with pytest.raises(wheelmatrix.ConfigError, match="running event loop") as caught:
        asyncio.run(call())

    assert "to_thread" in caught.value.issues[0].hint


def test_inside_of_trio_it_is_refused() -> None:
    async def call() -> None:
        wheelmatrix.plan(wheelmatrix.BuildOptions())

    with pytest.raises(wheelmatrix.ConfigError, match="running event loop"):
        trio.run(call)


def test_a_thread_of_an_event_loop_may_call_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def call() -> None:
        await asyncio.to_thread(wheelmatrix.plan, wheelmatrix.BuildOptions())

    with pytest.raises(wheelmatrix.ConfigError, match=r"Cargo\.toml"):
        asyncio.run(call())


def test_fields_that_differ_from_their_defaults_count_as_given() -> None:
    options = wheelmatrix.BuildOptions(jobs=2, strip=False, fixed=frozenset({"strip"}))

    assert _given(options) == {"jobs": 2, "strip": False}
