//! Every reader of what others send, given what its corpus holds, damaged in every way: none may crash, hang, or give what
//! is beyond its limits. The corpus has a file of every layout and quirk, and every file that was ever found to do so.
//!
//! `AMICABLE_FUZZ_SECONDS=60 cargo test --test readers` goes on for as long with each reader, from a new beginning each time.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use amicable::contacts::card::MAX_LINE;
use amicable::contacts::import::columns::TARGETS;
use amicable::contacts::import::{self, Choices};
use amicable::contacts::vcard;
use amicable::dav;
use jiff::civil::date;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Files of one reader where no time is set.
const CASES: u32 = 400;
/// Bytes of a damaged file.
const LONGEST: usize = 60_000;
/// How long a file may be read, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands in such files, and where they break.
const PIECES: [&[u8]; 44] = [
    b",",
    b";",
    b"\t",
    b"\"",
    b"\"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b"\r\r\n",
    b"\n ",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b" ::: ",
    b"sep=;\n",
    b"=",
    b"=C3",
    b"=\r\n",
    b"'",
    b"\\",
    b"\\n",
    "é".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{301}".as_bytes(),
    "𝕏".as_bytes(),
    b"BEGIN:VCARD\r\n",
    b"END:VCARD\r\n",
    b"VERSION:2.1\r\n",
    b"VERSION:4.0\r\n",
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:",
    b"TEL;TYPE=\"a,b\":",
    b"item1.X-ABLabel:",
    b"BDAY:--04-16\r\n",
    b"ADR:;;",
    b"AGENT:",
    b"12 Mar 2024",
    b"1/8/18, 6:14 PM",
    b"https://www.linkedin.com/in/%C3",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"<!DOCTYPE a [",
    b"<![CDATA[",
    b"&#x0;",
];

fn folder(reader: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/corpus").join(reader)
}

fn corpus(reader: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder(reader)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Damages a file once.
fn damage(file: &mut Vec<u8>, others: &[Vec<u8>], chance: &mut SmallRng) {
    let at = chance.random_range(0..=file.len());
    let until = chance.random_range(at..=file.len()).min(at + 400);
    match chance.random_range(0..9) {
        0 if at < file.len() => file[at] ^= 1 << chance.random_range(0..8),
        1 => file.insert(at, chance.random()),
        2 => drop(file.drain(at..until)),
        3 => file.truncate(at),
        4 => {
            let again = file[at..until].to_vec();
            file.splice(at..at, again.repeat(chance.random_range(1..40)));
        }
        5 => {
            let other = &others[chance.random_range(0..others.len())];
            let from = chance.random_range(0..=other.len());
            file.splice(at..until, other[from..].iter().copied());
        }
        6 if at < file.len() => file.swap(0, at),
        _ => {
            file.splice(at..at, PIECES[chance.random_range(0..PIECES.len())].iter().copied());
        }
    }
    file.truncate(LONGEST);
}

/// Gives a reader damaged files of its corpus, and keeps in it the file that it cannot bear.
fn fuzz(reader: &str, read: impl Fn(&[u8], &mut SmallRng)) {
    let files = corpus(reader);
    assert!(!files.is_empty(), "{reader}");
    let seconds = std::env::var("AMICABLE_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let seed = if seconds.is_some() { rand::random() } else { 1 };
    let (mut chance, began) = (SmallRng::seed_from_u64(seed), Instant::now());
    let goes_on = |case: u32| match seconds {
        Some(seconds) => began.elapsed() < Duration::from_secs(seconds),
        None => case < CASES,
    };
    let mut case = 0;
    while goes_on(case) {
        let mut file = files[case as usize % files.len()].clone();
        // Each file as it is, first.
        if case as usize >= files.len() && !file.is_empty() {
            for _ in 0..chance.random_range(1..8) {
                damage(&mut file, &files, &mut chance);
            }
        }
        let started = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| read(&file, &mut chance)));
        if done.is_err() || started.elapsed() > PATIENCE {
            let mut name = DefaultHasher::new();
            file.hash(&mut name);
            let path = folder(reader).join(format!("found_{:016x}", name.finish()));
            std::fs::write(&path, &file).unwrap();
            println!("{reader}, case {case} of seed {seed}: {}", path.display());
            done.unwrap_or_else(|why| resume_unwind(why));
            panic!("{reader}: {:?}", started.elapsed());
        }
        case += 1;
    }
    println!("{reader}: {case} files in {:?}", began.elapsed());
}

/// What somebody may have chosen about a file.
fn choices(chance: &mut SmallRng) -> Choices {
    let encodings = [encoding_rs::UTF_8, encoding_rs::UTF_16LE, encoding_rs::MACINTOSH, encoding_rs::SHIFT_JIS];
    let mut choices = Choices::default();
    if chance.random_ratio(1, 4) {
        choices.encoding = Some(encodings[chance.random_range(0..encodings.len())]);
    }
    if chance.random_ratio(1, 4) {
        let target = |_| TARGETS[chance.random_range(0..TARGETS.len())].0;
        choices.columns = (0..12).map(target).collect();
        choices.has_header = [None, Some(true), Some(false)][chance.random_range(0..3)];
    }
    choices
}

/// Reads a file of contacts, and writes what was read.
fn contacts(file: &[u8], chance: &mut SmallRng) {
    let Ok(read) = import::read(file, &choices(chance), date(2026, 11, 25)) else { return };
    assert!(read.rows.iter().map(|row| row.line).is_sorted());
    for row in read.rows {
        assert_eq!(row.card.clone().cleaned(), row.card);
        assert!(row.card.full_name.chars().count() <= MAX_LINE);
        let written = vcard::write(&row.card);
        assert!(written.starts_with("BEGIN:VCARD\r\n") && written.ends_with("END:VCARD\r\n"), "{written}");
    }
}

macro_rules! fuzzed {
    ($($test:ident = $reader:literal, $read:expr;)+) => {
        $(#[test] fn $test() { fuzz($reader, $read); })+
    };
}

fuzzed! {
    lists_of_linkedin_are_read = "linkedin", contacts;
    lists_of_google_are_read = "google", contacts;
    lists_of_outlook_are_read = "outlook", contacts;
    lists_of_thunderbird_are_read = "thunderbird", contacts;
    tables_are_read = "table", contacts;
    cards_are_read = "vcard", contacts;
    archives_are_unpacked = "archive", contacts;
    cards_of_devices_are_read = "vcard", |file, _| {
        if let Ok((_, card, _)) = dav::sent::read(file) {
            vcard::write(&card);
        }
    };
    requests_of_devices_are_read = "xml", |file, _| drop(dav::xml::read(file));
}
