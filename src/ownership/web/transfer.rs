//! `/settings/admin/danger/transfer`: handing the organization over.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::Owner;
use crate::error::{Error, FieldErrors, Forbidden};
use crate::links::Links;
use crate::ownership::transfer as verbs;
use crate::sign_in::web::sign_in_again;
use crate::web::{Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "ownership/transfer.html")]
struct TransferPage {
    links: Links,
    organization: String,
    mail_on: bool,
    email: String,
    email_error: String,
}

impl Page for TransferPage {
    fn title(&self) -> &'static str {
        "Transfer the organization"
    }

    fn has_errors(&self) -> bool {
        !self.email_error.is_empty()
    }
}

/// Who is to have it.
#[derive(Deserialize)]
pub struct TransferForm {
    #[serde(default)]
    email: String,
}

/// `GET`.
pub async fn transfer(owner: Owner, view: View, typed: web::Query<TransferForm>) -> Reply {
    show(&owner, &view, StatusCode::OK, typed.into_inner().email, String::new())
}

fn show(owner: &Owner, view: &View, status: StatusCode, email: String, email_error: String) -> Reply {
    let organization = owner.organization().name.clone();
    let mail_on = owner.services().mail.is_on();
    let page = TransferPage { links: owner.links(), organization, mail_on, email, email_error };
    view.page(&***owner, status, &page)
}

/// `POST`.
pub async fn hand_over(owner: Owner, view: View, form: web::Form<TransferForm>) -> Reply {
    let email = form.into_inner().email;
    let done = match verbs::receiver(&owner, &email).await {
        Ok(receiver) => verbs::transfer(&owner, &receiver.user_id).await.map(|()| receiver.name),
        Err(error) => Err(error),
    };
    match done {
        Ok(name) => Ok(see_other(&owner.links().general(), Notice::Transferred.about(&name))),
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(owner.person(), &view, &owner.links().transfer().query("email", &email)).await
        }
        Err(Error::Invalid(errors)) => {
            show(&owner, &view, StatusCode::UNPROCESSABLE_ENTITY, email, sentences(errors))
        }
        Err(Error::LastOwner) => {
            let sentence = format!("{} can\u{2019}t sign in here yet. Name someone who can.", email.trim());
            show(&owner, &view, StatusCode::CONFLICT, email, sentence)
        }
        Err(other) => Err(other),
    }
}

fn sentences(errors: FieldErrors) -> String {
    errors.into_values().flatten().collect::<Vec<_>>().join(" ")
}
