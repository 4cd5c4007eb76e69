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
    /// Whether a code is taken in their place (rule 7.1).
    takes_code: bool,
    code_error: String,
    /// Too many wrong codes: none is taken for a while.
    is_waiting: bool,
}

impl Page for FreshPage<'_> {
    fn title(&self) -> &'static str {
        "Confirm it’s you"
    }

    fn has_errors(&self) -> bool {
        !self.code_error.is_empty()
    }
}

/// What a person sees who has to sign in once more before going on at `return_to`.
pub async fn sign_in_again(person: &SignedIn, view: &View, return_to: &str) -> Reply {
    person.note_refusal(Forbidden::NeedsFreshSignIn);
    code_again(person, view, StatusCode::FORBIDDEN, return_to, String::new()).await
}

/// The same page after a code that was not taken, for this reason.
pub async fn code_again(
    person: &SignedIn,
    view: &View,
    status: StatusCode,
    return_to: &str,
    code_error: String,
) -> Reply {
    let own = identities(person).await?;
    let mine = |provider: &&IdentityProvider| own.iter().any(|account| account.provider == provider.name);
    let on = methods_on(&person.services, taken_by(person, return_to)).await?;
    let ways: Vec<&IdentityProvider> = on.into_iter().filter(mine).collect();
    let takes_code = !apps(person).await?.is_empty();
    let is_waiting = status == StatusCode::TOO_MANY_REQUESTS;
    let page = FreshPage::new(&person.visitor.email, &ways, return_to);
    view.entry(status, &FreshPage { silent: silent(&ways), takes_code, code_error, is_waiting, ..page })
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
        let (not_asked, silent, code_error) = (None, None, String::new());
        let (takes_code, is_waiting) = (false, false);
        Self { site: Site, email, ways, return_to, not_asked, silent, takes_code, code_error, is_waiting }
    }
}

fn silent(ways: &[&IdentityProvider]) -> Option<String> {
    let silent = ways.iter().filter(|provider| !provider.can_demand_login());
    let silent: Vec<&str> = silent.map(|provider| provider.label.as_str()).collect();
    (!silent.is_empty()).then(|| silent.join(" and "))
}
