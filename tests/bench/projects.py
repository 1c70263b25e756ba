"""What is built in the benchmarks: a crate of ours with a hundred units, and a project that was published."""

import subprocess
import sys
import tarfile
from pathlib import Path

CRATE = Path(__file__).parent / "crate"
"""pyo3 and thirteen more dependencies, of which most are compiled once for all Pythons."""
PUBLISHED = ("rpds-py", "2026.9.1")
"""pyo3 and few others, as most of the published ones: what is compiled is compiled for each Python."""


def published(scratch: Path) -> Path:
    """Download the sdist of the published project, and return where it is unpacked."""
    name, version = PUBLISHED
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
            "--no-build-isolation", f"{name}=={version}", "-d", str(scratch)]  # fmt: skip
    subprocess.run(argv, check=True)
    with tarfile.open(next(scratch.glob("*.tar.gz"))) as archive:
        archive.extractall(scratch, filter="data")
    return next(path for path in scratch.iterdir() if path.is_dir())
