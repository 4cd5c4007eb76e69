//! Who asks, for whom something is kept until they ask again.

use actix_web::HttpRequest;

use super::member::meant;
use crate::authority::bearer::Bearer;
use crate::authority::services::Services;
use crate::authority::session::Visitor;
use crate::error::Result;
use crate::links::API_ORGANIZATION_IN_PATH;

/// Who asks, and about which organization.
pub struct Asker {
    /// The person or the token, with the organization that the address names.
    pub(in crate::authority) name: String,
    /// The person's id; none for a project's token.
    pub person: Option<String>,
    /// The id of the organization; none where it is not known to be theirs.
    pub organization: Option<String>,
}

impl Asker {
    /// The person who has sent this request; none for someone who is not known.
    ///
    /// # Errors
    /// When it can't be told who it is (rule 2.5).
    pub fn of(request: &HttpRequest) -> Result<Option<Self>> {
        let named = request.match_info().get(API_ORGANIZATION_IN_PATH).unwrap_or_default();
        let by = |kind: &str, id: &str| format!("{kind} {id} {named}");
        if let Some(bearer) = Bearer::of(request) {
            let organization = Some(bearer.organization().to_owned());
            let name = by("token", bearer.id());
            return Ok(match &bearer {
                Bearer::OfPerson(visitor) => {
                    Some(Self { name, person: Some(visitor.id.clone()), organization })
                }
                Bearer::OfProject(_) => Some(Self { name, person: None, organization }),
                Bearer::OnPage | Bearer::Unknown | Bearer::Undecided => None,
            });
        }
        let Some(visitor) = Visitor::of(request)? else { return Ok(None) };
        let only = Services::of(request)?.only.clone();
        let of_address =
            || meant(request.match_info(), &visitor).ok().map(|here| here.organization.id.clone());
        let organization = only.or_else(of_address);
        Ok(Some(Self { name: by("person", &visitor.id), person: Some(visitor.id), organization }))
    }
}
