//! The archive that LinkedIn sends: the list of connections is in it, at the top or in a folder.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::contacts::import::linkedin::{Damaged, MAX_BYTES, Why};

/// Entries of an archive; LinkedIn's have some 60.
const MAX_ENTRIES: usize = 10_000;

/// Takes the list out of an archive; nothing where the bytes are no archive.
pub(super) fn unpack(bytes: &[u8]) -> Result<Option<Vec<u8>>, Damaged> {
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return Ok(None);
    }
    read(bytes).map(Some).map_err(|why| why.on(1))
}

fn read(bytes: &[u8]) -> Result<Vec<u8>, Why> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Why::BrokenZip)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Why::BrokenZip);
    }
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    if names.iter().any(|name| name == "xl/workbook.xml") {
        return Err(Why::Spreadsheet);
    }
    let list = names.iter().filter(|name| is_list(name)).min_by_key(|name| name.matches('/').count());
    let Some(list) = list else { return Err(Why::ZipWithoutList) };
    let entry = archive.by_name(list).map_err(|why| match why {
        ZipError::UnsupportedArchive(_) => Why::LockedZip,
        _ => Why::BrokenZip,
    })?;
    // What an archive says of its sizes may be a lie, so no more is unpacked than a list may have.
    let mut unpacked = Vec::new();
    entry.take(MAX_BYTES as u64 + 1).read_to_end(&mut unpacked).map_err(|_| Why::BrokenZip)?;
    Ok(unpacked)
}

/// Whether an entry is the list. Macs put a file of the same name with `._` beside each.
fn is_list(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    !name.starts_with("__MACOSX/") && file == "connections.csv"
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn the_list_is_found_at_the_top_or_in_a_folder() {
        let list: &[u8] = b"the list";
        let beside: &[(&str, &[u8])] = &[("Messages.csv", b"no"), ("__MACOSX/._Connections.csv", b"no")];
        for name in ["Connections.csv", "Basic_LinkedInDataExport_11-25-2026/Connections.csv", "a\\connections.csv"] {
            let archive = zipped(&[beside, &[("a/._Connections.csv", b"no"), (name, list)]].concat());
            assert_eq!(unpack(&archive).unwrap().as_deref(), Some(list), "{name}");
        }
        assert_eq!(unpack(b"First Name").unwrap(), None);
    }

    #[test]
    fn an_archive_without_the_list_is_named() {
        let why = |bytes: &[u8]| unpack(bytes).unwrap_err().why;
        assert_eq!(why(&zipped(&[("Messages.csv", b"no")])), Why::ZipWithoutList);
        assert_eq!(why(&zipped(&[("xl/workbook.xml", b"<x/>")])), Why::Spreadsheet);
        assert_eq!(why(b"PK\x03\x04\x14\0"), Why::BrokenZip);
        let archive = zipped(&[("Connections.csv", b"First Name,Last Name")]);
        assert_eq!(why(&archive[..archive.len() - 30]), Why::BrokenZip);
    }

    #[test]
    fn no_more_is_unpacked_than_a_list_may_have() {
        let bomb = zipped(&[("Connections.csv", &vec![b'x'; MAX_BYTES * 3])]);
        assert!(bomb.len() < MAX_BYTES / 100);
        assert_eq!(unpack(&bomb).unwrap().unwrap().len(), MAX_BYTES + 1);
    }
}
