//! `/settings/admin/invites/{invite}`: one invite and what can be done about it. The list shows that as the menu of a row.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::from::From;
use super::path::InvitePath;
use super::row::InviteRow;
use crate::authority::Admin;
use crate::invites::list::{links as invitations, one};
use crate::links::Links;
use crate::web::{Page, Reply, View, menu_of};

#[derive(Template)]
#[template(path = "invites/show.html")]
struct InvitePage {
    links: Links,
    row: InviteRow,
    /// What the invited person opens, while they can accept; nothing else.
    link: String,
    /// The list that one comes from, and its address.
    from: From,
    back: String,
    in_list: bool,
}

/// What can be done about it, alone, in its row.
#[derive(Template)]
#[template(path = "invites/_menu.html")]
struct Menu<'a> {
    links: &'a Links,
    row: &'a InviteRow,
    link: &'a str,
    from: &'a From,
    in_list: bool,
}

impl Page for InvitePage {
    fn title(&self) -> &str {
        &self.row.address
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let (links, row, link, from) = (&self.links, &self.row, self.link.as_str(), &self.from);
        (id == menu_of(&row.id)).then(|| Menu { links, row, link, from, in_list: true }.render())
    }
}

/// `GET /settings/admin/invites/{invite}`.
pub async fn show(admin: Admin, view: View, path: web::Path<InvitePath>, from: web::Query<From>) -> Reply {
    let (links, from) = (admin.links(), from.into_inner());
    let row = InviteRow::new(&admin, one(&admin, &path.invite).await?);
    let link = invitations(&admin, &[row.id.as_str()]).await?.remove(&row.id).unwrap_or_default();
    let page = InvitePage { back: from.path(&links), links, row, link, from, in_list: false };
    view.page(&*admin, StatusCode::OK, &page)
}
