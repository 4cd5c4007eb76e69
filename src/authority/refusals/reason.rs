//! Which answers refuse an act, and why, in a few words of ours.

use crate::error::Error;

/// Why an error refuses an act; none for one that does not. What is not there is one only where something was to be
/// done to it: `is_safe` tells that the request only asks.
pub(super) fn reason(error: &Error, is_safe: bool) -> Option<String> {
    match error {
        Error::Forbidden(why) => Some(why.to_string()),
        Error::OtherOrigin(_) | Error::SignInMethod { .. } | Error::LastOwner | Error::LastMethod => {
            Some(error.to_string())
        }
        Error::NotFound | Error::NoMember if !is_safe => Some("not found".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Forbidden;

    #[test]
    fn a_reason_is_told_in_a_few_words() {
        let of = |error, is_safe| reason(&error, is_safe);
        assert_eq!(
            of(Error::Forbidden(Forbidden::NeedsOwner), true).as_deref(),
            Some("needs the role owner")
        );
        assert_eq!(of(Error::LastOwner, false).as_deref(), Some("the last owner"));
        assert_eq!(of(Error::NotFound, false).as_deref(), Some("not found"));
        assert_eq!(of(Error::NoMember, false), of(Error::NotFound, false), "told as of anybody unknown");
        assert_eq!(of(Error::NotFound, true), None);
        assert_eq!(of(Error::Stale, false), None);
    }
}
