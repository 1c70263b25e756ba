//! Reads the same configuration file as pyo3-build-config does, and watches the same things.

use std::{env, fs, process::Command};

fn main() {
    println!("cargo::rerun-if-env-changed=PYO3_CONFIG_FILE");
    println!("cargo::rustc-check-cfg=cfg(Py_3_14, Py_3_15, Py_GIL_DISABLED, Py_LIMITED_API, PyPy)");
    let text = match env::var("PYO3_CONFIG_FILE") {
        Ok(path) => {
            println!("cargo::rerun-if-changed={path}");
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("PYO3_CONFIG_FILE={path}: {error}"))
        }
        Err(_) => {
            println!("cargo::rerun-if-env-changed=PYO3_PYTHON");
            asked(&env::var("PYO3_PYTHON").unwrap_or("python3".into()))
        }
    };
    let value = |key: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find_map(|(k, v)| (k.trim() == key).then(|| v.trim().to_owned()))
            .unwrap_or_default()
    };
    let (implementation, version) = (value("implementation"), value("version"));
    let minor: u32 = version.strip_prefix("3.").and_then(|text| text.parse().ok()).expect("version=3.N");
    let free_threaded = value("build_flags").contains("Py_GIL_DISABLED") || value("target_abi").contains("free_threaded");
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    let cpython = implementation == "CPython";
    let stable_for_both = feature("ABI3T") && cpython && minor >= 15;
    let stable = stable_for_both || (feature("ABI3") && cpython && !free_threaded);
    let kind = match (stable_for_both, stable, free_threaded) {
        (true, _, _) => "abi3t",
        (_, true, _) => "abi3",
        (_, _, true) => "free_threaded",
        _ => "gil_enabled",
    };
    for (name, on) in [
        ("Py_3_14", minor >= 14),
        ("Py_3_15", minor >= 15),
        ("Py_GIL_DISABLED", free_threaded || stable_for_both),
        ("Py_LIMITED_API", stable),
        ("PyPy", implementation == "PyPy"),
    ] {
        if on {
            println!("cargo::rustc-cfg={name}");
        }
    }
    println!("cargo::rustc-env=STAND_IN_ABI={implementation}-{kind}-{version}");
    println!("cargo::rustc-env=STAND_IN_MINOR={minor}");
    println!("cargo::metadata=MINOR={minor}");
    println!("cargo::metadata=LIMITED={stable}");
}

/// What a Python says of itself, as lines of a configuration file.
fn asked(python: &str) -> String {
    let question = "import platform, sys, sysconfig; print('implementation=' + platform.python_implementation()); \
                    print('version=%d.%d' % sys.version_info[:2]); \
                    print('build_flags=' + 'Py_GIL_DISABLED' * bool(sysconfig.get_config_var('Py_GIL_DISABLED')))";
    let output = Command::new(python).args(["-c", question]).output().expect("no Python");
    String::from_utf8(output.stdout).expect("Python prints UTF-8")
}
