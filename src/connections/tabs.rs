//! The tabs of *Connections* and *Contacts*: six pages that are one place. The number of connections, which every page knows,
//! stands on their tab; to count the others would be two more statements a page.

use crate::language::number;
use crate::members::ConnectionCount;

/// The tabs, and the list that one comes from.
#[derive(Debug)]
pub struct Tabs {
    connections: i32,
    from: String,
}

impl Tabs {
    /// Returns the tabs of a member, which keep the query of the list that one comes from, so that one goes back to what was
    /// searched and filtered.
    pub fn new(member: ConnectionCount, from: &str) -> Tabs {
        Tabs { connections: member.number, from: from.chars().take(1_000).collect() }
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

    /// How many connections.
    pub fn connections(&self) -> String {
        number(self.connections)
    }
}
