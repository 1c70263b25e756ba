//! `module!` makes an extension module with one function, `says()`, that returns a text.

pub use pyo3_ffi as ffi;

/// The entry symbol that pyo3 0.29 exports: `PyModExport_…` from Python 3.15 on, `PyInit_…` below.
#[macro_export]
macro_rules! module {
    ($name:literal, $init:ident, $export:ident, $says:expr) => {
        $crate::__entry!($name, $init, $export, $says);
    };
}

#[cfg(not(Py_3_15))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($name:literal, $init:ident, $export:ident, $says:expr) => {
        #[no_mangle]
        pub unsafe extern "C" fn $init() -> *mut $crate::ffi::Exported {
            $crate::__body!($name, $says)
        }
    };
}

#[cfg(Py_3_15)]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($name:literal, $init:ident, $export:ident, $says:expr) => {
        #[no_mangle]
        pub unsafe extern "C" fn $export() -> *mut $crate::ffi::Exported {
            $crate::__body!($name, $says)
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __body {
    ($name:literal, $says:expr) => {{
        use $crate::ffi::{PyMethodDef, PyObject, METH_NOARGS};
        unsafe extern "C" fn says(_module: *mut PyObject, _nothing: *mut PyObject) -> *mut PyObject {
            let text: String = ($says)();
            $crate::ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len() as isize)
        }
        let methods = vec![
            PyMethodDef {
                ml_name: c"says".as_ptr(),
                ml_meth: Some(says),
                ml_flags: METH_NOARGS,
                ml_doc: c"Return what the crate says.".as_ptr(),
            },
            PyMethodDef { ml_name: std::ptr::null(), ml_meth: None, ml_flags: 0, ml_doc: std::ptr::null() },
        ];
        $crate::ffi::exported(concat!($name, "\0").as_ptr().cast(), Vec::leak(methods).as_mut_ptr())
    }};
}
