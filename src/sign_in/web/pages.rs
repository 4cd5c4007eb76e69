//! The pages of people who are not in yet, and what each refusal says.

use actix_web::http::StatusCode;
use askama::Template;

use crate::access::SignedIn;
use crate::app::Services;
use crate::error::Result;
use crate::sign_in::flow::{Flow, Purpose};
use crate::sign_in::{Claims, Failure, Provider, Refusal, claim, methods_on};
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "sign_in/index.html")]
pub struct SignInPage {
    pub organization: String,
    pub providers: Vec<Button>,
    pub return_to: String,
    pub notice: &'static str,
    pub no_providers: bool,
}

#[derive(Template)]
#[template(path = "sign_in/claim.html")]
pub struct ClaimPage {
    pub providers: Vec<Button>,
    pub token: String,
}

#[derive(Template)]
#[template(path = "sign_in/fresh.html")]
struct FreshPage<'a> {
    email: &'a str,
    ways: Vec<Button>,
    return_to: &'a str,
    /// The provider that was to ask for a login and did not; empty if none was.
    not_asked: &'a str,
    /// Labels of those that can't be made to ask; empty if there is none.
    silent: String,
}

/// A provider's button.
pub struct Button {
    pub name: String,
    pub label: String,
    pub kind: &'static str,
    pub available: bool,
    pub last_used: bool,
}

impl Button {
    /// The button of `provider`; `last` is the one that the browser came in by before.
    pub fn of(provider: &Provider, last: Option<&str>) -> Self {
        Self {
            name: provider.name.clone(),
            label: provider.label.clone(),
            kind: provider.kind.name(),
            available: provider.is_available(),
            last_used: last == Some(&provider.name),
        }
    }
}

#[derive(Template)]
#[template(path = "account/waiting.html")]
pub struct WaitingPage<'a> {
    pub email: &'a str,
    pub sentence: &'static str,
    pub invitations: Vec<Invitation>,
}

/// An invite that a person is asked about.
pub struct Invitation {
    pub organization: String,
    pub inviter: String,
    pub role_label: &'static str,
    pub href: String,
}

#[derive(Template)]
#[template(path = "sign_in/refused.html")]
struct RefusedPage {
    title: &'static str,
    sentence: String,
    next_step: String,
    email: String,
    /// Where "Use another account" leads, with what it sends; nowhere if empty.
    again: String,
    again_fields: Vec<Field>,
    ways: Vec<Button>,
    ways_return_to: String,
    back: &'static str,
    back_label: &'static str,
    code: &'static str,
    /// Whether whoever runs this Gatehouse is told how to get in.
    from_the_shell: bool,
}

struct Field {
    name: &'static str,
    value: String,
}

impl Page for SignInPage {
    fn title(&self) -> &'static str {
        "Sign in"
    }
}

impl Page for ClaimPage {
    fn title(&self) -> &'static str {
        "Claim this Gatehouse"
    }
}

impl Page for FreshPage<'_> {
    fn title(&self) -> &'static str {
        "Confirm that it is you"
    }
}

impl Page for WaitingPage<'_> {
    fn title(&self) -> &'static str {
        "Waiting for an invitation"
    }
}

impl Page for RefusedPage {
    fn title(&self) -> &str {
        self.title
    }
}

/// What a person sees who has to sign in once more before going on at `return_to`.
pub async fn sign_in_again(person: &SignedIn, view: &View, return_to: &str) -> Reply {
    let own = crate::account::identities(person).await?;
    let mine = |provider: &&Provider| own.iter().any(|account| account.provider == provider.name);
    let on = methods_on(&person.services).await?;
    let ways: Vec<&Provider> = on.into_iter().filter(mine).collect();
    let page = FreshPage::new(&person.visitor.email, &ways, return_to);
    view.entry(StatusCode::FORBIDDEN, &page)
}

/// What a person sees whom the provider has let through without a question, although it was to ask for a login. Going on
/// would only lead here again.
pub fn not_asked(view: &View, provider: &Provider, claims: &Claims, flow: &Flow) -> Reply {
    let email = claims.email.as_deref().unwrap_or_default();
    let page = FreshPage::new(email, &[provider], flow.return_to.as_str());
    view.entry(StatusCode::FORBIDDEN, &FreshPage { not_asked: &provider.label, ..page })
}

impl<'a> FreshPage<'a> {
    fn new(email: &'a str, ways: &[&Provider], return_to: &'a str) -> Self {
        let silent = ways.iter().filter(|provider| !provider.can_demand_login());
        let silent: Vec<&str> = silent.map(|provider| provider.label.as_str()).collect();
        let ways = ways.iter().map(|provider| Button::of(provider, None)).collect();
        Self { email, ways, return_to, not_asked: "", silent: silent.join(" and ") }
    }
}

/// A sign-in, or something else that one was begun for, and how it is tried again.
pub struct Again<'a> {
    pub services: &'a Services,
    pub provider: &'a Provider,
    pub flow: &'a Flow,
}

impl Again<'_> {
    /// A page that leads to the same errand once more, with another account.
    fn page(&self) -> RefusedPage {
        let field = |name, value: &str| Field { name, value: value.to_owned() };
        let name = self.provider.name.as_str();
        let again = |fields| (format!("/auth/{name}"), fields);
        let prompt = || field("prompt", "select_account");
        let to = || field("return_to", self.flow.return_to.as_str());
        let (action, fields) = match self.flow.purpose {
            Purpose::SignIn => again(vec![to(), prompt()]),
            Purpose::StepUp => again(vec![to(), field("prompt", "login")]),
            Purpose::Claim => again(vec![field("claim", &self.claim_token()), prompt()]),
            Purpose::Connect => ("/settings/identities".to_owned(), vec![field("provider", name)]),
        };
        let (back, back_label, from_the_shell) = match self.flow.purpose {
            Purpose::Connect => ("/settings", "Back to your account", false),
            Purpose::SignIn | Purpose::StepUp | Purpose::Claim => ("/sign-in", "Back to sign-in", true),
        };
        let blank = RefusedPage::blank();
        RefusedPage { again: action, again_fields: fields, back, back_label, from_the_shell, ..blank }
    }

    /// Only whoever has shown the token has a flow that claims.
    fn claim_token(&self) -> String {
        claim::token(self.services).unwrap_or_default()
    }
}

impl RefusedPage {
    fn blank() -> Self {
        Self {
            title: "",
            sentence: String::new(),
            next_step: String::new(),
            email: String::new(),
            again: String::new(),
            again_fields: Vec::new(),
            ways: Vec::new(),
            ways_return_to: String::new(),
            back: "/sign-in",
            back_label: "Back to sign-in",
            code: "",
            from_the_shell: false,
        }
    }
}

/// The provider could not be asked, or what it said does not hold.
pub fn failed(view: &View, again: &Again, failure: &Failure) -> Reply {
    let label = &again.provider.label;
    tracing::warn!(provider = again.provider.name, %failure, "sign-in failed");
    let (status, title, sentence, next_step) = match failure {
        Failure::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in service does not answer",
            format!("{label} could not be reached, or did not answer in time."),
            "Nothing was changed. Try again in a moment, or use another way to sign in.",
        ),
        Failure::Rejected(_) => (
            StatusCode::BAD_REQUEST,
            "That sign-in could not be checked",
            format!("What {label} answered did not hold up."),
            "Try again. If it keeps happening, tell your admin: the log says why.",
        ),
    };
    let page = RefusedPage { title, sentence, code: failure.code(), ..again.page() };
    view.entry(status, &RefusedPage { next_step: next_step.to_owned(), ..page })
}

/// The way back leads to a browser that has not set out.
pub fn not_started_here(view: &View) -> Reply {
    let page = RefusedPage {
        title: "Start signing in again",
        sentence:
            "This sign-in was not started in this browser, was already used, or took longer than ten minutes."
                .to_owned(),
        next_step: "Nothing was changed. Go back to sign-in and start again.".to_owned(),
        code: "not_started_here",
        ..RefusedPage::blank()
    };
    view.entry(StatusCode::BAD_REQUEST, &page)
}

/// The provider sent the person back without having signed them in.
pub fn cancelled(view: &View, again: &Again) -> Reply {
    let page = RefusedPage {
        title: "You were not signed in",
        sentence: format!("{} did not sign you in, or you cancelled.", again.provider.label),
        next_step: "Nothing was changed. Try again whenever you like.".to_owned(),
        code: "cancelled",
        from_the_shell: false,
        ..again.page()
    };
    view.entry(StatusCode::BAD_REQUEST, &page)
}

/// Title, sentence and next step for somebody who stays outside, whatever the reason.
fn not_admitted(email: &str, organization: &str) -> (&'static str, String, &'static str) {
    (
        "You are not on the list",
        format!("{email} is not on the list of {organization}."),
        "Ask an admin for an invite, or use another account.",
    )
}

/// The page for somebody who stays outside, whom a link was to let in.
pub fn not_on_the_list(view: &View, email: &str, organization: &str) -> Reply {
    let (title, sentence, next_step) = not_admitted(email, organization);
    let (email, next_step, code) = (email.to_owned(), next_step.to_owned(), Refusal::NotAdmitted.code());
    let blank = RefusedPage::blank();
    let page = RefusedPage { title, sentence, next_step, email, code, from_the_shell: true, ..blank };
    view.entry(StatusCode::FORBIDDEN, &page)
}

/// Whom a refusal is shown to.
pub struct Refused<'a> {
    pub again: Again<'a>,
    pub claims: &'a Claims,
    pub organization: &'a str,
}

impl Refused<'_> {
    /// The page for somebody who stays outside, or whose account could not be connected.
    pub async fn show(&self, view: &View, refusal: &Refusal) -> Reply {
        let mut page = self.page(refusal);
        if let Refusal::KnownElsewhere(names) = refusal {
            self.lead_on(&mut page, names).await?;
        }
        let status = match refusal {
            Refusal::SomebodyElses => StatusCode::CONFLICT,
            _ => StatusCode::FORBIDDEN,
        };
        view.entry(status, &page)
    }

    fn page(&self, refusal: &Refusal) -> RefusedPage {
        let (email, label) = (self.claims.email.clone().unwrap_or_default(), &self.again.provider.label);
        let connects = self.again.flow.purpose == Purpose::Connect;
        let (title, sentence, next_step) = match refusal {
            Refusal::NoAddress => (
                "No e-mail address",
                "The account that you used comes without a usable e-mail address.".to_owned(),
                "Add an address to it, or use another account.",
            ),
            Refusal::Unverified => (
                "The address is not verified",
                format!("{email} has not been verified by {label}."),
                "Verify it there and come back, or use another account.",
            ),
            Refusal::KnownElsewhere(_) => (
                "You already have an account",
                format!("{email} belongs to an account that signs in here in another way."),
                "Sign in with the account that you used before.",
            ),
            Refusal::SomebodyElses => (
                "That account can’t be connected",
                format!("This account at {label}, or its address, belongs to somebody else here."),
                "Nothing was changed. Use another account.",
            ),
            Refusal::NotAdmitted if connects => (
                "That account can’t be connected",
                format!("You could not sign in with {email}: the rules of this Gatehouse leave it out."),
                "Nothing was changed. Use another account.",
            ),
            Refusal::NotAdmitted => not_admitted(&email, self.organization),
        };
        let page = RefusedPage { title, sentence, email, code: refusal.code(), ..self.again.page() };
        RefusedPage { next_step: next_step.to_owned(), ..page }
    }

    /// To the sign-in that the person has, and from there to connecting this one (rule 2.6).
    async fn lead_on(&self, page: &mut RefusedPage, names: &[String]) -> Result<()> {
        let this = self.again.provider;
        let on = methods_on(self.again.services).await?;
        let others = on.into_iter().filter(|provider| provider.name != this.name);
        let theirs = others.filter(|provider| names.contains(&provider.name));
        page.ways = theirs.map(|provider| Button::of(provider, None)).collect();
        let labels: Vec<&str> = page.ways.iter().map(|way| way.label.as_str()).collect();
        if !labels.is_empty() {
            let labels = labels.join(" or ");
            page.next_step =
                format!("Sign in with {labels} first, then connect {} under Your account.", this.label);
            page.ways_return_to = format!("/settings?connect={}", this.name);
        }
        Ok(())
    }
}
