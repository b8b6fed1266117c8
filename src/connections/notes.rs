//! The private note and tags of a member about another: form, handler and SQL.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::connections::actions::{page_before_form, profile, returned, seen};
use crate::connections::row::Row;
use crate::connections::sql_condition::IsConnected;
use crate::connections::{standing, store, visible};
use crate::db::{self, Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::filters;
use crate::language::{number, t, tf};
use crate::members::MemberCard;
use crate::schema::{contact_tags, relationships, tags};
use crate::text::caseless;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::site::SiteData;

/// Characters of a private note.
const NOTE: usize = 4_000;
/// Characters in a tag.
pub const LENGTH: usize = 40;
/// Tags on one person.
pub const MAX_TAGS: usize = 20;

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
            | '՝'
            | '⸲'
            | '⸴'
            | '⹉'
            | '\u{1DA87}'
    )
}

#[derive(Template)]
#[template(path = "connections/remarks.html")]
struct Remarks {
    page: Layout,
    person: MemberCard,
    form: Form,
    problems: Problems,
    /// The page one came from, to return to.
    back: String,
}

/// `GET /in/{handle}/remarks`: the form of the private note and tags. From a list the script opens it over the list.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn form(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let (person, standing) = site
        .read(move |connection| {
            let (member, row) = visible::member(connection, &limits, id, &handle)?;
            let standing = standing::one(connection, &limits, Between { viewer: id, other: member.person.id }, row)?;
            Ok((member.person, standing))
        })
        .await?;
    if person.id == id {
        return Err(Error::NotFound);
    }
    let form = Form::of([("private_note", &standing.private_note), ("tags", &standing.tag_line())]);
    let back = page_before_form(&redirect, &person);
    Remarks { page, person, form, problems: Problems::default(), back }.show()
}

/// `POST /in/{handle}/remarks`: the private note and tags.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn submit(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let note = problems.text(&form, "private_note", t("Private note"), (0, NOTE));
    let words = parse(&form, &mut problems);
    if problems.any() {
        let person = seen(&site, &me, handle.into_inner()).await?;
        let back = local(form.get("back")).unwrap_or_else(|| profile(&person));
        return Remarks { page, person, form, problems, back }.show_again();
    }
    let (id, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let person = site
        .write(move |connection| {
            let person = visible::person(connection, &limits, id, &handle)?;
            if person.id == id {
                return Err(Error::NotFound);
            }
            save(connection, Between { viewer: id, other: person.id }, &note, &words)?;
            Ok(person)
        })
        .await?;
    redirect.done(tf("Your note and tags on {name} are saved. Only you see them.", &person.full_name));
    Ok(returned(&redirect, &form, &profile(&person)))
}

/// Saves a note and tags of a member about another, whatever stands between them.
///
/// # Errors
/// [`Error::NotFound`] where the other is missing, or the database's.
pub fn save(connection: &mut Connection, between: Between, note: &str, words: &[String]) -> Result<(), Error> {
    let Between { viewer: me, other } = between;
    db::lock_members(connection, [me, other])?;
    let stored = store::row(connection, between)?;
    let mut mine = stored.clone().unwrap_or(Row::new(between));
    note.clone_into(&mut mine.private_note);
    store::save_row(connection, &mine, stored.as_ref())?;
    let old = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.eq(other));
    diesel::delete(old).execute(connection)?;
    for tag in &as_spelled(connection, between, words)? {
        let row = (tags::owner_id.eq(me), tags::other_id.eq(other), tags::tag.eq(tag));
        diesel::insert_into(tags::table).values(row).execute(connection)?;
    }
    Ok(())
}

/// Reads the field *Tags*: words separated by commas, without doubles.
pub fn parse(form: &Form, problems: &mut Problems) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let line = problems.line(form, "tags", t("Tags"), (0, MAX_TAGS * (LENGTH + 2)));
    for word in line.split(parts).map(str::trim) {
        let double = words.iter().any(|other| caseless(other) == caseless(word));
        if !word.is_empty() && !double {
            words.push(word.to_owned());
        }
    }
    if words.iter().any(|word| word.chars().count() > LENGTH) {
        problems.add("tags", tf("A tag can have {most} characters at the most.", number(LENGTH)));
    }
    if words.len() > MAX_TAGS {
        problems.add("tags", too_many());
    }
    words
}

/// Says that there are more tags than one person can have.
pub fn too_many() -> String {
    tf("One person can have {most} tags at the most.", number(MAX_TAGS))
}

/// Returns whether what parts two tags stands in a text.
pub fn has_comma(text: &str) -> bool {
    text.contains(parts)
}

/// Reads a field of one tag.
pub fn parse_one(form: &Form, field: &'static str, label: &str, problems: &mut Problems) -> String {
    let word = problems.line(form, field, label, (1, LENGTH));
    if word.contains(parts) {
        problems.add(field, t("A tag cannot have a comma in it.").to_owned());
    }
    word
}

/// Spells tags as the member has spelled them on others: another case or form makes no new tag.
///
/// # Errors
/// The database's.
pub fn as_spelled(
    connection: &mut Connection,
    Between { viewer: me, other }: Between,
    words: &[String],
) -> Result<Vec<String>, Error> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let on_others = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.ne(other));
    let mut known: Vec<String> =
        on_engine!(connection, |own| on_others.select(tags::tag).distinct().order(tags::tag).load(own))?;
    known.extend(on_contacts(connection, me, words)?);
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

/// Finds a tag among those of a member as they have spelled it, whatever case or form it is asked for in.
pub fn spelled<'a>(known: &'a [String], tag: &str) -> Option<&'a String> {
    let is_same = |known: &&String| caseless(known) == caseless(tag);
    known.iter().find(|known| *known == tag).or_else(|| known.iter().find(is_same))
}

/// Those of these words, in whatever case, that a member has as tags on contacts in the address book: one vocabulary.
fn on_contacts(connection: &mut Connection, me: MemberId, words: &[String]) -> Result<Vec<String>, Error> {
    let wanted: Vec<String> = words.iter().map(|word| caseless(word)).collect();
    let mine = contact_tags::table.filter(contact_tags::owner_id.eq(me)).select(contact_tags::tag).distinct();
    let all: Vec<String> = on_engine!(connection, |own| mine.order(contact_tags::tag).load(own))?;
    Ok(all.into_iter().filter(|tag| wanted.contains(&caseless(tag))).collect())
}

/// The tags of a member on one other, in order.
///
/// # Errors
/// The database's.
pub fn on(connection: &mut Connection, Between { viewer: me, other }: Between) -> Result<Vec<String>, Error> {
    let rows = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.eq(other));
    let rows = rows.select(tags::tag).order(tags::tag);
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

/// The tags of a member on others.
///
/// # Errors
/// The database's.
pub fn of(
    connection: &mut Connection,
    me: MemberId,
    others: &[MemberId],
) -> Result<HashMap<MemberId, Vec<String>>, Error> {
    let rows = tags::table
        .filter(tags::owner_id.eq(me))
        .filter(id_in(connection, tags::other_id, others))
        .select((tags::other_id, tags::tag))
        .order((tags::other_id, tags::tag));
    let rows: Vec<(MemberId, String)> = on_engine!(connection, |own| rows.load(own))?;
    let mut by_person: HashMap<MemberId, Vec<String>> = HashMap::new();
    for (other, tag) in rows {
        by_person.entry(other).or_default().push(tag);
    }
    Ok(by_person)
}

/// Every tag that a member has on anybody, connected or not, in order.
///
/// # Errors
/// The database's.
pub(super) fn on_anybody(connection: &mut Connection, me: MemberId) -> Result<Vec<String>, Error> {
    let mine = tags::table.filter(tags::owner_id.eq(me)).select(tags::tag).distinct().order(tags::tag);
    Ok(on_engine!(connection, |own| mine.load(own))?)
}

/// Every tag that a member has on a connection, in order.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, me: MemberId) -> Result<Vec<String>, Error> {
    let connected = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::other_id.eq(tags::other_id))
        .filter(IsConnected);
    let mine = tags::table.filter(tags::owner_id.eq(me)).filter(exists(connected));
    let mine = mine.select(tags::tag).distinct().order(tags::tag).limit(200);
    Ok(on_engine!(connection, |own| mine.load(own))?)
}
