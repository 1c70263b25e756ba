pyo3::module!("tiny", PyInit_tiny, PyModExport_tiny, || pyo3::ffi::ABI.to_owned());
