//! What `python -m tests.bench` builds: little code of its own on top of real dependencies.

use std::collections::BTreeMap;
use std::io::Write;

use indexmap::IndexMap;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Serialize, Deserialize, clap::Parser)]
struct Record {
    #[arg(long)]
    name: String,
    #[arg(long)]
    count: u64,
}

fn failed<E: std::fmt::Display>(error: E) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[pyfunction]
fn parse(text: &str) -> PyResult<BTreeMap<String, u64>> {
    let records: Vec<Record> = serde_json::from_str(text).map_err(failed)?;
    Ok(records.into_iter().map(|record| (record.name, record.count)).collect())
}

#[pyfunction]
fn parse_csv(text: &str) -> PyResult<IndexMap<String, u64>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<Record>();
    rows.map(|row| row.map(|found| (found.name, found.count)).map_err(failed)).collect()
}

#[pyfunction]
fn digests(parts: Vec<Vec<u8>>) -> Vec<String> {
    let hash = |part: &Vec<u8>| Sha256::digest(part).iter().map(|byte| format!("{byte:02x}")).collect();
    parts.par_iter().map(hash).collect()
}

#[pyfunction]
fn matches(pattern: &str, text: &str) -> PyResult<Vec<String>> {
    let found = regex::Regex::new(pattern).map_err(failed)?;
    Ok(found.find_iter(text).map(|one| one.as_str().to_owned()).collect())
}

#[pyfunction]
fn packed(content: &[u8]) -> PyResult<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[pyfunction]
fn stamp() -> String {
    let lucky: u8 = rand::random();
    format!("{} {} {lucky}", chrono::Utc::now(), uuid::Uuid::new_v4())
}

#[pyfunction]
fn keys(text: &str) -> PyResult<Vec<String>> {
    let table: toml::Table = toml::from_str(text).map_err(failed)?;
    Ok(table.keys().cloned().collect())
}

#[pymodule]
fn bench_crate(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(parse, module)?)?;
    module.add_function(wrap_pyfunction!(parse_csv, module)?)?;
    module.add_function(wrap_pyfunction!(digests, module)?)?;
    module.add_function(wrap_pyfunction!(matches, module)?)?;
    module.add_function(wrap_pyfunction!(packed, module)?)?;
    module.add_function(wrap_pyfunction!(stamp, module)?)?;
    module.add_function(wrap_pyfunction!(keys, module)?)?;
    Ok(())
}
