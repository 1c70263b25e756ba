//! Says what a C function of an archive answers: the Python minor version that the build script read.

#[link(name = "answer", kind = "static")]
extern "C" {
    fn answer() -> i32;
}

pyo3::module!("tiny_buildscript_archive", PyInit_tiny_buildscript_archive, PyModExport_tiny_buildscript_archive, || {
    format!("{}", unsafe { answer() })
});
