//! The token in an invite's link: which invite it is, and a proof that only the master key can make. Nothing of the
//! proof is stored; a new generation ends the links before it (rule 3.3).

use data_encoding::BASE64URL_NOPAD;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::authority::Services;
use crate::entity::invite;
use crate::error::{Error, Result};
use crate::links::{Link, Site};

/// Marks what names an invite without its proof.
const UNPROVEN: char = '~';
/// Characters of the id in a token: 16 bytes.
const ID: usize = 22;
/// As many replaced links as are still recognised as such.
const REMEMBERED: i64 = 20;

/// A token that has the right form.
pub struct Token {
    /// The invite that it speaks of.
    pub id: String,
    proof: String,
}

/// The token of an invite's link of this generation.
///
/// # Errors
/// When the id is none of ours.
pub fn token(services: &Services, id: &str, generation: i64) -> Result<String> {
    let uuid = Uuid::parse_str(id).map_err(|e| Error::Internal(format!("the id of an invite: {e}")))?;
    let proof = services.config.master_key.token(&purpose(id, generation));
    let proof = proof.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(BASE64URL_NOPAD.encode(uuid.as_bytes()) + &proof)
}

/// The address of an invite's page.
pub fn path(services: &Services, id: &str, generation: i64) -> Result<Link> {
    Ok(Site.invitation(&token(services, id, generation)?).page())
}

impl Token {
    /// Reads a token; none when it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, proof) = text.split_at_checked(ID)?;
        let id = Uuid::from_slice(&BASE64URL_NOPAD.decode(id.as_bytes()).ok()?).ok()?;
        Some(Self { id: id.to_string(), proof: proof.to_owned() })
    }

    /// The invite.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn invite(&self, connection: &impl ConnectionTrait) -> Result<Option<invite::Model>> {
        Ok(invite::Entity::find_by_id(&self.id).one(connection).await?)
    }

    /// Whether this is the link of `generation`.
    pub fn is_of(&self, services: &Services, generation: i64) -> bool {
        services.config.master_key.is_token(&self.proof, &purpose(&self.id, generation))
    }

    /// Whether this is a link that a newer one has ended.
    pub fn was_replaced(&self, services: &Services, generation: i64) -> bool {
        let oldest = (generation - REMEMBERED).max(1);
        (oldest..generation).any(|earlier| self.is_of(services, earlier))
    }
}

/// The token in a link's path, if it is one.
pub fn in_path(path: &str) -> Option<Token> {
    Site::invitation_in(path).and_then(Token::parse)
}

/// A way back to an invite's page as it is stored: which link, without what would open it.
pub fn named(id: &str, generation: i64) -> String {
    Site.invitation(&format!("{UNPROVEN}{id}.{generation}")).page().into()
}

/// The link that a stored way back names.
pub fn named_by(stored: &str) -> Option<(&str, i64)> {
    let (id, generation) = Site::invitation_in(stored)?.strip_prefix(UNPROVEN)?.split_once('.')?;
    Some((id, generation.parse().ok()?))
}

/// Whether a path leads to an invite's page.
pub fn is_path(path: &str) -> bool {
    Site::invitation_in(path).is_some()
}

fn purpose(id: &str, generation: i64) -> String {
    format!("invite/{id}/{generation}")
}
