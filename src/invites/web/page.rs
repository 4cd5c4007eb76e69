//! The page of invites, which shows the list below what was asked of it or typed into its form.

use actix_web::http::StatusCode;
use askama::Template;

use super::choices::FormChoices;
use super::listed::ShownList;
use super::results::{ResultRow, all_links, rows, title};
use crate::authority::Admin;
use crate::error::Result;
use crate::id::Id;
use crate::invites::form::InviteForm;
use crate::invites::known::Known;
use crate::invites::query::RawInviteQuery;
use crate::invites::results::{BatchResults, Choices, InviteLine};
use crate::links::Links;
use crate::listing::Empty;
use crate::membership::invited::Status;
use crate::pasted::{Bad, Pasted};
use crate::random;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "invites/index.html", blocks = ["send", "results", "invites"])]
struct InvitesPage {
    links: Links,
    /// Whether the viewer can invite.
    can_send: bool,
    mail_on: bool,
    mail_from: String,
    batch: String,
    addresses: String,
    addresses_error: String,
    lines: Vec<Bad>,
    known: Vec<KnownAddress>,
    choices: FormChoices,
    parsed: String,
    results_title: String,
    results: Vec<ResultRow>,
    all_links: String,
    list: ShownList,
}

/// How the addresses were read, alone.
#[derive(Template)]
#[template(path = "invites/_parsed.html")]
struct ParsedPart<'a> {
    links: &'a Links,
    lines: &'a [Bad],
    known: &'a [KnownAddress],
    parsed: &'a str,
}

/// An address that is a member's, or invited already.
struct KnownAddress {
    address: String,
    says: &'static str,
}

impl InvitesPage {
    /// Whether there is nothing on the page but the form.
    fn begins_here(&self) -> bool {
        self.addresses.is_empty() && self.results.is_empty() && self.list.empty == Empty::Nothing
    }
}

impl Page for InvitesPage {
    fn title(&self) -> &'static str {
        "Invites"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        Some(match id {
            "send" => self.as_send().render(),
            "parsed" => {
                let (links, lines, known, parsed) = (&self.links, &self.lines, &self.known, &self.parsed);
                ParsedPart { links, lines, known, parsed }.render()
            }
            "results" => self.as_results().render(),
            "invites" => self.as_invites().render(),
            _ => return None,
        })
    }

    fn has_errors(&self) -> bool {
        !self.addresses_error.is_empty()
    }
}

/// What a request to the page is about, beside what is stored.
#[derive(Default)]
pub struct Invites {
    pub query: RawInviteQuery,
    pub form: InviteForm,
    pub pasted: Pasted,
    /// How the addresses were read.
    pub parsed: String,
    /// Why no one was invited.
    pub problem: String,
    pub results: Vec<InviteLine>,
}

impl Invites {
    /// The page after a form was sent: with what came of it, and what is left of it to be corrected.
    pub fn after(results: BatchResults) -> Self {
        let pasted = Pasted { bad: results.left, ..Pasted::default() };
        let problem = match pasted.bad.len() {
            0 => String::new(),
            1 => "1 line isn\u{2019}t an email address. Correct it and send again.".to_owned(),
            bad => format!("{bad} lines aren\u{2019}t email addresses. Correct them and send again."),
        };
        // Who corrects a line means it for what was chosen; the next invite is another one.
        let chosen = if pasted.bad.is_empty() { Choices::default() } else { results.chosen };
        let form = InviteForm::chosen(pasted.left(), chosen);
        Self { form, pasted, problem, results: results.lines, ..Self::default() }
    }

    /// Answers with the page.
    ///
    /// # Errors
    /// 422 when what is asked of the list makes no sense.
    pub async fn show(self, admin: &Admin, view: &View, status: StatusCode) -> Reply {
        let query = self.query.clone().parse_for_page()?;
        let list = ShownList::of(admin, &query).await?;
        let page = self.page(admin, list).await?;
        view.page(&**admin, status, &page)
    }

    async fn page(self, admin: &Admin, list: ShownList) -> Result<InvitesPage> {
        let mail = &admin.services().mail;
        let results = rows(admin, self.results).await?;
        Ok(InvitesPage {
            links: admin.links(),
            can_send: admin.gives_roles(),
            mail_on: mail.is_on(),
            mail_from: mail.from().unwrap_or_default(),
            known: known(admin, &self.pasted).await?,
            choices: FormChoices::of(admin, &self.form).await?,
            batch: self.form.batch.as_ref().map_or_else(random::id, Id::to_string),
            addresses: self.form.addresses,
            addresses_error: self.problem,
            lines: self.pasted.bad,
            parsed: self.parsed,
            results_title: title(&results),
            all_links: all_links(&results),
            results,
            list,
        })
    }
}

/// What is known of the addresses that were typed.
async fn known(admin: &Admin, pasted: &Pasted) -> Result<Vec<KnownAddress>> {
    let known = Known::of(admin, &pasted.addresses).await?;
    let about = |address| Some(KnownAddress { says: known.about(address)?, address: address.to_string() });
    Ok(pasted.addresses.iter().filter_map(about).collect())
}
