//! Whole page or part: a page template holds only its own content; the frame around it has one owner, here.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, VARY,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;

use super::assets::Links;
use super::notice::{self, Left, Notice, Undo};
use super::theme::Theme;
use crate::access::session::{Membership, Visitor};
use crate::access::{Member, Role, SignedIn};
use crate::app::Services;
use crate::error::{Error, Result};
use crate::llm_keys;

/// What a handler answers.
pub type Reply = Result<HttpResponse>;

/// A page's content: the frame wraps it, or a region of it goes out alone.
pub trait Page: Template {
    /// What the page is called, in its title.
    fn title(&self) -> &str;

    /// The region with this id, which is also the name of its block and what htmx asks for.
    fn region(&self, _id: &str) -> Option<askama::Result<String>> {
        None
    }

    /// Whether the page comes back because what was typed can't be taken.
    fn has_errors(&self) -> bool {
        false
    }
}

/// How this request wants its answer.
pub struct View {
    services: web::Data<Services>,
    path: String,
    /// The path with its query.
    here: String,
    region: Option<String>,
    theme: Theme,
    left: Option<Left>,
    brings_notice: bool,
}

/// Who looks at a page, for the frame around it.
pub trait Viewer {
    /// The person.
    fn visitor(&self) -> &Visitor;
    /// Where they belong, if anywhere.
    fn membership(&self) -> Option<&Membership>;
}

impl Viewer for Member {
    fn visitor(&self) -> &Visitor {
        Member::visitor(self)
    }

    fn membership(&self) -> Option<&Membership> {
        Some(Member::membership(self))
    }
}

impl Viewer for SignedIn {
    fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    fn membership(&self) -> Option<&Membership> {
        SignedIn::membership(self)
    }
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a, P: Page> {
    title: &'a str,
    error_title: bool,
    organization: &'a str,
    person: FramePerson<'a>,
    nav: Vec<NavItem>,
    said: Said<'a>,
    /// What is the matter with the database, for admins.
    trouble: String,
    alarm: &'a str,
    alarm_href: &'static str,
    theme: &'a str,
    version: &'a str,
    assets: &'a Links,
    page: &'a P,
}

#[derive(Template)]
#[template(path = "partial.html")]
struct Partial<'a> {
    title: &'a str,
    error_title: bool,
    organization: &'a str,
    said: Said<'a>,
}

#[derive(Template)]
#[template(path = "entry.html")]
pub(super) struct Entry<'a, P: Page> {
    title: &'a str,
    error_title: bool,
    theme: &'a str,
    assets: &'a Links,
    page: &'a P,
}

impl<'a, P: Page> Entry<'a, P> {
    /// The frame around `page` for people who are not signed in.
    pub(super) fn of(page: &'a P, theme: Theme, assets: &'a Links) -> Self {
        Self { title: page.title(), error_title: page.has_errors(), theme: theme.name(), assets, page }
    }
}

/// What the previous answer left to say, and the form that undoes it, if one does.
#[derive(Default)]
struct Said<'a> {
    notice: &'a str,
    undo_action: String,
    undo_name: &'static str,
    undo_value: &'static str,
    /// Where the form leads back to.
    back: &'a str,
}

struct FramePerson<'a> {
    name: &'a str,
    email: &'a str,
    initials: String,
    role: &'a str,
}

struct NavItem {
    href: &'static str,
    label: &'static str,
    icon: &'static str,
    current: bool,
    alarm: bool,
}

/// The rooms of `/settings/admin`, in order, and who sees each in the navigation.
const ROOMS: [(&str, &str, &str, Role); 6] = [
    ("/settings/admin", "General", "general", Role::Member),
    ("/settings/admin/access", "Access", "access", Role::Admin),
    ("/settings/admin/users", "Users", "users", Role::Member),
    ("/settings/admin/invites", "Invites", "invites", Role::Admin),
    (llm_keys::web::PATH, "LLM keys", "llm-keys", Role::Member),
    ("/settings/admin/audit", "Audit log", "audit", Role::Admin),
];

impl View {
    fn of(request: &HttpRequest) -> Result<Self> {
        Ok(Self {
            services: Services::of(request)?,
            path: request.path().to_owned(),
            here: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            region: wanted_region(request),
            theme: Theme::of(request),
            left: Left::of(request),
            brings_notice: notice::is_brought_by(request),
        })
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
    pub fn notice(&self) -> &'static str {
        self.left.as_ref().map_or("", |left| left.notice.sentence())
    }

    fn said(&self) -> Said<'_> {
        let said = Said { notice: self.notice(), back: &self.here, ..Said::default() };
        let Some(undo) = self.left.as_ref().and_then(|left| left.undo.as_ref()) else { return said };
        let (undo_name, undo_value) = undo.field().unwrap_or_default();
        Said { undo_action: undo.action(), undo_name, undo_value, ..said }
    }

    /// A page in the signed-in frame, or the region of it that htmx asks for.
    pub fn page(&self, viewer: &impl Viewer, status: StatusCode, page: &impl Page) -> Reply {
        let organization = viewer.membership().map_or("", |m| m.organization_name.as_str());
        let html = match self.region.as_deref().and_then(|id| page.region(id)) {
            Some(region) => region? + &self.partial(organization, page)?,
            None => self.layout(viewer, organization, page)?,
        };
        Ok(self.html(status, html))
    }

    /// A page for people who are not signed in; its forms may lead to a provider.
    pub fn entry(&self, status: StatusCode, page: &impl Page) -> Reply {
        let entry = Entry::of(page, self.theme, &self.services.assets.links);
        Ok(self.leading_out(self.html(status, entry.render()?)))
    }

    /// Lets the forms of a page lead to a provider.
    pub fn leading_out(&self, mut response: HttpResponse) -> HttpResponse {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, self.services.sign_in_policy.clone());
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
        let alarm = self.alarm(viewer.membership());
        let layout = Layout {
            title: page.title(),
            error_title: page.has_errors(),
            organization,
            person: FramePerson {
                name: &visitor.name,
                email: &visitor.email,
                initials: initials(&visitor.name),
                role: viewer.membership().map_or("", |m| m.role.label()),
            },
            nav: viewer.membership().map(|m| self.nav(m.role, &alarm)).unwrap_or_default(),
            said: self.said(),
            trouble: self.trouble(viewer.membership()),
            // Where it can be seen to, it stands beside the key itself.
            alarm: if self.is_within(llm_keys::web::PATH) { "" } else { &alarm },
            alarm_href: llm_keys::web::PATH,
            theme: self.theme.name(),
            version: env!("CARGO_PKG_VERSION"),
            assets: &self.services.assets.links,
            page,
        };
        layout.render()
    }

    fn partial(&self, organization: &str, page: &impl Page) -> askama::Result<String> {
        let (title, error_title) = (page.title(), page.has_errors());
        Partial { title, error_title, organization, said: self.said() }.render()
    }

    /// Why changes can't be saved, for those who can see to it.
    fn trouble(&self, membership: Option<&Membership>) -> String {
        let trouble = admin(membership).and_then(|_| self.services.db.fault());
        trouble.map(|trouble| trouble.reason).unwrap_or_default()
    }

    /// What admins have to know of the LLM keys.
    fn alarm(&self, membership: Option<&Membership>) -> String {
        admin(membership)
            .map(|membership| self.services.key_watch.alarm(&membership.organization))
            .unwrap_or_default()
    }

    fn is_within(&self, href: &str) -> bool {
        self.path.strip_prefix(href).is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'/')))
    }

    fn nav(&self, role: Role, alarm: &str) -> Vec<NavItem> {
        let within = ROOMS.iter().map(|(href, ..)| *href).filter(|href| self.is_within(href));
        let current = within.max_by_key(|href| href.len());
        let visible = ROOMS.into_iter().filter(|(.., least)| role >= *least);
        visible
            .map(|(href, label, icon, _)| NavItem {
                href,
                label,
                icon,
                current: current == Some(href),
                alarm: href == llm_keys::web::PATH && !alarm.is_empty(),
            })
            .collect()
    }

    fn html(&self, status: StatusCode, html: String) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        response.content_type("text/html; charset=utf-8");
        response
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((VARY, "HX-Request, HX-Target, Cookie"));
        if self.brings_notice {
            response.cookie(notice::said(&self.services.cookies));
        }
        response.body(html)
    }
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

/// The id of the element that htmx will replace (`HX-Target: section#users`). Going back in the history wants
/// the whole page, whatever was replaced then.
fn wanted_region(request: &HttpRequest) -> Option<String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header("hx-request") != Some("true") || header("hx-history-restore-request").is_some() {
        return None;
    }
    header("hx-target")?.split_once('#').map(|(_, id)| id.to_owned())
}

/// Whether htmx sent the request.
pub fn is_htmx(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

/// The end of every change that worked: the page to look at, and what to say there.
pub fn see_other(path: &str, notice: Notice) -> HttpResponse {
    leaving(path, Left { notice, undo: None })
}

/// The same, with what would undo it.
pub fn see_other_undoable(path: &str, notice: Notice, undo: Undo) -> HttpResponse {
    leaving(path, Left { notice, undo: Some(undo) })
}

fn leaving(path: &str, left: Left) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, path)).finish();
    response.extensions_mut().insert(left);
    response
}

/// Up to two letters for a person's avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}
