//! A mail to oneself, which tells whether mail arrives.

use crate::address::EmailAddress;
use crate::authority::{Admin, Event};
use crate::error::{Error, Result};
use crate::mail::{self, MailKind};

/// Queues a mail to the admin, and to no one else.
///
/// # Errors
/// 409 when mail is not set up; 429 when it was tried too often.
pub async fn send_test_mail(admin: &Admin) -> Result<()> {
    admin.services().limits.count_test(admin.person().client)?;
    let to = EmailAddress::stored(admin.email())?;
    let change = admin.change().await?;
    if mail::queue(&admin.services().mail, &change, &to, &MailKind::Test).await?.is_none() {
        return Err(Error::Conflict("Email isn’t set up."));
    }
    change.commit(Event::done("mail.tested", to.as_str())).await
}
