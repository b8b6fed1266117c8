//! The one list of tables. It drives the copy of a site, the archive of a member's data and the end of an account; a test
//! finds the table, or the column that names a member, that is missing from it.

mod contacts;
mod copied;
mod file;
mod files;
mod lines;
mod list;
mod messages;
mod sides;

pub use copied::{Cells, Copied, Each, EachLines};
pub use file::{Column, File, Kind, When};
pub use list::TABLES;

/// A table: whose its rows are, whom they name, where they stand in the archive.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Whose its rows are.
    pub owner: Owner,
    /// The columns that name a member besides the owner's, and what the end of that member's account does about it.
    pub names: &'static [(&'static str, Named)],
    /// The columns that hold an id of anything but a member.
    pub other_ids: &'static [&'static str],
    /// Where its rows stand in the archive of their owner.
    pub archive: Archive,
    /// How it is copied; nothing for what is made anew.
    pub copied: Option<Copied>,
}

/// Whose the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The member's in this column. They go with the account.
    Member(&'static str),
    /// Nobody's: they are the site's.
    Site,
    /// The member's in this column, in the way that [`Table::names`] does not say: a file of the deletion's own does it.
    Own(&'static str),
}

/// Where the rows of a table stand in a database of several machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// With the other rows of the member in this column.
    ByMember(&'static str),
    /// By this column, for itself: it is unique over all members.
    By(&'static str),
    /// On every machine: the register of members, and what is of the site.
    Everywhere,
}

/// Who is a member, and by which handle and address: every page asks for it, and it seldom changes.
const REGISTER: &[&str] = &["members", "handles", "emails"];

/// Tables that are spread by something else than a member, and by which column.
const BY_KEY: &[(&str, &str)] = &[
    ("former_handles", "handle_hash"),
    ("email_claims", "email_key"),
    ("applications", "id"),
    ("refused_addresses", "email_hash"),
    ("passkey_challenges", "token_hash"),
    ("receipts", "id"),
    ("limit_counts", "subject"),
];

/// What the end of an account does with a column that names its member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Removes the row.
    Remove,
    /// Sets the column to NULL.
    Clear,
    /// Puts an id there that nobody has: the owner keeps the row, of a *Former member*.
    Former,
    /// Leaves it, for this reason.
    Keep(&'static str),
}

/// Where the rows of a table stand in the archive of their owner.
#[derive(Debug, Clone, Copy)]
pub enum Archive {
    /// In these files.
    In(&'static [File]),
    /// As pictures.
    Photo,
    /// Nowhere, for this reason.
    Not(&'static str),
}

impl Table {
    /// Where its rows stand in a database of several machines.
    pub fn spread(&self) -> Spread {
        match (BY_KEY.iter().find(|(name, _)| *name == self.name), self.owner) {
            _ if REGISTER.contains(&self.name) => Spread::Everywhere,
            (Some((_, column)), _) => Spread::By(column),
            (None, Owner::Member(column) | Owner::Own(column)) => Spread::ByMember(column),
            (None, Owner::Site) => Spread::Everywhere,
        }
    }

    /// A table of which a member has rows, by this column.
    const fn of(copied: Copied, owner: &'static str, archive: Archive) -> Table {
        let (name, owner) = (copied.name, Owner::Member(owner));
        Table { name, owner, names: &[], other_ids: &[], archive, copied: Some(copied) }
    }

    /// A table of the site's.
    const fn of_site(copied: Copied) -> Table {
        let archive = Archive::Not("the site's");
        Table { name: copied.name, owner: Owner::Site, names: &[], other_ids: &[], archive, copied: Some(copied) }
    }

    /// A table that is made anew from the others, or only serves the program.
    const fn derived(name: &'static str, owner: Owner) -> Table {
        let archive = Archive::Not("made from the other tables");
        Table { name, owner, names: &[], other_ids: &[], archive, copied: None }
    }

    /// Says which columns name other members.
    const fn names(self, names: &'static [(&'static str, Named)]) -> Table {
        Table { names, ..self }
    }

    /// Says which columns hold ids, but of no member.
    const fn other_ids(self, other_ids: &'static [&'static str]) -> Table {
        Table { other_ids, ..self }
    }
}

/// The tables that are copied, in the order in which their rows can be written.
pub fn copied() -> impl Iterator<Item = &'static Copied> {
    TABLES.iter().filter_map(|table| table.copied.as_ref())
}
