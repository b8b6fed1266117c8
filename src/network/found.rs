//! Whom a search finds, in the order in which the one who searches most likely means them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel::prelude::*;

use crate::cache::Cache;
use crate::connections::row::State;
use crate::connections::sql_condition::IsConnected;
use crate::connections::store;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::members::ConnectionCount;
use crate::members::search::{MAX_FOUND, Place, Searched, Wanted};
use crate::network::degree::ConnectionIds;
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
    hidden: &[i64],
    text: &str,
) -> Result<Vec<(i64, Near)>, Error> {
    let Some(wanted) = Wanted::of(text) else { return Ok(Vec::new()) };
    let found = wanted.find(connection, hidden)?;
    let is_cut = found.len() as i64 >= MAX_FOUND;
    let mut places: HashMap<i64, Place> = HashMap::new();
    for (id, place) in found {
        places.entry(id).and_modify(|known| *known = place.min(*known)).or_insert(place);
    }
    // Among those that were left out may be one's own connections.
    if is_cut && me.number <= LOOKED_THROUGH {
        for searched in own(connection, me.id, &wanted)? {
            if let Entry::Vacant(unknown) = places.entry(searched.id)
                && let Some(place) = wanted.place_in(&searched)
            {
                unknown.insert(place);
            }
        }
    }
    let mut ids: Vec<i64> = places.keys().copied().collect();
    ids.sort_unstable();
    let connected = connected(connection, cache, me, Some(&ids))?;
    let known = SecondDegree::of(connection, cache, me)?;
    let near = |id: &i64| match connected.binary_search(id) {
        Ok(_) => Near::Connected,
        Err(_) if known.meets(&[*id]) => Near::Shared,
        Err(_) => Near::Other,
    };
    let mut found: Vec<(i64, Near)> = ids.into_iter().map(|id| (id, near(&id))).collect();
    // By their ids within each, so that what changes of somebody's connections does not move them.
    found.sort_by_cached_key(|(id, near)| {
        let place = places.get(id).copied().unwrap_or(Place::Elsewhere);
        (place != Place::WholeName, *near, place)
    });
    found.truncate(MAX_FOUND as usize);
    Ok(found)
}

/// Returns whom no list shows to a member: who has blocked them, and who is no longer there.
///
/// # Errors
/// The database's.
pub fn hidden_from(connection: &mut Connection, me: i64) -> Result<Vec<i64>, Error> {
    let unseen = store::unseen(me).select(relationships::other_id);
    Ok(on_engine!(connection, |own| unseen.load(own))?)
}

/// Those of a member's connections who have all words somewhere.
fn own(connection: &mut Connection, me: i64, wanted: &Wanted) -> Result<Vec<Searched>, Error> {
    let mine = relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::other_id)))
        .filter(relationships::owner_id.eq(me))
        .filter(IsConnected);
    let mut mine = mine.select(Searched::as_select()).limit(OWN).into_boxed();
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

/// Returns a member's connections, those among some at least, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn connected(
    connection: &mut Connection,
    cache: &Cache,
    me: ConnectionCount,
    among: Option<&[i64]>,
) -> Result<Vec<i64>, Error> {
    use relationships::{other_id, owner_id};
    // A short list is kept, so that a thousand people need not be looked up in it.
    if let Some(mine) = ConnectionIds::of(connection, cache, me)? {
        return Ok(mine.ids().to_vec());
    }
    let mine = relationships::table.filter(owner_id.eq(me.id)).filter(relationships::state.eq(State::Connected));
    let mine = mine.order(other_id).select(other_id);
    Ok(match among {
        Some(ids) => {
            let these = mine.filter(id_in(connection, other_id, ids));
            on_engine!(connection, |own| these.load(own))?
        }
        None => on_engine!(connection, |own| mine.load(own))?,
    })
}
