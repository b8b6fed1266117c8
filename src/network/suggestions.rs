//! *People you may know*: those with whom a member shares the most connections.

use diesel::prelude::*;

use crate::cache::Cache;
use crate::connections::mutual::ConnectionIds;
use crate::connections::row::State;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::{mutual_connections, tn};
use crate::members::suspension::is_open;
use crate::members::{ConnectionCount, MemberCard};
use crate::network::second_degree::SecondDegree;
use crate::network::shared_counts::SharedCounts;
use crate::relationship::WhoMayInvite;
use crate::schema::{dismissed_suggestions, members, relationships};
use crate::web::viewer::Viewer;
use crate::{dates, members as people};

/// How many suggestions are counted exactly, of which the first are shown: so that a shorter list begins as a longer one.
const CONSIDERED: usize = 20;

/// How many connections two members share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// So many, as the profile says.
    Exactly(u32),
    /// So many and perhaps more: both have too many connections to count for a card.
    AtLeast(u32),
}

impl Shared {
    fn number(self) -> u32 {
        match self {
            Shared::Exactly(number) | Shared::AtLeast(number) => number,
        }
    }
}

/// Somebody one may know.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Who.
    pub person: MemberCard,
    /// How many connections are shared.
    pub mutual: Shared,
}

/// Up to `most` people, most shared connections first. Nobody to whom the member already stands in any way.
///
/// # Errors
/// The database's.
pub fn people_you_may_know(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    most: usize,
) -> Result<Vec<Suggestion>, Error> {
    let chosen = strangers(connection, cache, me, CONSIDERED.max(most))?;
    let ids: Vec<MemberId> = chosen.iter().map(|(id, _)| *id).collect();
    let at_least = |id| chosen.iter().find(|(other, _)| *other == id).map_or(0, |(_, number)| *number);
    let found = people::counted_persons(connection, &ids)?;
    let counts: Vec<ConnectionCount> = found.iter().map(|(_, count)| *count).collect();
    let exact = SharedCounts::of(connection, cache, me.counted(), &counts)?;
    let suggestion = |(person, _): (MemberCard, ConnectionCount)| Suggestion {
        mutual: match exact.get(&person.id).copied().flatten() {
            Some(count) => Shared::Exactly(count.number),
            None => Shared::AtLeast(at_least(person.id)),
        },
        person,
    };
    let mut suggestions: Vec<Suggestion> = found.into_iter().map(suggestion).collect();
    suggestions.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.mutual.number()));
    suggestions.truncate(most);
    Ok(suggestions)
}

/// The first of a member's circle to whom they do not stand in any way, and how many of the connections know each. In a circle of
/// friends most are connections, so those are left out before any is looked up.
fn strangers(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    most: usize,
) -> Result<Vec<(MemberId, u32)>, Error> {
    let circle = SecondDegree::of(connection, cache, me.counted())?;
    let connected = ConnectionIds::of(connection, cache, me.counted())?;
    let mut others = circle.ranked().iter().filter(|(id, _)| !connected.has(*id)).copied().peekable();
    let mut chosen = Vec::new();
    while chosen.len() < most && others.peek().is_some() {
        let some: Vec<(MemberId, u32)> = others.by_ref().take(2 * most).collect();
        let ids: Vec<MemberId> = some.iter().map(|(id, _)| *id).collect();
        let left_out = left_out(connection, me.id, &ids)?;
        chosen.extend(some.into_iter().filter(|(id, _)| !left_out.contains(id)));
    }
    chosen.truncate(most);
    Ok(chosen)
}

/// The newest members one does not know, for whoever has no connections yet.
///
/// # Errors
/// The database's.
pub fn newest_members(connection: &mut Connection, me: MemberId, most: usize) -> Result<Vec<Suggestion>, Error> {
    let known = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::other_id.eq(members::id))
        .filter(relationships::state.ne(State::Stranger).or(relationships::paused_until.gt(dates::now())));
    let dismissed = dismissed_suggestions::table
        .filter(dismissed_suggestions::owner_id.eq(me))
        .filter(dismissed_suggestions::other_id.eq(members::id));
    let newest = members::table
        .filter(members::id.ne(me))
        .filter(is_open(dates::now()))
        .filter(members::who_may_invite.ne(WhoMayInvite::Nobody))
        .filter(people::SeenByStrangers)
        .filter(diesel::dsl::not(diesel::dsl::exists(known)))
        .filter(diesel::dsl::not(diesel::dsl::exists(dismissed)))
        .order((members::created_at.desc(), members::id.desc()))
        .select(members::id)
        .limit(i64::try_from(most).unwrap_or(i64::MAX));
    let chosen: Vec<MemberId> = on_engine!(connection, |own| newest.load(own))?;
    let persons = people::persons(connection, &chosen)?;
    Ok(persons.into_iter().map(|person| Suggestion { person, mutual: Shared::Exactly(0) }).collect())
}

/// Returns those to whom the member stands in some way, whom they may not invite yet or do not want suggested, and those whom nobody
/// can invite: who is suspended is not to be told from who accepts no invitations.
fn left_out(connection: &mut Connection, me: MemberId, ids: &[MemberId]) -> Result<Vec<MemberId>, Error> {
    let side = relationships::owner_id.eq(me).and(relationships::other_id.eq(members::id));
    let known = relationships::state.ne(State::Stranger).or(relationships::paused_until.gt(dates::now()));
    let goes_on = members::suspended_until.is_null().or(members::suspended_until.gt(dates::now()).assume_not_null());
    let kept_out = members::suspended_at.is_not_null().and(goes_on);
    let closed = members::who_may_invite.eq(WhoMayInvite::Nobody);
    let gone = kept_out.or(closed).or(diesel::dsl::not(people::SeenByStrangers));
    let dismissed = dismissed_suggestions::owner_id.eq(me).and(dismissed_suggestions::other_id.eq(members::id));
    let rows = members::table
        .left_join(relationships::table.on(side))
        .left_join(dismissed_suggestions::table.on(dismissed))
        .filter(id_in(connection, members::id, ids))
        .filter(gone.nullable().or(known.nullable()).or(dismissed_suggestions::owner_id.nullable().is_not_null()))
        .select(members::id);
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

impl Suggestion {
    /// Why they are suggested.
    pub fn remark(&self) -> String {
        match self.mutual {
            Shared::Exactly(0) => String::new(),
            Shared::Exactly(number) => mutual_connections(number),
            Shared::AtLeast(number) => tn(number, "{n}+ mutual connection", "{n}+ mutual connections"),
        }
    }
}

/// People a member may know; for one without connections, the newest members.
///
/// # Errors
/// The database's.
pub fn for_member(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    most: usize,
) -> Result<Vec<Suggestion>, Error> {
    let known = people_you_may_know(connection, cache, me, most)?;
    if known.is_empty() { newest_members(connection, me.id, most) } else { Ok(known) }
}

/// Stops suggesting somebody to a member.
///
/// # Errors
/// The database's.
pub fn dismiss(connection: &mut Connection, Between { viewer: me, other }: Between) -> Result<(), Error> {
    use dismissed_suggestions::{dismissed_at, other_id, owner_id, table};
    let row = (owner_id.eq(me), other_id.eq(other), dismissed_at.eq(dates::now()));
    let insert = diesel::insert_into(table).values(row).on_conflict_do_nothing();
    on_engine!(connection, |own| insert.execute(own))?;
    Ok(())
}

/// Lists those whom a member does not want suggested: whom they set aside last comes first. Connections stay on it, so that nobody who
/// ends one appears here then.
///
/// # Errors
/// The database's.
pub fn set_aside(connection: &mut Connection, me: MemberId) -> Result<Vec<MemberCard>, Error> {
    let side = relationships::owner_id.eq(me).and(relationships::other_id.eq(members::id));
    let rows = dismissed_suggestions::table
        .inner_join(members::table.on(members::id.eq(dismissed_suggestions::other_id)))
        .left_join(relationships::table.on(side))
        .filter(dismissed_suggestions::owner_id.eq(me))
        .filter(people::SeenByStrangers);
    let (dismissed_at, state) = (dismissed_suggestions::dismissed_at, relationships::state.nullable());
    type Found = (i64, Option<State>, MemberCard);
    let mut rows: Vec<Found> =
        on_engine!(connection, |own| rows.select((dismissed_at, state, MemberCard::as_select())).load(own))?;
    rows.retain(|(_, state, _)| state.is_none_or(|state| state != State::Blocked && !state.is_unseen()));
    rows.sort_by_key(|(at, _, person)| std::cmp::Reverse((*at, person.id)));
    Ok(rows.into_iter().map(|(.., person)| person).collect())
}

/// Takes back that somebody is not suggested.
///
/// # Errors
/// The database's.
pub fn suggest_again(connection: &mut Connection, Between { viewer: me, other }: Between) -> Result<(), Error> {
    diesel::delete(dismissed_suggestions::table.find((me, other))).execute(connection)?;
    Ok(())
}
