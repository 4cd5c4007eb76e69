//! What tests use that the project itself does not need.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether something is there; it has to be in CI. Elsewhere it is said how it comes there.
pub fn is_there(found: bool, cure: &str) -> bool {
    assert!(found || std::env::var_os("CI").is_none(), "not installed: {cure}");
    if !found {
        // Not with `eprintln!`, which a passing test keeps to itself.
        let _ = writeln!(std::io::stderr(), "skipped: {cure}");
    }
    found
}

/// The programs of the virtual environment of this name.
pub fn programs_of(venv: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(venv).join("bin")
}

/// Its Python, which imports these modules of these packages; none where it can't.
pub fn python(venv: &str, modules: &str, packages: &str) -> Option<PathBuf> {
    let python = programs_of(venv).join("python");
    let import = format!("import {modules}");
    let test = Command::new(&python).args(["-c", &import]).stderr(Stdio::null()).status();
    let cure = format!("python3 -m venv target/{venv} && target/{venv}/bin/pip install {packages}");
    is_there(test.is_ok_and(|status| status.success()), &cure).then_some(python)
}
