import subprocess
import sys
from pathlib import Path

import pytest

from wheelmatrix.run.file_lock import held

HOLDER = """
import sys
from wheelmatrix.run.file_lock import held

with held(sys.argv[1]) as is_held:
    print(is_held, flush=True)
    sys.stdin.read()
"""


def test_one_process_has_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()

    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        with held(str(path)) as is_held:
            assert not is_held

    with held(str(path)) as is_held:
        assert is_held


def test_a_lock_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), held(str(tmp_path / "lock")):
        raise AssertionError("it is held")

    assert not (tmp_path / "lock").exists()
