//! How often each word occurs in a text.

use std::collections::HashMap;

use pyo3::prelude::*;

/// Return how often each word of `text` occurs; words are split at white space and compared in lower case.
#[pyfunction]
fn count_words(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    counts
}

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(count_words, module)?)
}
