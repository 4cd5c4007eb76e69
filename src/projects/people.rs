//! The people of a project, or of a team, part by part.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::members::Person;
use super::people_query::{PeopleQuery, PersonKeyset};
use crate::authority::Member;
use crate::entity::{Tenant, membership, project_member, team_member};
use crate::error::Result;
use crate::listing::{ListPage, ListQuery};

/// A table that says who is in what.
pub trait Places: Tenant {
    /// The columns that say in what, and who: the table's key.
    const KEY: [Self::Column; 2];

    /// The place of a row in the list.
    fn keyset(row: &Self::Model) -> PersonKeyset;
}

impl Places for project_member::Entity {
    const KEY: [Self::Column; 2] = [project_member::Column::ProjectId, project_member::Column::UserId];

    fn keyset(row: &project_member::Model) -> PersonKeyset {
        PersonKeyset { of: row.project_id.clone(), person: row.user_id.clone() }
    }
}

impl Places for team_member::Entity {
    const KEY: [Self::Column; 2] = [team_member::Column::TeamId, team_member::Column::UserId];

    fn keyset(row: &team_member::Model) -> PersonKeyset {
        PersonKeyset { of: row.team_id.clone(), person: row.user_id.clone() }
    }
}

/// Everyone in the project, or the team, with the id `of`, each with their row: in the order of their ids.
///
/// # Errors
/// When the database can't be asked.
pub async fn part<E: Places>(
    member: &Member,
    of: &str,
    query: &PeopleQuery,
) -> Result<ListPage<(Person, E::Model), PersonKeyset>> {
    let [place, person] = E::KEY;
    let rows = member.scope().find::<E>().filter(|ours| {
        // The place is one: beyond the person, and not beyond both, so that SQLite goes there by the key.
        let beyond = query.cursor().map(|cursor| person.gt(&cursor.keyset.person));
        let ours = ours.filter(place.eq(of)).apply_if(beyond, QueryFilter::filter);
        ours.order_by_asc(person).limit(query.slots())
    });
    let page = query.page(rows.all().await?, E::keyset);
    let mut people = people_of(member, page.rows.iter().map(|row| E::keyset(row).person)).await?;
    let with_row = |row: E::Model| people.remove(&E::keyset(&row).person).map(|person| (person, row));
    let rows = page.rows.into_iter().filter_map(with_row).collect();
    Ok(ListPage { rows, previous: page.previous, next: page.next })
}

async fn people_of(member: &Member, ids: impl Iterator<Item = String>) -> Result<HashMap<String, Person>> {
    let these = membership::Column::UserId.is_in(ids);
    let people = member.scope().find::<membership::Entity>().filter(|ours| ours.filter(these));
    Ok(people.rows::<Person>().await?.into_iter().map(|person| (person.id.clone(), person)).collect())
}
