//! Says its name and its arguments.

fn main() {
    println!("tiny-bin {}", std::env::args().skip(1).collect::<Vec<_>>().join(" "));
}
