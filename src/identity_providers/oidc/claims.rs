//! What ID tokens and userinfo claim, as far as it is of use (OpenID Connect Core, sections 2 and 5.1).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::identity_providers::json::lenient;

/// What an ID token claims about itself. What decides is read strictly: a token without it, or with something else in
/// its place, is refused. Times are seconds since 1970, perhaps with a fraction (RFC 7519, section 2).
#[derive(Deserialize)]
pub struct IdTokenClaims {
    pub iss: String,
    pub sub: String,
    pub aud: Audience,
    pub exp: f64,
    pub iat: f64,
    pub nbf: Option<f64>,
    pub azp: Option<String>,
    pub nonce: Option<String>,
    pub at_hash: Option<String>,
    auth_time: Option<Box<RawValue>>,
    /// How the person has proven who they are (RFC 8176).
    #[serde(default, deserialize_with = "lenient")]
    amr: Option<Vec<Value>>,
    /// The tenant, at Microsoft.
    #[serde(default, deserialize_with = "lenient")]
    pub tid: Option<String>,
}

/// Whom a token is for (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Many(Vec<Value>),
}

/// Who someone is, as an ID token or userinfo says.
#[derive(Default, Deserialize)]
pub struct PersonClaims {
    #[serde(default, deserialize_with = "lenient")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub email_verified: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// The Workspace that manages the address, at Google.
    #[serde(default, deserialize_with = "lenient")]
    pub hd: Option<String>,
    /// Whether the domain's owner has been verified, at Microsoft.
    #[serde(default, deserialize_with = "lenient")]
    pub xms_edov: Option<Value>,
}

/// Whom userinfo is about.
#[derive(Deserialize)]
pub struct UserInfoClaims {
    pub sub: String,
}

/// Whose a signed document is, and for whom.
#[derive(Deserialize)]
pub struct Envelope {
    pub iss: Option<String>,
    pub aud: Option<Audience>,
}

impl IdTokenClaims {
    /// When the person has proven who they are, where it is told. What is told and can't be read was long ago: it
    /// proves nothing.
    pub fn authenticated_at(&self) -> Option<DateTime<Utc>> {
        let told = self.auth_time.as_ref()?;
        Some(moment(told.get()).unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// Whether it is told that more than one factor was asked for. Nothing else than `mfa` says so: a code or a key may have
    /// been the only factor. Microsoft says it by the same word.
    pub fn has_second_factor(&self) -> bool {
        self.amr.iter().flatten().any(|method| method == "mfa")
    }
}

fn moment(seconds: &str) -> Option<DateTime<Utc>> {
    let seconds = serde_json::from_str(seconds).ok()?;
    let since = TimeDelta::from_std(Duration::try_from_secs_f64(seconds).ok()?).ok()?;
    DateTime::UNIX_EPOCH.checked_add_signed(since)
}

impl Audience {
    /// Whether `client` is among them.
    pub fn includes(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Many(many) => many.iter().any(|one| one == client),
        }
    }

    /// Whether no one else is among them.
    pub fn is_only(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Many(many) => many.iter().all(|one| one == client),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(auth_time: &str) -> IdTokenClaims {
        let text = format!(r#"{{"iss":"i","sub":"s","aud":"us","exp":1,"iat":1.5,"auth_time":{auth_time}}}"#);
        serde_json::from_str(&text).expect("claims")
    }

    #[test]
    fn what_is_told_of_the_login_and_cannot_be_read_was_long_ago() {
        assert_eq!(claims("1700000000.5").authenticated_at().map(|at| at.timestamp()), Some(1_700_000_000));
        assert_eq!(claims("null").authenticated_at(), None);
        for odd in ["\"1700000000\"", "1e999", "1e300", "[]", "{}", "true"] {
            assert_eq!(claims(odd).authenticated_at(), Some(DateTime::UNIX_EPOCH), "{odd}");
        }
    }

    #[test]
    fn only_the_word_for_several_factors_says_that_there_were_several() {
        let claims = |amr: Value| {
            let claims = json!({ "iss": "i", "sub": "s", "aud": "us", "exp": 1, "iat": 1, "amr": amr });
            serde_json::from_value::<IdTokenClaims>(claims).expect("claims").has_second_factor()
        };
        for several in [json!(["mfa"]), json!(["pwd", "mfa", "otp"]), json!([1, "mfa"])] {
            assert!(claims(several.clone()), "{several}");
        }
        for odd in
            [json!(null), json!([]), json!(["pwd", "otp"]), json!("mfa"), json!(["MFA"]), json!({ "mfa": 1 })]
        {
            assert!(!claims(odd.clone()), "{odd}");
        }
    }

    #[test]
    fn an_audience_is_one_or_many() {
        let of = |value: Value| serde_json::from_value::<Audience>(value).expect("an audience");
        for (aud, is_included, is_only) in [
            (json!("us"), true, true),
            (json!("them"), false, false),
            (json!(["us", "us"]), true, true),
            (json!(["us", "them"]), true, false),
            (json!(["us", 1]), true, false),
        ] {
            let audience = of(aud.clone());
            assert_eq!((audience.includes("us"), audience.is_only("us")), (is_included, is_only), "{aud}");
        }
        assert!(!of(json!([])).includes("us"));
        assert!(serde_json::from_value::<Audience>(json!(1)).is_err());
    }
}
