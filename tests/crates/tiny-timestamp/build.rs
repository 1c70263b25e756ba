//! Puts the time into the library, as build scripts for `--version` texts do: no two builds are the same.

use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    println!("cargo::rustc-env=BUILT_AT=built at {} ns", since.as_nanos());
}
