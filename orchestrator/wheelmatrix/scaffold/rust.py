"""The Rust half of a new project; `$name` and `$module` stand for what it is called, as in `string.Template`."""

from collections.abc import Mapping

_PYO3 = """\
use pyo3::prelude::*;

/// A Python module that is written in Rust.
#[pymodule]
mod $native {
    use pyo3::exceptions::PyOverflowError;
    use pyo3::prelude::*;

    /// Return the sum of two numbers as text.
    #[pyfunction]
    fn sum_as_string(a: i64, b: i64) -> PyResult<String> {
        match a.checked_add(b) {
            Some(sum) => Ok(sum.to_string()),
            None => Err(PyOverflowError::new_err("the sum needs more than 64 bits")),
        }
    }
}
"""

_PYO3_FFI = """\
//! A Python module that is written against Python's own C API: nothing is in between, and nothing is checked.

use std::ffi::{c_char, c_longlong};
use std::ptr;

use pyo3_ffi::*;

static mut METHODS: [PyMethodDef; 2] = [
    PyMethodDef {
        ml_name: c"sum_as_string".as_ptr(),
        ml_meth: PyMethodDefPointer { PyCFunction: sum_as_string },
        ml_flags: METH_VARARGS,
        ml_doc: c"sum_as_string(a, b, /)\\n--\\n\\nReturn the sum of two numbers as text.".as_ptr(),
    },
    PyMethodDef::zeroed(),
];

static mut MODULE: PyModuleDef = PyModuleDef {
    m_base: PyModuleDef_HEAD_INIT,
    m_name: c"$native".as_ptr(),
    m_doc: c"A Python module that is written in Rust.".as_ptr(),
    m_size: 0,
    m_methods: (&raw mut METHODS).cast(),
    m_slots: ptr::null_mut(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

/// What Python calls first: it looks for this name.
///
/// # Safety
/// Python calls it, with the GIL held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_$native() -> *mut PyObject {
    unsafe { PyModuleDef_Init(&raw mut MODULE) }
}

unsafe extern "C" fn sum_as_string(_module: *mut PyObject, arguments: *mut PyObject) -> *mut PyObject {
    let (mut a, mut b): (c_longlong, c_longlong) = (0, 0);
    unsafe {
        if PyArg_ParseTuple(arguments, c"LL".as_ptr(), &raw mut a, &raw mut b) == 0 {
            return ptr::null_mut();
        }
        let Some(sum) = a.checked_add(b) else {
            PyErr_SetString(PyExc_OverflowError, c"the sum needs more than 64 bits".as_ptr());
            return ptr::null_mut();
        };
        let text = sum.to_string();
        PyUnicode_FromStringAndSize(text.as_ptr().cast::<c_char>(), text.len() as Py_ssize_t)
    }
}
"""

_CFFI = """\
/// Return the sum of two numbers; what is too large for 64 bits begins anew at the smallest.
#[unsafe(no_mangle)]
pub extern "C" fn add(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}
"""

_CFFI_BUILD = """\
//! Writes the C header that cffi reads, from what is `pub extern "C"` in the crate.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let crate_directory = env::var("CARGO_MANIFEST_DIR").unwrap();
    // Where maturin and wheelmatrix look for it: cargo's target directory.
    let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_string());
    let header = Path::new(&crate_directory).join(target).join("header.h");
    cbindgen::Builder::new()
        .with_crate(&crate_directory)
        .with_language(cbindgen::Language::C)
        .with_no_includes()
        .generate()
        .expect("the crate has no C header")
        .write_to_file(header);
}
"""

_UNIFFI = """\
uniffi::setup_scaffolding!();

/// Return the sum of two numbers as text.
#[uniffi::export]
fn sum_as_string(a: i64, b: i64) -> String {
    (i128::from(a) + i128::from(b)).to_string()
}
"""

_UNIFFI_BINDGEN = """\
//! Writes the Python half from the library: maturin and wheelmatrix start it by this name.

fn main() {
    uniffi::uniffi_bindgen_main()
}
"""

_BIN = """\
fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let whom = if names.is_empty() { "world".to_string() } else { names.join(" and ") };
    println!("Hello, {whom}!");
}
"""

_SOURCES: Mapping[str, Mapping[str, str]] = {
    "pyo3": {"src/lib.rs": _PYO3},
    "pyo3-ffi": {"src/lib.rs": _PYO3_FFI},
    "cffi": {"src/lib.rs": _CFFI, "build.rs": _CFFI_BUILD},
    "uniffi": {"src/lib.rs": _UNIFFI, "uniffi-bindgen.rs": _UNIFFI_BINDGEN},
    "bin": {"src/main.rs": _BIN},
}


def sources(kind: str) -> Mapping[str, str]:
    """Return the crate's sources: path relative to Cargo.toml, to template."""
    return _SOURCES[kind]
