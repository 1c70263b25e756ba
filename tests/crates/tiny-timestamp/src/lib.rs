pyo3::module!("tiny_timestamp", PyInit_tiny_timestamp, PyModExport_tiny_timestamp, || env!("BUILT_AT").to_owned());
