pyo3::module!("tiny_no_cdylib", PyInit_tiny_no_cdylib, PyModExport_tiny_no_cdylib, || pyo3::ffi::ABI.to_owned());
