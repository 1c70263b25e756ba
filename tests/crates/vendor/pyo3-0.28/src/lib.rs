//! Nothing: only that this version is there counts.
