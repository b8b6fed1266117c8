//! Pictures, sounds and keys: these stand only in the files that devices sent, so a merge takes them along.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::contacts::vcard::{self, lines_of};
use crate::db::{Connection, id_in, new_id, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::schema::contact_files;

/// Begins the group of a line that a merge took along, by which taking it back finds the line.
const MERGED: &str = "amicable-merged-";
/// How the files of contacts end that no device has named.
pub const ENDING: &str = ".vcf";

/// The name of the file of a contact that no device has named.
pub fn plain_name(contact: ContactId) -> String {
    format!("{contact}{ENDING}")
}

/// The name of a file that no device has named: that of its contact, unless a device has given it to the file of another.
///
/// # Errors
/// The database's.
pub fn free_name(connection: &mut Connection, owner: MemberId, contact: ContactId) -> Result<String, Error> {
    let name = plain_name(contact);
    let taken = contact_files::table.filter(contact_files::owner_id.eq(owner)).filter(contact_files::name.eq(&name));
    let taken = taken.filter(contact_files::contact_id.ne(contact)).select(contact_files::contact_id);
    let taken = taken.first::<ContactId>(connection).optional()?;
    Ok(taken.map_or(name.clone(), |_| format!("{}-{name}", new_id::<ContactId>())))
}

/// Leaves out of the lines of a file that a merge took them along.
pub fn as_ones_own(lines: &str) -> String {
    let own = |line: &str| match line.strip_prefix(MERGED).and_then(|rest| rest.split_once('.')) {
        Some((_, line)) => format!("{line}\n"),
        None => format!("{line}\n"),
    };
    lines.lines().map(own).collect()
}

/// Takes along, into the file of the contact that a merge keeps, what the others' files have of a kind of which it has none.
pub(super) fn take_along(
    connection: &mut Connection,
    owner: MemberId,
    (kept, others): (ContactId, &[ContactId]),
    removal: ContactRemovalId,
) -> Result<(), Error> {
    let mut files = files(connection, owner, &[&[kept], others].concat())?;
    let own = files.remove(&kept);
    let mine = own.as_deref().and_then(lines_of).unwrap_or_default();
    let mut kinds: HashSet<String> = mine.lines().map(vcard::name).collect();
    let mut more = String::new();
    for other in others {
        let theirs = as_ones_own(&files.get(other).and_then(|body| lines_of(body)).unwrap_or_default());
        let new = theirs.lines().filter(|line| vcard::is_picture(line) && !kinds.contains(&vcard::name(line)));
        let new: Vec<&str> = new.collect();
        kinds.extend(new.iter().map(|line| vcard::name(line)));
        more.extend(new.iter().map(|line| format!("{MERGED}{removal}.{}\n", vcard::ungrouped(line))));
    }
    if more.is_empty() {
        return Ok(());
    }
    if own.is_some() {
        let before_end: String = mine.lines().filter(|line| vcard::name(line) != "END").map(as_line).collect();
        return keep(connection, owner, kept, &format!("{before_end}{more}END:VCARD\n"));
    }
    let (body, name) = (format!("BEGIN:VCARD\nVERSION:3.0\n{more}END:VCARD\n"), free_name(connection, owner, kept)?);
    let row = (
        contact_files::owner_id.eq(owner),
        contact_files::contact_id.eq(kept),
        contact_files::name.eq(name),
        contact_files::size.eq(size(&body)),
        contact_files::body.eq(body),
        // Of no version of the contact: it is no file that a device sent.
        contact_files::version.eq(0),
    );
    diesel::insert_into(contact_files::table).values(row).execute(connection)?;
    Ok(())
}

/// Takes off what a merge took along.
pub(super) fn take_off(
    connection: &mut Connection,
    owner: MemberId,
    kept: ContactId,
    removal: ContactRemovalId,
) -> Result<(), Error> {
    let Some(body) = files(connection, owner, &[kept])?.remove(&kept) else { return Ok(()) };
    let group = format!("{MERGED}{removal}.");
    if body.lines().any(|line| line.starts_with(&group)) {
        let rest: String = body.lines().filter(|line| !line.starts_with(&group)).map(as_line).collect();
        keep(connection, owner, kept, &rest)?;
    }
    Ok(())
}

fn files(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<HashMap<ContactId, String>, Error> {
    let files = contact_files::table
        .filter(contact_files::owner_id.eq(owner))
        .filter(id_in(connection, contact_files::contact_id, ids))
        .select((contact_files::contact_id, contact_files::body));
    let files: Vec<(ContactId, String)> = on_engine!(connection, |own| files.load(own))?;
    Ok(files.into_iter().collect())
}

fn keep(connection: &mut Connection, owner: MemberId, contact: ContactId, body: &str) -> Result<(), Error> {
    let set = (contact_files::body.eq(body), contact_files::size.eq(size(body)));
    diesel::update(contact_files::table.find((owner, contact))).set(set).execute(connection)?;
    Ok(())
}

fn size(body: &str) -> i32 {
    i32::try_from(body.len()).unwrap_or(i32::MAX)
}

fn as_line(line: &str) -> String {
    format!("{line}\n")
}
