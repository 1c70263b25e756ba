//! Hands on what pyo3-ffi found out, as cfg, to this crate.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(Py_3_15, Py_LIMITED_API)");
    let minor: u32 = std::env::var("DEP_PYTHON_MINOR").expect("pyo3-ffi says it").parse().expect("a number");
    if minor >= 15 {
        println!("cargo::rustc-cfg=Py_3_15");
    }
    if std::env::var("DEP_PYTHON_LIMITED").as_deref() == Ok("true") {
        println!("cargo::rustc-cfg=Py_LIMITED_API");
    }
}
