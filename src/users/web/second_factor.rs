//! `/settings/admin/users/{user}/second-factor`: taking away a second factor that someone has lost.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use crate::authority::Admin;
use crate::entity::membership::SecondFactor;
use crate::error::{Error, Forbidden};
use crate::links::{Link, Links};
use crate::sign_in::web::sign_in_again;
use crate::users::web::path::UserPath;
use crate::users::{actions, list};
use crate::web::{Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "users/second_factor.html")]
struct ResetPage {
    links: Links,
    title: String,
    name: String,
    email: String,
    action: Link,
    back: Link,
}

impl Page for ResetPage {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /settings/admin/users/{user}/second-factor`.
pub async fn ask(admin: Admin, view: View, path: web::Path<UserPath>) -> Reply {
    let person = list::one(&admin, &path.user).await?;
    if person.second_factor != SecondFactor::Own {
        return Err(Error::NotFound);
    }
    let user = admin.links().user(&person.id);
    let page = ResetPage {
        title: format!("Reset the second factor of {}?", person.name),
        links: admin.links(),
        action: user.second_factor(),
        back: user.page(),
        name: person.name,
        email: person.email,
    };
    view.page(&*admin, StatusCode::OK, &page)
}

/// `POST /settings/admin/users/{user}/second-factor`. Takes a fresh sign-in.
pub async fn reset(admin: Admin, view: View, path: web::Path<UserPath>) -> Reply {
    let user = admin.links().user(&path.user);
    match actions::reset_second_factor(&admin, &path.user).await {
        Ok(Some(changed)) => Ok(see_other(&user.page(), Notice::SecondFactorReset.about(&changed.name))),
        Ok(None) => Ok(see_other(&user.page(), Notice::NoSecondFactor)),
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(admin.person(), &view, &user.second_factor()).await
        }
        Err(other) => Err(other),
    }
}
