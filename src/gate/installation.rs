//! Who may sign in to an installation with many organizations, whatever organization they go on to: one pure function,
//! as the gate of an organization is one.

use std::borrow::Cow;

use super::answer::Answer;
use super::instance_lists::InstanceLists;
use super::rule::Rule;
use super::sign_up::{OrgCreators, SignUp};
use super::step::{Step, StepOutcome};
use crate::address::EmailAddress;
use crate::role::Role;

/// What the installation's settings say about who may sign in.
#[derive(Clone, Copy)]
pub struct Installation<'a> {
    pub lists: &'a InstanceLists,
    pub sign_up: SignUp,
    pub creators: &'a OrgCreators,
}

/// Someone who signs in, as far as the installation knows them.
#[derive(Clone, Debug)]
pub struct SignInCandidate {
    /// What the provider says.
    pub email: EmailAddress,
    /// The address of the account here, where the provider's is another.
    pub account: Option<EmailAddress>,
    /// Whether the provider has verified the address (rule 2.6).
    pub email_verified: bool,
    pub acquaintance: Acquaintance,
    pub owner_by: OwnerBy,
    /// Whether the shell has named the address as an operator's.
    pub is_awaited_operator: bool,
    /// Whether an invite waits for the address, of whatever organization.
    pub is_invited: bool,
    /// What the organization says at whose door they came, if they came to one.
    pub door: Option<Answer>,
}

/// By what someone becomes owner of an organization as they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerBy {
    Nothing,
    /// An operator has named their address.
    Word,
    /// They are the first person of a new installation, who may claim it (rule 1.4).
    BeingFirst,
}

/// Whether the installation knows someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquaintance {
    Stranger,
    /// They have signed in before.
    Known,
    /// Their account was deactivated.
    Deactivated,
    /// The address belongs to an account that signs in by other methods (rule 2.6).
    Elsewhere,
}

type Said = (StepOutcome, Cow<'static, str>);
type Ask = fn(Installation<'_>, &SignInCandidate) -> Said;

/// Top to bottom.
const ORDER: [(Rule, Ask); 13] = [
    (Rule::VerifiedAddress, verified_address),
    (Rule::InstanceBlockList, block_list),
    (Rule::InstanceAllowList, allow_list),
    (Rule::Deactivated, deactivated),
    (Rule::KnownElsewhere, known_elsewhere),
    (Rule::KnownPerson, known_person),
    (Rule::FirstOwner, first_owner),
    (Rule::AwaitedOperator, awaited_operator),
    (Rule::OpenInvite, open_invite),
    (Rule::Door, door),
    (Rule::OrgCreator, org_creator),
    (Rule::SignUp, sign_up),
    (Rule::Otherwise, otherwise),
];

/// Decides whether someone may sign in. Pure: the same answer wherever it is asked. Who is named as owner, or is the
/// first, is admitted as owner; all others as members, of wherever they are or will be.
pub fn decide_sign_in(installation: Installation<'_>, candidate: &SignInCandidate) -> Answer {
    let mut steps = Vec::with_capacity(ORDER.len());
    for (rule, ask) in ORDER {
        let (outcome, detail) = ask(installation, candidate);
        steps.push(Step { rule, outcome, detail });
        if outcome != StepOutcome::Passes {
            let role = if rule == Rule::FirstOwner { Role::Owner } else { Role::Member };
            return Answer { admitted: (outcome == StepOutcome::Admits).then_some(role), steps };
        }
    }
    Answer { admitted: None, steps }
}

impl SignInCandidate {
    fn addresses(&self) -> impl Iterator<Item = &EmailAddress> {
        std::iter::once(&self.email).chain(&self.account)
    }
}

fn admits(detail: impl Into<Cow<'static, str>>) -> Said {
    (StepOutcome::Admits, detail.into())
}

fn refuses(detail: impl Into<Cow<'static, str>>) -> Said {
    (StepOutcome::Refuses, detail.into())
}

fn passes(detail: impl Into<Cow<'static, str>>) -> Said {
    (StepOutcome::Passes, detail.into())
}

fn verified_address(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    if candidate.email_verified {
        passes("Email verified by the provider.")
    } else {
        refuses("Email not verified by the provider.")
    }
}

fn block_list(installation: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match candidate.addresses().find(|email| installation.lists.blocks(email)) {
        Some(email) => refuses(format!("{email} is on the server’s block list.")),
        None => passes("Not on the server’s block list."),
    }
}

fn allow_list(installation: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match candidate.addresses().find(|email| !installation.lists.allows(email)) {
        Some(email) => refuses(format!("{email} isn’t on the server’s allow list.")),
        None => passes("Within the server’s limits."),
    }
}

fn deactivated(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match candidate.acquaintance {
        Acquaintance::Deactivated => refuses("The account is deactivated."),
        _ => passes("No deactivated account."),
    }
}

fn known_elsewhere(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match candidate.acquaintance {
        Acquaintance::Elsewhere => {
            refuses("The address belongs to an account that signs in by another method.")
        }
        _ => passes("No account of another sign-in method has the address."),
    }
}

/// Who is named as owner comes in by that word, so that it is kept.
fn known_person(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match candidate.acquaintance {
        Acquaintance::Known if candidate.owner_by == OwnerBy::Word => passes("Known, and named as owner."),
        Acquaintance::Known => admits("Has an account."),
        _ => passes("No account."),
    }
}

fn first_owner(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match candidate.owner_by {
        OwnerBy::Word => admits("Named as owner by the server’s admin."),
        OwnerBy::BeingFirst => admits("The first person to sign in."),
        OwnerBy::Nothing => passes("Not the first person to sign in."),
    }
}

fn awaited_operator(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    if candidate.is_awaited_operator {
        admits("Named as operator by the server’s admin.")
    } else {
        passes("Not named as operator.")
    }
}

fn open_invite(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    if candidate.is_invited { admits("Has an open invite.") } else { passes("No open invite.") }
}

fn door(_: Installation<'_>, candidate: &SignInCandidate) -> Said {
    match &candidate.door {
        Some(answer) if answer.admitted.is_some() => {
            admits("The organization whose address they opened allows them.")
        }
        Some(_) => passes("The organization whose address they opened doesn’t allow them."),
        None => passes("Opened no organization’s address."),
    }
}

fn org_creator(installation: Installation<'_>, candidate: &SignInCandidate) -> Said {
    let may = installation.creators.include(&candidate.email);
    match (may, installation.sign_up.is_open()) {
        (true, true) => admits("Can create organizations."),
        (true, false) => passes("Can create organizations, but sign-up is closed."),
        (false, _) => passes("Can’t create organizations."),
    }
}

fn sign_up(installation: Installation<'_>, _: &SignInCandidate) -> Said {
    if installation.sign_up.is_open() { admits("Sign-up is open.") } else { passes("Sign-up is closed.") }
}

fn otherwise(_: Installation<'_>, _: &SignInCandidate) -> Said {
    refuses("No rule allows this address.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Candidate, Rules, decide};

    fn email(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    fn stranger() -> SignInCandidate {
        SignInCandidate {
            email: email("sam@acme.test"),
            account: None,
            email_verified: true,
            acquaintance: Acquaintance::Stranger,
            owner_by: OwnerBy::Nothing,
            is_awaited_operator: false,
            is_invited: false,
            door: None,
        }
    }

    fn verdict(sign_up: SignUp, creators: &OrgCreators, candidate: &SignInCandidate) -> (Option<Role>, Rule) {
        let lists =
            InstanceLists { blocked_emails: vec![email("mallory@acme.test")], ..InstanceLists::default() };
        let answer = decide_sign_in(Installation { lists: &lists, sign_up, creators }, candidate);
        (answer.admitted, answer.decided_by())
    }

    fn closed(candidate: &SignInCandidate) -> (Option<Role>, Rule) {
        verdict(SignUp::Closed, &OrgCreators::default(), candidate)
    }

    #[test]
    fn a_closed_installation_admits_whom_it_knows_whom_someone_names_or_invites_and_no_one_else() {
        let member = Some(Role::Member);
        assert_eq!(closed(&stranger()), (None, Rule::Otherwise));
        let known = SignInCandidate { acquaintance: Acquaintance::Known, ..stranger() };
        assert_eq!(closed(&known), (member, Rule::KnownPerson));
        assert_eq!(
            closed(&SignInCandidate { owner_by: OwnerBy::Word, ..known }),
            (Some(Role::Owner), Rule::FirstOwner),
            "the word of the operator is kept for people who are known, too"
        );
        let first = SignInCandidate { owner_by: OwnerBy::BeingFirst, ..stranger() };
        assert_eq!(closed(&first), (Some(Role::Owner), Rule::FirstOwner));
        let operator = SignInCandidate { is_awaited_operator: true, is_invited: true, ..stranger() };
        assert_eq!(closed(&operator), (member, Rule::AwaitedOperator));
        let invited = SignInCandidate { is_invited: true, ..stranger() };
        assert_eq!(closed(&invited), (member, Rule::OpenInvite));
    }

    #[test]
    fn nothing_goes_before_the_proof_of_the_address_the_lists_and_the_state_of_the_account() {
        let all = SignInCandidate { owner_by: OwnerBy::Word, is_invited: true, ..stranger() };
        let cases = [
            (SignInCandidate { email_verified: false, ..all.clone() }, Rule::VerifiedAddress),
            (SignInCandidate { email: email("mallory@acme.test"), ..all.clone() }, Rule::InstanceBlockList),
            (
                SignInCandidate { account: Some(email("mallory@acme.test")), ..all.clone() },
                Rule::InstanceBlockList,
            ),
            (SignInCandidate { acquaintance: Acquaintance::Deactivated, ..all.clone() }, Rule::Deactivated),
            (SignInCandidate { acquaintance: Acquaintance::Elsewhere, ..all }, Rule::KnownElsewhere),
        ];
        for (candidate, rule) in cases {
            let everybody = OrgCreators { everybody: true, ..OrgCreators::default() };
            assert_eq!(verdict(SignUp::Open, &everybody, &candidate), (None, rule));
        }
    }

    #[test]
    fn the_door_that_someone_came_to_is_asked_and_no_other() {
        let says = |rules: &Rules| {
            decide(&InstanceLists::default(), rules, &Candidate::stranger(email("sam@acme.test")))
        };
        let open = says(&Rules { open_sign_up: true, ..Rules::default() });
        let shut = says(&Rules::default());
        let at = |door| closed(&SignInCandidate { door: Some(door), ..stranger() });
        assert_eq!(at(open), (Some(Role::Member), Rule::Door));
        assert_eq!(at(shut), (None, Rule::Otherwise));
    }

    #[test]
    fn who_can_create_organizations_comes_in_unless_sign_up_is_closed() {
        let acme = crate::address::Domain::parse("acme.test").expect("a domain");
        let creators = OrgCreators { domains: vec![acme], ..OrgCreators::default() };
        let member = Some(Role::Member);
        assert_eq!(verdict(SignUp::Closed, &creators, &stranger()), (None, Rule::Otherwise));
        for sign_up in [SignUp::Open, SignUp::Personal] {
            assert_eq!(verdict(sign_up, &creators, &stranger()), (member, Rule::OrgCreator));
            assert_eq!(verdict(sign_up, &OrgCreators::default(), &stranger()), (member, Rule::SignUp));
        }
    }
}
