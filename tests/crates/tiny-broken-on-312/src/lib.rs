//! Compiles for every Python but 3.12.

const _: () = assert!(pyo3::ffi::MINOR != 12, "this crate is broken on Python 3.12, on purpose");

pyo3::module!("tiny_broken_on_312", PyInit_tiny_broken_on_312, PyModExport_tiny_broken_on_312, || {
    pyo3::ffi::ABI.to_owned()
});
