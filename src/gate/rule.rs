//! The rules by name.

use serde::{Serialize, Serializer};

/// The rules in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Address,
    SignInMethod,
    VerifiedAddress,
    InstanceBlockList,
    InstanceAllowList,
    Deactivated,
    KnownElsewhere,
    KnownPerson,
    Member,
    OpenInvite,
    FirstOwner,
    AwaitedOperator,
    AllowedDomain,
    AllowedAddress,
    OpenSignUp,
    Door,
    OrgCreator,
    SignUp,
    Otherwise,
}

impl Rule {
    /// How pages call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Address => "Address",
            Self::SignInMethod => "Sign-in method",
            Self::VerifiedAddress => "Verified address",
            Self::InstanceBlockList => "Server block list",
            Self::InstanceAllowList => "Server allow list",
            Self::Deactivated | Self::KnownPerson => "Account",
            Self::KnownElsewhere => "Other sign-in methods",
            Self::Member => "Membership",
            Self::OpenInvite => "Invite",
            Self::FirstOwner => "First owner",
            Self::AwaitedOperator => "Operator",
            Self::AllowedDomain => "Domains",
            Self::AllowedAddress => "Addresses",
            Self::OpenSignUp => "Open sign-up",
            Self::Door => "Organization",
            Self::OrgCreator => "Creating organizations",
            Self::SignUp => "Sign-up",
            Self::Otherwise => "Everyone else",
        }
    }

    /// As the API and the database spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::SignInMethod => "sign_in_method",
            Self::VerifiedAddress => "verified_address",
            Self::InstanceBlockList => "instance_block_list",
            Self::InstanceAllowList => "instance_allow_list",
            Self::Deactivated => "deactivated",
            Self::KnownElsewhere => "known_elsewhere",
            Self::KnownPerson => "known_person",
            Self::Member => "member",
            Self::OpenInvite => "open_invite",
            Self::FirstOwner => "first_owner",
            Self::AwaitedOperator => "awaited_operator",
            Self::AllowedDomain => "allowed_domain",
            Self::AllowedAddress => "allowed_address",
            Self::OpenSignUp => "open_sign_up",
            Self::Door => "door",
            Self::OrgCreator => "org_creator",
            Self::SignUp => "sign_up",
            Self::Otherwise => "otherwise",
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
