//! `/settings/admin/danger`: what there is to do.

use actix_web::http::StatusCode;
use askama::Template;

use crate::authority::Owner;
use crate::links::{Link, Links, Site};
use crate::ownership::slug;
use crate::web::{Moment, Page, Reply, View};

#[derive(Template)]
#[template(path = "ownership/index.html")]
struct DangerPage {
    links: Links,
    address: String,
    former: Vec<Former>,
    departure: Link,
}

struct Former {
    slug: String,
    since: Moment,
}

impl Page for DangerPage {
    fn title(&self) -> &'static str {
        "Danger zone"
    }
}

/// The handler.
pub async fn index(owner: Owner, view: View) -> Reply {
    let (now, config) = (owner.services().clock.now(), &owner.services().config);
    let door = |slug: &str| Site.door(slug);
    let mut former = Vec::new();
    for row in slug::former(&owner).await? {
        let since = row.retired_at.map_or_else(|| Moment::new(now, now), |at| Moment::new(*at, now));
        former.push(Former { slug: row.slug, since });
    }
    let organization = owner.organization();
    let page = DangerPage {
        links: owner.links(),
        address: config.base_url.link(&door(&organization.slug).page()),
        former,
        departure: door(&organization.slug).departure(),
    };
    view.page(&**owner, StatusCode::OK, &page)
}
