//! An organization's door: what it says to a person who is signed in and can't come in yet.

use std::time::Duration;

use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use crate::address::EmailAddress;
use crate::authority::{Event, OTHER_ORGANIZATION, Organization, SignedIn};
use crate::entity::org_settings;
use crate::error::{Error, Result};
use crate::gate::{Candidate, Rule, Rules, Standing, decide};
use crate::invites::token;
use crate::links::Link;
use crate::membership::identities::identities_of;
use crate::membership::invited::open_invite;
use crate::membership::known::membership_in;
use crate::membership::standing::of_member;
use crate::membership::suspended::is_suspended;
use crate::role::Role;

/// Stands for an organization that is not there, so that one that never existed costs the same look as a foreign one.
const NOWHERE: &str = "";
/// How long it takes to be told that nothing is there: longer than any look, so that its time tells nothing of what was
/// looked at (rule P2).
const UNKNOWN: Duration = Duration::from_millis(15);

/// What a door offers.
pub enum Doorway {
    /// The person may join, or return, by this verified address.
    Open { organization: Organization, email: EmailAddress, standing: Standing, role: Role },
    /// An invite of the organization waits behind this address.
    Invited(Link),
}

/// What the organization of this slug offers to a person who is no member of it, or one whom its rules have locked out.
///
/// # Errors
/// 404 for anyone whom its rules do not admit, as for an organization that never existed (rule 6.2).
pub async fn look(person: &SignedIn, slug: &str) -> Result<Doorway> {
    let begun = Instant::now();
    let doorway = offered(person, slug).await;
    if matches!(doorway, Err(Error::NotFound)) {
        sleep_until(begun + UNKNOWN).await;
    }
    doorway
}

async fn offered(person: &SignedIn, slug: &str) -> Result<Doorway> {
    let db = &person.services.db;
    let organization = Organization::by_slug(db, slug).await?;
    let id = organization.as_ref().map_or(NOWHERE, |organization| organization.id.as_str());
    let admitted = admit(db.outside_any_organization(), person, id).await?;
    let (Some(organization), Some(admitted)) = (organization, admitted) else { return Err(Error::NotFound) };
    match admitted {
        Admitted { invite: Some(invite), .. } => {
            Ok(Doorway::Invited(token::path(&person.services, &invite.0, invite.1)?))
        }
        Admitted { email, standing, role, .. } => Ok(Doorway::Open { organization, email, standing, role }),
    }
}

/// Whom an organization's rules admit, and as what.
struct Admitted {
    email: EmailAddress,
    standing: Standing,
    role: Role,
    /// The invite that has decided: its id and generation.
    invite: Option<(String, i64)>,
}

/// Asks the rules of an organization about each verified address of the person's identities; the first that they admit
/// counts. Asks the same of one that is not there.
async fn admit(
    connection: &impl ConnectionTrait,
    person: &SignedIn,
    organization: &str,
) -> Result<Option<Admitted>> {
    let row = org_settings::Entity::find_by_id(organization).one(connection).await?;
    let rules = row.as_ref().map(Rules::from).unwrap_or_default();
    let membership = membership_in(connection, organization, &person.visitor.id).await?;
    let standing = membership.as_ref().map_or(Standing::Stranger, of_member);
    let (config, now) = (&person.services.config, person.services.clock.now());
    let mut admitted = None;
    for identity in identities_of(connection, &person.visitor.id).await? {
        let email = EmailAddress::stored(&identity.email)?;
        let invite = open_invite(connection, organization, &email, now).await?;
        let is_suspended = is_suspended(connection, organization, email.as_str()).await?;
        let standing = if is_suspended { Standing::Suspended } else { standing };
        let invited = invite.as_ref().map(|invite| invite.role);
        let candidate = Candidate { standing, invited, ..Candidate::stranger(email.clone()) };
        let answer = decide(&config.instance, &rules, &candidate);
        let Some(role) = answer.admitted.filter(|_| admitted.is_none()) else { continue };
        let decided = invite.filter(|_| answer.decided_by() == Rule::OpenInvite);
        let invite = decided.map(|invite| (invite.id, invite.generation));
        admitted = Some(Admitted { email, standing, role, invite });
    }
    Ok(admitted)
}

/// Makes the person a member of the organization of this slug, or lets them in again, if its rules admit them still.
/// `form` is the id of the organization whose form was sent.
///
/// # Errors
/// 404 for anyone whom its rules do not admit; 409 when the form was another organization's.
pub async fn join(person: &SignedIn, slug: &str, form: &str) -> Result<Organization> {
    // Anyone who finds the door shut makes no one wait, and is told so as fast as of one that never existed.
    let Doorway::Open { organization, .. } = look(person, slug).await? else { return Err(Error::NotFound) };
    let change = person.change_with(&organization.id).await?;
    if !change.is_there(&organization.id).await? {
        return Err(Error::NotFound);
    }
    let admitted = admit(change.connection(), person, &organization.id).await?;
    let admitted = admitted.filter(|admitted| admitted.invite.is_none()).ok_or(Error::NotFound)?;
    if form != organization.id {
        return Err(Error::Conflict(OTHER_ORGANIZATION));
    }
    let Admitted { email, standing, role, .. } = admitted;
    if let Standing::Member(_) = standing {
        return Ok(organization);
    }
    change.grant_membership(&organization.id, email.as_str(), role).await?;
    let action = match standing {
        Standing::LockedOut(_) => {
            change.know_by(&organization.id, email.as_str()).await?;
            "person.returned"
        }
        _ => "person.joined",
    };
    let event = Event::done(action, email.as_str()).resulting_in(json!({ "role": role.name() }));
    change.commit_in(&organization.id, email.as_str(), event).await?;
    Ok(organization)
}
