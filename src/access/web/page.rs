//! The Access page: everything that it shows, from what is stored and what was typed.

use actix_web::http::StatusCode;
use askama::Template;

use super::beside::{Beside, Besides};
use super::ceilings::{Ceiling, ceilings};
use super::denials::DenialsPart;
use super::domains::{self, DomainRow};
use super::methods::{self, MethodRow, Tested};
use super::preview::{PreviewPart, Shown};
use super::simulator::{SimulatorPart, Try};
use super::wording::{Problem, in_lines, summary, tone};
use crate::access::form::{Additions, Problems, RulesForm};
use crate::authority::Admin;
use crate::entity::org_settings;
use crate::error::Result;
use crate::gate::Rules;
use crate::links::{Links, Site};
use crate::web::{Moment, Page, Reply, View};

/// What a request to the page is about, beside what is stored.
pub struct Access {
    pub form: RulesForm,
    pub problems: Problems,
    /// What is added to lists that are switched off.
    pub additions: Additions,
    pub preview: Option<Shown>,
    /// Whether someone else saved in between.
    pub conflict: bool,
    pub simulator: Option<SimulatorPart>,
    pub tested: Option<Tested>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a switch in the form, or a conflict")]
#[derive(Template)]
#[template(path = "access/index.html", blocks = ["rules", "preview", "simulator", "methods", "denials"])]
struct AccessPage {
    links: Links,
    /// The whole address where those join whom the rules admit; empty where there is one organization.
    door: String,
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
    beside: Beside,
    preview: PreviewPart,
    simulator: SimulatorPart,
    methods: Vec<MethodRow>,
    denials: DenialsPart,
    ceilings: Vec<Ceiling>,
    provenance: String,
    provenance_when: Moment,
}

impl Page for AccessPage {
    fn title(&self) -> &'static str {
        "Access"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        Some(match id {
            "rules" => self.as_rules().render(),
            "preview" => self.as_preview().render().and_then(|preview| Ok(preview + &self.besides()?)),
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

impl AccessPage {
    fn statement_icon(&self) -> &'static str {
        match self.sentence_tone {
            "open" => "globe",
            "gated" => "access",
            _ => "lock",
        }
    }

    /// What changes with the preview elsewhere on the page.
    fn besides(&self) -> askama::Result<String> {
        Besides { beside: &self.beside, review: &self.preview.review }.render()
    }
}

impl Access {
    /// The page with this form and nothing else to say.
    pub fn of(form: RulesForm) -> Self {
        Self {
            form,
            problems: Problems::default(),
            additions: Additions::default(),
            preview: None,
            conflict: false,
            simulator: None,
            tested: None,
        }
    }

    /// The page as it is stored.
    pub async fn stored(admin: &Admin) -> Result<Self> {
        let stored = crate::access::settings(admin).await?;
        Ok(Self::of(RulesForm::showing(&Rules::from(&stored), stored.version)))
    }

    /// Shows it, or the part of it that is asked for. After a conflict the form carries the version that it is
    /// shown beside.
    pub async fn show(mut self, admin: &Admin, view: &View, status: StatusCode) -> Reply {
        let stored = crate::access::settings(admin).await?;
        let in_force = Rules::from(&stored);
        let tested = self.tested.take();
        let simulator = match self.simulator.take() {
            Some(simulator) => simulator,
            None => SimulatorPart::of(admin, Try::default()).await?,
        };
        let mut page = self.page(admin, &stored, &in_force, simulator);
        if view.wants("methods") || view.wants_whole() {
            page.methods = methods::rows(admin, &crate::access::methods::methods(admin).await?, tested);
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
            links: admin.links(),
            door: door(admin),
            sentence: in_force.in_a_sentence(instance),
            sentence_tone: tone(in_force, instance),
            summary: summary(&self.problems),
            domain_rows: domains::rows(&self.form, &self.problems.rows, in_force),
            beside: Beside::of(self.preview.as_ref(), self.additions, in_force),
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

fn door(admin: &Admin) -> String {
    let config = &admin.services().config;
    if !config.tenancy.is_multi() {
        return String::new();
    }
    config.base_url.link(&Site.door(&admin.organization().slug).page())
}
