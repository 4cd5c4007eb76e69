//! Whole page or part: a page template holds only its own content; the frame around it has one owner, here.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;

use super::cookies::Cookies;
use super::frame::Frame;
use super::htmx::wanted_region;
use super::layout::{Entry, FactorDue, FramePerson, Inside, Layout, Partial, Said, Switcher, SwitcherItem};
use super::moment::Moment;
use super::navigation::{is_within, navigation, same_room};
use super::notice::{self, Left};
use super::page::{Page, Viewer};
use super::reply::Reply;
use super::theme::Theme;
use crate::address::EmailAddress;
use crate::authority::Services;
use crate::authority::session::{Entered, Membership, Visitor};
use crate::error::{Error, Result};
use crate::links::{Links, Site};
use crate::role::Role;
use crate::shown_name::initials;

/// From how many organizations on a person can search among theirs.
pub const SEARCHED_FROM: usize = 8;

/// How this request wants its answer.
pub struct View {
    services: web::Data<Services>,
    frame: web::Data<Frame>,
    path: String,
    /// The path with its query.
    here: String,
    region: Option<String>,
    theme: Theme,
    left: Option<Left>,
    /// The name of the cookie that has brought a notice for this page.
    notice_cookie: Option<String>,
}

impl View {
    fn of(request: &HttpRequest) -> Result<Self> {
        Ok(Self {
            services: Services::of(request)?,
            frame: Frame::of(request)?,
            path: request.path().to_owned(),
            here: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            region: wanted_region(request),
            theme: Theme::of(request),
            left: Left::of(request),
            notice_cookie: notice::brought_by(request),
        })
    }

    /// What makes cookies.
    pub fn cookies(&self) -> &Cookies {
        &self.frame.cookies
    }

    /// The script of the pages that ask the browser for a passkey.
    pub fn passkey_script(&self) -> &str {
        &self.frame.assets.links.passkeys
    }

    /// The theme of the browser.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// Whether only this region of the page is asked for.
    pub fn wants(&self, region: &str) -> bool {
        self.region.as_deref() == Some(region)
    }

    /// Whether no region is asked for, but the page.
    pub fn wants_whole(&self) -> bool {
        self.region.is_none()
    }

    /// What the previous answer left to say.
    pub fn notice(&self) -> String {
        self.left.as_ref().map(Left::sentence).unwrap_or_default()
    }

    fn said(&self, links: &Links) -> Said<'_> {
        let said = Said { notice: self.notice(), back: &self.here, ..Said::default() };
        let Some(undo) = self.left.as_ref().and_then(|left| left.undo.as_ref()) else { return said };
        let (undo_name, undo_value) = undo.field().unwrap_or_default();
        let (undo_action, organization_field) = (undo.action(links).into(), links.organization_field());
        Said { undo_action, organization_field, undo_name, undo_value, ..said }
    }

    /// A page in the signed-in frame, or the region of it that htmx asks for.
    pub fn page(&self, viewer: &impl Viewer, status: StatusCode, page: &impl Page) -> Reply {
        let organization = viewer.membership().map_or("", |m| m.organization.name.as_str());
        let html = match self.region.as_deref().and_then(|id| page.region(id)) {
            Some(region) => region? + &self.partial(&viewer.links(), organization, page)?,
            None => self.layout(viewer, organization, page)?,
        };
        Ok(self.html(status, html))
    }

    /// A page for people who are not signed in; its forms may lead to a provider.
    pub fn entry(&self, status: StatusCode, page: &impl Page) -> Reply {
        let entry = Entry::of(page, self.theme, &self.frame.assets.links);
        Ok(self.leading_out(self.html(status, entry.render()?)))
    }

    /// A page to read, for everyone.
    pub fn manual(&self, status: StatusCode, page: &impl Page) -> Reply {
        let entry = Entry { class: "manual", ..Entry::of(page, self.theme, &self.frame.assets.links) };
        Ok(self.html(status, entry.render()?))
    }

    /// Lets the forms of a page lead to a provider.
    pub fn leading_out(&self, mut response: HttpResponse) -> HttpResponse {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, self.frame.sign_in_policy.clone());
        response
    }

    /// The same, for a view of a list. A form writes fields that are empty into its address, too: htmx is told the
    /// short one.
    pub fn page_at(&self, address: &str, viewer: &impl Viewer, page: &impl Page) -> Reply {
        let mut answer = self.page(viewer, StatusCode::OK, page)?;
        if self.region.is_some() && self.here != address {
            let address = HeaderValue::from_str(address).map_err(|e| Error::Internal(e.to_string()))?;
            answer.headers_mut().insert(HeaderName::from_static("hx-push-url"), address);
        }
        Ok(answer)
    }

    fn layout(&self, viewer: &impl Viewer, organization: &str, page: &impl Page) -> askama::Result<String> {
        let visitor = viewer.visitor();
        let now = self.services.clock.now();
        // Of an organization that is closed to them they are shown nothing.
        let opened = viewer.membership().filter(|here| !here.is_behind_wall(now));
        let (links, alarm) = (&viewer.links(), self.alarm(opened));
        let layout = Layout {
            title: page.title(),
            error_title: page.has_errors(),
            organization,
            switcher: self.switcher(viewer),
            person: FramePerson {
                name: &visitor.name,
                email: &visitor.email,
                initials: initials(&visitor.name),
                role: role(visitor, viewer.membership()),
                is_operator: visitor.is_operator && self.services.config.tenancy.is_multi(),
            },
            nav: opened.map(|m| navigation(&self.path, links, m.role, &alarm)).unwrap_or_default(),
            said: self.said(links),
            entered: visitor.entered.as_ref().map(|entered| self.inside(entered)),
            trouble: self.trouble(opened),
            // Where it can be seen to, it stands beside the key itself.
            alarm: if is_within(&self.path, &links.llm_keys()) { "" } else { &alarm },
            factor_due: viewer.membership().and_then(|here| self.factor_due(here)),
            links,
            site: Site,
            theme: self.theme.name(),
            version: env!("CARGO_PKG_VERSION"),
            assets: &self.frame.assets.links,
            page,
        };
        layout.render()
    }

    fn factor_due(&self, membership: &Membership) -> Option<FactorDue> {
        let (due, now) = (membership.factor_due?, self.services.clock.now());
        Some(FactorDue { until: Moment::until(due, now), is_over: due <= now })
    }

    fn inside(&self, entered: &Entered) -> Inside {
        Inside {
            organization: entered.membership.organization.name.clone(),
            reason: entered.reason.clone(),
            until: Moment::until(entered.until, self.services.clock.now()),
            clock: entered.until.format("%H:%M UTC").to_string(),
        }
    }

    /// Where there are many organizations: those that the viewer belongs to, but for the one that they look at.
    fn switcher(&self, viewer: &impl Viewer) -> Option<Switcher> {
        let config = &self.services.config;
        if !config.tenancy.is_multi() {
            return None;
        }
        let here = viewer.membership().map(|membership| membership.organization.id.as_str());
        let all = viewer.visitor().memberships().into_iter();
        let others = all.filter(|membership| here != Some(membership.organization.id.as_str()));
        let links = viewer.links();
        let item = |membership: &Membership| SwitcherItem {
            name: membership.organization.name.clone(),
            role: membership.role.label(),
            href: same_room(
                &self.path,
                &links,
                &membership.organization.links(config.tenancy),
                membership.role,
            ),
        };
        let known = viewer.visitor().memberships().into_iter().map(|membership| membership.email.as_str());
        let mut emails = known.chain([viewer.visitor().email.as_str()]).map(EmailAddress::stored);
        let can_create = emails.any(|email| email.is_ok_and(|email| config.org_creators.include(&email)));
        let is_long = viewer.visitor().memberships().len() >= SEARCHED_FROM;
        let others = others.take(SEARCHED_FROM - 1).map(item).collect();
        Some(Switcher { others, is_long, can_create })
    }

    fn partial(&self, links: &Links, organization: &str, page: &impl Page) -> askama::Result<String> {
        let (title, error_title) = (page.title(), page.has_errors());
        Partial { title, error_title, organization, said: self.said(links) }.render()
    }

    /// Why changes can't be saved, for those who can see to it.
    fn trouble(&self, membership: Option<&Membership>) -> String {
        let trouble = admin(membership).and_then(|_| self.services.db.fault());
        trouble.map(|trouble| trouble.reason).unwrap_or_default()
    }

    /// What admins have to know of the LLM keys.
    fn alarm(&self, membership: Option<&Membership>) -> String {
        admin(membership)
            .map(|membership| self.services.key_alarms.of(&membership.organization.id))
            .unwrap_or_default()
    }

    fn html(&self, status: StatusCode, html: String) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        response.content_type("text/html; charset=utf-8");
        response
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((VARY, "HX-Request, HX-Target, Cookie"));
        if let Some(cookie) = &self.notice_cookie {
            response.cookie(self.frame.cookies.forget(cookie));
        }
        response.body(html)
    }
}

/// As what the person is here.
fn role(visitor: &Visitor, membership: Option<&Membership>) -> &'static str {
    let Some(membership) = membership else { return "" };
    let here = &membership.organization;
    let has_entered =
        visitor.entered.as_ref().is_some_and(|entered| entered.membership.organization == *here);
    if has_entered { "Operator" } else { membership.role.label() }
}

fn admin(membership: Option<&Membership>) -> Option<&Membership> {
    membership.filter(|membership| membership.role >= Role::Admin)
}

impl FromRequest for View {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
