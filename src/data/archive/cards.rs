//! `contacts.vcf`: the address book as the member's devices have it, with the pictures that they sent.

use std::io::Write;

use crate::data::archive::disk;
use crate::dav::entries::{self, Entry};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;

/// Cards that are read at once, and bytes of pictures in them.
const GROUP_SIZE: usize = 500;
const GROUP_BYTES: usize = 4_000_000;

/// Writes the cards, and returns how many there are.
pub(super) fn write(connection: &mut Connection, owner: MemberId, out: &mut impl Write) -> Result<u64, Error> {
    let all = entries::all(connection, owner)?;
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let (group, others) = rest.split_at(group(rest));
        let mut bodies = entries::bodies(connection, owner, group)?;
        for body in group.iter().filter_map(|entry| bodies.remove(&entry.contact)) {
            out.write_all(body.trim_end().as_bytes()).and_then(|()| out.write_all(b"\r\n")).map_err(disk)?;
        }
        rest = others;
    }
    Ok(all.len() as u64)
}

/// How many of these are read at once; at least one.
fn group(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fits = entries.iter().take(GROUP_SIZE).take_while(|entry| {
        bytes += entry.size;
        bytes <= GROUP_BYTES
    });
    fits.count().max(1)
}
