"""What a hook loads whose answer is made anew; what it answers is in `test_hooks`."""

import subprocess
import sys

from wheelmatrix.backend import anew


def loaded(code: str) -> set[str]:
    said = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return set(said.stdout.split())


def test_telling_metadata_loads_neither_the_engine_nor_the_command_line() -> None:
    assert not {"rich", "click", "elftools", "wheelmatrix.run.execute"} & loaded(f"import {anew.__name__}")


def test_building_loads_no_screen_but_plain_lines() -> None:
    modules = loaded(f"import {', '.join((anew.__name__, *anew._RUN))}")

    assert "wheelmatrix.run.execute" in modules
    assert not {"rich", "click", "httpx"} & modules
