"""Build every wheel of a Rust extension at once."""
