//! *Export*: contacts and connections as CSV, which begins with LinkedIn's columns, and as vCards; a part at a time, so that none of
//! 30,000 takes room.

mod connections;
pub mod pages;
mod table;

use crate::contacts::card::Card;
use crate::contacts::vcard;
use table::Widths;

/// What a file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table.
    Csv,
    /// Cards of version 3.0.
    VCard,
}

impl Format {
    /// Reads the ending of a file's name.
    fn of(ending: &str) -> Option<Format> {
        match ending {
            "csv" => Some(Format::Csv),
            "vcf" => Some(Format::VCard),
            _ => None,
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::VCard => "text/vcard; charset=utf-8",
        }
    }

    /// Writes some people; the first line of a table is [`Widths::header`].
    fn write(self, cards: &[Card], widths: &Widths) -> String {
        match self {
            Format::Csv => cards.iter().map(|card| widths.row(card)).collect(),
            Format::VCard => cards.iter().map(vcard::write).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::contacts::card::{Address, Birthday, Valued};
    use crate::contacts::import::{Choices, read};

    fn full() -> Card {
        Card {
            uid: "1".into(),
            full_name: "Dr. Zoë Ng, MBA".into(),
            given: "Zoë".into(),
            family: "=Ng".into(),
            prefix: "Dr.".into(),
            suffix: "MBA".into(),
            emails: vec![Valued::new("work", "z@example.org"), Valued::new("My own", "y@example.org")],
            phones: vec![Valued::new("mobile", "+49 30 1"), Valued::new("", "'+2")],
            links: vec![
                Valued::new("", "https://www.linkedin.com/in/zoe"),
                Valued::new("Blog", "https://example.org/a,b"),
            ],
            addresses: vec![Address {
                kind: "home".into(),
                street: "Main St. 1\nin the yard".into(),
                city: "Town".into(),
                postcode: "12345".into(),
                ..Address::default()
            }],
            company: "@cme \"Ltd\"".into(),
            department: "Kitchen".into(),
            position: "-Cook".into(),
            birthday: Birthday::new(None, 2, 29),
            note: "one\n=two, three".into(),
            tags: vec!["a".into(), "b c".into()],
            connected_on: Some(date(2024, 3, 12)),
            ..Card::default()
        }
    }

    fn exported(format: Format, cards: &[Card]) -> String {
        let mut widths = Widths::default();
        cards.iter().for_each(|card| widths.see(card));
        let header = if format == Format::Csv { widths.header() } else { String::new() };
        header + &format.write(cards, &widths)
    }

    #[test]
    fn what_is_exported_is_imported_without_a_change() {
        let alone = Card { full_name: "Cher".into(), ..Card::default() };
        let unknown = Card { emails: vec![Valued::new("", "a@example.org")], ..Card::default() };
        let cards = [full(), alone, unknown];
        for format in [Format::Csv, Format::VCard] {
            let file = exported(format, &cards);
            let read = read(file.as_bytes(), &Choices::default(), date(2026, 1, 1)).unwrap();
            assert_eq!((read.rows.len(), read.skipped.len()), (3, 0), "{file}");
            let again: Vec<Card> = read.rows.into_iter().map(|row| row.card).collect();
            assert_eq!(Card { uid: "1".into(), raw: String::new(), ..again[0].clone() }, full(), "{file}");
            assert_eq!(exported(format, &again), file);
        }
    }

    #[test]
    fn tags_and_texts_come_back_whatever_they_hold() {
        let sets: [&[&str]; 7] = [
            &["Blue, dark"],
            &["Red;x"],
            &["Blue, dark", "Red;x"],
            &["Blue, dark", "plain"],
            &["a ::: b", "*starred"],
            &["one", "two words"],
            &["x;", ",y", "z"],
        ];
        for tags in sets {
            let card = Card {
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                company: "A ::: B".into(),
                department: "C ::: D".into(),
                position: "E ::: F".into(),
                ..full()
            };
            let file = exported(Format::Csv, std::slice::from_ref(&card));
            let read = read(file.as_bytes(), &Choices::default(), date(2026, 1, 1)).unwrap();
            let again = Card { uid: "1".into(), ..read.rows[0].card.clone() };
            assert_eq!(again, card, "{file}");
            assert_eq!(exported(Format::Csv, &[again]), file);
        }
        let plain = exported(Format::Csv, &[full()]);
        assert!(plain.contains("\"a, b c\""), "{plain}");
    }

    #[test]
    fn what_is_written_as_google_marks_things_comes_back() {
        let several = "A ::: ::: B ::: ::: ::: C :::";
        let sets: [&[&str]; 4] = [
            &["myContacts"],
            &["My Contacts", "Choir"],
            &["a ::: ::: b", "c :::", "::: d", ":::"],
            &["* myContacts", "** starred"],
        ];
        for tags in sets {
            for kind in ["*main", "* Work", "a ::: b", "smtp", "Cell", "Work fax"] {
                let card = Card {
                    tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                    company: several.into(),
                    department: several.into(),
                    position: several.into(),
                    emails: vec![Valued::new(kind, "z@example.org"), Valued::new(kind, "y@example.org")],
                    phones: vec![Valued::new(kind, several)],
                    links: vec![Valued::new(kind, several)],
                    addresses: vec![Address { kind: kind.into(), city: "Town".into(), ..Address::default() }],
                    ..full()
                };
                let file = exported(Format::Csv, std::slice::from_ref(&card));
                let read = read(file.as_bytes(), &Choices::default(), date(2026, 1, 1)).unwrap();
                let again = Card { uid: "1".into(), ..read.rows[0].card.clone() };
                assert_eq!(again, card, "{file}");
                assert_eq!(exported(Format::Csv, &[again]), file);
            }
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        let file = exported(Format::Csv, &[full()]);
        let mut rows = csv::ReaderBuilder::new().from_reader(file.as_bytes());
        for cell in rows.records().flatten().flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
        }
        assert!(file.contains("'+49 30 1") && file.contains("\"'@cme \"\"Ltd\"\"\""), "{file}");
    }

    #[test]
    fn a_table_begins_with_the_columns_of_linkedin() {
        let header = Widths::default().header();
        let linkedin = "\u{feff}First Name,Last Name,URL,Email Address,Company,Position,Connected On,";
        assert!(header.starts_with(linkedin), "{header}");
    }
}
