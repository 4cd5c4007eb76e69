//! The page that asks someone to sign in once more.

use actix_web::http::StatusCode;
use askama::Template;

use crate::authority::{Organization, SignedIn};
use crate::error::Forbidden;
use crate::identity_providers::{Button, Claims, IdentityProvider};
use crate::links::{Site, slug_in};
use crate::membership::authenticator_apps::apps;
use crate::membership::identities::identities;
use crate::membership::methods::methods_on;
use crate::membership::passkeys::passkeys;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "sign_in/fresh.html")]
struct FreshPage<'a> {
    site: Site,
    email: &'a str,
    ways: Vec<Button>,
    return_to: &'a str,
    /// The provider that was to ask for a login and did not, if one was.
    not_asked: Option<&'a str>,
    /// Labels of those that can't be made to ask, if there are any.
    silent: Option<String>,
    /// What is taken in their place (rule 7.1).
    factors: Factors,
    errors: FactorErrors,
    /// Too many wrong codes: none is taken for a while.
    is_waiting: bool,
    /// The script that asks the browser for a passkey.
    script: &'a str,
}

/// Which second factors a person has.
#[derive(Default)]
struct Factors {
    has_app: bool,
    has_passkey: bool,
}

impl Factors {
    fn are_any(&self) -> bool {
        self.has_app || self.has_passkey
    }
}

/// What is said of a second factor that was not taken, beside the field of codes or the button of passkeys.
#[derive(Default)]
pub struct FactorErrors {
    pub code: String,
    pub passkey: String,
}

impl FactorErrors {
    /// Of a code.
    pub fn of_code(code: String) -> Self {
        Self { code, passkey: String::new() }
    }

    /// Of a passkey.
    pub fn of_passkey(passkey: String) -> Self {
        Self { code: String::new(), passkey }
    }

    /// Whether nothing was refused.
    pub fn are_none(&self) -> bool {
        self.code.is_empty() && self.passkey.is_empty()
    }

    /// What is said, of whichever it is.
    pub fn sentence(&self) -> &str {
        if self.code.is_empty() { &self.passkey } else { &self.code }
    }
}

impl Page for FreshPage<'_> {
    fn title(&self) -> &'static str {
        "Confirm it’s you"
    }

    fn has_errors(&self) -> bool {
        !self.errors.are_none()
    }
}

/// What a person sees who has to sign in once more before going on at `return_to`.
pub async fn sign_in_again(person: &SignedIn, view: &View, return_to: &str) -> Reply {
    person.note_refusal(Forbidden::NeedsFreshSignIn);
    factor_again(person, view, StatusCode::FORBIDDEN, return_to, FactorErrors::default()).await
}

/// The same page after a code or a passkey that was not taken, for this reason.
pub async fn factor_again(
    person: &SignedIn,
    view: &View,
    status: StatusCode,
    return_to: &str,
    errors: FactorErrors,
) -> Reply {
    let own = identities(person).await?;
    let mine = |provider: &&IdentityProvider| own.iter().any(|account| account.provider == provider.name);
    let on = methods_on(&person.services, taken_by(person, return_to)).await?;
    let ways: Vec<&IdentityProvider> = on.into_iter().filter(mine).collect();
    let (has_app, has_passkey) = (!apps(person).await?.is_empty(), !passkeys(person).await?.is_empty());
    let page = FreshPage {
        silent: silent(&ways),
        factors: Factors { has_app, has_passkey },
        errors,
        is_waiting: status == StatusCode::TOO_MANY_REQUESTS,
        script: view.passkey_script(),
        ..FreshPage::new(&person.visitor.email, &ways, return_to)
    };
    view.entry(status, &page)
}

/// The organization whose methods count: the only one, or the one to which the person goes back.
fn taken_by<'a>(person: &'a SignedIn, return_to: &str) -> Option<&'a Organization> {
    let slug = slug_in(return_to);
    let all = person.visitor.memberships().into_iter();
    let back = all.map(|membership| &membership.organization).find(|org| Some(org.slug.as_str()) == slug);
    person.home.as_ref().or(back)
}

/// What a person sees whom the provider has let through without a question, although it was to ask for a login. Going on
/// would only lead here again.
pub fn not_asked(view: &View, provider: &IdentityProvider, claims: &Claims, return_to: &str) -> Reply {
    let email = claims.email.as_deref().unwrap_or_default();
    let page = FreshPage::new(email, &[provider], return_to);
    view.entry(StatusCode::FORBIDDEN, &FreshPage { not_asked: Some(&provider.label), ..page })
}

impl<'a> FreshPage<'a> {
    fn new(email: &'a str, ways: &[&IdentityProvider], return_to: &'a str) -> Self {
        let ways = ways.iter().map(|provider| Button::of(provider, None)).collect();
        Self {
            site: Site,
            email,
            ways,
            return_to,
            not_asked: None,
            silent: None,
            factors: Factors::default(),
            errors: FactorErrors::default(),
            is_waiting: false,
            script: "",
        }
    }
}

fn silent(ways: &[&IdentityProvider]) -> Option<String> {
    let silent = ways.iter().filter(|provider| !provider.can_demand_login());
    let silent: Vec<&str> = silent.map(|provider| provider.label.as_str()).collect();
    (!silent.is_empty()).then(|| silent.join(" and "))
}
