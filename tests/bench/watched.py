"""The program in a process that measures it: `python -m tests.bench.watched OUT MODULE ARGUMENT…`.

Runs `wheelmatrix ARGUMENT…` after MODULE is imported, which has what the command needs, and writes JSON to OUT:
`imported_bytes` and `peak_bytes`, the most memory that was resident before the command and by its end, and `stall_ms`.
"""

import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio

_BEAT_S = 0.001
_real_run = anyio.run


async def stall_ms(upload: Callable[[], Awaitable[object]]) -> float:
    """Return the longest time, in ms, that the event loop let a timer wait while `upload` ran."""
    worst_s = 0.0

    async def watch() -> None:
        nonlocal worst_s
        while True:
            began_s = time.perf_counter()
            await anyio.sleep(_BEAT_S)
            worst_s = max(worst_s, time.perf_counter() - began_s - _BEAT_S)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        await upload()
        tasks.cancel_scope.cancel()
    return worst_s * 1000


def peak_bytes() -> int:
    """Return the most memory that this process has had resident; since it began, not since its parent did."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    """Run the program, and write what it took."""
    out, module, *arguments = sys.argv[1:]
    worst_ms = 0.0

    def run(function: Callable[..., Awaitable[Any]], *given: Any, **options: Any) -> Any:
        async def work() -> Any:
            nonlocal worst_ms
            kept: list[Any] = []

            async def keep() -> None:
                kept.append(await function(*given))

            worst_ms = max(worst_ms, await stall_ms(keep))
            return kept[0]

        return _real_run(work, **options)

    anyio.run = run
    import_module(module)
    program = import_module("wheelmatrix.cli").main
    imported_bytes = peak_bytes()
    try:
        code = program(arguments)
    except SystemExit as end:
        code = end.code
    told = {"imported_bytes": imported_bytes, "peak_bytes": peak_bytes(), "stall_ms": worst_ms}
    Path(out).write_text(json.dumps(told))
    sys.exit(code)


if __name__ == "__main__":
    main()
