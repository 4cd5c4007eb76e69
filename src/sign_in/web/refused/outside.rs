//! People whom the gate has refused, and accounts that can't be connected.

use actix_web::http::StatusCode;

use super::page::{Others, RefusedPage, Words};
use super::second_try::SecondTry;
use crate::authority::Organization;
use crate::entity::sign_in_flow::Purpose;
use crate::error::Result;
use crate::identity_providers::{Button, Claims};
use crate::links::Site;
use crate::membership::methods::methods_on;
use crate::sign_in::refusal::Refusal;
use crate::web::{Reply, View};

/// Whom a refusal is shown to.
pub struct Refused<'a> {
    pub again: SecondTry<'a>,
    pub claims: &'a Claims,
    /// None where one signs in to an installation with many.
    pub organization: Option<&'a Organization>,
    /// What one signs in to is called.
    pub name: String,
}

/// The page for someone who stays outside, whom a link was to let in.
pub fn not_on_the_list(view: &View, email: String, name: &str) -> Reply {
    let words = not_admitted(&email, name);
    let page = RefusedPage { email: Some(email), from_the_shell: true, ..RefusedPage::of(words) };
    view.entry(StatusCode::FORBIDDEN, &page)
}

impl Refused<'_> {
    /// The page for someone who stays outside, or whose account could not be connected.
    pub async fn show(&self, view: &View, refusal: &Refusal) -> Reply {
        let email = self.claims.email.clone().filter(|email| !email.is_empty());
        let mut page = RefusedPage { email, ..self.again.page(self.words(refusal)) };
        if let Refusal::KnownElsewhere(names) | Refusal::NewAtProvider(names) = refusal {
            self.lead_on(&mut page, names).await?;
        }
        let status = match refusal {
            Refusal::SomebodyElses => StatusCode::CONFLICT,
            _ => StatusCode::FORBIDDEN,
        };
        view.entry(status, &page)
    }

    fn words(&self, refusal: &Refusal) -> Words {
        let (email, label) = (self.claims.email.as_deref().unwrap_or_default(), &self.again.provider.label);
        let connects = self.again.goal.purpose == Purpose::Connect;
        let (title, sentence, next_step) = match refusal {
            Refusal::NoAddress => (
                "No email address",
                "The account you used has no usable email address.".to_owned(),
                "Add an address to it, or use another account.",
            ),
            Refusal::Unverified => (
                "Email not verified",
                format!("{label} hasn’t verified {email}."),
                "Verify it there and come back, or use another account.",
            ),
            Refusal::KnownElsewhere(_) => (
                "You already have an account",
                format!("{email} belongs to an account that uses another sign-in method."),
                "Sign in with the account you used before.",
            ),
            Refusal::NewAtProvider(_) => return self.new_at_provider(email, refusal.code()),
            Refusal::SomebodyElses => (
                "That account can’t be connected",
                format!("This account at {label}, or its address, belongs to someone else here."),
                "Nothing changed. Use another account.",
            ),
            Refusal::NotAdmitted if connects => (
                "That account can’t be connected",
                format!("You couldn’t sign in with {email}: this server’s rules don’t allow it."),
                "Nothing changed. Use another account.",
            ),
            Refusal::NotAdmitted => return not_admitted(email, &self.name),
        };
        Words { title, sentence, next_step: next_step.to_owned(), code: refusal.code() }
    }

    /// The way out of it is another sign-in of the person's or, where there is none, the shell.
    fn new_at_provider(&self, email: &str, code: &'static str) -> Words {
        let label = &self.again.provider.label;
        Words {
            title: "Your account has changed",
            sentence: format!(
                "{email} belongs to an account here, but {label} presents you as someone new. That happens when {label} \
                 was set up again or moved to another address."
            ),
            next_step: format!(
                "Ask the person who runs this server to connect your new account: gatehouse user relink {email}"
            ),
            code,
        }
    }

    /// To the sign-in that the person has, and from there to connecting this one (rule 2.6).
    async fn lead_on(&self, page: &mut RefusedPage, names: &[String]) -> Result<()> {
        let this = self.again.provider;
        let on = methods_on(self.again.services, self.organization).await?;
        let others = on.into_iter().filter(|provider| provider.name != this.name);
        let theirs = others.filter(|provider| names.contains(&provider.name));
        let ways: Vec<Button> = theirs.map(|provider| Button::of(provider, None)).collect();
        if ways.is_empty() {
            return Ok(());
        }
        let labels: Vec<&str> = ways.iter().map(|way| way.label.as_str()).collect();
        page.words.next_step = format!(
            "Sign in with {} first, then connect {} under Your account.",
            labels.join(" or "),
            this.label
        );
        page.others = Some(Others { ways, return_to: Site.settings().query("connect", &this.name) });
        Ok(())
    }
}

/// What someone is told who stays outside, whatever the reason.
fn not_admitted(email: &str, name: &str) -> Words {
    Words {
        title: "You don’t have access",
        sentence: format!("{email} doesn’t have access to {name}."),
        next_step: "Ask an admin for an invite, or use another account.".to_owned(),
        code: Refusal::NotAdmitted.code(),
    }
}
