"""The program as its users have it: a process with arguments, an exit code and two outputs."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "wheelmatrix")
_LONGEST_S = 240


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one call."""

    code: int
    out: str
    err: str

    @property
    def wheels(self) -> list[str]:
        """File names that stdout lists, in its order."""
        return [Path(line).name for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Project:
    """A crate to build in, and the variables that are added for the program."""

    folder: Path
    environment: Mapping[str, str]

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        wrapper: tuple[str, ...] = (),
        out: str = "dist",
        longest_s: int = _LONGEST_S,
    ) -> Ran:
        """Run `wheelmatrix ARGUMENTS`, behind `wrapper` if there is one, and wait for its end."""
        process = self.start(*arguments, env=env, wrapper=wrapper)
        stdout, stderr = process.communicate(timeout=longest_s)
        ran = Ran(process.returncode, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))
        assert "Traceback" not in ran.err, ran.err
        assert halves(self.folder / out) == []
        return ran

    def build(self, *arguments: str, env: Mapping[str, str] | None = None, wrapper: tuple[str, ...] = ()) -> Ran:
        """Run `wheelmatrix build ARGUMENTS`."""
        return self.run("build", *arguments, env=env, wrapper=wrapper)

    def start(
        self, *arguments: str, env: Mapping[str, str] | None = None, wrapper: tuple[str, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Start the program in a session of its own, as a terminal would."""
        return subprocess.Popen(
            [*wrapper, *COMMAND, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def dist(self, name: str = "dist") -> dict[str, str]:
        """Return sha256 by file name of all that lies in the wheel directory; empty if there is none."""
        return listing(self.folder / name)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project; its folder is made."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that occurs once in a file of the project."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, text
        self.write(name, text.replace(old, new))

    def configure(self, lines: str) -> None:
        """Add lines to pyproject.toml."""
        with (self.folder / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{lines}\n")


def listing(folder: Path) -> dict[str, str]:
    """Return sha256 by relative path of all files below `folder`; links by where they lead to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = f"-> {path.readlink()}"
        elif path.is_file():
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def halves(folder: Path) -> list[str]:
    """Return what lies in a wheel directory and is neither a whole wheel nor an sdist."""
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if not path.name.endswith((".whl", ".tar.gz"))]


def living(mark: str) -> dict[int, str]:
    """Return the processes, with their command lines, that have `mark` in command line, directory or environment.

    Only those that run count: the dead that nobody has reaped yet do not.
    """
    found = {}
    for place in Path("/proc").iterdir():
        if not place.name.isdecimal() or int(place.name) == os.getpid():
            continue
        try:
            if (place / "stat").read_bytes().rpartition(b")")[2].split()[0] in (b"Z", b"X"):
                continue
            line = (place / "cmdline").read_bytes()
            said = b"\0".join([line, (place / "environ").read_bytes(), os.fsencode((place / "cwd").readlink())])
        except OSError:
            continue
        if mark.encode() in said:
            found[int(place.name)] = line.replace(b"\0", b" ").decode("utf-8", "replace")
    return found
