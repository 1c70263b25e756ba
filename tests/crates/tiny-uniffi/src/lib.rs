//! A library that describes itself, as those of uniffi do.

uniffi::setup_scaffolding!("tiny_uniffi");
