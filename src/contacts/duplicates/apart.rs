//! Who was kept apart: listed in groups, as they were answered, so that each answer can be taken back.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;

use crate::contacts::duplicates::groups::MOST;
use crate::contacts::store::IsLive;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::contacts;

/// A contact that was kept apart from others.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Apart {
    /// Its id.
    pub id: ContactId,
    /// The name.
    pub name: String,
    /// The first address.
    pub email: String,
    /// The company.
    pub company: String,
}

impl Apart {
    /// What tells it from another of this name.
    pub fn besides(&self) -> String {
        let parts = [&self.company, &self.email].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

/// Lists the contacts of these pairs, those together of which each was kept apart from each other. Who is deleted is left out.
pub(super) fn listed(
    connection: &mut Connection,
    owner: MemberId,
    pairs: &HashSet<(ContactId, ContactId)>,
) -> Result<Vec<Vec<Apart>>, Error> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<ContactId> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
    let ids: Vec<ContactId> = ids.into_iter().collect();
    let rows = contacts::table.filter(contacts::owner_id.eq(owner)).filter(id_in(connection, contacts::id, &ids));
    let rows = rows.filter(IsLive).select((contacts::id, contacts::full_name, contacts::email, contacts::company));
    let rows: Vec<Apart> = on_engine!(connection, |own| rows.load(own))?;
    let live: HashMap<ContactId, Apart> = rows.into_iter().map(|row| (row.id, row)).collect();
    let is_live = |(one, other): &(ContactId, ContactId)| live.contains_key(one) && live.contains_key(other);
    let pairs: BTreeSet<(ContactId, ContactId)> = pairs.iter().copied().filter(is_live).collect();
    let groups = together(&pairs).into_iter();
    Ok(groups.map(|ids| ids.iter().filter_map(|id| live.get(id).cloned()).collect()).collect())
}

/// Puts contacts together of which each stands apart from each other, at most [`MOST`] at a time; every pair is in a group.
fn together(pairs: &BTreeSet<(ContactId, ContactId)>) -> Vec<BTreeSet<ContactId>> {
    let is_apart = |one: ContactId, other: ContactId| pairs.contains(&(one.min(other), one.max(other)));
    let mut groups: Vec<BTreeSet<ContactId>> = Vec::new();
    let mut of: HashMap<ContactId, Vec<usize>> = HashMap::new();
    for &(one, other) in pairs {
        let at = |id: ContactId| of.get(&id).cloned().unwrap_or_default();
        if at(one).iter().any(|at| groups[*at].contains(&other)) {
            continue;
        }
        let fits = |at: &usize, joins: ContactId| {
            groups[*at].len() < MOST && groups[*at].iter().all(|member| is_apart(*member, joins))
        };
        let joined = at(one).into_iter().find(|at| fits(at, other)).map(|at| (at, other));
        let joined = joined.or_else(|| at(other).into_iter().find(|at| fits(at, one)).map(|at| (at, one)));
        match joined {
            Some((at, joins)) => {
                groups[at].insert(joins);
                of.entry(joins).or_default().push(at);
            }
            None => {
                groups.push([one, other].into());
                of.entry(one).or_default().push(groups.len() - 1);
                of.entry(other).or_default().push(groups.len() - 1);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(i64, i64)]) -> BTreeSet<(ContactId, ContactId)> {
        of.iter().map(|(one, other)| (ContactId::new(*one), ContactId::new(*other))).collect()
    }

    fn ids(of: &[i64]) -> BTreeSet<ContactId> {
        of.iter().copied().map(ContactId::new).collect()
    }

    #[test]
    fn those_answered_together_stand_together() {
        assert_eq!(together(&pairs(&[(1, 2), (1, 3), (2, 3), (7, 9)])), [ids(&[1, 2, 3]), ids(&[7, 9])]);
        // Two answers of which one has a contact of the other.
        assert_eq!(together(&pairs(&[(1, 2), (2, 3)])), [ids(&[1, 2]), ids(&[2, 3])]);
    }

    #[test]
    fn no_group_outgrows_what_one_answer_can_hold() {
        let all: Vec<(i64, i64)> = (1..=25).flat_map(|one| (one + 1..=25).map(move |other| (one, other))).collect();
        let (pairs, groups) = (pairs(&all), together(&pairs(&all)));
        assert!(groups.iter().all(|group| group.len() <= MOST));
        let is_in_one = |(one, other): &(ContactId, ContactId)| {
            groups.iter().any(|group| group.contains(one) && group.contains(other))
        };
        assert!(pairs.iter().all(is_in_one));
    }
}
