//! Where to go after signing in: a path of this site, or the start page.

use url::Url;

use crate::links::{Link, Site};

/// As long as an address of ours gets.
const LONGEST: usize = 2000;

/// A local path with its query, safe to redirect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// `text` if every browser will take it for a path of this site, else `/`.
    pub fn parse(text: &str) -> Self {
        let local = text.starts_with('/')
            && !text.starts_with("//")
            && text.len() <= LONGEST
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && stays_here(text);
        if local { Self(text.to_owned()) } else { Self::start() }
    }

    /// The start page.
    pub fn start() -> Self {
        Self(Site.start().into())
    }

    /// The path with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that comes back here.
    pub fn sign_in_address(&self) -> Link {
        self.behind(Site.sign_in())
    }

    /// The page that asks for a code and comes back here.
    pub fn challenge_address(&self) -> Link {
        self.behind(Site.second_factor())
    }

    fn behind(&self, page: Link) -> Link {
        if self.0 == *Site.start() { page } else { page.query("return_to", &self.0) }
    }
}

fn stays_here(path: &str) -> bool {
    let here = Url::parse("http://here.invalid/").ok();
    here.and_then(|here| Some(here.join(path).ok()?.origin() == here.origin())).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn local_paths_are_kept() {
        for path in ["/", "/settings/admin/users?q=a%20b&role=admin", "/settings#x"] {
            assert_eq!(ReturnTo::parse(path).as_str(), path);
        }
    }

    #[test]
    fn everything_else_becomes_the_start_page() {
        for text in [
            "",
            "https://evil.test",
            "//evil.test",
            "/\\evil.test",
            "https:evil.test",
            "javascript:alert(1)",
            "\\/evil",
            "/\t/evil.test",
            "/\n/evil.test",
            "/%0a\u{0}",
            " /x",
            "settings",
            "/ü",
        ] {
            assert_eq!(ReturnTo::parse(text).as_str(), "/", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_leads_away(text in "[/\\\\.:a-z@\\t%?#]{0,30}") {
            let base = Url::parse("https://gate.acme.test").expect("a URL");
            let target = base.join(ReturnTo::parse(&text).as_str()).expect("a path");
            prop_assert_eq!(target.origin(), base.origin());
        }
    }
}
