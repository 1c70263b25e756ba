//! A second program.

fn main() {
    println!("tiny-other");
}
