//! Signing in to an installation with many organizations: who may is decided by [`decide_sign_in`], and no one is adopted
//! by an organization on the way, but for whom its operator has named (rules 6.6, 6.7).

use serde_json::json;

use super::ending::Admission;
use super::first_owner;
use super::flow::Goal;
use super::person::Person;
use super::refusal::refuse;
use super::who::held;
use crate::address::EmailAddress;
use crate::authority::{Change, Doorstep, Event, FromOutside, Organization};
use crate::entity::sign_in_flow::Purpose;
use crate::entity::user::{self, Status};
use crate::error::Result;
use crate::gate::{
    Acquaintance, Answer, Candidate, Installation, OwnerBy, Rule, SignInCandidate, SignUp, Standing, decide,
    decide_sign_in,
};
use crate::identity_providers::Claims;
use crate::links::slug_in;
use crate::membership::holder::holder;
use crate::membership::invited::{open_anywhere, open_for};
use crate::membership::known::Known;
use crate::membership::rules::rules_of;
use crate::membership::standing::account_address;
use crate::membership::suspended::is_suspended;
use crate::membership::{awaited, first};
use crate::organization::creation;
use crate::role::Role;

/// Decides and writes, in one transaction.
pub async fn admit(door: &Doorstep<'_>, claims: &Claims, goal: &Goal) -> Result<Admission> {
    let came_to = organization_at(door, goal).await?;
    let Some(email) = claims.address() else {
        let change = door.at(came_to.as_ref()).change().await?;
        return refuse(change, claims, &Answer::no_address()).await.map(Admission::Out);
    };
    let db = &door.services.db;
    let mut concerned = awaited::awaiting(db.outside_any_organization(), email.as_str()).await?;
    concerned.extend(came_to.as_ref().map(|organization| organization.id.clone()));
    concerned.extend(first::unclaimed(db).await?);
    let change = door.change_with(concerned).await?;
    let person = AtTheDoor::look(door, &change, claims, goal, &email, came_to.as_ref()).await?;
    let config = &door.services.config;
    let installation =
        Installation { lists: &config.instance, sign_up: config.sign_up, creators: &config.org_creators };
    let answer = decide_sign_in(installation, &person.candidate);
    if answer.admitted.is_some() {
        return person.enter(change).await.map(Admission::In);
    }
    drop(change);
    let admits_address = config.instance.admits(&email);
    let (place, answer) = denied_at(came_to.as_ref(), person.candidate.door, answer, admits_address);
    refuse(door.at(place).change().await?, claims, &answer).await.map(Admission::Out)
}

/// The organization at whose door someone has come, by the address to which they go on.
async fn organization_at(door: &Doorstep<'_>, goal: &Goal) -> Result<Option<Organization>> {
    match slug_in(goal.return_to.as_str()) {
        Some(slug) => Organization::by_slug(&door.services.db, slug).await,
        None => Ok(None),
    }
}

/// Where a refusal is listed: at the door that they came to, in its own words, unless it says something of an account,
/// which is none of that organization's business.
fn denied_at(
    came_to: Option<&Organization>,
    door: Option<Answer>,
    answer: Answer,
    admits_address: bool,
) -> (Option<&Organization>, Answer) {
    match answer.decided_by() {
        // The address of the account has decided, not the one that they came with.
        Rule::InstanceBlockList | Rule::InstanceAllowList if admits_address => (None, answer),
        Rule::Deactivated | Rule::KnownElsewhere => (None, answer),
        Rule::Otherwise => (came_to, door.unwrap_or(answer)),
        _ => (came_to, answer),
    }
}

/// Someone who comes from a provider.
struct AtTheDoor<'a> {
    door: &'a Doorstep<'a>,
    claims: &'a Claims,
    known: Option<Known>,
    candidate: SignInCandidate,
    /// The organizations whose owner they are to be: their ids.
    owned: Vec<String>,
}

impl<'a> AtTheDoor<'a> {
    async fn look(
        door: &'a Doorstep<'a>,
        change: &Change<FromOutside>,
        claims: &'a Claims,
        goal: &Goal,
        email: &EmailAddress,
        came_to: Option<&Organization>,
    ) -> Result<Self> {
        let connection = change.connection();
        let known = held(door, change, claims).await?;
        let acquaintance = acquaintance(change, known.as_ref(), email).await?;
        let account = match &known {
            Some(known) => Some(account_address(connection, known, email).await?),
            None => None,
        };
        let now = door.services.clock.now();
        let mut owned = awaited::awaiting(connection, email.as_str()).await?;
        let mut owner_by = if owned.is_empty() { OwnerBy::Nothing } else { OwnerBy::Word };
        let is_awaited_operator = awaited::is_operator(connection, email.as_str()).await?;
        // Anyone who is to look after the installation is not its first person by chance.
        let may_be_first = !is_awaited_operator || goal.purpose == Purpose::Claim;
        if acquaintance == Acquaintance::Stranger
            && claims.email_verified
            && may_be_first
            && let Some(first) = Organization::first(&door.services.db).await?
            && change.is_there(&first.id).await?
            && first_owner::claim(change, &door.services.config, goal.purpose, email).await?
        {
            if owned.is_empty() {
                owner_by = OwnerBy::BeingFirst;
            }
            owned.push(first.id);
        }
        owned.sort_unstable();
        owned.dedup();
        let door_says = match came_to {
            Some(organization) => Some(door_says(door, change, claims, email, organization).await?),
            None => None,
        };
        let candidate = SignInCandidate {
            account: account.filter(|account| account != email),
            email: email.clone(),
            email_verified: claims.email_verified,
            acquaintance,
            owner_by,
            is_awaited_operator,
            is_invited: open_anywhere(connection, email, now).await?,
            door: door_says,
        };
        Ok(Self { door, claims, known, candidate, owned })
    }

    async fn enter(self, change: Change<FromOutside>) -> Result<String> {
        let SignInCandidate { email, account, .. } = &self.candidate;
        let person =
            Person { claims: self.claims, known: self.known.as_ref(), email, account: account.as_ref() };
        let user = person.write(&change).await?;
        let detail = json!({ "provider": self.claims.provider });
        let event = Event::done("sign_in.completed", user.email.as_str()).resulting_in(detail);
        let mut logs = vec![(None, user.email.clone(), event)];
        for organization in &self.owned {
            change.grant_membership(organization, &user, email.as_str(), Role::Owner).await?;
            awaited::fulfil(change.connection(), organization, &[email.as_str()]).await?;
            let event = Event::done("person.joined", email.as_str());
            let detail = json!({ "provider": self.claims.provider, "role": Role::Owner.name() });
            logs.push((Some(organization.clone()), email.to_string(), event.resulting_in(detail)));
        }
        if awaited::fulfil_operator(change.connection(), email.as_str(), &user.id).await? {
            logs.push((None, email.to_string(), Event::done("operator.became", email.as_str())));
        }
        if self.gets_their_own() {
            let organization = self.found(&change, &user).await?;
            let event = Event::done("organization.created", organization.name.as_str());
            logs.push((Some(organization.id), email.to_string(), event));
        }
        change.by(&user).commit_in(logs).await?;
        Ok(user.id)
    }

    /// Whether someone who comes for the first time gets an organization of their own: who waits for none, has come to
    /// none, and may create one.
    fn gets_their_own(&self) -> bool {
        let config = &self.door.services.config;
        config.sign_up == SignUp::Personal
            && self.known.is_none()
            && self.owned.is_empty()
            && !self.candidate.is_invited
            && !self.candidate.is_awaited_operator
            && self.candidate.door.is_none()
            && config.org_creators.include(&self.candidate.email)
    }

    async fn found(&self, change: &Change<FromOutside>, user: &user::Model) -> Result<Organization> {
        let name = creation::named_after(&user.name, &self.candidate.email);
        let organization = creation::write_personal(change.connection(), change.at(), &name).await?;
        let email = self.candidate.email.as_str();
        change.grant_membership(&organization.id, user, email, Role::Owner).await?;
        Ok(organization)
    }
}

async fn acquaintance(
    change: &Change<FromOutside>,
    known: Option<&Known>,
    email: &EmailAddress,
) -> Result<Acquaintance> {
    if let Some(known) = known {
        let is_active = known.user.status == Status::Active;
        return Ok(if is_active { Acquaintance::Known } else { Acquaintance::Deactivated });
    }
    Ok(match holder(change.connection(), email).await? {
        Some(holder) if holder.status == Status::Deactivated => Acquaintance::Deactivated,
        Some(_) => Acquaintance::Elsewhere,
        None => Acquaintance::Stranger,
    })
}

/// What an organization says to the person who comes to its door with a verified address; by which method is judged
/// once they open it.
async fn door_says(
    door: &Doorstep<'_>,
    change: &Change<FromOutside>,
    claims: &Claims,
    email: &EmailAddress,
    organization: &Organization,
) -> Result<Answer> {
    let (connection, now) = (change.connection(), door.services.clock.now());
    let rules = rules_of(connection, &organization.id).await?;
    let candidate = Candidate {
        email_verified: claims.email_verified,
        invited: open_for(connection, &organization.id, email, now).await?,
        standing: if is_suspended(connection, &organization.id, email.as_str()).await? {
            Standing::Suspended
        } else {
            Standing::Stranger
        },
        ..Candidate::stranger(email.clone())
    };
    Ok(decide(&door.services.config.instance, &rules, &candidate))
}
