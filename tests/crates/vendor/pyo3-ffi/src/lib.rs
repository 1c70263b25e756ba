//! The few declarations that a module with one function needs, laid out as each Python ABI has them.
//!
//! Source of the layouts: CPython's Include/object.h, moduleobject.h, methodobject.h and slots.h; PEP 703, 793, 820.
#![allow(non_camel_case_types, non_snake_case)]

use std::ffi::{c_char, c_int, c_void};

/// What this was built for: `CPython-gil_enabled-3.12`.
pub const ABI: &str = env!("STAND_IN_ABI");
/// The Python minor version this was built for.
pub const MINOR: u32 = minor(env!("STAND_IN_MINOR").as_bytes());

const fn minor(digits: &[u8]) -> u32 {
    let (mut value, mut index) = (0, 0);
    while index < digits.len() {
        value = value * 10 + (digits[index] - b'0') as u32;
        index += 1;
    }
    value
}

#[repr(C)]
pub struct PyObject {
    #[cfg(Py_GIL_DISABLED)]
    pub ob_head: [usize; 3],
    #[cfg(not(Py_GIL_DISABLED))]
    pub ob_refcnt: isize,
    #[cfg(PyPy)]
    pub ob_pypy_link: isize,
    pub ob_type: *mut c_void,
}

#[repr(C)]
pub struct PyMethodDef {
    pub ml_name: *const c_char,
    pub ml_meth: Option<unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject>,
    pub ml_flags: c_int,
    pub ml_doc: *const c_char,
}

pub const METH_NOARGS: c_int = 4;

#[cfg(not(Py_3_15))]
mod module {
    use super::*;

    #[repr(C)]
    pub struct PyModuleDef_Slot {
        pub slot: c_int,
        pub value: *mut c_void,
    }

    #[repr(C)]
    pub struct PyModuleDef {
        pub ob_base: PyObject,
        pub m_init: *mut c_void,
        pub m_index: isize,
        pub m_copy: *mut PyObject,
        pub m_name: *const c_char,
        pub m_doc: *const c_char,
        pub m_size: isize,
        pub m_methods: *mut PyMethodDef,
        pub m_slots: *mut PyModuleDef_Slot,
        pub m_traverse: *mut c_void,
        pub m_clear: *mut c_void,
        pub m_free: *mut c_void,
    }

    extern "C" {
        #[cfg_attr(PyPy, link_name = "PyPyModuleDef_Init")]
        pub fn PyModuleDef_Init(def: *mut PyModuleDef) -> *mut PyObject;
    }

    pub type Exported = PyObject;

    /// Make what `PyInit_…` returns; what it points to lives as long as the process.
    pub unsafe fn exported(name: *const c_char, methods: *mut PyMethodDef) -> *mut Exported {
        let mut slots = Vec::new();
        #[cfg(Py_GIL_DISABLED)]
        slots.push(PyModuleDef_Slot { slot: 4, value: 1 as *mut c_void }); // Py_mod_gil: Py_MOD_GIL_NOT_USED
        slots.push(PyModuleDef_Slot { slot: 0, value: std::ptr::null_mut() });
        let mut def: PyModuleDef = std::mem::zeroed();
        def.m_name = name;
        def.m_methods = methods;
        def.m_slots = Vec::leak(slots).as_mut_ptr();
        #[cfg(not(Py_GIL_DISABLED))]
        {
            def.ob_base.ob_refcnt = 1;
        }
        PyModuleDef_Init(Box::leak(Box::new(def)))
    }
}

#[cfg(Py_3_15)]
mod module {
    use super::*;

    #[repr(C)]
    pub struct PySlot {
        pub sl_id: u16,
        pub sl_flags: u16,
        pub sl_reserved: u32,
        pub sl_value: u64,
    }

    #[repr(C)]
    pub struct PyABIInfo {
        pub abiinfo_major_version: u8,
        pub abiinfo_minor_version: u8,
        pub flags: u16,
        pub build_version: u32,
        pub abi_version: u32,
    }

    pub type Exported = PySlot;

    /// Make what `PyModExport_…` returns; what it points to lives as long as the process.
    pub unsafe fn exported(name: *const c_char, methods: *mut PyMethodDef) -> *mut Exported {
        const STATIC: u16 = 2;
        const INTPTR: u16 = 4;
        let slot = |sl_id, sl_flags, sl_value| PySlot { sl_id, sl_flags, sl_reserved: 0, sl_value };
        let stable = if cfg!(Py_LIMITED_API) { 1 } else { 0 };
        let threading = match (cfg!(Py_GIL_DISABLED), cfg!(Py_LIMITED_API)) {
            (true, true) => 2 | 4, // abi3t serves both kinds
            (true, false) => 4,
            (false, _) => 2,
        };
        let version = 0x0300_0000 | (MINOR << 16);
        let info = Box::leak(Box::new(PyABIInfo {
            abiinfo_major_version: 1,
            abiinfo_minor_version: 0,
            flags: stable | threading,
            build_version: version,
            abi_version: version,
        }));
        let mut slots = vec![
            slot(109, STATIC, info as *const PyABIInfo as u64), // Py_mod_abi
            slot(100, STATIC, name as u64),                     // Py_mod_name
            slot(103, STATIC, methods as u64),                  // Py_mod_methods
        ];
        if cfg!(Py_GIL_DISABLED) {
            slots.push(slot(87, INTPTR, 1)); // Py_mod_gil: Py_MOD_GIL_NOT_USED
        }
        slots.push(slot(0, 0, 0));
        Vec::leak(slots).as_mut_ptr()
    }
}

pub use module::*;

extern "C" {
    #[cfg_attr(PyPy, link_name = "PyPyUnicode_FromStringAndSize")]
    pub fn PyUnicode_FromStringAndSize(text: *const c_char, size: isize) -> *mut PyObject;
}
