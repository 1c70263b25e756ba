pyo3::module!("_native", PyInit__native, PyModExport__native, || pyo3::ffi::ABI.to_owned());
