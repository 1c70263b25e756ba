"""Expected plans: `python -m tests.plan.golden` writes them anew into `tests/plans/`; look at the diff then."""

import json
from dataclasses import replace
from pathlib import Path

from tests.plan.gathered import LINUX, ROOT, TABLES, binding, cargo_metadata, gathered, installed, planned, project

from wheelmatrix.model import Bindgen, BindingsKind, Plan, Project, Uniffi
from wheelmatrix.options import AskedTarget, BuildOptions, Feature, Override
from wheelmatrix.show.planned import as_json

ARM = "aarch64-unknown-linux-gnu"
FOLDER = Path(__file__).parents[1] / "plans"


def of(bindings: BindingsKind, *programs: str, module_name: str = "sample") -> Project:
    """Return a project without pyo3."""
    made = project(module_name=module_name)
    return replace(made, crate=replace(made.crate, bindings=bindings, programs=programs, pyo3=None))


def uniffi() -> Project:
    """Return a project of uniffi that has its own bindgen."""
    own = Bindgen(package="sample", package_id="sample 1.0.0", manifest=ROOT / "Cargo.toml", features=("bindgen",))
    facts = Uniffi(version="0.31.2", library="sample", external=frozenset(), config=None, bindgen=own)
    return replace(of("uniffi"), uniffi=facts)


def plans() -> dict[str, Plan]:
    """Return the plans by the name of their file."""
    equipped = gathered(
        stds=TABLES.targets, programs=("cargo-zigbuild",), tools={"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"}
    )
    stable = cargo_metadata(["abi3-py39", "abi3t-py315"])
    since_311 = (Feature(feature="pyo3/abi3-py311", python_version=">=3.11"),)
    first = planned(BuildOptions(interpreters=("3.12",))).builds[0]
    return {
        "all-interpreters": planned(),
        "both-stable-abis": planned(machine=gathered(cargo_metadata=stable)),
        "conditional-abi3": planned(
            BuildOptions(interpreters=("3.10", "3.11", "3.12"), conditional_features=since_311)
        ),
        "floors-and-commands": planned(
            BuildOptions(
                interpreters=("3.12", "3.13"),
                targets=(f"{LINUX}.2.17", f"{LINUX}.2.28"),
                build_number="2",
                strip=True,
                before_all=("make",),
                before_build=("make headers",),
            ),
            gathered(installed=(installed("cp312"),), directories=frozenset({first.directory})),
        ),
        "many-targets": planned(
            BuildOptions(
                interpreters=("3.12",),
                targets=(
                    LINUX,
                    AskedTarget(target=f"{ARM}.2.17", values={"rustflags": ("-C", "target-cpu=neoverse-n1")}),
                    "musllinux_1_2_x86_64",
                    "win_amd64",
                    "universal2-apple-darwin",
                    "macosx_11_0_arm64",
                    "powerpc64le-unknown-linux-gnu.2.17",
                ),
                overrides=(Override(select=("*-manylinux_ppc64le",), values={"linker": "gcc"}, inherit={}),),
            ),
            gathered(
                stds=TABLES.targets,
                programs=("cargo-zigbuild", "powerpc64le-linux-gnu-gcc"),
                tools={"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"},
            ),
        ),
        "generated": planned(what=of("cffi", module_name="pkg.native")),
        "uniffi": planned(BuildOptions(targets=(LINUX, f"{ARM}.2.28")), equipped, uniffi()),
        "programs": planned(BuildOptions(strip=True, targets=(LINUX, f"{ARM}.2.28")), equipped, of("bin", "a", "b")),
        "old-pyo3-with-pypy": planned(
            BuildOptions(all_interpreters=True, enable=("pypy", "pypy-eol"), skip=("cp31{2,3}-*",)),
            what=project(">=3.10", pyo3=binding((0, 23, 5), cpython=((3, 7), (3, 13)), pypy=((3, 9), (3, 11)))),
        ),
    }


def text(plan: Plan) -> str:
    """Return a plan as its file has it."""
    return json.dumps(as_json(plan), indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, plan in plans().items():
        (FOLDER / f"{name}.json").write_text(text(plan), encoding="utf-8")
