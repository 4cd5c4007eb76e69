//! Whose a mail is: which noun writes each kind.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;

use crate::authority::Services;
use crate::error::Result;
use crate::mail::{Composer, MailKind, Recipient, test_mail};
use crate::smtp::message::Composed;
use crate::{invites, operator, ownership, second_factor, security, sign_in, users};

/// Writes every kind of mail.
pub struct Mails(pub Arc<Services>);

#[async_trait]
impl Composer for Mails {
    async fn compose(&self, letter: &MailKind, to: Recipient<'_>) -> Result<Option<Composed>> {
        let services = &*self.0;
        match letter {
            MailKind::Invite { invite, generation } => {
                invites::mails::invitation(services, invite, *generation).await
            }
            MailKind::InviteAskedFor { invite } => {
                invites::mails::asked_for(services, invite, to.email).await
            }
            MailKind::AccountConnected { provider } => {
                sign_in::mails::account_connected(services, to.email, provider).map(Some)
            }
            MailKind::SecondFactor { news } => second_factor::mails::news(services, to.email, news).map(Some),
            MailKind::SecondFactorRequired { due } => {
                let due = DateTime::from_timestamp_millis(*due).unwrap_or_default();
                security::mails::required(services, to, due).await
            }
            MailKind::RoleChanged { role } => users::mails::role_changed(services, to, *role).await,
            MailKind::OrganizationTransferred { by, to: receiver } => {
                ownership::mails::transferred(services, to, by, receiver).await
            }
            MailKind::OrganizationDeleted { organization, by, until } => {
                let until = DateTime::from_timestamp_millis(*until).unwrap_or_default();
                ownership::mails::deleted(services, to, organization, by, until).await
            }
            MailKind::OrganizationRestored { organization, by } => {
                ownership::mails::restored(services, to, organization, by).await
            }
            MailKind::OperatorEntered { organization, by, reason, until } => {
                let until = DateTime::from_timestamp_millis(*until).unwrap_or_default();
                operator::mails::entered(services, to, organization, by, reason, until).await
            }
            MailKind::Test => test_mail::compose(&services.config.base_url, to.email).map(Some),
        }
    }
}
