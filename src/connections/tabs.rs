//! The tabs of *Connections*: five pages that are one place, each with how many it lists.

use diesel::prelude::*;

use crate::connections::row::State;
use crate::connections::sql_condition::Listed;
use crate::connections::store;
use crate::dates;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::language::number;
use crate::members::ConnectionCount;
use crate::relationship::Limits;
use crate::schema::relationships;

/// How many stand on the pages that the tabs lead to.
#[derive(Debug)]
pub struct Tabs {
    connections: i64,
    disconnected: i64,
    blocked: i64,
    from: String,
}

impl Tabs {
    /// Counts what a member's pages list.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, limits: &Limits, member: ConnectionCount) -> Result<Tabs, Error> {
        let rows = relationships::table
            .filter(relationships::owner_id.eq(member.id))
            .filter(relationships::state.eq_any([State::Disconnected, State::Blocked]))
            .filter(Listed)
            .group_by(relationships::state)
            .select((relationships::state, diesel::dsl::count_star()));
        let counted: Vec<(State, i64)> = on_engine!(connection, |own| rows.load(own))?;
        let of = |state: State| counted.iter().find(|(other, _)| *other == state).map_or(0, |(_, number)| *number);
        // An invitation that came in between and has expired leaves them disconnected.
        let oldest_open = limits.oldest_open(dates::now());
        let again = store::expired_invitation(member.id, oldest_open);
        let again: i64 = on_engine!(connection, |own| again.count().get_result(own))?;
        let (disconnected, blocked) = (of(State::Disconnected) + again, of(State::Blocked));
        Ok(Tabs { connections: member.number.into(), disconnected, blocked, from: String::new() })
    }

    /// Keeps the query of the list that one comes from, so that one goes back to what was searched and filtered.
    #[must_use]
    pub fn coming_from(self, query: &str) -> Tabs {
        Tabs { from: query.chars().take(1_000).collect(), ..self }
    }

    /// What stands behind the address of the list.
    pub fn back(&self) -> String {
        if self.from.is_empty() { String::new() } else { format!("?{}", self.from) }
    }

    /// What stands behind the addresses of the other pages.
    pub fn onward(&self) -> String {
        if self.from.is_empty() {
            return String::new();
        }
        let mut query = url::form_urlencoded::Serializer::new(String::from("?"));
        query.append_pair("from", &self.from);
        query.finish()
    }

    /// The number on a tab; nothing where nobody is listed.
    fn shown(of: i64) -> String {
        if of > 0 { number(of) } else { String::new() }
    }

    /// How many connections.
    pub fn connections(&self) -> String {
        number(self.connections)
    }

    /// How many one has disconnected from.
    pub fn disconnected(&self) -> String {
        Tabs::shown(self.disconnected)
    }

    /// How many one has blocked.
    pub fn blocked(&self) -> String {
        Tabs::shown(self.blocked)
    }
}
