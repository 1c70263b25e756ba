pyo3::module!("tiny_workspace", PyInit_tiny_workspace, PyModExport_tiny_workspace, || pyo3::ffi::ABI.to_owned());
