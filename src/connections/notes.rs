//! Tags: a member's private words for others.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::{Connection, natively, one_of};
use crate::error::Error;
use crate::language::{number, t, tf};
use crate::schema::tags;
use crate::web::form::{Form, Problems};

/// Characters in a tag.
const LENGTH: usize = 40;
/// Tags on one person.
const MOST: usize = 20;

/// Reads the field *Tags*: words separated by commas, without doubles.
pub fn parse(form: &Form, problems: &mut Problems) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let line = problems.line(form, "tags", t("Tags"), (0, MOST * (LENGTH + 2)));
    for word in line.split(',').map(|word| word.split_whitespace().collect::<Vec<_>>().join(" ")) {
        let double = words.iter().any(|other| other.to_lowercase() == word.to_lowercase());
        if !word.is_empty() && !double {
            words.push(word);
        }
    }
    if words.iter().any(|word| word.chars().count() > LENGTH) {
        problems.add("tags", tf("A tag can have {most} characters at the most.", number(LENGTH)));
    }
    if words.len() > MOST {
        problems.add("tags", tf("One person can have {most} tags at the most.", number(MOST)));
    }
    words
}

/// The tags of a member on one other, in order.
///
/// # Errors
/// The database's.
pub fn on(connection: &mut Connection, me: i64, other: i64) -> Result<Vec<String>, Error> {
    let rows = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.eq(other));
    let rows = rows.select(tags::tag).order(tags::tag);
    Ok(natively!(connection, |own| rows.load(own))?)
}

/// The tags of a member on others.
///
/// # Errors
/// The database's.
pub fn of(connection: &mut Connection, me: i64, others: &[i64]) -> Result<HashMap<i64, Vec<String>>, Error> {
    let rows = tags::table
        .filter(tags::owner_id.eq(me))
        .filter(one_of(connection, tags::other_id, others))
        .select((tags::other_id, tags::tag))
        .order((tags::other_id, tags::tag));
    let rows: Vec<(i64, String)> = natively!(connection, |own| rows.load(own))?;
    let mut by_person: HashMap<i64, Vec<String>> = HashMap::new();
    for (other, tag) in rows {
        by_person.entry(other).or_default().push(tag);
    }
    Ok(by_person)
}

/// Every tag a member uses, in order.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, me: i64) -> Result<Vec<String>, Error> {
    let mine = tags::table.filter(tags::owner_id.eq(me)).select(tags::tag).distinct().order(tags::tag).limit(200);
    Ok(natively!(connection, |own| mine.load(own))?)
}
