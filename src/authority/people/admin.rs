//! A member whose role is admin or owner.

use std::ops::Deref;
use std::time::Duration;

use actix_web::HttpRequest;
use futures_util::{Stream, stream};
use tokio::time::timeout;

use super::member::Member;
use super::refused::Refused;
use crate::authority::change::{Change, OfOrganization};
use crate::authority::event::Event;
use crate::error::{Error, Forbidden, Result};
use crate::listing::ListQuery;
use crate::role::Role;

/// How long a part of a long answer may take.
const PART_PATIENCE: Duration = Duration::from_secs(10);

/// A member whose role is admin or owner.
pub struct Admin(Member);

impl Deref for Admin {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl Admin {
    /// Of a member whose role is known to be enough.
    pub(super) fn known(member: Member) -> Self {
        Self(member)
    }

    pub(super) async fn of(request: &HttpRequest) -> Result<Self> {
        let member = Member::of(request).await?;
        if member.is_admin() {
            return Ok(Self(member));
        }
        Err(Error::Forbidden(Forbidden::NeedsAdmin))
    }

    /// Begins a change to the organization.
    pub async fn change(&self) -> Result<Change<OfOrganization>> {
        Change::by_admin(self.beginning()).await
    }

    /// Begins a change that is for the organization's own admins: an operator who has entered gives no one a role, and
    /// changes no key (rule 6.4).
    ///
    /// # Errors
    /// 403 for an operator.
    pub async fn change_as_own(&self) -> Result<Change<OfOrganization>> {
        self.refuse_operator()?;
        self.change().await
    }

    /// A part of a long answer: what `read` gives, if the admin is one still once it has been read. So nothing gets out
    /// that came about after they lost the role, the session or the account (rule P5).
    ///
    /// # Errors
    /// Those of `read`; 403 when they are no admin any more; 503 when a part takes longer than [`PART_PATIENCE`].
    pub async fn part<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        let checked = async {
            let part = read.await?;
            self.refuse_if_no_more().await?;
            Ok(part)
        };
        let late = |_| Error::Unavailable("a part of a long answer took too long".to_owned());
        timeout(PART_PATIENCE, checked).await.map_err(late)?
    }

    /// A list that leaves the house, from the query's place on: one `event` tells of it, how the list was filtered, and
    /// whether the export went on there. Then `read` gives part by part what a query asks for, and the query for what
    /// follows, if anything does. Of who asks for the answer's head alone nothing is told, and nothing is read.
    ///
    /// # Errors
    /// When the event can't be kept; in the stream those of [`Self::part`], which break it off.
    pub async fn export<Q: ListQuery, T>(
        self,
        event: Event,
        query: Q,
        read: impl AsyncFn(&Self, &Q) -> Result<(Vec<T>, Option<Q>)>,
    ) -> Result<impl Stream<Item = Result<Vec<T>>>> {
        let is_read = !self.person().origin.is_head;
        if is_read {
            self.change().await?.commit(told(event, &query)).await?;
        }
        let begins = is_read.then_some((self, query, read));
        Ok(stream::try_unfold(begins, |under_way| async move {
            let Some((admin, query, read)) = under_way else { return Ok(None) };
            let (rows, next) = admin.part(read(&admin, &query)).await?;
            Ok(Some((rows, next.map(|query| (admin, query, read)))))
        }))
    }

    async fn refuse_if_no_more(&self) -> Result<()> {
        let now = self.person().as_now().await?;
        let here = &self.organization().id;
        let standing =
            now.as_ref().and_then(|visitor| visitor.standing(|organization| organization.id == *here));
        if standing.is_some_and(|standing| standing.role >= Role::Admin) {
            return Ok(());
        }
        // The answer has begun, and no layer sees how it goes on.
        Refused::member(self).tell("the rest of a file (needs the role admin)".to_owned()).await?;
        Err(Error::Forbidden(Forbidden::NeedsAdmin))
    }
}

/// The event of an export. One that goes on from a place is no whole one.
fn told<Q: ListQuery>(mut event: Event, query: &Q) -> Event {
    let mut asked = query.filters();
    if query.cursor().is_some() {
        event.target.push_str(" (continued)");
        asked["continued"] = true.into();
    }
    event.resulting_in(asked)
}
