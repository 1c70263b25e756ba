"""Cargo.toml as it is shipped."""

import tomli

from wheelmatrix.project.manifest import dependency_tables, inlined, reduced, without_targets

WORKSPACE = tomli.loads("""\
[package]
version = "1.2.3"
edition = "2021"
[lints.rust]
unsafe_code = "deny"
[dependencies]
near = { path = "libs/near", default-features = false, features = ["a"] }
far = "1.0"
""")


def test_what_is_inherited_is_written_out() -> None:
    manifest = tomli.loads("""\
[package]
name = "x"
version.workspace = true
edition = { workspace = true }
workspace = ".."
[lints]
workspace = true
[dependencies]
near = { workspace = true, features = ["b"], optional = true }
far.workspace = true
[target.'cfg(unix)'.build-dependencies]
far = { workspace = true, features = ["z"] }
""")

    inlined(manifest, WORKSPACE, "../{}".format)

    assert manifest == {
        "package": {"name": "x", "version": "1.2.3", "edition": "2021"},
        "lints": {"rust": {"unsafe_code": "deny"}},
        "dependencies": {
            "near": {"path": "../libs/near", "default-features": False, "features": ["a", "b"], "optional": True},
            "far": "1.0",
        },
        "target": {"cfg(unix)": {"build-dependencies": {"far": {"version": "1.0", "features": ["z"]}}}},
    }


def test_default_features_can_be_turned_on_where_the_workspace_has_them_off() -> None:
    manifest = {"dependencies": {"near": {"workspace": True, "default-features": True}}}

    inlined(manifest, WORKSPACE, str)

    assert manifest["dependencies"]["near"] == {"path": "libs/near", "default-features": True, "features": ["a"]}


def test_targets_without_their_file_are_dropped_with_the_default_run() -> None:
    manifest = tomli.loads("""\
[package]
default-run = "gone"
[[bin]]
name = "gone"
[[bin]]
name = "kept"
[[bench]]
name = "slow"
""")

    without_targets(manifest, {("bin", "gone"), ("bench", "slow")})

    assert manifest == {"package": {}, "bin": [{"name": "kept"}]}


def test_a_workspace_keeps_the_members_that_are_shipped_and_its_globs() -> None:
    manifest = tomli.loads("""\
[package]
name = "root"
[dependencies]
a = { path = "a" }
[workspace]
members = ["a", "./b", "c", "crates/*"]
default-members = ["a"]
[profile.release]
lto = true
""")

    reduced(manifest, {"a", "b"}, ships_package=False)

    assert manifest == {
        "workspace": {"members": ["a", "./b", "crates/*"]},
        "profile": {"release": {"lto": True}},
    }


def test_every_table_of_dependencies_is_found() -> None:
    manifest = tomli.loads("""\
[dependencies]
[dev-dependencies]
[build-dependencies]
[target.a.dependencies]
""")

    assert len(list(dependency_tables(manifest))) == 4
