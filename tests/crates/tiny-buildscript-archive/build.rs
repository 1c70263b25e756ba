//! Overwrites `libanswer.a` in its OUT_DIR, in place, as `ar` and many build scripts do.
//!
//! If a clone of a build directory shared that file with its sibling (a hard link), the sibling would change too.

use std::{env, fs, path::PathBuf, process::Command};

fn main() {
    println!("cargo::rerun-if-env-changed=PYO3_CONFIG_FILE");
    let config = env::var("PYO3_CONFIG_FILE").expect("PYO3_CONFIG_FILE");
    println!("cargo::rerun-if-changed={config}");
    let text = fs::read_to_string(config).expect("a configuration");
    let minor = text.lines().find_map(|line| line.strip_prefix("version=3.")).expect("version=3.N");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("OUT_DIR"));
    let (source, object, made) = (out.join("answer.c"), out.join("answer.o"), out.join("made.a"));
    fs::write(&source, format!("int answer(void) {{ return {minor}; }}\n")).expect("a source");
    let run = |program: &str, arguments: &[&std::ffi::OsStr]| {
        assert!(Command::new(program).args(arguments).status().expect("it starts").success(), "{program}");
    };
    run("cc", &["-fPIC".as_ref(), "-c".as_ref(), source.as_ref(), "-o".as_ref(), object.as_ref()]);
    let _ = fs::remove_file(&made);
    run("ar", &["crsD".as_ref(), made.as_ref(), object.as_ref()]);
    fs::write(out.join("libanswer.a"), fs::read(made).expect("an archive")).expect("it is overwritten in place");
    println!("cargo::rustc-link-search=native={}", out.display());
}
