"""Journals of runs that never were, for the commands that read them."""

from pathlib import Path

from wheelmatrix.events import RunFinished, RunPlanned, RunStarted, WheelWritten
from wheelmatrix.run.journal import Journal

MANIFEST = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n\n[lib]\ncrate-type = ["cdylib"]\n'
WHEEL = "tiny-0.1.0-cp312-cp312-linux_x86_64.whl"
RUN = "20260101-000000-aaaa"
EXIT_CODE = 5


def write_crate(folder: Path) -> None:
    """Write a crate that cargo can describe."""
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").write_text("", encoding="utf-8")
    (folder / "Cargo.toml").write_text(MANIFEST, encoding="utf-8")


def write_run(
    crate: Path, run: str = RUN, *, arguments: tuple[str, ...] = ("build", "-i", "3.12"), ends: bool = True
) -> Path:
    """Write the journal of a run of `crate`, and return its path; without an end it is one that was killed."""
    runs = crate / "target" / "wheelmatrix" / "runs"
    with Journal.create(runs, run) as journal:
        journal.append(RunStarted(run=run, tool="0.1.0", directory=str(crate), arguments=arguments, jobs=2))
        journal.append(
            RunPlanned(
                project="tiny",
                version="0.1.0",
                cells=("cp312-linux_x86_64",),
                targets=("x86_64-unknown-linux-gnu",),
                steps=("compile:1", "pack:cp312-linux_x86_64"),
                titles=("cp312-linux_x86_64", "cp312-linux_x86_64"),
                wheels=("cp312-linux_x86_64",),
                left=(),
            )
        )
        if ends:
            journal.append(
                WheelWritten(
                    wheel="cp312-linux_x86_64",
                    path=f"/dist/{WHEEL}",
                    filename=WHEEL,
                    size_bytes=9,
                    sha256="0" * 64,
                    cells=("cp312-linux_x86_64",),
                    platform_tag="linux_x86_64",
                    floor="",
                    floor_reason="",
                    unchanged=False,
                )
            )
            journal.append(RunFinished(exit_code=EXIT_CODE, seconds=1.0, advice="look at the log"))
    return runs / run / "events.jsonl"
