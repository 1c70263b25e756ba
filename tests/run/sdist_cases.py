"""Crates for sdists, each of them as small as what it is for, and maturin's member lists of them.

python -m tests.run.sdist_cases     asks maturin 1.16.0 again and writes sdist_lists.json
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

LISTS = Path(__file__).with_name("sdist_lists.json")
BACKEND = '[build-system]\nrequires = ["maturin>=1,<2"]\nbuild-backend = "maturin"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tree of files with a project in it."""

    files: Mapping[str, str]
    """Text by path; `-> x` is a link to x."""
    project: str = "."
    """Directory of pyproject.toml."""
    git: bool = False
    """True: it is a checkout that tracks all but what is called `untracked`."""
    python: str = ""
    """Version that a wheel is for; empty: the Python that runs this."""

    def write(self, top: Path) -> Path:
        """Write the tree below `top` and return the project's directory."""
        for name, text in self.files.items():
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text.startswith("-> "):
                path.symlink_to(text[3:])
            else:
                path.write_text(text)
        if self.git:
            for words in (("init", "-q"), ("add", "--all", "--", ".", ":!*untracked*")):
                subprocess.run(["git", *words], cwd=top, check=True)
        return top / self.project


def crate(name: str, more: str = "", *, kind: str = "") -> str:
    """Return a manifest."""
    library = f'[lib]\ncrate-type = ["{kind}"]\n' if kind else ""
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}{library}'


def pyproject(name: str, tool: str = "", project: str = 'dynamic = ["version"]\n') -> str:
    """Return a pyproject.toml."""
    return f'{BACKEND}\n[project]\nname = "{name}"\n{project}\n[tool.maturin]\n{tool}'


LIB = "pub fn f() {}\n"

CASES: Mapping[str, Case] = {
    "plain": Case(
        files={
            "Cargo.toml": crate("plain", kind="cdylib"),
            "pyproject.toml": pyproject("plain"),
            "src/lib.rs": LIB,
            "README.md": "# plain\n",
            "LICENSE": "free\n",
            ".hidden": "",
            "tests/test_it.py": "",
            "PKG-INFO.txt": "",
        }
    ),
    "excluded": Case(
        files={
            "Cargo.toml": crate(
                "excluded",
                'exclude = ["benches/*", "gone.rs", "examples", "tests", "junk.*"]\ndefault-run = "gone"\n',
                kind="cdylib",
            )
            + '[[bench]]\nname = "slow"\nharness = false\n[[bin]]\nname = "gone"\npath = "gone.rs"\n'
            + '[[bin]]\nname = "kept"\npath = "kept.rs"\n[[example]]\nname = "ex"\n[[test]]\nname = "t"\n',
            "pyproject.toml": pyproject(
                "excluded",
                'include = [{ path = "junk.txt", format = "sdist" }, { path = "junk.bin", format = "wheel" }, '
                '"docs/*.txt"]\nexclude = [{ path = "notes.txt", format = "sdist" }, { path = "w.txt", '
                'format = "wheel" }]\n',
            ),
            "src/lib.rs": LIB,
            "gone.rs": "fn main() {}\n",
            "kept.rs": "fn main() {}\n",
            "benches/slow.rs": "fn main() {}\n",
            "examples/ex.rs": "fn main() {}\n",
            "tests/t.rs": "",
            "junk.txt": "",
            "junk.bin": "",
            "notes.txt": "",
            "w.txt": "",
            "docs/a.txt": "",
        }
    ),
    "path-dependencies": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("app", 'readme = "README.md"\n', kind="cdylib") + "# a comment\n"
            '[dependencies]\ninner = { path = "inner" }\nouter = { path = "../outer", version = "0.1" }\n'
            'maybe = { path = "../maybe", optional = true }\n'
            "[target.'cfg(windows)'.dependencies]\nonly_win = { path = \"../only_win\" }\n"
            '[build-dependencies]\nmaker = { path = "../maker" }\n'
            '[dev-dependencies]\ndev_only = { path = "../dev_only" }\n',
            "app/pyproject.toml": pyproject(
                "app",
                'python-source = "python"\nmodule-name = "pkg._native"\ninclude = ["data/*.txt"]\n',
                'dynamic = ["version", "readme"]\n',
            ),
            "app/src/lib.rs": LIB,
            "app/README.md": "hi\n",
            "app/LICENSE": "free\n",
            "app/data/d.txt": "d\n",
            "app/data/link.txt": "-> d.txt",
            "app/linked": "-> data",
            "app/python/pkg/__init__.py": "",
            "app/python/pkg/.hidden": "",
            "app/python/pkg/old.pyc": "",
            "app/python/pkg/_native.so": "",
            "app/inner/Cargo.toml": crate("inner"),
            "app/inner/src/lib.rs": LIB,
            "outer/Cargo.toml": crate("outer") + '[dependencies]\ndeep = { path = "../deep" }\n',
            "outer/src/lib.rs": LIB,
            "outer/README.md": "outer\n",
            **{f"{name}/Cargo.toml": crate(name) for name in ("deep", "maybe", "only_win", "maker", "dev_only")},
            **{f"{name}/src/lib.rs": LIB for name in ("deep", "maybe", "only_win", "maker", "dev_only")},
        },
    ),
    "workspace": Case(
        project="crates/py",
        files={
            "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["crates/py", "crates/lib", "crates/unused"]\n'
            'default-members = ["crates/py"]\n# kept\n[workspace.package]\nversion = "0.3.0"\nedition = "2021"\n'
            'license-file = "LICENSE"\nreadme = "README.md"\ndescription = "all"\n[workspace.dependencies]\n'
            'wlib = { path = "crates/lib", default-features = false }\n[workspace.lints.rust]\nunsafe_code = "deny"\n'
            "[profile.release]\nlto = true\n",
            "README.md": "all\n",
            "LICENSE": "free\n",
            "crates/py/Cargo.toml": '[package]\nname = "wpy"\nversion.workspace = true\nedition.workspace = true\n'
            "license-file.workspace = true\nreadme.workspace = true\ndescription = { workspace = true }\n"
            '[lints]\nworkspace = true\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\n'
            'wlib = { workspace = true, features = ["x"] }\n',
            "crates/py/pyproject.toml": pyproject("wpy", project='dynamic = ["version", "readme", "license"]\n'),
            "crates/py/src/lib.rs": LIB,
            "crates/lib/Cargo.toml": '[package]\nname = "wlib"\nversion.workspace = true\nedition.workspace = true\n'
            "[features]\nx = []\n",
            "crates/lib/src/lib.rs": LIB,
            "crates/unused/Cargo.toml": crate("unused"),
            "crates/unused/src/lib.rs": LIB,
        },
    ),
    "locked-dependency": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("app", kind="cdylib") + '[dependencies]\napart = { path = "../apart" }\n',
            "app/pyproject.toml": pyproject("app"),
            "app/src/lib.rs": LIB,
            "apart/Cargo.toml": crate("apart", 'exclude = ["*.lock"]\n'),
            "apart/Cargo.lock": "version = 4\n",
            "apart/src/lib.rs": LIB,
        },
    ),
    "included-script": Case(
        files={
            "Cargo.toml": crate("app", 'include = ["src"]\n', kind="cdylib"),
            "pyproject.toml": pyproject("app", 'include = [{ path = "build.rs", format = "sdist" }]\n'),
            "build.rs": "fn main() {}\n",
            "src/lib.rs": LIB,
        },
    ),
    "two-workspaces": Case(
        project="top/py",
        files={
            "top/Cargo.toml": crate("rootpkg") + '[dependencies]\nsib = { path = "sib" }\n[workspace]\n'
            'members = ["py", "sib", "nope"]\n[workspace.package]\nversion = "0.3.0"\n'
            '[workspace.dependencies]\nsib = { path = "sib" }\n',
            "top/src/lib.rs": LIB,
            "top/R.md": "root\n",
            "top/py/Cargo.toml": '[package]\nname = "kpy"\nversion.workspace = true\nedition = "2021"\n'
            'readme = "../R.md"\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\n'
            'sib = { workspace = true, optional = true }\ndep = { path = "../../other/dep" }\n',
            "top/py/pyproject.toml": pyproject(
                "kpy",
                'python-source = "../../python"\nmodule-name = "pkg._native"\n',
                'dynamic = ["version"]\nreadme = "../R.md"\n',
            ),
            "top/py/src/lib.rs": LIB,
            "top/sib/Cargo.toml": crate("sib"),
            "top/sib/src/lib.rs": LIB,
            "top/nope/Cargo.toml": crate("nope"),
            "top/nope/src/lib.rs": LIB,
            "python/pkg/__init__.py": "",
            "other/Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["dep", "dep2"]\n[workspace.package]\n'
            'version = "9.0.0"\nedition = "2021"\nreadme = "OTHER.md"\nlicense-file = "OTHER"\n'
            '[workspace.dependencies]\ndep2 = { path = "dep2", default-features = false, features = ["a"] }\n'
            '[workspace.lints.rust]\nunsafe_code = "deny"\n',
            "other/OTHER.md": "other\n",
            "other/OTHER": "free\n",
            "other/dep/Cargo.toml": '[package]\nname = "dep"\nversion.workspace = true\nedition.workspace = true\n'
            "readme.workspace = true\nlicense-file.workspace = true\n[lints]\nworkspace = true\n[dependencies]\n"
            'dep2 = { workspace = true, features = ["b"] }\n',
            "other/dep/src/lib.rs": LIB,
            "other/dep2/Cargo.toml": '[package]\nname = "dep2"\nversion.workspace = true\n[features]\na = []\nb = []\n',
            "other/dep2/src/lib.rs": LIB,
        },
    ),
    "parent-workspace": Case(
        project="group/app",
        files={
            "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["group/dep", "group/shared"]\n'
            'exclude = ["group/app"]\n[workspace.package]\nversion = "2.0.0"\nedition = "2021"\n'
            '[workspace.dependencies]\nshared = { path = "group/shared", features = ["a"] }\n'
            '[workspace.lints.rust]\nunsafe_code = "deny"\n',
            "group/app/Cargo.toml": crate("app", kind="cdylib") + '[dependencies]\ndep = { path = "../dep" }\n',
            "group/app/pyproject.toml": pyproject("app"),
            "group/app/src/lib.rs": LIB,
            "group/dep/Cargo.toml": '[package]\nname = "dep"\nversion.workspace = true\nedition.workspace = true\n'
            '[lints]\nworkspace = true\n[dependencies]\nshared = { workspace = true, features = ["b"] }\n',
            "group/dep/src/lib.rs": LIB,
            "group/shared/Cargo.toml": '[package]\nname = "shared"\nversion.workspace = true\n'
            "[features]\na = []\nb = []\n",
            "group/shared/src/lib.rs": LIB,
        },
    ),
    "beside": Case(
        files={
            "rust/Cargo.toml": crate("beside", kind="cdylib"),
            "rust/src/lib.rs": LIB,
            "src/beside/__init__.py": "",
            "src/beside/py.typed": "",
            "pyproject.toml": pyproject("beside", 'module-name = "beside._native"\n'),
        }
    ),
    "below": Case(
        files={
            "native/Cargo.toml": crate("below", 'readme = "../README.md"\n', kind="cdylib"),
            "native/src/lib.rs": LIB,
            "native/README.md": "own\n",
            "README.md": "top\n",
            "licenses/MIT": "free\n",
            "lib/below/__init__.py": "",
            "lib/extra/__init__.py": "",
            "pyproject.toml": pyproject(
                "below",
                'manifest-path = "native/Cargo.toml"\npython-source = "lib"\npython-packages = ["extra"]\n'
                'module-name = "below._native"\n',
                'dynamic = ["version"]\nreadme = "README.md"\nlicense-files = ["licenses/*"]\n',
            ),
        }
    ),
    "target-dependencies": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("app", kind="cdylib")
            + "[target.'cfg(unix)'.dependencies]\nunixes = { path = \"../unixes\" }\n"
            "[target.'cfg(windows)'.dependencies]\nwindows = { path = \"../windows\" }\n"
            '[target.\'cfg(not(target_endian = "none"))\'.dependencies]\nalways = { path = "../always" }\n'
            '[target.wasm32-wasip1.build-dependencies]\ntriple = { path = "triple" }\n',
            "app/pyproject.toml": pyproject("app"),
            "app/src/lib.rs": LIB,
            "app/triple/Cargo.toml": crate("triple"),
            "app/triple/src/lib.rs": LIB,
            "windows/Cargo.toml": crate("windows")
            + '[target.\'cfg(target_arch = "aarch64")\'.dependencies]\ndeep = { path = "../deep" }\n',
            "windows/src/lib.rs": LIB,
            **{f"{name}/Cargo.toml": crate(name) for name in ("always", "deep", "unixes", "unneeded")},
            **{f"{name}/src/lib.rs": LIB for name in ("always", "deep", "unixes", "unneeded")},
        },
    ),
    "target-dependencies-git": Case(
        git=True,
        files={
            "Cargo.toml": crate("app", kind="cdylib")
            + "[target.'cfg(unix)'.dependencies]\nunixes = { path = \"unixes\" }\n"
            "[target.'cfg(windows)'.dependencies]\nwindows = { path = \"windows\" }\n",
            "Cargo.lock": 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "unixes",\n'
            ' "windows",\n]\n\n[[package]]\nname = "unixes"\nversion = "0.1.0"\n\n[[package]]\nname = "windows"\n'
            'version = "0.1.0"\n',
            "pyproject.toml": pyproject("app", 'sdist-generator = "git"\n'),
            "src/lib.rs": LIB,
            **{f"{name}/Cargo.toml": crate(name) for name in ("unixes", "windows")},
            **{f"{name}/src/lib.rs": LIB for name in ("unixes", "windows")},
        },
    ),
    "readme-of-workspace-and-crate": Case(
        project="py",
        files={
            "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["py", "rs"]\n'
            '[workspace.package]\nreadme = "README.md"\n',
            "README.md": "# all\n",
            "py/Cargo.toml": crate("py", 'readme = "README.md"\n', kind="cdylib")
            + '[dependencies]\nrs = { path = "../rs" }\n',
            "py/README.md": "# py\n",
            "py/pyproject.toml": pyproject("py", project='dynamic = ["version", "readme"]\n'),
            "py/src/lib.rs": LIB,
            "rs/Cargo.toml": crate("rs", "readme.workspace = true\n"),
            "rs/src/lib.rs": LIB,
        },
    ),
    "readme-twice": Case(
        files={
            "Cargo.toml": crate("twice", 'readme = "README.md"\n', kind="cdylib")
            + '[dependencies]\nnear = { path = "near" }\n',
            "README.md": "# twice\n",
            "near/Cargo.toml": crate("near", 'readme = "../README.md"\nlicense-file = "../LICENSE"\n'),
            "near/src/lib.rs": LIB,
            "LICENSE": "free\n",
            "src/lib.rs": LIB,
            "pyproject.toml": pyproject(
                "twice",
                'include = ["README.md", { path = "LICENSE", format = "sdist" }]\n',
                'dynamic = ["version"]\nreadme = "README.md"\nlicense-files = ["LICENSE"]\n',
            ),
        }
    ),
    "programs-above": Case(
        project="deep/hello",
        files={
            "Cargo.toml": '[workspace]\nmembers = ["deep/hello"]\nresolver = "2"\n',
            "LICENSE": "free\n",
            "README.md": "# above\n",
            "deep/hello/Cargo.toml": crate(
                "hello", 'license-file = "../../LICENSE"\nreadme = "../../README.md"\ndefault-run = "gone"\n'
            )
            + '[[bench]]\nname = "kept"\n[[bench]]\nname = "dropped"\n',
            "deep/hello/src/main.rs": "fn main() {}\n",
            "deep/hello/src/bin/other.rs": "fn main() {}\n",
            "deep/hello/src/bin/gone.rs": "fn main() {}\n",
            "deep/hello/benches/kept.rs": "fn main() {}\n",
            "deep/hello/benches/dropped.rs": "fn main() {}\n",
            "deep/hello/licenses/A.txt": "a\n",
            "deep/hello/pyproject.toml": pyproject(
                "hello",
                'bindings = "bin"\nexclude = ["src/bin/gone.rs", "benches/dropped.rs"]\n',
                'dynamic = ["version", "readme"]\nlicense-files = ["licenses/*"]\n',
            ),
        },
    ),
    "root-is-a-dependency": Case(
        project="native",
        files={
            "Cargo.toml": crate("root", 'readme = "README.md"\n') + '[workspace]\nmembers = [".", "native", "other"]\n'
            '[workspace.package]\nversion = "3.0.0"\n',
            "README.md": "# root\n",
            "src/lib.rs": LIB,
            "pyproject.toml": pyproject("root"),
            "native/Cargo.toml": crate("native", 'readme = "README.md"\n', kind="cdylib")
            + '[dependencies]\nroot = { path = "../" }\n',
            "native/README.md": "# native\n",
            "native/src/lib.rs": LIB,
            "native/pyproject.toml": pyproject("native", project='dynamic = ["version", "readme"]\n'),
            "other/Cargo.toml": crate("other"),
            "other/src/lib.rs": LIB,
        },
    ),
    "texts-of-a-group": Case(
        project="group/app",
        files={
            "Cargo.toml": '[workspace]\nmembers = ["group/app"]\nresolver = "2"\n',
            "group/README.md": "# group\n",
            "group/LICENSE": "free\n",
            "group/app/Cargo.toml": crate("app", kind="cdylib"),
            "group/app/src/lib.rs": LIB,
            "group/app/pyproject.toml": pyproject(
                "app",
                project='dynamic = ["version"]\nreadme = { file = "../README.md", content-type = "text/markdown" }\n'
                'license = { file = "../LICENSE" }\n',
            ),
        },
    ),
    "workspace-below": Case(
        files={
            "rust/Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["core", "python/native", "unneeded"]\n',
            "rust/core/Cargo.toml": crate("core"),
            "rust/core/src/lib.rs": LIB,
            "rust/python/native/Cargo.toml": crate("native", kind="cdylib")
            + '[dependencies]\ncore = { path = "../../core" }\n',
            "rust/python/native/src/lib.rs": LIB,
            "rust/unneeded/Cargo.toml": crate("unneeded"),
            "rust/unneeded/src/lib.rs": LIB,
            "src/pkg/__init__.py": "",
            "src/pkg/sub/double.py": "",
            "src/tests/test_pkg.py": "",
            "README.md": "# below\n",
            "pyproject.toml": pyproject(
                "below-all",
                'manifest-path = "rust/python/native/Cargo.toml"\npython-source = "src"\nmodule-name = "pkg._native"\n'
                'python-packages = ["tests"]\n',
                'dynamic = ["version"]\nreadme = "README.md"\n',
            ),
        }
    ),
    "header": Case(
        files={
            "Cargo.toml": crate("header", kind="cdylib"),
            "pyproject.toml": pyproject(
                "header",
                'include = [{ path = "target/header.h", format = "sdist" }, '
                '{ path = "target/more/**/*.h", format = "sdist" }]\n',
            ),
            "src/lib.rs": LIB,
            "target/header.h": "int f(void);\n",
            "target/other.h": "",
            "target/more/deep/a.h": "",
            ".gitignore": "target\n",
        },
        git=True,
    ),
    "git-cargo": Case(
        git=True,
        files={
            "Cargo.toml": crate("tracked", kind="cdylib"),
            "pyproject.toml": pyproject("tracked", 'python-source = "python"\nmodule-name = "tracked._native"\n'),
            "src/lib.rs": LIB,
            ".gitignore": "ignored.txt\n__pycache__\n",
            ".cargo/config.toml": "",
            "ignored.txt": "",
            "untracked.txt": "",
            "python/tracked/__init__.py": "",
            "python/tracked/ignored.txt": "",
            "sub/Cargo.toml": crate("sub") + "[workspace]\n",
            "sub/src/lib.rs": LIB,
        },
    ),
    "git": Case(
        git=True,
        project="app",
        files={
            "LICENSE": "free\n",
            "app/Cargo.toml": crate("tracked", 'exclude = ["benches"]\n', kind="cdylib") + '[[bench]]\nname = "b"\n',
            "app/Cargo.lock": "# This file is automatically @generated by Cargo.\nversion = 4\n\n[[package]]\n"
            'name = "tracked"\nversion = "0.1.0"\n',
            "app/pyproject.toml": pyproject("tracked", 'sdist-generator = "git"\ninclude = ["ignored.txt"]\n'),
            "app/src/lib.rs": LIB,
            "app/benches/b.rs": "",
            "app/.gitignore": "ignored.txt\n",
            "app/ignored.txt": "",
            "app/untracked.txt": "",
            "app/x.pyc": "",
        },
    ),
}


PARTS: Mapping[str, Case] = {
    "part-of-a-workspace": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("app", kind="cdylib") + '[dependencies]\none = { path = "../ws/one" }\n',
            "app/pyproject.toml": pyproject("app"),
            "app/src/lib.rs": LIB,
            "ws/Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["one", "two"]\n[workspace.package]\n'
            'version = "0.1.0"\n',
            "ws/one/Cargo.toml": '[package]\nname = "one"\nversion.workspace = true\nedition = "2021"\n',
            "ws/one/src/lib.rs": LIB,
        },
    ),
}
"""What maturin refuses, and cargo builds."""


def metadata_of(text: str) -> dict[str, object]:
    """Return the headers of METADATA or PKG-INFO, sorted, and the readme below them."""
    message = Parser().parsestr(text)
    headers = sorted([name, value] for name, value in message.items())
    return {"headers": headers, "readme": str(message.get_payload())}


def record() -> None:
    """Ask maturin, and write what it packs: mode by name, and what PKG-INFO says."""
    found = {}
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            project = case.write(Path(folder) / "tree")
            config = project / "pyproject.toml"
            if "bindings" not in config.read_text():
                told = config.read_text().replace("[tool.maturin]\n", '[tool.maturin]\nbindings = "cffi"\n')
                config.write_text(told)
            out = Path(folder) / "out"
            command = ["maturin", "sdist", "--out", str(out)]
            subprocess.run(command, cwd=project, check=True, capture_output=True)
            (path,) = out.iterdir()
            with tarfile.open(path) as archive:
                members = {each.name: oct(each.mode) for each in archive}
                first = archive.extractfile(archive.getmembers()[0])
                assert first is not None  # PKG-INFO
                found[name] = {"filename": path.name, "members": members, **metadata_of(first.read().decode())}
    facts = {"maturin": "1.16.0", "sdists": found}
    LISTS.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(record())
