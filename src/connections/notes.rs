//! Tags: a member's private words for others.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::connections::sql_condition::IsConnected;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::language::{number, t, tf};
use crate::schema::{relationships, tags};
use crate::text::caseless;
use crate::web::form::{Form, Problems};

/// Characters in a tag.
const LENGTH: usize = 40;
/// Tags on one person.
const MOST: usize = 20;

/// What parts two tags: the comma and semicolon of every script that has its own.
fn parts(c: char) -> bool {
    matches!(
        c,
        ',' | ';'
            | '،'
            | '؛'
            | '、'
            | '，'
            | '；'
            | '﹐'
            | '﹑'
            | '﹔'
            | '､'
            | '߸'
            | '᠂'
            | '᠈'
            | '፣'
            | '፤'
            | '꓾'
            | '꘍'
            | '꛵'
            | '⹁'
            | '⹌'
    )
}

/// Reads the field *Tags*: words separated by commas, without doubles.
pub fn parse(form: &Form, problems: &mut Problems) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let line = problems.line(form, "tags", t("Tags"), (0, MOST * (LENGTH + 2)));
    for word in line.split(parts).map(str::trim) {
        let double = words.iter().any(|other| caseless(other) == caseless(word));
        if !word.is_empty() && !double {
            words.push(word.to_owned());
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

/// Spells tags as the member has spelled them on others: another case or form makes no new tag.
///
/// # Errors
/// The database's.
pub fn as_spelled(connection: &mut Connection, me: i64, other: i64, words: &[String]) -> Result<Vec<String>, Error> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let on_others = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.ne(other));
    let known: Vec<String> =
        on_engine!(connection, |own| on_others.select(tags::tag).distinct().order(tags::tag).load(own))?;
    let mut spelled: HashMap<String, String> = HashMap::new();
    for tag in known {
        spelled.entry(caseless(&tag)).or_insert(tag);
    }
    let mut all: Vec<String> = Vec::new();
    for word in words {
        let word = spelled.get(&caseless(word)).unwrap_or(word).clone();
        if !all.contains(&word) {
            all.push(word);
        }
    }
    Ok(all)
}

/// The tags of a member on one other, in order.
///
/// # Errors
/// The database's.
pub fn on(connection: &mut Connection, me: i64, other: i64) -> Result<Vec<String>, Error> {
    let rows = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.eq(other));
    let rows = rows.select(tags::tag).order(tags::tag);
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

/// The tags of a member on others.
///
/// # Errors
/// The database's.
pub fn of(connection: &mut Connection, me: i64, others: &[i64]) -> Result<HashMap<i64, Vec<String>>, Error> {
    let rows = tags::table
        .filter(tags::owner_id.eq(me))
        .filter(id_in(connection, tags::other_id, others))
        .select((tags::other_id, tags::tag))
        .order((tags::other_id, tags::tag));
    let rows: Vec<(i64, String)> = on_engine!(connection, |own| rows.load(own))?;
    let mut by_person: HashMap<i64, Vec<String>> = HashMap::new();
    for (other, tag) in rows {
        by_person.entry(other).or_default().push(tag);
    }
    Ok(by_person)
}

/// Every tag that a member has on a connection, in order.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, me: i64) -> Result<Vec<String>, Error> {
    let connected = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::other_id.eq(tags::other_id))
        .filter(IsConnected);
    let mine = tags::table.filter(tags::owner_id.eq(me)).filter(exists(connected));
    let mine = mine.select(tags::tag).distinct().order(tags::tag).limit(200);
    Ok(on_engine!(connection, |own| mine.load(own))?)
}
