//! Prepares what browsers load: once for each build, instead of at each start.

#![allow(clippy::print_stdout, reason = "cargo reads it")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::{fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

/// As `src/web/assets.rs` has them.
const FILES: [&str; 5] = ["app.css", "app.js", "passkeys.js", "vendor/htmx-4.0.1.min.js", "favicon.svg"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    for name in FILES {
        let file = Path::new("static").join(name);
        println!("cargo::rerun-if-changed={}", file.display());
        prepare(&file, Path::new(&folder))?;
    }
    Ok(())
}

/// As it is served, plain and as small as gzip gets: each is sent to every first visitor.
fn prepare(file: &Path, folder: &Path) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let content = fs::read_to_string(file)?;
    let is_ours = !file.starts_with("static/vendor");
    let content = if is_ours { without_comments(&content) } else { content };
    fs::write(folder.join(&*name), &content)?;
    let mut encoder = GzEncoder::new(File::create(folder.join(format!("{name}.gz")))?, Compression::best());
    encoder.write_all(content.as_bytes())?;
    encoder.finish().map(drop)
}

/// Comments that have lines to themselves are for readers of the source. What follows keeps its line numbers.
fn without_comments(text: &str) -> String {
    text.lines().flat_map(|line| [if is_comment(line.trim()) { "" } else { line }, "\n"]).collect()
}

fn is_comment(line: &str) -> bool {
    line.starts_with("//") || (line.starts_with("/*") && line.find("*/") == Some(line.len() - 2))
}
