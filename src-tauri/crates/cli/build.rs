//! Sees to it that the folder of the built pages exists: without it the program would be compiled
//! with no pages at all, and stay so even after they are built.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(error) = std::fs::create_dir_all("../../../ui/dist") {
        println!("cargo::error=ui/dist: {error}");
    }
}
