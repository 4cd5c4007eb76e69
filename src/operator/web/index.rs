//! `/operator`: which organizations there are, and how the installation is doing.

use actix_web::web;
use askama::Template;

use crate::authority::Operator;
use crate::entity::organization::State;
use crate::links::{Link, Links, Site};
use crate::listing::{ListQuery, Paging};
use crate::numbers::grouped;
use crate::operator::organizations::{ListedOrganization, list};
use crate::operator::query::RawOrganizationQuery;
use crate::operator::totals::{Totals, totals};
use crate::web::{Moment, Page, Reply, View};

#[derive(Template)]
#[template(path = "operator/index.html", blocks = ["organizations"])]
struct OperatorPage {
    site: Site,
    facts: Vec<Fact>,
    /// What is the matter with the database; empty when nothing is.
    trouble: String,
    q: String,
    rows: Vec<Row>,
    paging: Paging,
}

struct Fact {
    label: &'static str,
    value: String,
    /// Whether it needs someone.
    is_bad: bool,
}

struct Row {
    name: String,
    slug: String,
    members: String,
    owners: i64,
    /// None of the one that the installation began with.
    created: Option<Moment>,
    /// When the erasing of one that is being deleted begins.
    until: Option<Moment>,
    /// Whether it has begun.
    is_purging: bool,
    failing: Vec<Failing>,
    entry: Option<Link>,
    /// The address of its pages, where the operator is already.
    open: Option<Link>,
}

struct Failing {
    task: String,
    problem: String,
    since: Moment,
}

impl Row {
    /// How many people belong to it.
    fn people(&self) -> String {
        let members = if self.members == "1" { "member" } else { "members" };
        let owners = if self.owners == 1 { "owner" } else { "owners" };
        format!("{} {members}, {} {owners}", self.members, self.owners)
    }
}

impl Page for OperatorPage {
    fn title(&self) -> &'static str {
        "Operator"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "organizations").then(|| self.as_organizations().render())
    }
}

/// `GET`.
pub async fn index(operator: Operator, view: View, raw: web::Query<RawOrganizationQuery>) -> Reply {
    let query = raw.parse()?;
    let (totals, page) = (totals(&operator).await?, list(&operator, &query).await?);
    let paging = page.paging(showing(&page.rows), |cursor| query.address_at(Site.operator(), Some(cursor)));
    let trouble = operator.services.db.fault().map(|fault| fault.reason).unwrap_or_default();
    let page = OperatorPage {
        site: Site,
        facts: facts(&operator, &totals),
        trouble,
        q: query.search.clone(),
        rows: page.rows.into_iter().map(|listed| row(&operator, listed)).collect(),
        paging,
    };
    view.page_at(&query.address(Site.operator()), &*operator, &page)
}

fn showing(rows: &[ListedOrganization]) -> String {
    match rows.len() {
        0 => "No organization".to_owned(),
        1 => "1 organization".to_owned(),
        many => format!("{many} organizations"),
    }
}

fn facts(operator: &Operator, totals: &Totals) -> Vec<Fact> {
    let now = operator.services.clock.now();
    let fact = |label, count: u64| Fact { label, value: grouped(count), is_bad: false };
    let waiting = match totals.waiting_since {
        Some(since) => format!("{}, first {}", grouped(totals.waiting_mails), Moment::new(since, now).text),
        None => "0".to_owned(),
    };
    vec![
        fact("Organizations", totals.organizations),
        fact("Being deleted", totals.ending),
        fact("People", totals.people),
        Fact { label: "Emails waiting", value: waiting, is_bad: false },
        Fact { is_bad: totals.refused_mails > 0, ..fact("Emails refused", totals.refused_mails) },
        Fact { is_bad: totals.failing > 0, ..fact("Failing background work", totals.failing) },
    ]
}

fn row(operator: &Operator, listed: ListedOrganization) -> Row {
    let now = operator.services.clock.now();
    let ListedOrganization { row, members, owners, failing } = listed;
    let is_active = row.state == State::Active;
    let entered = operator.visitor.entered.as_ref();
    let is_here = entered.is_some_and(|entered| entered.membership.organization.id == row.id);
    let failing = failing.into_iter().map(|work| Failing {
        task: work.task,
        problem: work.problem,
        since: Moment::new(*work.since, now),
    });
    let links = Links::of(operator.services.config.tenancy, &row.slug, &row.id);
    Row {
        entry: (is_active && !is_here).then(|| Site.operator_organization(&row.id).entry()),
        open: (is_active && is_here).then(|| links.general()),
        members: grouped(u64::try_from(members).unwrap_or_default()),
        owners,
        created: Some(*row.created_at).filter(|at| at.timestamp() > 0).map(|at| Moment::new(at, now)),
        until: row.purge_at.filter(|_| row.state == State::Deleting).map(|at| Moment::until(*at, now)),
        is_purging: row.state == State::Purging,
        failing: failing.collect(),
        name: row.name,
        slug: row.slug,
    }
}
