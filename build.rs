//! Packs what browsers load: once for each build, instead of at each start.

#![allow(clippy::print_stdout, reason = "cargo reads it")]

use std::fs::File;
use std::io;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// As `src/web/assets.rs` has them.
const FILES: [&str; 4] = ["app.css", "app.js", "vendor/htmx-4.0.1.min.js", "favicon.svg"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let packed = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    for name in FILES {
        let file = Path::new("static").join(name);
        println!("cargo::rerun-if-changed={}", file.display());
        pack(&file, Path::new(&packed))?;
    }
    Ok(())
}

/// As small as gzip gets: each is sent to every first visitor.
fn pack(file: &Path, folder: &Path) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let packed = File::create(folder.join(format!("{name}.gz")))?;
    let mut encoder = GzEncoder::new(packed, Compression::best());
    io::copy(&mut File::open(file)?, &mut encoder)?;
    encoder.finish().map(drop)
}
