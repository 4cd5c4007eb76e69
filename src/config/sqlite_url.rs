//! `sqlite://path`, which names a file, as <https://www.sqlite.org/uri.html> has it where it makes sense here.

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// The one option that changes something.
pub(super) const MUST_EXIST: &str = "?mode=rw";

/// What follows `sqlite:`, as `sqlite://path` and perhaps [`MUST_EXIST`].
///
/// # Errors
/// A sentence, when it names no file, or has options that a server can't do with.
pub(super) fn canonical(rest: &str) -> Result<String, String> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    let mut must_exist = false;
    for (name, value) in form_urlencoded::parse(options.as_bytes()) {
        match (&*name, &*value) {
            ("mode", "rwc") => must_exist = false,
            ("mode", "rw") => must_exist = true,
            ("mode", "memory") => return Err(in_memory()),
            ("mode", _) => return Err("has a ?mode=… that is neither rwc nor rw".to_owned()),
            _ => return Err("has an option that is not ?mode=…, the only one that it takes".to_owned()),
        }
    }
    let name = percent_decode_str(path).decode_utf8().map_err(|_| "has a path that is not UTF-8")?;
    if name.contains(":memory:") {
        return Err(in_memory());
    }
    if name.is_empty() || name.ends_with('/') || name.contains('\0') {
        return Err(
            "names no file. It must look like sqlite://data/gatehouse.db, or sqlite:///srv/gatehouse.db"
                .to_owned(),
        );
    }
    Ok(format!("sqlite://{path}{}", if must_exist { MUST_EXIST } else { "" }))
}

fn in_memory() -> String {
    "is a database in memory, which is lost when the process ends. Name a file, such as sqlite://data/gatehouse.db"
        .to_owned()
}
