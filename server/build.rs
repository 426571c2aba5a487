//! The pages become part of the binary, so it is compiled anew when they change or appear.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../dist");
}
