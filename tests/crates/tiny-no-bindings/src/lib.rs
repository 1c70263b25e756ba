//! Neither a Python module nor a program.

pub fn answer() -> u32 {
    42
}
