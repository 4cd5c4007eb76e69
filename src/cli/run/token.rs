//! The token, out of its file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::api_token::TokenText;
use crate::config::{ConfigError, bare};
use crate::log;

/// More than a token with blanks around it has, in bytes.
const LARGEST: u64 = 1024;

/// The token that `file` holds; `-` is standard input.
///
/// # Errors
/// When it can't be read, or holds something else, which is not repeated.
pub fn read(file: &Path) -> Result<TokenText, ConfigError> {
    if file.to_str().is_some_and(TokenText::is_meant) {
        let problem = "takes a file name, but got a token. Revoke that token: your shell may have saved it";
        return Err(complaint(problem.to_owned()));
    }
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let text = text(file).map_err(|error| complaint(format!("{name} can't be read: {error}")))?;
    TokenText::parse(bare(&text)).ok_or_else(|| {
        complaint(format!(
            "{name} has no token in it. Put the whole token in it, from gh_ to its end, and nothing else"
        ))
    })
}

fn complaint(problem: String) -> ConfigError {
    ConfigError { variable: "--token-file".to_owned(), problem }
}

fn text(file: &Path) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    if file == Path::new("-") {
        io::stdin().lock().take(LARGEST).read_to_string(&mut text)?;
    } else {
        let opened = File::open(file)?;
        warn_of_others(file, &opened)?;
        opened.take(LARGEST).read_to_string(&mut text)?;
    }
    Ok(text)
}

/// A token that others can read is still taken: containers are often given one in a file that is no one else's anyway.
#[cfg(unix)]
fn warn_of_others(file: &Path, opened: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let state = opened.metadata()?;
    if state.is_file() && state.mode() & 0o044 != 0 {
        let name = file.display();
        log::say(&format!("gatehouse: other users can read {name}. Change that with: chmod 600 {name}"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn warn_of_others(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_what_editors_leave_around_it() {
        let token = TokenText::generate().expect("a token");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        for (before, after) in [("  ", "\r\n\n"), ("\u{feff}", "\n"), ("\"", "\"\r\n")] {
            std::fs::write(&file, format!("{before}{}{after}", token.expose())).expect("written");
            assert_eq!(read(&file).expect("a token").hash(), token.hash());
        }
    }

    #[test]
    fn what_is_not_a_token_is_not_repeated() {
        let token = TokenText::generate().expect("a token").expose().to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        for text in [&token[..60], &format!("GATEHOUSE_TOKEN={token}"), &format!("{token}\n{token}"), ""] {
            std::fs::write(&file, text).expect("written");
            let said = read(&file).err().expect("a complaint").to_string();
            assert!(said.starts_with("--token-file: ") && said.contains(file.to_str().expect("text")));
            assert!(said.contains("has no token in it") && !said.contains(&token[3..20]), "{said}");
        }
        std::fs::write(&file, b"gh_\xff").expect("written");
        assert!(read(&file).err().expect("a complaint").to_string().contains("can't be read"));
    }

    #[test]
    fn a_token_in_the_place_of_the_file_is_not_repeated() {
        let token = TokenText::generate().expect("a token").expose().to_owned();
        let said = read(Path::new(&token)).err().expect("a complaint").to_string();
        assert!(said.contains("Revoke") && !said.contains(&token[3..20]), "{said}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let said = read(Path::new("/nowhere/token")).err().expect("a complaint").to_string();
        assert!(said.contains("/nowhere/token can't be read"), "{said}");
    }
}
