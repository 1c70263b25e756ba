pyo3::module!("tiny_two_pyo3", PyInit_tiny_two_pyo3, PyModExport_tiny_two_pyo3, || pyo3::ffi::ABI.to_owned());
