//! Archives as LinkedIn and Google send them: the list of contacts is in it, at the top or in a folder.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::contacts::import::{Damaged, MAX_BYTES, Why};

/// Entries of an archive; LinkedIn's have some 60.
pub(super) const MAX_ENTRIES: usize = 10_000;
/// How many times its size an archive may unpack to.
const MAX_INFLATION: usize = 100;
/// Bytes to which any archive may unpack, since what is tiny packs well.
const ALWAYS: usize = 1_000_000;

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
        return Err(Why::ManyFiles);
    }
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    if let Some(why) = office(&names, &mut archive) {
        return Err(why);
    }
    let list = list(&names)?;
    let entry = archive.by_name(list).map_err(|why| match why {
        ZipError::UnsupportedArchive(_) => Why::LockedZip,
        _ => Why::BrokenZip,
    })?;
    // What an archive says of its sizes may be a lie, so no more is unpacked than may be.
    let most = MAX_BYTES.min(ALWAYS.max(bytes.len().saturating_mul(MAX_INFLATION)));
    let mut unpacked = Vec::new();
    entry.take(most as u64 + 1).read_to_end(&mut unpacked).map_err(|_| Why::BrokenZip)?;
    if unpacked.len() > most && most < MAX_BYTES { Err(Why::ZipBomb) } else { Ok(unpacked) }
}

/// Tells what a file is that an office program keeps as an archive; nothing where it is none.
fn office(names: &[String], archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<Why> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if has("word/document.xml") {
        return Some(Why::Document);
    }
    let is_of_apple = names.iter().any(|name| name.ends_with(".iwa"));
    if is_of_apple || has("xl/workbook.xml") || has("xl/workbook.bin") {
        return Some(Why::Spreadsheet);
    }
    if !has("styles.xml") {
        return None;
    }
    let mut kind = String::new();
    // What does not say of which program it is is taken for what people keep contacts in.
    if let Ok(entry) = archive.by_name("mimetype") {
        let _ = entry.take(100).read_to_string(&mut kind);
    }
    Some(if kind.ends_with(".text") { Why::Document } else { Why::Spreadsheet })
}

/// The address book of an archive of *Download my data*, and a file that only such an archive has beside it.
const OWN_BOOK: &str = "contacts.vcf";
const OWN_MARK: &str = "json/contacts.json";

/// Finds the list: this site's own, LinkedIn's, else the one of everybody that Google sends, else the only one.
fn list(names: &[String]) -> Result<&str, Why> {
    let depth = |name: &&&str| name.matches('/').count();
    let files: Vec<&str> = names.iter().map(String::as_str).filter(|name| !is_of_a_mac(name)).collect();
    let named = |wanted: &str| files.iter().filter(|name| file(name) == wanted).min_by_key(depth).copied();
    let lists: Vec<&str> =
        files.iter().copied().filter(|name| [".csv", ".vcf"].iter().any(|end| file(name).ends_with(end))).collect();
    // In an archive of *Download my data* the connections are members; the address book is a file of its own.
    if files.contains(&OWN_BOOK) && files.contains(&OWN_MARK) {
        return Ok(OWN_BOOK);
    }
    let known = ["connections.csv", "all contacts.csv", "all contacts.vcf", "contacts.csv", "contacts.vcf"];
    match (known.into_iter().find_map(named), lists.as_slice()) {
        (Some(list), _) => Ok(list),
        (None, [list]) => Ok(list),
        (None, []) => Err(Why::ZipWithoutList),
        (None, _) => Err(Why::SeveralLists),
    }
}

fn file(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase()
}

/// Macs put a file of the same name with `._` beside each.
fn is_of_a_mac(name: &str) -> bool {
    name.starts_with("__MACOSX/") || file(name).starts_with("._")
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
    fn an_archive_of_ones_own_data_gives_the_address_book() {
        let own: [(&str, &[u8]); 4] = [
            ("json/contacts.json", b"[]"),
            ("csv/connections.csv", b"First Name,Last Name\n"),
            ("csv/contacts.csv", b"full_name\n"),
            ("contacts.vcf", b"BEGIN:VCARD\n"),
        ];
        assert_eq!(unpack(&zipped(&own)).unwrap().unwrap(), b"BEGIN:VCARD\n");
        // What any other archive has beside LinkedIn's list is not taken for it.
        assert_eq!(unpack(&zipped(&own[1..])).unwrap().unwrap(), b"First Name,Last Name\n");
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
        assert_eq!(why(&zipped(&[("Messages.txt", b"no")])), Why::ZipWithoutList);
        assert_eq!(why(&zipped(&[("a.csv", b"no"), ("b.vcf", b"no")])), Why::SeveralLists);
        assert_eq!(why(&zipped(&[("xl/workbook.xml", b"<x/>")])), Why::Spreadsheet);
        assert_eq!(why(&zipped(&[("word/document.xml", b"<x/>")])), Why::Document);
        let of_libre_office = |kind: &[u8]| why(&zipped(&[("mimetype", kind), ("styles.xml", b"<x/>")]));
        assert_eq!(of_libre_office(b"application/vnd.oasis.opendocument.spreadsheet"), Why::Spreadsheet);
        assert_eq!(of_libre_office(b"application/vnd.oasis.opendocument.text"), Why::Document);
        assert_eq!(why(b"PK\x03\x04\x14\0"), Why::BrokenZip);
        let archive = zipped(&[("Connections.csv", b"First Name,Last Name")]);
        assert_eq!(why(&archive[..archive.len() - 30]), Why::BrokenZip);
    }

    #[test]
    fn an_archive_of_very_many_files_is_named() {
        let names: Vec<String> = (0..=MAX_ENTRIES).map(|number| format!("{number}.csv")).collect();
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert_eq!(unpack(&zipped(&entries)).unwrap_err().why, Why::ManyFiles);
        assert_eq!(unpack(&zipped(&entries[1..])).unwrap_err().why, Why::SeveralLists);
    }

    #[test]
    fn the_only_list_is_taken_whatever_its_name() {
        let list: &[u8] = b"the list";
        for name in ["Takeout/Contacts/All Contacts/All Contacts.csv", "people.VCF", "x/my.csv"] {
            let archive = zipped(&[("Takeout/archive_browser.html", b"no"), (name, list)]);
            assert_eq!(unpack(&archive).unwrap().as_deref(), Some(list), "{name}");
        }
    }

    #[test]
    fn no_more_is_unpacked_than_a_list_may_have() {
        let bomb = zipped(&[("Connections.csv", &vec![b'x'; MAX_BYTES * 2])]);
        assert!(bomb.len() < MAX_BYTES / 100);
        assert_eq!(unpack(&bomb).unwrap_err().why, Why::ZipBomb);
    }

    #[test]
    fn a_directory_that_lies_about_sizes_changes_nothing() {
        let mut archive = zipped(&[("Connections.csv", &vec![b'x'; 2_000_000])]);
        let sizes = 2_000_000_u32.to_le_bytes();
        for at in 0..archive.len() - 4 {
            if archive[at..at + 4] == sizes {
                archive[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
            }
        }
        assert!(matches!(unpack(&archive).map_err(|damaged| damaged.why), Err(Why::BrokenZip | Why::ZipBomb)));
    }
}
