//! Functions for C, whose declarations are in `header.h`.

/// Two numbers.
#[repr(C)]
pub struct Pair {
    one: i32,
    other: i32,
}

/// Returns the sum of two numbers.
#[no_mangle]
pub extern "C" fn sum(pair: Pair) -> i32 {
    pair.one + pair.other
}
