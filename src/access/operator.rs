//! What an operator sees and does about access from the shell.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, UpdateMany,
};
use serde_json::{Value, json};

use crate::authority::{Actor, Change, Event, FromOutside, Shell};
use crate::entity::{membership, org_settings, switched_off_provider};
use crate::error::{Error, Result};
use crate::gate::{InstanceLists, Rules};

/// Who may come in, and what keeps out whom.
pub struct Access {
    pub rules: Rules,
    /// Names of the providers that are switched off.
    pub methods_off: Vec<String>,
    /// How many members the rules have left out (rule 2.4).
    pub locked_out: u64,
}

impl Access {
    async fn read(connection: &impl ConnectionTrait, organization: &str) -> Result<Self> {
        let row = org_settings::Entity::find_by_id(organization).one(connection).await?;
        let off = switched_off_provider::Entity::find()
            .filter(switched_off_provider::Column::OrganizationId.eq(organization))
            .order_by_asc(switched_off_provider::Column::Provider);
        let locked_out = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(organization))
            .filter(membership::Column::LockedOutAt.is_not_null());
        Ok(Self {
            rules: Rules::from(&row.ok_or(Error::NotFound)?),
            methods_off: off.all(connection).await?.into_iter().map(|row| row.provider).collect(),
            locked_out: locked_out.count(connection).await?,
        })
    }

    /// The same after [`reset`].
    fn after_reset(&self) -> Self {
        let rules =
            Rules { domain_gating: false, email_allowlist: false, open_sign_up: false, ..self.rules.clone() };
        Self { rules, methods_off: Vec::new(), locked_out: 0 }
    }

    /// Whether [`reset`] would change nothing.
    fn is_reset(&self) -> bool {
        self.rules == self.after_reset().rules && self.methods_off.is_empty() && self.locked_out == 0
    }

    fn as_json(&self) -> Value {
        let mut all = json!(self.rules);
        all["methodsOff"] = json!(self.methods_off);
        all["lockedOut"] = json!(self.locked_out);
        all
    }
}

/// How access is.
///
/// # Errors
/// When the database can't be asked.
pub async fn show(shell: &Shell) -> Result<Access> {
    Access::read(shell.db().outside_any_organization(), &shell.organization()?.id).await
}

/// Goes back to "only invited people": no domain, address or sign-up lets anyone in, though the lists are kept; every
/// sign-in method is on, and no member is left out by rules. Gives what was before; none when nothing had to change.
///
/// # Errors
/// When the database can't do it.
pub async fn reset(shell: &Shell) -> Result<Option<Access>> {
    let change = shell.change().await?;
    let before = Access::read(change.connection(), &shell.organization()?.id).await?;
    if before.is_reset() {
        return Ok(None);
    }
    let after = before.after_reset();
    switch_rules_off(shell, &change).await?;
    switched_off_provider::Entity::delete_many()
        .filter(switched_off_provider::Column::OrganizationId.eq(&shell.organization()?.id))
        .exec(change.connection())
        .await?;
    let let_in = membership::Entity::update_many()
        .col_expr(membership::Column::LockedOutAt, Expr::value(Option::<i64>::None))
        .filter(membership::Column::OrganizationId.eq(&shell.organization()?.id))
        .filter(membership::Column::LockedOutAt.is_not_null());
    let_in.exec(change.connection()).await?;
    let event = Event::done("access.reset", after.rules.in_a_sentence(&InstanceLists::default()));
    let event = event.with(before.as_json(), after.as_json());
    change.commit(event).await?;
    Ok(Some(before))
}

async fn switch_rules_off(shell: &Shell, change: &Change<FromOutside>) -> Result<()> {
    use org_settings::Column;
    let off = |update: UpdateMany<org_settings::Entity>, column| update.col_expr(column, Expr::value(false));
    let switches = [Column::DomainGatingEnabled, Column::EmailAllowlistEnabled, Column::OpenSignUp];
    switches
        .into_iter()
        .fold(org_settings::Entity::update_many(), off)
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(change.at()))
        .col_expr(Column::UpdatedBy, Expr::value(Actor::operator().name))
        .filter(Column::OrganizationId.eq(&shell.organization()?.id))
        .exec(change.connection())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_invited() -> Access {
        let allowed_emails = vec![crate::address::EmailAddress::parse("sam@acme.test").expect("an address")];
        Access { rules: Rules { allowed_emails, ..Rules::default() }, methods_off: Vec::new(), locked_out: 0 }
    }

    #[test]
    fn whatever_lets_somebody_in_or_keeps_somebody_out_is_there_to_reset() {
        assert!(only_invited().is_reset(), "what is listed may stay");
        let rules = only_invited().rules;
        for changed in [
            Access { rules: Rules { domain_gating: true, ..rules.clone() }, ..only_invited() },
            Access { rules: Rules { email_allowlist: true, ..rules.clone() }, ..only_invited() },
            Access { rules: Rules { open_sign_up: true, ..rules.clone() }, ..only_invited() },
            Access { methods_off: vec!["google".to_owned()], ..only_invited() },
            Access { locked_out: 1, ..only_invited() },
        ] {
            assert!(!changed.is_reset(), "{}", changed.as_json());
            assert!(changed.after_reset().is_reset() && changed.after_reset().rules == rules);
        }
    }
}
