//! One address.

use std::fmt::{self, Display};
use std::ops::Deref;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded::byte_serialize;

/// What stands in a segment of a path as it is (RFC 3986, "unreserved"); all else is percent-encoded.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A local address: a path, perhaps with a query, perhaps with a place on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    pub(super) fn below(prefix: &str, path: &str) -> Self {
        Self([prefix, path].concat())
    }

    /// The same with one more field in its query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.extend(byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(byte_serialize(value.as_bytes()));
        self
    }

    /// The same at the element with this id; said last.
    #[must_use]
    pub fn at(mut self, id: &str) -> Self {
        self.0.push('#');
        self.0.push_str(id);
        self
    }
}

/// `path` with `id` for its only placeholder.
pub(super) fn filled(path: &str, placeholder: &str, id: &str) -> String {
    path.replace(placeholder, &utf8_percent_encode(id, &UNRESERVED).to_string())
}

impl Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Deref for Link {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_query_are_added_one_by_one() {
        let link = Link::below("", "/people").query("q", "ada & co").query("role", "admin").at("list");
        assert_eq!(link.to_string(), "/people?q=ada+%26+co&role=admin#list");
    }

    #[test]
    fn an_id_stays_inside_its_segment() {
        assert_eq!(filled("/users/{user}", "{user}", "0192-7f_~.A"), "/users/0192-7f_~.A");
        assert_eq!(filled("/users/{user}", "{user}", "../a?b#c%2F ü"), "/users/..%2Fa%3Fb%23c%252F%20%C3%BC");
    }
}
