pyo3::module!("tiny_abi3", PyInit_tiny_abi3, PyModExport_tiny_abi3, || pyo3::ffi::ABI.to_owned());
