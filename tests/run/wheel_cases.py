"""Projects of every layout and kind of bindings, each as small as what it is for, and what maturin makes of them.

python -m tests.run.wheel_cases     asks maturin 1.16.0 again and writes wheel_lists.json
"""

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tests.run.sdist_cases import BACKEND, LIB, Case, crate, metadata_of, pyproject

LISTS = Path(__file__).with_name("wheel_lists.json")
VENDOR = Path(__file__).parents[1] / "crates/vendor"

MAIN = "fn main() {}\n"
HEADER = "int f(void);\n"
ENTRY = '#[no_mangle]\npub extern "C" fn PyInit_raw() -> usize {\n    0\n}\n'


def module(name: str, pyo3: str = "pyo3") -> str:
    """Return the source of a module of Python's."""
    return f'{pyo3}::module!("{name}", PyInit_{name}, PyModExport_{name}, || pyo3::ffi::ABI.to_owned());\n'


def bound(name: str, more: str = "", up: str = "..", features: str = "") -> str:
    """Return the manifest of a crate with pyo3, which lies `up` from it."""
    listed = f", features = [{features}]" if features else ""
    needs = f'[dependencies]\npyo3 = {{ path = "{up}/vendor/pyo3"{listed} }}\n'
    return crate(name, more, kind="cdylib") + needs


def ffi(features: str) -> str:
    """Return the dependencies of a crate that is bound by pyo3-ffi alone."""
    return f'[dependencies]\npyo3-ffi = {{ path = "../vendor/pyo3-ffi", features = [{features}] }}\n'


CASES: Mapping[str, Case] = {
    "bin-pyo3": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("embeds") + '[dependencies]\npyo3 = { path = "../vendor/pyo3" }\n',
            "app/src/main.rs": MAIN,
            "app/src/bin/other.rs": MAIN,
            "app/embeds/__init__.py": "",
            "app/pyproject.toml": pyproject("embeds"),
        },
    ),
    "bin-workspace": Case(
        project="app",
        files={
            "Cargo.toml": '[workspace]\nmembers = ["app", "shared", "bound"]\nresolver = "2"\n',
            "app/Cargo.toml": crate("app") + '[dependencies]\nshared = { path = "../shared" }\n',
            "app/src/main.rs": MAIN,
            "app/pyproject.toml": pyproject("app"),
            "shared/Cargo.toml": crate("shared")
            + '[dependencies]\npyo3 = { path = "../vendor/pyo3", optional = true }\n',
            "shared/src/lib.rs": LIB,
            "bound/Cargo.toml": crate("bound", kind="cdylib")
            + '[dependencies]\nshared = { path = "../shared", features = ["pyo3"] }\n',
            "bound/src/lib.rs": LIB,
        },
    ),
    "bin-licences-above": Case(
        project="deep/down",
        files={
            "Cargo.toml": '[workspace]\nmembers = ["deep/down"]\nresolver = "2"\n',
            "LICENSE": "free\n",
            "README.md": "# above\n",
            "deep/down/Cargo.toml": crate(
                "two-programs",
                'license-file = "../../LICENSE"\nreadme = "../../README.md"\nexclude = ["benches"]\n',
            )
            + '[[bin]]\nname = "one"\npath = "src/one.rs"\n[[bin]]\nname = "two"\npath = "src/two.rs"\n'
            + '[[bench]]\nname = "slow"\nharness = false\n',
            "deep/down/src/one.rs": MAIN,
            "deep/down/src/two.rs": MAIN,
            "deep/down/benches/slow.rs": MAIN,
            "deep/down/licenses/A.txt": "a\n",
            "deep/down/licenses/B.md": "b\n",
            "deep/down/pyproject.toml": pyproject(
                "two-programs",
                'targets = [{ name = "two", kind = "bin" }]\n',
                'dynamic = ["version"]\nlicense-files = ["licenses/*"]\n',
            ),
        },
    ),
    "bin-with-python": Case(
        files={
            "Cargo.toml": crate("tool"),
            "src/main.rs": MAIN,
            "tool/__init__.py": "",
            "tool/py.typed": "",
            "tool/data.json": "{}",
            "pyproject.toml": pyproject("tool"),
        }
    ),
    "cffi-implicit": Case(
        files={
            "Cargo.toml": crate("implicit", kind="cdylib"),
            "src/lib.rs": LIB,
            "target/header.h": HEADER,
            "implicit/some/python.py": "",
            "pyproject.toml": pyproject("implicit", 'module-name = "implicit.some.native"\n'),
        }
    ),
    "cffi-path-dependency": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("needs", kind="cdylib") + '[dependencies]\nsome = { path = "../some" }\n',
            "app/src/lib.rs": LIB,
            "app/target/header.h": HEADER,
            "app/needs/__init__.py": "",
            "app/pyproject.toml": pyproject("needs"),
            "some/Cargo.toml": crate("some") + '[dependencies]\nfar = { path = "../far" }\n',
            "some/src/lib.rs": LIB,
            "some/needs/__init__.py": "",
            "far/Cargo.toml": crate("far"),
            "far/src/lib.rs": LIB,
        },
    ),
    "cffi-subdir-include-exclude": Case(
        files={
            "Cargo.toml": crate("chosen", kind="cdylib"),
            "src/lib.rs": LIB,
            "target/header.h": HEADER,
            "python/chosen/__init__.py": "",
            "python/chosen/kept.py": "",
            "python/chosen/left.py": "",
            "python/chosen/sdist.py": "",
            "python/beside/more.txt": "",
            "docs/a.md": "",
            "docs/b.md": "",
            "only.txt": "",
            "pyproject.toml": pyproject(
                "chosen",
                'python-source = "python"\ninclude = ["docs/a.md", { path = "docs/b.md", format = "sdist" },\n'
                '  { path = "beside/*", format = ["sdist", "wheel"] }, { path = "only.txt", format = "wheel" },\n'
                '  { path = "target/*.h", format = "wheel" }]\n'
                'exclude = ["**/left.py", { path = "python/chosen/sdist.py", format = "wheel" }]\n',
            ),
        }
    ),
    "cffi-stub": Case(
        files={
            "Cargo.toml": crate("stubbed", kind="cdylib"),
            "src/lib.rs": LIB,
            "target/header.h": HEADER,
            "stubbed.pyi": "def f() -> int: ...\n",
            "pyproject.toml": pyproject("stubbed"),
        }
    ),
    "licences": Case(
        files={
            "Cargo.toml": crate("licensed", 'license = "MIT OR Apache-2.0"\nauthors = ["A B <a@b.c>", "C"]\n'),
            "src/main.rs": MAIN,
            "LICENSE-MIT": "",
            "LICENCE.txt": "",
            "COPYING": "",
            "NOTICE.md": "",
            "AUTHORS.rst": "",
            "sub/LICENSE": "",
            "pyproject.toml": pyproject("licensed", "", 'dynamic = ["version", "license", "authors"]\n'),
        }
    ),
    "licence-file": Case(
        files={
            "Cargo.toml": crate("licensed"),
            "src/main.rs": MAIN,
            "terms/own.txt": "mine\n",
            "pyproject.toml": pyproject(
                "licensed",
                "",
                'dynamic = ["version"]\nlicense = { file = "terms/own.txt" }\nreadme = { text = "hello"'
                ', content-type = "text/plain" }\n',
            ),
        }
    ),
    "feature": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("featured", kind="cdylib")
            + '[features]\npython = ["dep:pyo3"]\n'
            + '[dependencies]\npyo3 = { path = "../vendor/pyo3", optional = true }\n',
            "app/src/lib.rs": '#[cfg(feature = "python")]\n' + module("featured"),
            "app/pyproject.toml": pyproject("featured", 'features = ["python"]\n'),
        },
    ),
    "ffi-both": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("raw", kind="cdylib") + ffi('"abi3-py39", "abi3t-py315"'),
            "app/src/lib.rs": ENTRY,
            "app/pyproject.toml": pyproject("raw"),
        },
    ),
    "ffi-abi3t": Case(
        project="app",
        python="3.15",
        files={
            "app/Cargo.toml": crate("raw", kind="cdylib") + ffi('"abi3t-py315"'),
            "app/src/lib.rs": ENTRY,
            "app/pyproject.toml": pyproject("raw"),
        },
    ),
    "ffi-abi3t-on-an-older-python": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("raw", kind="cdylib") + ffi('"abi3t-py315"'),
            "app/src/lib.rs": ENTRY,
            "app/pyproject.toml": pyproject("raw"),
        },
    ),
    "ffi-abi3t-before-it-without-gil": Case(
        project="app",
        python="3.14t",
        files={
            "app/Cargo.toml": crate("raw", kind="cdylib") + ffi('"abi3t-py315"'),
            "app/src/lib.rs": ENTRY,
            "app/pyproject.toml": pyproject("raw"),
        },
    ),
    "abi3t-without-version": Case(
        project="app",
        python="3.15t",
        files={
            "app/Cargo.toml": bound("unversioned", features='"abi3t"'),
            "app/src/lib.rs": module("unversioned"),
            "app/pyproject.toml": pyproject("unversioned"),
        },
    ),
    "abi3-and-abi3t": Case(
        project="app",
        python="3.15",
        files={
            "app/Cargo.toml": bound("families", features='"abi3-py39", "abi3t-py315"'),
            "app/src/lib.rs": module("families"),
            "app/pyproject.toml": pyproject("families"),
        },
    ),
    "ffi-pure": Case(
        project="app",
        files={
            "app/Cargo.toml": crate("raw", kind="cdylib") + ffi('"abi3-py39"'),
            "app/src/lib.rs": ENTRY,
            "app/pyproject.toml": pyproject("raw"),
        },
    ),
    "mixed-scripts": Case(
        project="app",
        files={
            "app/Cargo.toml": bound("mixed"),
            "app/src/lib.rs": module("mixed"),
            "app/mixed/__init__.py": "",
            "app/mixed/sub/__init__.py": "",
            "app/mixed/.hidden": "",
            "app/pyproject.toml": pyproject(
                "mixed",
                "",
                'dynamic = ["version"]\ndependencies = ["b>=1", "a; python_version<\'3.9\'"]\n'
                'keywords = ["k", "l m"]\nclassifiers = ["Private :: No"]\nrequires-python = ">=3.9"\n'
                'authors = [{ name = "Ä B", email = "a@b.c" }, { name = "D" }]\nmaintainers = [{ email = "m@n.o" }]\n'
                'description = "  one\\n two "\n'
                '[project.optional-dependencies]\nBig_Extra = ["c[d]>1", "e; sys_platform == \'win32\'"]\n'
                '[project.urls]\n"Bug Tracker" = "https://a.invalid/b"\nHomepage = "https://c.invalid"\n'
                '[project.scripts]\nrun = "mixed:main"\n[project.gui-scripts]\nshow = "mixed:show"\n'
                '[project.entry-points."a.group"]\nx = "mixed.sub:y"\n',
            ),
        },
    ),
    "mixed-src": Case(
        project="app",
        files={
            "app/rust/Cargo.toml": bound("mixed", up="../.."),
            "app/rust/src/lib.rs": module("native"),
            "app/src/mixed/__init__.py": "",
            "app/src/other/__init__.py": "",
            "app/pyproject.toml": pyproject("mixed", 'module-name = "mixed.native"\npython-packages = ["other"]\n'),
        },
    ),
    "mixed-workspace": Case(
        project="native",
        files={
            "Cargo.toml": '[workspace]\nmembers = ["native", "plain"]\nresolver = "2"\n'
            '[workspace.package]\nversion = "2.3.4-beta.1"\ndescription = "shared"\nlicense = "MIT"\n'
            'homepage = "https://h.invalid"\nrepository = "https://r.invalid"\nkeywords = ["one", "two"]\n',
            "native/Cargo.toml": '[package]\nname = "native-crate"\nedition = "2021"\nversion.workspace = true\n'
            "description.workspace = true\nlicense.workspace = true\nhomepage.workspace = true\n"
            'repository.workspace = true\nkeywords.workspace = true\n[lib]\nname = "own"\ncrate-type = ["cdylib"]\n'
            '[dependencies]\npyo3 = { path = "../vendor/pyo3" }\nplain = { path = "../plain" }\n',
            "native/src/lib.rs": module("own"),
            "native/README.rst": "title\n=====\n",
            "native/own/__init__.py": "",
            "native/pyproject.toml": pyproject(
                "Native.Name", "", 'dynamic = ["version", "description", "license", "keywords", "readme", "urls"]\n'
            ),
            "plain/Cargo.toml": crate("plain"),
            "plain/src/lib.rs": LIB,
            "plain/own/__init__.py": "",
        },
    ),
    "no-project-table": Case(
        project="app",
        files={
            "app/Cargo.toml": bound(
                "bare_crate",
                'description = "d"\nlicense-file = "TERMS"\nauthors = ["A <a@b.c>"]\n'
                'documentation = "https://d.invalid"\nreadme = "R.txt"\n',
            ),
            "app/TERMS": "",
            "app/R.txt": "text\n",
            "app/src/lib.rs": module("bare_crate"),
            "app/pyproject.toml": BACKEND,
        },
    ),
    "pure-stub": Case(
        project="app",
        files={
            "app/Cargo.toml": bound("stubbed", features='"abi3-py39"'),
            "app/src/lib.rs": module("stubbed"),
            "app/stubbed.pyi": "def f() -> int: ...\n",
            "app/LICENSE": "",
            "app/pyproject.toml": pyproject("stubbed"),
        },
    ),
    "stable-without-version": Case(
        project="app",
        files={
            "app/Cargo.toml": bound("unversioned", features='"abi3"'),
            "app/src/lib.rs": module("unversioned"),
            "app/pyproject.toml": pyproject("unversioned"),
        },
    ),
    "with-data": Case(
        project="app",
        files={
            "app/Cargo.toml": bound("with_data"),
            "app/src/lib.rs": module("with_data"),
            "app/real.txt": "real\n",
            "app/with_data.data/data/sub/file.txt": "",
            "app/with_data.data/data/link.txt": "-> ../../real.txt",
            "app/with_data.data/scripts/run.sh": "#!/bin/sh\n",
            "app/with_data.data/headers/a.h": "",
            "app/with_data.data/purelib/p.py": "",
            "app/with_data.data/platlib/q.py": "",
            "app/pyproject.toml": pyproject("with_data"),
        },
    ),
    "workspace-order": Case(
        project="z-native",
        files={
            "Cargo.toml": '[workspace]\nmembers = ["z-native", "a-dep"]\nresolver = "2"\n',
            "z-native/Cargo.toml": bound("z_native") + 'a-dep = { path = "../a-dep" }\n',
            "z-native/src/lib.rs": module("z_native"),
            "z-native/pyproject.toml": pyproject("z_native"),
            "a-dep/Cargo.toml": crate("a-dep"),
            "a-dep/src/lib.rs": LIB,
        },
    ),
    "manifest-below": Case(
        files={
            "native/Cargo.toml": bound("below", up="../.."),
            "native/src/lib.rs": module("_native"),
            "py/below/__init__.py": "",
            "py/below/_native.pyi": "",
            "README.md": "# above\n",
            "pyproject.toml": pyproject(
                "below",
                'manifest-path = "native/Cargo.toml"\npython-source = "py"\nmodule-name = "below._native"\n',
                'dynamic = ["version"]\nreadme = "README.md"\n',
            ),
        },
        project=".",
    ),
}


def write(case: Case, top: Path) -> Path:
    """Write the tree below `top`, the stand-ins beside it where they are needed, and return the project's directory."""
    folder = case.write(top / "tree")
    for place in (top, top / "tree"):
        shutil.copytree(VENDOR, place / "vendor", ignore=shutil.ignore_patterns("target"))
    return folder


def read(wheel: Path) -> dict[str, object]:
    """Return what is compared of a wheel: its stem, modes by name (without SBOMs), headers, readme, entry points."""
    with zipfile.ZipFile(wheel) as archive:
        modes = {each.filename: oct(each.external_attr >> 16 & 0o777) for each in archive.infolist()}
        info = next(name for name in modes if name.endswith(".dist-info/METADATA")).rpartition("/")[0]
        metadata = archive.read(f"{info}/METADATA").decode()
        points = archive.read(f"{info}/entry_points.txt").decode() if f"{info}/entry_points.txt" in modes else ""
    return {
        "stem": "-".join(wheel.name.split("-")[:-1]),
        "members": {name: mode for name, mode in modes.items() if "/sboms/" not in name},
        **metadata_of(metadata),
        "entry_points": points,
    }


def record() -> None:
    """Ask maturin, and write what its wheels are, for the Python that runs this."""
    found = {}
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            project, out = write(case, Path(folder)), Path(folder) / "out"
            command = [
                "maturin",
                "build",
                "--offline",
                "-i",
                case.python or sys.executable,
                "--compatibility",
                "linux",
                "-o",
                str(out),
            ]
            done = subprocess.run(command, cwd=project, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name}: {done.stderr}")
            (path,) = out.iterdir()
            found[name] = read(path)
    facts = {"maturin": "1.16.0", "python": f"{sys.version_info[0]}{sys.version_info[1]}", "wheels": found}
    LISTS.write_text(json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(record())
