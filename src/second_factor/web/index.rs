//! `/settings/security`: one's own second factor.

use actix_web::http::StatusCode;
use askama::Template;

use crate::authority::SignedIn;
use crate::links::Site;
use crate::membership::authenticator_apps::apps;
use crate::membership::passkeys::passkeys;
use crate::second_factor::{self, passkeys::takes_passkeys};
use crate::web::{Moment, Page, Reply, View};

/// From so few codes on, people are told to make new ones.
const FEW: usize = 3;

#[derive(Template)]
#[template(path = "second_factor/index.html")]
struct SecurityPage {
    site: Site,
    apps: Vec<Own>,
    passkeys: Vec<Own>,
    /// Whether browsers take passkeys of this address.
    takes_passkeys: bool,
    codes_left: usize,
}

/// An app or a passkey.
struct Own {
    id: String,
    name: String,
    added: Moment,
    last_used: Option<Moment>,
}

impl SecurityPage {
    fn has_factor(&self) -> bool {
        !self.apps.is_empty() || !self.passkeys.is_empty()
    }

    fn codes_are_few(&self) -> bool {
        self.codes_left <= FEW
    }
}

impl Page for SecurityPage {
    fn title(&self) -> &'static str {
        "Your security"
    }
}

/// `GET /settings/security`.
pub async fn index(person: SignedIn, view: View) -> Reply {
    let now = person.services.clock.now();
    let apps = apps(&person).await?.into_iter().map(|app| Own {
        id: app.id,
        name: app.name,
        added: Moment::new(*app.created_at, now),
        last_used: app.last_used_at.map(|at| Moment::new(*at, now)),
    });
    let passkeys = passkeys(&person).await?.into_iter().map(|key| Own {
        id: key.id,
        name: key.name,
        added: Moment::new(*key.created_at, now),
        last_used: key.last_used_at.map(|at| Moment::new(*at, now)),
    });
    let page = SecurityPage {
        site: Site,
        apps: apps.collect(),
        passkeys: passkeys.collect(),
        takes_passkeys: takes_passkeys(&person.services.config.base_url),
        codes_left: second_factor::codes_left(&person).await?,
    };
    view.page(&person, StatusCode::OK, &page)
}
