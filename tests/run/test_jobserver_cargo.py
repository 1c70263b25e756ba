"""A real cargo takes its tokens from our FIFO, and brings them back."""

import shutil
import sys

import anyio
import pytest

from wheelmatrix.model import Command
from wheelmatrix.run.jobserver import Jobserver
from wheelmatrix.run.process import supervise

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO"),
    pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is missing: install it with rustup"),
]

BUILD_SCRIPT = """
fn main() {
    for name in ["NUM_JOBS", "MAKEFLAGS", "CARGO_MAKEFLAGS"] {
        println!("cargo:warning={name}={}", std::env::var(name).unwrap_or("unset".into()));
    }
}
"""


@pytest.fixture
def crate(tmp_path):
    folder = tmp_path / "my crate"
    names = [f"part{number}" for number in range(6)]
    needs = "\n".join(f'{name} = {{ path = "{name}" }}' for name in names)
    for name in names:
        (folder / name / "src").mkdir(parents=True)
        (folder / name / "src" / "lib.rs").write_text("pub fn one() -> i32 { 1 }")
        (folder / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n')
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").touch()
    (folder / "build.rs").write_text(BUILD_SCRIPT)
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "native"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{needs}\n[workspace]\n'
    )
    return folder


async def test_three_cargos_share_two_tokens_without_a_warning_and_bring_them_back(crate, tmp_path, monkeypatch):
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    said: list[bytes] = []
    with Jobserver.open(2, tmp_path / "comma, no blank ümlaut".replace(" ", "")) as jobserver:

        async def build(number: int) -> None:
            argv = ("cargo", "build", "--offline", "--target-dir", str(tmp_path / f"target {number}"))
            command = Command(argv=argv, environment=jobserver.environment, directory=crate)
            async with jobserver.token() as token:
                assert token.jobs_argument == ()
                ended = await supervise(command, on_stderr=said.append)
            assert ended.ok, said

        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(build, number)

        assert (jobserver.outstanding(), jobserver.lost) == (0, 0)
    text = b"\n".join(said).decode()
    warnings = {line.partition("native@0.1.0: ")[2] for line in text.splitlines() if "warning" in line}
    assert {"NUM_JOBS=2", "MAKEFLAGS=unset"} < warnings
    assert len(warnings) == 3, text
    assert "fifo:" in text
