pyo3::module!("tiny_abi3t", PyInit_tiny_abi3t, PyModExport_tiny_abi3t, || pyo3::ffi::ABI.to_owned());
