//! The certificate authorities that are believed: the system's, or instead of those what `SSL_CERT_FILE` and
//! `SSL_CERT_DIR` name, for identity providers, mail, database and LLM providers alike. The libraries behind those read
//! the variables themselves, take what they can use, and say nothing of the rest; so that is done here.

use std::collections::HashSet;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::{ConfigError, Result};

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// Lines about what the variables name and no one can use.
///
/// # Errors
/// When variables are set and nothing that they name can be used.
pub(super) fn check() -> Result<Vec<String>> {
    check_named(env::var_os(FILE).as_deref(), env::var_os(FOLDERS).as_deref())
}

pub(super) fn check_named(file: Option<&OsStr>, folders: Option<&OsStr>) -> Result<Vec<String>> {
    let file = file.map(|file| in_file(Path::new(file))).unwrap_or_default();
    let folders = folders.map(in_folders).unwrap_or_default();
    let usable = file.usable + folders.usable;
    let mut problems = file.problems_of(FILE).chain(folders.problems_of(FOLDERS));
    match problems.next() {
        Some(first) if usable == 0 => Err(first),
        first => Ok(first.into_iter().chain(problems).map(|problem| problem.to_string()).collect()),
    }
}

/// What files hold.
#[derive(Default)]
struct Authorities {
    /// How many certificates can be used.
    usable: usize,
    /// What is wrong with the rest.
    problems: Vec<String>,
}

impl Authorities {
    fn none(problem: String) -> Self {
        Self { usable: 0, problems: vec![problem] }
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::default(), |mut all, part| {
            all.usable += part.usable;
            all.problems.extend(part.problems);
            all
        })
    }

    fn problems_of(self, variable: &str) -> impl Iterator<Item = ConfigError> {
        self.problems.into_iter().map(|problem| ConfigError { variable: variable.to_owned(), problem })
    }
}

fn in_folders(folders: &OsStr) -> Authorities {
    let named = env::split_paths(folders).filter(|folder| !folder.as_os_str().is_empty());
    Authorities::all(named.map(|folder| in_folder(&folder)))
}

/// Folders inside are not looked into.
fn in_folder(folder: &Path) -> Authorities {
    match files(folder) {
        Ok(files) if files.is_empty() => Authorities::none(format!("{} holds no files", folder.display())),
        Ok(files) => Authorities::all(files.iter().map(|file| in_file(file))),
        Err(error) => Authorities::none(format!("{} can't be read: {error}", folder.display())),
    }
}

/// The files of a folder, each once: `openssl rehash` gives them second names.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder)?.map(|file| file.map(|file| file.path()));
    let mut files: Vec<PathBuf> = files.collect::<std::io::Result<_>>()?;
    files.retain(|file| !file.is_dir());
    files.sort();
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    Ok(files)
}

fn in_file(file: &Path) -> Authorities {
    if file.as_os_str().is_empty() {
        return Authorities::none("is empty. Name a file, or leave it out".to_owned());
    }
    match std::fs::read(file) {
        Ok(pem) => in_pem(&file.display().to_string(), &pem),
        Err(error) => Authorities::none(format!("{} can't be read: {error}", file.display())),
    }
}

fn in_pem(name: &str, pem: &[u8]) -> Authorities {
    let (mut blocks, mut damage) = (Vec::new(), Vec::new());
    for block in CertificateDer::pem_slice_iter(pem) {
        match block {
            Ok(block) => blocks.push(block),
            Err(error) => damage.push(error.to_string()),
        }
    }
    let (usable, unreadable) = RootCertStore::empty().add_parsable_certificates(blocks);
    let problem = match (usable, damage.first(), unreadable) {
        (0, Some(damage), _) => format!("{name} is damaged: {damage}"),
        (0, None, 0) => format!("{name} holds no certificate. It must be PEM: -----BEGIN CERTIFICATE-----"),
        (0, None, _) => format!("{name} holds no certificate that can be read"),
        (_, None, 0) => return Authorities { usable, problems: Vec::new() },
        (_, _, _) => format!(
            "{name} is damaged: {} of its certificates can't be read, and {usable} can",
            damage.len() + unreadable
        ),
    };
    Authorities { usable, problems: vec![problem] }
}
