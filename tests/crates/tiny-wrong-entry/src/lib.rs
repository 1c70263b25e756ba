//! Exports the entry symbol of another module.

pyo3::module!("another", PyInit_another, PyModExport_another, || pyo3::ffi::ABI.to_owned());
