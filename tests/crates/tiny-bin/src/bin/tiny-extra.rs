//! A program that is there only with the feature `extra`.

fn main() {
    println!("tiny-extra");
}
