//! The Access page: everything that it shows, from what is stored and what was typed.

use actix_web::http::StatusCode;
use askama::Template;

use super::denials::DenialsPart;
use super::domains::{self, DomainRow};
use super::methods::{self, MethodRow, Tested};
use super::preview::{PreviewPart, Shown};
use super::simulator::SimulatorPart;
use crate::access::Admin;
use crate::address::{Domain, EmailAddress};
use crate::entity::org_settings;
use crate::error::Result;
use crate::gate::form::{Problems, RulesForm};
use crate::gate::{self, DomainRule, InstanceLists, Rules};
use crate::web::{Moment, Page, Reply, View};

/// What a request to the page is about, beside what is stored.
pub struct Access {
    pub form: RulesForm,
    pub problems: Problems,
    pub preview: Option<Shown>,
    /// Whether somebody else saved in between.
    pub conflict: bool,
    pub simulator: Option<SimulatorPart>,
    pub tested: Option<Tested>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a switch in the form, or a conflict")]
#[derive(Template)]
#[template(path = "gate/index.html", blocks = ["rules", "preview", "simulator", "methods", "denials"])]
struct AccessPage {
    sentence: String,
    sentence_tone: &'static str,
    summary: Vec<Problem>,
    form_error: String,
    version: String,
    conflict: bool,
    their_name: String,
    their_when: Moment,
    their_rules: Vec<String>,
    domain_rows: Vec<DomainRow>,
    domain_gating: bool,
    emails: String,
    emails_error: String,
    email_allowlist: bool,
    open_sign_up: bool,
    preview: PreviewPart,
    simulator: SimulatorPart,
    methods: Vec<MethodRow>,
    denials: DenialsPart,
    ceilings: Vec<Ceiling>,
    provenance: String,
    provenance_when: Moment,
}

struct Problem {
    href: String,
    message: String,
}

struct Ceiling {
    variable: &'static str,
    value: String,
}

impl Page for AccessPage {
    fn title(&self) -> &'static str {
        "Access"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        Some(match id {
            "rules" => self.as_rules().render(),
            "preview" => self.as_preview().render(),
            "simulator" => self.as_simulator().render(),
            "methods" => self.as_methods().render(),
            "denials" => self.as_denials().render(),
            _ => return None,
        })
    }

    fn has_errors(&self) -> bool {
        !self.summary.is_empty() || !self.form_error.is_empty() || self.conflict
    }
}

impl Access {
    /// The page with this form and nothing else to say.
    pub fn of(form: RulesForm) -> Self {
        Self {
            form,
            problems: Problems::default(),
            preview: None,
            conflict: false,
            simulator: None,
            tested: None,
        }
    }

    /// The page as it is stored.
    pub async fn stored(admin: &Admin) -> Result<Self> {
        let stored = gate::settings(admin).await?;
        Ok(Self::of(RulesForm::showing(&Rules::from(&stored), stored.version)))
    }

    /// Shows it, or the part of it that is asked for. After a conflict the form carries the version that it is
    /// shown beside.
    pub async fn show(mut self, admin: &Admin, view: &View, status: StatusCode) -> Reply {
        let stored = gate::settings(admin).await?;
        let in_force = Rules::from(&stored);
        let tested = self.tested.take();
        let simulator = match self.simulator.take() {
            Some(simulator) => simulator,
            None => SimulatorPart::of(admin, super::Try::default()).await?,
        };
        let mut page = self.page(admin, &stored, &in_force, simulator);
        if view.wants("methods") || view.wants_whole() {
            page.methods = methods::rows(admin, &gate::methods::methods(admin).await?, tested);
        }
        if view.wants("denials") || view.wants_whole() {
            page.denials = DenialsPart::of(admin, &in_force).await?;
        }
        view.page(&**admin, status, &page)
    }

    fn page(
        self,
        admin: &Admin,
        stored: &org_settings::Model,
        in_force: &Rules,
        simulator: SimulatorPart,
    ) -> AccessPage {
        let services = admin.services();
        let (now, instance) = (services.clock.now(), &services.config.instance);
        let changed_by = stored.updated_by.clone();
        AccessPage {
            sentence: in_force.in_a_sentence(instance),
            sentence_tone: tone(in_force, instance),
            summary: summary(&self.problems),
            domain_rows: domains::rows(&self.form, &self.problems.rows, in_force),
            preview: PreviewPart::of(self.preview, &self.form, admin),
            form_error: self.problems.form,
            version: if self.conflict { stored.version.to_string() } else { self.form.version },
            conflict: self.conflict,
            their_name: changed_by.clone().unwrap_or_else(|| "Somebody".to_owned()),
            their_when: Moment::new(*stored.updated_at, now),
            their_rules: if self.conflict { in_lines(in_force) } else { Vec::new() },
            domain_gating: self.form.domain_gating,
            emails: self.form.emails,
            emails_error: self.problems.emails,
            email_allowlist: self.form.email_allowlist,
            open_sign_up: self.form.open_sign_up,
            simulator,
            methods: Vec::new(),
            denials: DenialsPart::default(),
            ceilings: ceilings(instance),
            provenance: changed_by.map(|who| format!("Last changed by {who}")).unwrap_or_default(),
            provenance_when: Moment::new(*stored.updated_at, now),
        }
    }
}

/// Red is for everybody: with limits of the installation it is not everybody.
fn tone(rules: &Rules, instance: &InstanceLists) -> &'static str {
    match rules {
        Rules { open_sign_up: true, .. } if !instance.is_limited() => "open",
        Rules { open_sign_up: false, domain_gating: false, email_allowlist: false, .. } => "invited",
        _ => "gated",
    }
}

fn summary(problems: &Problems) -> Vec<Problem> {
    let rows = problems.rows.iter().map(|(index, sentence)| Problem {
        href: format!("#domains.{index}.name"),
        message: format!("Domains: {sentence}"),
    });
    let emails = (!problems.emails.is_empty())
        .then(|| Problem { href: "#emails".to_owned(), message: format!("Addresses: {}", problems.emails) });
    rows.chain(emails).collect()
}

fn in_lines(rules: &Rules) -> Vec<String> {
    let on = |flag| if flag { "on" } else { "off" };
    let domains: Vec<String> = rules.allowed_domains.iter().map(DomainRule::in_words).collect();
    let emails: Vec<&str> = rules.allowed_emails.iter().map(EmailAddress::as_str).collect();
    let or_none = |list: String| if list.is_empty() { "none".to_owned() } else { list };
    vec![
        format!("Domains ({}): {}", on(rules.domain_gating), or_none(domains.join(", "))),
        format!("Addresses ({}): {}", on(rules.email_allowlist), or_none(emails.join(", "))),
        format!("Open sign-up: {}", on(rules.open_sign_up)),
    ]
}

fn ceilings(instance: &InstanceLists) -> Vec<Ceiling> {
    let domains = |list: &[Domain]| list.iter().map(Domain::to_unicode).collect::<Vec<_>>().join(", ");
    let emails = |list: &[EmailAddress]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let all = [
        ("GATEHOUSE_ALLOWED_DOMAINS", domains(&instance.allowed_domains)),
        ("GATEHOUSE_ALLOWED_EMAILS", emails(&instance.allowed_emails)),
        ("GATEHOUSE_BLOCKED_DOMAINS", domains(&instance.blocked_domains)),
        ("GATEHOUSE_BLOCKED_EMAILS", emails(&instance.blocked_emails)),
    ];
    let set = all.into_iter().filter(|(_, value)| !value.is_empty());
    set.map(|(variable, value)| Ceiling { variable, value }).collect()
}
