//! Not part of the wheel; its features of pyo3 are not those of `native`.

pub use pyo3::ffi::ABI;
