//! The Access page: everything that it shows, from what is stored and what was typed.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use askama::Template;

use super::super::form::{Problems, Row, RulesForm};
use super::super::methods::{LAST_OF_AN_OWNER, Methods, methods};
use super::super::{
    Answer, DomainRule, InstanceLists, Loser, Preview, Rule, Rules, denials, would_be_let_in,
};
use super::turned_away;
use crate::access::Admin;
use crate::address::{Domain, EmailAddress};
use crate::entity::{denial, org_settings};
use crate::error::Result;
use crate::sign_in::{Finding, Provider};
use crate::web::{Moment, Page, Reply, View};

/// As many people as the preview names; the rest is counted.
const MOST_LOSERS: usize = 100;

const YOU_KEEP: &str = "You keep your access.";
const YOU_STAY: &str = "These rules would not let you in if you came new. You stay in, because nobody can shut \
     themselves out here.";

/// What a request to the page is about, beside what is stored.
pub struct Access {
    pub form: RulesForm,
    pub problems: Problems,
    pub preview: Option<Shown>,
    /// Whether somebody tried to save with this very preview before them.
    pub agreed: bool,
    /// Whether somebody else saved in between.
    pub conflict: bool,
    pub simulator: Simulator,
    pub tested: Option<Tested>,
}

/// A preview and what it is of.
pub struct Shown {
    pub preview: Preview,
    pub rules: Rules,
    /// Whether the rules leave out whoever saves, unlike those in force.
    pub without_me: bool,
    /// Whether the members changed since it was shown before.
    pub stale: bool,
}

/// What the simulator was asked, and what the gate says.
#[derive(Default)]
pub struct Simulator {
    pub email: String,
    pub provider: String,
    pub unverified: bool,
    pub error: String,
    pub answer: Option<Answer>,
}

/// What a provider answered a moment ago.
pub struct Tested {
    pub provider: String,
    pub findings: Vec<Finding>,
}

#[expect(clippy::struct_excessive_bools, reason = "a page has many switches")]
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
    preview_shown: bool,
    preview_stale: bool,
    keeps: String,
    loses: String,
    losing: bool,
    exposed: String,
    you: &'static str,
    losers: Vec<LoserRow>,
    more: String,
    apply_now: bool,
    digest: String,
    confirm_self: bool,
    confirm_email: String,
    confirm_error: &'static str,
    simulator_email: String,
    simulator_error: String,
    simulator_unverified: bool,
    simulator_providers: Vec<Choice>,
    simulator_answered: bool,
    simulator_admitted: bool,
    simulator_verdict: String,
    simulator_steps: Vec<StepRow>,
    methods: Vec<Method>,
    denials: Vec<DenialRow>,
    denials_note: String,
    ceilings: Vec<Ceiling>,
    provenance: String,
    provenance_when: Moment,
}

struct Problem {
    href: String,
    message: String,
}

struct DomainRow {
    index: usize,
    domain: String,
    include_subdomains: bool,
    error: String,
    other_form: String,
    doubt: String,
    confirm: String,
    confirmed: bool,
}

struct LoserRow {
    name: String,
    email: String,
    role_label: &'static str,
    reason: String,
    last_seen: Moment,
    protected: &'static str,
}

struct Choice {
    name: String,
    label: String,
    selected: bool,
}

struct StepRow {
    rule: &'static str,
    detail: String,
    outcome: &'static str,
    deciding: bool,
}

struct Method {
    name: String,
    label: String,
    kind: &'static str,
    on: bool,
    state: &'static str,
    state_text: &'static str,
    why_not: &'static str,
    callback: String,
    tested: bool,
    findings: Vec<Finding>,
}

struct DenialRow {
    email: String,
    provider: String,
    reason: String,
    when: Moment,
    count: String,
    can_allow: bool,
    now: &'static str,
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
            agreed: false,
            conflict: false,
            simulator: Simulator::default(),
            tested: None,
        }
    }

    /// Shows it. After a conflict the form carries the version that it is shown beside.
    pub async fn show(self, admin: &Admin, view: &View, status: StatusCode) -> Reply {
        let stored = super::super::settings(admin).await?;
        let mut page = self.page(admin, &stored, &methods(admin).await?);
        (page.denials, page.denials_note) = denial_rows(admin, &Rules::from(&stored)).await?;
        view.page(&**admin, status, &page)
    }

    fn page(self, admin: &Admin, stored: &org_settings::Model, methods: &Methods) -> AccessPage {
        let services = admin.services();
        let (now, instance) = (services.clock.now(), &services.config.instance);
        let in_force = Rules::from(stored);
        let changed_by = stored.updated_by.clone();
        let rows = rows(&self.form, &self.problems.rows, &in_force);
        let providers = services.providers.iter();
        let choices = providers.map(|provider| choice(provider, &self.simulator.provider)).collect();
        let page = AccessPage {
            sentence: in_force.in_a_sentence(instance),
            sentence_tone: tone(&in_force, instance),
            summary: summary(&self.problems),
            form_error: self.problems.form,
            version: if self.conflict { stored.version.to_string() } else { self.form.version },
            conflict: self.conflict,
            their_name: changed_by.clone().unwrap_or_else(|| "Somebody".to_owned()),
            their_when: Moment::new(*stored.updated_at, now),
            their_rules: if self.conflict { in_lines(&in_force) } else { Vec::new() },
            domain_rows: rows,
            domain_gating: self.form.domain_gating,
            emails: self.form.emails,
            emails_error: self.problems.emails,
            email_allowlist: self.form.email_allowlist,
            open_sign_up: self.form.open_sign_up,
            preview_shown: false,
            preview_stale: false,
            keeps: String::new(),
            loses: String::new(),
            losing: false,
            exposed: String::new(),
            you: "",
            losers: Vec::new(),
            more: String::new(),
            apply_now: self.form.end_access,
            digest: String::new(),
            confirm_self: false,
            confirm_email: self.form.confirm_email,
            confirm_error: "",
            simulator_email: String::new(),
            simulator_error: String::new(),
            simulator_unverified: self.simulator.unverified,
            simulator_providers: choices,
            simulator_answered: false,
            simulator_admitted: false,
            simulator_verdict: String::new(),
            simulator_steps: Vec::new(),
            methods: method_rows(admin, methods, self.tested),
            denials: Vec::new(),
            denials_note: String::new(),
            ceilings: ceilings(instance),
            provenance: changed_by.map(|who| format!("Last changed by {who}")).unwrap_or_default(),
            provenance_when: Moment::new(*stored.updated_at, now),
        };
        let page = page.with_answer(self.simulator);
        match self.preview {
            Some(shown) => page.with_preview(shown, self.agreed, admin),
            None => page,
        }
    }
}

impl AccessPage {
    fn with_answer(mut self, simulator: Simulator) -> Self {
        self.simulator_email = simulator.email;
        self.simulator_error = simulator.error;
        let Some(answer) = simulator.answer else { return self };
        self.simulator_answered = true;
        self.simulator_admitted = answer.admitted.is_some();
        self.simulator_verdict = match answer.admitted {
            Some(role) => format!("{} gets in as {}.", self.simulator_email, role.name()),
            None => format!("{} is refused. {}", self.simulator_email, answer.reason()),
        };
        let last = answer.steps.len().saturating_sub(1);
        let steps = answer.steps.into_iter().enumerate();
        self.simulator_steps = steps
            .map(|(n, step)| StepRow {
                rule: step.rule.label(),
                detail: step.detail.into_owned(),
                outcome: step.outcome.name(),
                deciding: n == last,
            })
            .collect();
        self
    }

    fn with_preview(mut self, shown: Shown, agreed: bool, admin: &Admin) -> Self {
        let Shown { preview, rules, without_me, stale } = shown;
        let loses = preview.losers.len();
        self.preview_shown = true;
        self.preview_stale = stale;
        self.keeps = preview.keeps.to_string();
        self.loses = loses.to_string();
        self.losing = preview.is_losing();
        self.exposed = preview.exposed().count().to_string();
        self.you = if preview.leaves_out(&admin.visitor().id) { YOU_STAY } else { YOU_KEEP };
        self.digest = preview.digest.to_string();
        self.more = match loses.saturating_sub(MOST_LOSERS) {
            0 => String::new(),
            more => format!("and {more} more"),
        };
        let named = preview.losers.into_iter().take(MOST_LOSERS);
        self.losers = named.map(|loser| loser_row(loser, &rules, admin)).collect();
        self.confirm_self = without_me;
        if agreed && without_me {
            self.confirm_error = "Type the address that you sign in with.";
        }
        self
    }
}

fn loser_row(loser: Loser, rules: &Rules, admin: &Admin) -> LoserRow {
    let services = admin.services();
    let answer = would_be_let_in(&services.config.instance, rules, &loser.member.email);
    LoserRow {
        reason: answer.reason(),
        name: loser.member.name,
        email: loser.member.email.to_string(),
        role_label: loser.member.role.label(),
        last_seen: Moment::new(loser.member.last_seen_at, services.clock.now()),
        protected: loser.protected.unwrap_or_default(),
    }
}

fn choice(provider: &Provider, chosen: &str) -> Choice {
    Choice { name: provider.name.clone(), label: provider.label.clone(), selected: provider.name == chosen }
}

fn method_rows(admin: &Admin, methods: &Methods, mut tested: Option<Tested>) -> Vec<Method> {
    let services = admin.services();
    let names = || services.providers.iter().map(|provider| provider.name.as_str());
    let row = |provider: &Provider| {
        let on = !methods.off.contains(&provider.name);
        let findings = tested.take_if(|tested| tested.provider == provider.name);
        let (state, state_text) = match (on, provider.is_available()) {
            (false, _) => ("off", "Switched off"),
            (true, true) => ("working", "Working"),
            (true, false) => ("unavailable", "Does not answer"),
        };
        let needed = on && !methods.leave_an_owner_without(&provider.name, names());
        Method {
            name: provider.name.clone(),
            label: provider.label.clone(),
            kind: provider.kind.name(),
            on,
            state,
            state_text,
            why_not: if needed { LAST_OF_AN_OWNER } else { "" },
            callback: services.config.base_url.link(&format!("/auth/{}/callback", provider.name)),
            tested: findings.is_some(),
            findings: findings.map(|tested| tested.findings).unwrap_or_default(),
        }
    };
    services.providers.iter().map(row).collect()
}

async fn denial_rows(admin: &Admin, rules: &Rules) -> Result<(Vec<DenialRow>, String)> {
    let (lines, members) = turned_away(admin).await?;
    let full = lines.len() as u64 == denials::MOST_SHOWN;
    let note = if full { format!("Showing the last {}.", denials::MOST_SHOWN) } else { String::new() };
    let rows = lines.into_iter().map(|line| denial_row(line, &members, rules, admin)).collect();
    Ok((rows, note))
}

/// Allowing an address helps whom no rule admitted, and nobody else.
fn denial_row(line: denial::Model, members: &[String], rules: &Rules, admin: &Admin) -> DenialRow {
    let services = admin.services();
    let email = EmailAddress::parse(&line.email).ok();
    let answer = email.map(|email| would_be_let_in(&services.config.instance, rules, &email));
    let no_rule = line.decided_by == Rule::Otherwise.name();
    let (can_allow, now) = match answer {
        _ if members.contains(&line.email) => (false, "Is a member now."),
        Some(answer) if no_rule && answer.admitted.is_some() => (false, "Would get in now."),
        Some(answer) => (no_rule && answer.decided_by() == Rule::Otherwise, ""),
        None => (false, ""),
    };
    let provider = services.providers.get(&line.provider);
    DenialRow {
        email: if line.email.is_empty() { "No address".to_owned() } else { line.email },
        provider: provider.map_or(line.provider, |provider| provider.label.clone()),
        reason: line.detail,
        when: Moment::new(*line.last_at, services.clock.now()),
        count: if line.times > 1 { format!("{} times", line.times) } else { String::new() },
        can_allow,
        now,
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

fn rows(form: &RulesForm, problems: &BTreeMap<usize, String>, in_force: &Rules) -> Vec<DomainRow> {
    let row = |(index, row): (usize, &Row)| {
        let doubt = form.doubt(row, in_force);
        let (confirm, confirmed) = match &doubt {
            Some((domain, _, open)) if *open || form.is_sure_of(domain) => (domain.to_string(), !open),
            _ => (String::new(), false),
        };
        DomainRow {
            index,
            error: problems.get(&index).cloned().unwrap_or_default(),
            other_form: other_form(&row.domain),
            doubt: doubt.map(|(domain, doubt, _)| doubt.sentence(&domain)).unwrap_or_default(),
            confirm,
            confirmed,
            domain: row.domain.clone(),
            include_subdomains: row.include_subdomains,
        }
    };
    form.rows.iter().enumerate().map(row).collect()
}

/// For a name beyond ASCII, the form that was not typed: both are the same domain.
fn other_form(typed: &str) -> String {
    let Ok(domain) = Domain::parse(typed.trim()) else { return String::new() };
    let (ascii, unicode) = (domain.as_str().to_owned(), domain.to_unicode());
    if ascii == unicode {
        return String::new();
    }
    if typed.is_ascii() { unicode } else { ascii }
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
