//! Whom a search finds, in the order in which the one who searches most likely means them.

use diesel::prelude::*;

use crate::cache::Cache;
use crate::connections::mutual::ConnectionIds;
use crate::connections::sql_condition::IsConnected;
use crate::connections::store;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::search::{MAX_FOUND, Place, Searched, Wanted};
use crate::members::{ConnectionCount, SeenByStrangers};
use crate::network::second_degree::SecondDegree;
use crate::schema::{members, relationships};

/// One's own connections that are looked for beyond those that the index gave.
const OWN: i64 = 100;
/// Connections of whoever has them looked through; more would take too long.
const LOOKED_THROUGH: i32 = 5_000;

/// How near somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Near {
    /// A connection.
    Connected,
    /// In the circle of one's connections.
    Shared,
    /// Further away.
    Other,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// What was typed.
    pub q: &'a str,
    /// What must stand somewhere besides, and makes nobody come first.
    pub elsewhere: [&'a str; 2],
}

/// Finds members who match every word by its beginning: those whose name it is come first, then one's connections, then
/// those with whom one shares connections, then the rest; in each, those whose name matches before those of whom something
/// else does. At most [`MAX_FOUND`]; nobody who is hidden.
///
/// # Errors
/// The database's.
pub fn members(
    connection: &mut Connection,
    cache: &Cache,
    me: ConnectionCount,
    hidden: &[MemberId],
    words: Words,
) -> Result<Vec<(MemberId, Near)>, Error> {
    let Some(wanted) = Wanted::of(words.q, &words.elsewhere) else { return Ok(Vec::new()) };
    let mut found = wanted.find(connection, hidden)?;
    let is_cut = found.len() as i64 >= MAX_FOUND;
    // Each kind comes in the order of the ids; whoever is of two is of the first.
    found.sort();
    found.dedup_by_key(|(id, _)| *id);
    // Among those that were left out may be one's own connections.
    if is_cut && me.number <= LOOKED_THROUGH {
        let own = own(connection, me.id, &wanted)?.into_iter();
        let own = own.filter(|(own, _)| found.binary_search_by_key(&own.id, |(id, _)| *id).is_err());
        let own = own.filter_map(|(own, folded)| Some((own.id, wanted.place_in(&own, &folded)?)));
        let own: Vec<(MemberId, Place)> = own.collect();
        found.extend(own);
        found.sort();
    }
    let connected = ConnectionIds::of(connection, cache, me)?;
    let known = SecondDegree::of(connection, cache, me)?;
    // All three are in the order of the ids, so that each is walked once.
    let (mut connected, mut known) = (Walk(connected.ids()), Walk(known.ids()));
    let mut near = |id: MemberId| match (connected.has(id), known.has(id)) {
        (true, _) => Near::Connected,
        (false, true) => Near::Shared,
        (false, false) => Near::Other,
    };
    let mut found: Vec<(MemberId, Place, Near)> = found.into_iter().map(|(id, place)| (id, place, near(id))).collect();
    // By their ids within each, so that what changes of somebody's connections does not move them.
    found.sort_by_key(|(_, place, near)| (*place != Place::WholeName, *near, *place));
    found.truncate(MAX_FOUND as usize);
    Ok(found.into_iter().map(|(id, _, near)| (id, near)).collect())
}

/// Ids in their order, asked for others in theirs.
struct Walk<'a>(&'a [MemberId]);

impl Walk<'_> {
    /// Whether an id is among them, where none that was asked for before is greater.
    fn has(&mut self, id: MemberId) -> bool {
        // Those in between are passed over in growing steps: of a hub's thousands a search asks for few.
        let mut step = 1;
        while self.0.get(step).is_some_and(|next| *next < id) {
            self.0 = &self.0[step..];
            step *= 2;
        }
        let near = &self.0[..self.0.len().min(step + 1)];
        self.0 = &self.0[near.partition_point(|one| *one < id)..];
        self.0.first() == Some(&id)
    }
}

/// Returns whom no list shows to a member: who has blocked them, and who is no longer there.
///
/// # Errors
/// The database's.
pub fn hidden_from(connection: &mut Connection, me: MemberId) -> Result<Vec<MemberId>, Error> {
    let unseen = store::unseen(me).select(relationships::other_id);
    Ok(on_engine!(connection, |own| unseen.load(own))?)
}

/// Those of a member's connections who have all words somewhere, with their column `folded`.
fn own(connection: &mut Connection, me: MemberId, wanted: &Wanted) -> Result<Vec<(Searched, String)>, Error> {
    let mine = relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::other_id)))
        .filter(relationships::owner_id.eq(me))
        .filter(IsConnected)
        .filter(SeenByStrangers);
    let mut mine = mine.select((Searched::as_select(), members::folded)).limit(OWN).into_boxed();
    for patterns in wanted.in_folded() {
        let mut patterns = patterns.into_iter().map(|pattern| members::folded.like(pattern).escape('\\'));
        mine = match (patterns.next(), patterns.next()) {
            (Some(one), Some(other)) => mine.filter(one.or(other)),
            (Some(one), None) => mine.filter(one),
            _ => mine,
        };
    }
    Ok(mine.load(connection)?)
}

#[cfg(test)]
mod tests {
    use super::Walk;
    use crate::ids::MemberId;

    #[test]
    fn a_walk_finds_what_a_look_up_finds() {
        for gap in [1, 2, 3, 7, 50] {
            let among: Vec<MemberId> = (0..200).map(|at| MemberId::new(at * gap - 20)).collect();
            for step in [1, 2, 5, 40] {
                let mut walk = Walk(&among);
                for id in (-50..700).step_by(step).map(MemberId::new) {
                    assert_eq!(walk.has(id), among.binary_search(&id).is_ok(), "{gap} {step} {id}");
                }
            }
        }
        assert!(!Walk(&[]).has(MemberId::new(1)));
    }
}
