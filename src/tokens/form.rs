//! What can be typed to make a token.

use crate::api_token::{Scope, Scopes};
use crate::error::FieldErrors;
use crate::name::Name;

use super::limits::{DEFAULT_DAYS, LONGEST_DAYS};

/// What the form's `life` says for a number of days of one's own.
pub const CUSTOM: &str = "custom";

/// The fields as they come.
#[derive(Clone, Debug, Default)]
pub struct TokenForm {
    pub name: String,
    /// Names of scopes; none for the least.
    pub scopes: Vec<String>,
    /// Days, or [`CUSTOM`]; empty for what is usual.
    pub life: String,
    /// The days, where `life` is [`CUSTOM`].
    pub days: String,
}

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    pub name: Name,
    pub scopes: Scopes,
    pub days: i64,
}

impl TokenForm {
    /// Reads the form's fields, which may come more than once.
    pub fn of(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "name" => form.name = value,
                "scope" => form.scopes.push(value),
                "life" => form.life = value,
                "days" => form.days = value,
                _ => {}
            }
        }
        form
    }

    /// Reads the fields, of a token that may be for any of `offered`, of which the first is the least; `most` is how many
    /// days one lives at most.
    ///
    /// # Errors
    /// Sentences by field.
    pub fn read(&self, offered: &[Scope], most: i64) -> Result<TokenRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut note = |field: &str, sentence: String| {
            errors.entry(field.to_owned()).or_default().push(sentence);
        };
        let name = Name::parse(&self.name).map_err(|sentence| note("name", sentence.to_owned())).ok();
        let scopes = scopes(&self.scopes, offered).map_err(|sentence| note("scopes", sentence)).ok();
        let days = self.days(most).map_err(|sentence| note("days", sentence)).ok();
        match (name, scopes, days) {
            (Some(name), Some(scopes), Some(days)) => Ok(TokenRequest { name, scopes, days }),
            _ => Err(errors),
        }
    }

    fn days(&self, most: i64) -> Result<i64, String> {
        let typed = match self.life.as_str() {
            "" => return Ok(DEFAULT_DAYS.min(most)),
            CUSTOM => self.days.trim(),
            chosen => chosen,
        };
        let days = typed.parse().ok().filter(|days| *days > 0).ok_or("Use a number of days, such as 14.")?;
        if days > most {
            return Err(format!("Use {most} days or fewer."));
        }
        Ok(days)
    }
}

fn scopes(names: &[String], offered: &[Scope]) -> Result<Scopes, String> {
    if names.is_empty() {
        return Ok(Scopes::new(offered.first().copied().into_iter().collect()));
    }
    let scope = |name: &String| Scope::parse(name).filter(|scope| offered.contains(scope));
    let scopes: Option<Vec<Scope>> = names.iter().map(scope).collect();
    let names: Vec<&str> = offered.iter().map(|scope| scope.name()).collect();
    scopes.map(Scopes::new).ok_or_else(|| format!("Choose among {}.", names.join(", ")))
}

/// The longest life of tokens, as it was typed, in days.
///
/// # Errors
/// A sentence.
pub fn most_days(text: &str) -> Result<i64, String> {
    let days = text.trim().parse().ok().filter(|days| (1..=LONGEST_DAYS).contains(days));
    days.ok_or_else(|| format!("Use a number of days from 1 to {LONGEST_DAYS}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(life: &str, days: &str) -> TokenForm {
        let text = str::to_owned;
        TokenForm { name: text("deploy"), life: text(life), days: text(days), ..TokenForm::default() }
    }

    fn days(form: &TokenForm, most: i64) -> Result<i64, FieldErrors> {
        form.read(&Scope::OF_PEOPLE, most).map(|request| request.days)
    }

    // K11
    #[test]
    fn a_token_lives_as_long_as_is_said_and_no_longer_than_can_be() {
        assert_eq!(days(&form("", ""), 365), Ok(90));
        assert_eq!(days(&form("", ""), 30), Ok(30));
        assert_eq!(days(&form("365", ""), 365), Ok(365));
        assert_eq!(days(&form("custom", " 14 "), 365), Ok(14));
        for (life, typed) in
            [("365", ""), ("custom", ""), ("custom", "0"), ("custom", "-1"), ("custom", "31"), ("never", "")]
        {
            let errors = days(&form(life, typed), 30).expect_err(life);
            assert!(errors.contains_key("days"), "{life} {typed}: {errors:?}");
        }
        assert!(days(&form("custom", "99999999999999999999"), 365).is_err());
    }

    #[test]
    fn a_token_reads_unless_more_is_chosen_and_is_for_nothing_that_is_not_offered() {
        let with = |names: &[&str]| TokenForm {
            scopes: names.iter().map(|name| (*name).to_owned()).collect(),
            ..form("", "")
        };
        let read = |names: &[&str], offered: &[Scope]| {
            with(names).read(offered, 365).map(|request| request.scopes.stored())
        };
        assert_eq!(read(&[], &Scope::OF_PEOPLE).as_deref(), Ok("admin:read"));
        assert_eq!(read(&["admin:write"], &Scope::OF_PEOPLE).as_deref(), Ok("admin:write"));
        assert!(read(&["keys:resolve"], &Scope::OF_PEOPLE).is_err());
        assert!(read(&["admin:read"], &Scope::OF_PROJECTS).is_err());
        assert!(read(&["everything"], &Scope::OF_PROJECTS).is_err());
    }

    // K09
    #[test]
    fn a_name_is_one_short_line() {
        for name in ["", "x", "a\r\nb", &"x".repeat(10_000), "evil.com/x"] {
            let form = TokenForm { name: name.to_owned(), ..form("", "") };
            assert!(form.read(&Scope::OF_PEOPLE, 365).expect_err("refused").contains_key("name"), "{name:?}");
        }
    }
}
