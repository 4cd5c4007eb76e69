//! What admins do about an invite, as forms send it, and the test of mail. Answers lead back to where the form stood.

use actix_web::web;

use super::from::From;
use crate::authority::Admin;
use crate::invites::actions;
use crate::invites::test_mail::send_test_mail;
use crate::invites::web::path::InvitePath;
use crate::web::{Notice, Reply, see_other};

/// `POST /settings/admin/invites/{invite}/resend`.
pub async fn resend(admin: Admin, path: web::Path<InvitePath>, from: web::Form<From>) -> Reply {
    let email = actions::resend(&admin, &path.invite).await?;
    Ok(see_other(&from.path(&admin.links()), Notice::InviteResent.about(&email)))
}

/// `POST /settings/admin/invites/{invite}/revocation`.
pub async fn revoke(admin: Admin, path: web::Path<InvitePath>, from: web::Form<From>) -> Reply {
    let email = actions::revoke(&admin, &path.invite).await?;
    Ok(see_other(&from.path(&admin.links()), Notice::InviteRevoked.about(&email)))
}

/// `POST /settings/admin/invites/test-mail`: a mail to oneself, and to no one else.
pub async fn test_mail(admin: Admin) -> Reply {
    send_test_mail(&admin).await?;
    Ok(see_other(&admin.links().invites(), Notice::TestMailQueued.about(admin.email())))
}
