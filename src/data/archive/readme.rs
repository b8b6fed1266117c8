//! What the archive says of itself, in the language of whoever asked for it.

use std::fmt::Write;

use super::Written;
use crate::dates;
use crate::language::{t, tf, tn};
use crate::web::community::Community;

/// Writes the README.
pub(super) fn text(name: &str, community: &Community, files: &[Written], cards: u64) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        let _ = write!(out, "{text}\r\n");
    };
    line(&community.says(t("Your data on Amicable: {name}")).replace("{name}", name));
    line(&tf("As it was on {time} (UTC)", dates::instant(dates::now())));
    line("");
    line(t(
        "This archive has everything that is yours. Each list is there twice: in the folder csv, for spreadsheets, and in the folder json, for programs. Your photo is in the folder photo.",
    ));
    line(t(
        "Dates and times are in UTC. A cell that a spreadsheet could take for a formula begins with an apostrophe.",
    ));
    line(t("What others did, and what they keep for themselves, is theirs and is in their archives."));
    for (file, entries) in files {
        line("");
        line(&format!("{0}.csv, {0}.json", file.name));
        line(&format!("  {}: {}", t(file.says), tn(*entries, "{n} entry", "{n} entries")));
    }
    line("");
    line("contacts.vcf");
    let says = t("Your address book as cards, with the pictures in it, for phones and other programs");
    line(&format!("  {says}: {}", tn(cards, "{n} entry", "{n} entries")));
    line("");
    line(t("Not in here: your password, which nobody can read, and secrets such as the links in e-mails."));
    out
}
