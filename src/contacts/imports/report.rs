//! What the preview tells of a file, stored beside it.

use serde::{Deserialize, Serialize};

use crate::contacts::card::Card;
use crate::contacts::import::columns::Target;
use crate::contacts::import::{Damaged, Read};
use crate::contacts::imports::known::Sorted;
use crate::error::Error;
use crate::language::tf;

/// People whom the preview shows, so that one sees whether they were read rightly.
const SHOWN: usize = 10;

/// What the preview tells of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// What it is written in.
    pub encoding: String,
    /// Whether that was guessed.
    pub is_guessed: bool,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// The columns, where they may be chosen.
    pub columns: Vec<Column>,
    /// The first people who are new.
    pub people: Vec<Person>,
    /// The rows that are passed over, in their order.
    pub skipped: Vec<Damaged>,
    /// The first lines with letters that cannot be read, and are left out.
    #[serde(default)]
    pub unreadable: Vec<u64>,
    /// The first lines with days of connecting that cannot be read, and are left out.
    #[serde(default)]
    pub days: Vec<u64>,
    /// The first lines with birthdays that cannot be read, and are left out.
    #[serde(default)]
    pub birthdays: Vec<u64>,
    /// Which rows are new, known or repeated, in short.
    #[serde(default)]
    pub shown: String,
}

/// A column and what it is taken for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The word of what it is taken for.
    pub target: String,
    /// Its first cells.
    pub samples: Vec<String>,
}

impl Column {
    /// Its first cells on one line.
    pub fn sample(&self) -> String {
        self.samples.join(" · ")
    }

    /// What it is taken for.
    pub fn is(&self, target: &Target) -> bool {
        self.target == target.word()
    }
}

/// Somebody as the preview shows them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// What they do, and where.
    pub work: String,
    /// The first address, number or page.
    pub reach: String,
}

impl Person {
    fn of(card: &Card) -> Person {
        let values = card.emails.iter().chain(&card.phones).chain(&card.links);
        let work = [card.position.as_str(), card.company.as_str()];
        let work: Vec<&str> = work.into_iter().filter(|part| !part.is_empty()).collect();
        let reach = values.map(|one| one.value.clone()).next().unwrap_or_default();
        Person { name: card.name(), work: work.join(" · "), reach }
    }
}

impl Report {
    pub(super) fn of(read: &Read, sorted: &Sorted) -> Report {
        let column = |column: &crate::contacts::import::Column| Column {
            name: column.name.clone(),
            target: column.target.word().to_owned(),
            samples: column.samples.clone(),
        };
        let mut skipped: Vec<Damaged> = read.skipped.iter().chain(&sorted.same).cloned().collect();
        skipped.sort_by_key(|damaged| damaged.line);
        Report {
            encoding: read.encoding.name().to_owned(),
            is_guessed: read.is_guessed,
            has_header: read.has_header,
            columns: read.columns.iter().map(column).collect(),
            people: sorted.new.iter().take(SHOWN).map(|at| Person::of(&read.rows[*at].card)).collect(),
            skipped,
            unreadable: read.unreadable.iter().take(SHOWN).copied().collect(),
            days: read.days.iter().take(SHOWN).copied().collect(),
            birthdays: read.birthdays.iter().take(SHOWN).copied().collect(),
            shown: sorted.shown(),
        }
    }

    /// The names of columns that hold something and are not read.
    pub fn left_out(&self) -> Vec<String> {
        let name = |(at, column): (usize, &Column)| match column.name.as_str() {
            "" => tf("Column {number}", (at + 1).to_string()),
            name => name.to_owned(),
        };
        let is_left_out = |(_, column): &(usize, &Column)| column.is(&Target::Nothing) && !column.samples.is_empty();
        self.columns.iter().enumerate().filter(is_left_out).map(name).collect()
    }

    pub(super) fn json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|why| Error::Internal(why.to_string()))
    }

    pub(super) fn of_json(json: &[u8]) -> Result<Report, Error> {
        serde_json::from_slice(json).map_err(|why| Error::Internal(why.to_string()))
    }
}
