//! Cards as phones, programs and other sites write them.

use crate::contacts::card::{Address, Birthday, Card, Valued};
use crate::contacts::vcard::*;

mod again;
mod damaged;

fn cards_of(bytes: &[u8]) -> Vec<Found> {
    cards(&without_mark(bytes), legacy).collect()
}

fn read_one(bytes: impl AsRef<[u8]>) -> Card {
    let found = cards_of(bytes.as_ref()).remove(0);
    read(&found.text.unwrap())
}

fn of(version: &str, lines: &str) -> Card {
    read_one(format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n"))
}

fn home(street: &str, [city, region, postcode, country]: [&str; 4]) -> Address {
    let [city, region, postcode, country] = [city, region, postcode, country].map(str::to_owned);
    Address { kind: "home".into(), street: street.into(), city, region, postcode, country }
}

#[test]
fn every_property_finds_its_field() {
    let card = of(
        "3.0",
        "N:Sharma;Priya;Devi;Dr.;MBA\nFN:Priya Sharma\nNICKNAME:Pri\nEMAIL;TYPE=INTERNET,WORK:p@example.org\n\
         TEL;TYPE=CELL,VOICE:+49 30 1\nORG:Stripes\\, Inc.;Hiring\nTITLE:Recruiter\nROLE:Lead\nURL:https://example.org/a,b\n\
         ADR;TYPE=HOME:;;Main St. 1;Town;Region;12345;Land\nBDAY:1985-04-12\nNOTE:one\\ntwo\\; three\\\\\n\
         CATEGORIES:a,b\\,c\nUID:urn:uuid:1\nX-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/priya",
    );
    assert_eq!(
        (card.full_name.as_str(), card.family.as_str(), card.given.as_str()),
        ("Priya Sharma", "Sharma", "Priya")
    );
    assert_eq!((card.middle.as_str(), card.prefix.as_str(), card.suffix.as_str()), ("Devi", "Dr.", "MBA"));
    assert_eq!(card.nickname, "Pri");
    assert_eq!(card.emails, [Valued::new("work", "p@example.org")]);
    assert_eq!(card.phones, [Valued::new("mobile", "+49 30 1")]);
    assert_eq!((card.company.as_str(), card.department.as_str()), ("Stripes, Inc.", "Hiring"));
    assert_eq!(card.position, "Recruiter");
    let links =
        [Valued::new("", "https://example.org/a,b"), Valued::new("linkedin", "https://www.linkedin.com/in/priya")];
    assert_eq!(card.links, links);
    assert_eq!(card.addresses, [home("Main St. 1", ["Town", "Region", "12345", "Land"])]);
    assert_eq!(card.birthday, Some(Birthday { year: Some(1985), month: 4, day: 12 }));
    assert_eq!(card.note, "one\ntwo; three\\");
    assert_eq!(card.tags, ["a", "b,c"]);
    assert_eq!(card.uid, "urn:uuid:1");
}

#[test]
fn version_4_is_read() {
    let card = of(
        "4.0",
        "FN:Zoë Ng\nEMAIL;TYPE=home:a@example.org\nEMAIL;PREF=1;TYPE=work:b@example.org\n\
         TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+49-30-1234;ext=5\nBDAY:--0416\nKIND:individual",
    );
    assert_eq!(card.emails, [Valued::new("work", "b@example.org"), Valued::new("home", "a@example.org")]);
    assert_eq!(card.phones, [Valued::new("mobile", "+49-30-1234 ext. 5")]);
    assert_eq!(card.birthday, Some(Birthday { year: None, month: 4, day: 16 }));
}

#[test]
fn version_2_1_is_read() {
    let card = read_one(
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB\r\n\
          TEL;CELL;PREF:0170 1\r\nORG:Acme, Inc.;Kitchen\r\nCATEGORIES:a;b\r\n\
          NOTE;QUOTED-PRINTABLE:one=0D=0Atwo and =\r\nthree\r\nTITLE:Cook\r\n  and baker\r\nEND:VCARD\r\n",
    );
    assert_eq!((card.full_name.as_str(), card.family.as_str()), ("Zoë Müller", "Müller"));
    assert_eq!(card.phones, [Valued::new("mobile", "0170 1")]);
    assert_eq!((card.company.as_str(), card.department.as_str()), ("Acme, Inc.", "Kitchen"));
    assert_eq!(card.tags, ["a", "b"]);
    assert_eq!(card.note, "one\ntwo and three");
    assert_eq!(card.position, "Cook  and baker");
}

#[test]
fn an_empty_line_ends_a_quoted_printable_text() {
    let card = of("2.1", "NOTE;ENCODING=QUOTED-PRINTABLE:abc=\r\n\r\nTEL;CELL:0170 1\r\nFN:a");
    assert_eq!((card.note.as_str(), card.full_name.as_str()), ("abc", "a"));
    assert_eq!(card.phones, [Valued::new("mobile", "0170 1")]);
    let old = of("2.1", "FN:a\r\nX-KEPT;BASE64:\r\n AAA=\r\n\r\n BBB=\r\n\r\nTITLE:Cook");
    assert!(old.raw.contains("X-KEPT;BASE64:AAA=BBB=\n") && old.position == "Cook", "{}", old.raw);
}

#[test]
fn backslashes_of_version_2_1_are_no_escapes() {
    for (written, read) in [
        (r"C:\temp\new", r"C:\temp\new"),
        (r"\\host\new, and so on", r"\\host\new, and so on"),
        (r"C:\n\N, D:\,", r"C:\n\N, D:\,"),
        (r"ACME\nina", r"ACME\nina"),
        (r"one\; two; three", "one; two; three"),
        (r"one\, two\n3 four\N", "one, two\n3 four"),
        (r"a\b\", r"a\b\"),
    ] {
        assert_eq!(of("2.1", &format!("FN:a\nNOTE:{written}")).note, read, "{written}");
    }
    assert_eq!(of("2.1", r"N:Ng\;x;C:\new").given, r"C:\new");
    assert_eq!(of("2.1", "NOTE;QUOTED-PRINTABLE:C:=5Cnew=0D=0Atwo").note, "C:\\new\ntwo");
    assert!(
        write(&of(
            "2.1",
            r"FN:a
X-PATH:C:\new"
        ))
        .contains(r"X-PATH:C:\\new")
    );
}

#[test]
fn encodings_are_told_line_by_line() {
    let line =
        |bytes: &[u8]| read_one([b"BEGIN:VCARD\nVERSION:2.1\n".as_slice(), bytes, b"\nEND:VCARD\n"].concat()).full_name;
    assert_eq!(line(b"FN:Zo\xeb"), "Zoë");
    assert_eq!(line("FN;CHARSET=ISO-8859-1:Zoë".as_bytes()), "Zoë");
    assert_eq!(line(b"FN;CHARSET=ISO-8859-1:Zo\xeb"), "Zoë");
    assert_eq!(line(b"FN;CHARSET=SHIFT-JIS:\x8e\x52\x93\x63"), "山田");
    assert_eq!(line(b"FN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=93c"), "山田");
    assert_eq!(line(b"FN;ENCODING=8BIT;CHARSET=WINDOWS-1251:\xc8\xe2\xe0\xed"), "Иван");
}

#[test]
fn utf_16_and_marks_are_read() {
    let text = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë\nEND:VCARD\n";
    let wide: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    for bytes in
        [[b"\xff\xfe".as_slice(), &little].concat(), [b"\xfe\xff".as_slice(), &big].concat(), little, big, marked]
    {
        assert!(is_vcard(&without_mark(&bytes)));
        assert_eq!(read_one(bytes).full_name, "Zoë");
    }
}

#[test]
fn a_fold_may_cut_a_letter() {
    let card = read_one(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zo\xc3\r\n \xab N\r\n g\r\nEND:VCARD\r\n");
    assert_eq!(card.full_name, "Zoë Ng");
}

#[test]
fn any_line_end_makes_no_difference() {
    let text = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë\nNOTE:a\n b\nEND:VCARD\n";
    let expected = read_one(text);
    for end in ["\r", "\r\n", "\r\r\n"] {
        assert_eq!(read_one(text.replace('\n', end)), expected, "{end:?}");
    }
}

#[test]
fn a_torn_card_is_named_and_swallows_nothing() {
    let found = cards_of(b"x\nBEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\n\nbegin:vcard\nFN:c\nADR:;;Hal");
    let lines: Vec<(u64, bool)> = found.iter().map(|found| (found.line, found.text.is_ok())).collect();
    assert_eq!(lines, [(2, false), (4, true), (8, false)]);
    assert_eq!(found[0].text, Err(Torn::NoEnd));
}

#[test]
fn a_secretary_within_a_card_is_passed_over() {
    let card = "BEGIN:VCARD\nVERSION:2.1\nFN:a\nAGENT:\nBEGIN:VCARD\nFN:b\nEND:VCARD\nTITLE:c\nEND:VCARD\n";
    let found = cards_of(card.as_bytes());
    assert_eq!(found.len(), 1);
    let card = read(found[0].text.as_ref().unwrap());
    assert_eq!((card.full_name.as_str(), card.position.as_str()), ("a", "c"));
}

#[test]
fn groups_are_nobody() {
    for line in ["KIND:group", "X-ADDRESSBOOKSERVER-KIND:group", "kind:location"] {
        assert!(!is_somebody(&format!("BEGIN:VCARD\n{line}\nEND:VCARD\n")), "{line}");
    }
    assert!(is_somebody("BEGIN:VCARD\nKIND:individual\nEND:VCARD\n"));
}

#[test]
fn labels_of_groups_say_what_a_value_is_for() {
    let card = of(
        "3.0",
        "FN:a\nitem1.EMAIL;type=INTERNET;type=pref:a@example.org\nitem1.X-ABLabel:_$!<Work>!$_\n\
         item2.URL:https://example.org\nitem2.X-ABLabel:Allotment",
    );
    assert_eq!(card.emails, [Valued::new("work", "a@example.org")]);
    assert_eq!(card.links, [Valued::new("Allotment", "https://example.org")]);
}

#[test]
fn birthdays_are_read_with_and_without_a_year() {
    let day = |text: &str| of("3.0", &format!("FN:a\n{text}")).birthday.map(|day| (day.year, day.month, day.day));
    for text in ["BDAY:1985-04-16", "BDAY:19850416", "BDAY;VALUE=date:1985-04-16", "BDAY:1985-04-16T00:00:00Z"] {
        assert_eq!(day(text), Some((Some(1985), 4, 16)), "{text}");
    }
    for text in ["BDAY:--04-16", "BDAY:--0416", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-16"] {
        assert_eq!(day(text), Some((None, 4, 16)), "{text}");
    }
    for text in ["BDAY:soon", "BDAY:1985", "BDAY:1985-02-30", "BDAY:", "BDAY:--é4-16"] {
        assert_eq!(day(text), None, "{text}");
    }
}

fn full() -> Card {
    Card {
        full_name: "Dr. Zoë Ng, MBA".into(),
        given: "Zoë".into(),
        family: "Ng; of".into(),
        emails: vec![Valued::new("work", "z@example.org"), Valued::new("My own", "y@example.org")],
        phones: vec![Valued::new("mobile", "+49 30 1"), Valued::new("", "2")],
        links: vec![Valued::new("", "https://example.org/a,b;c")],
        addresses: vec![home("Main St. 1\nin the yard", ["Town; of", "", "12345", ""])],
        company: "Acme".into(),
        department: "Kitchen".into(),
        birthday: Some(Birthday { year: None, month: 2, day: 29 }),
        note: format!("one\ntwo, {}", "é".repeat(100)),
        tags: vec!["a,b".into(), "c".into()],
        connected_on: Some(jiff::civil::date(2024, 3, 12)),
        uid: "1".into(),
        ..Card::default()
    }
}

#[test]
fn what_is_written_is_read_again() {
    let text = write(&full());
    let again = read_one(&text);
    assert_eq!(Card { raw: String::new(), ..again.clone() }, full());
    assert_eq!(write(&again), text);
}

#[test]
fn no_line_is_longer_than_75_bytes() {
    let text = write(&full());
    assert!(text.contains("\r\n ") && text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert!(text.lines().all(|line| !line.contains("é\u{301}")));
}

#[test]
fn what_no_field_has_is_written_again() {
    let lines = "FN:a\r\nN:a;;;;\r\nitem1.EMAIL;type=INTERNET;type=pref;X-SEEN=1:a@example.org\r\nitem1.X-ABLabel:_$!<Work>!$_\r\n\
                 X-ANNIVERSARY:2001\r\nROLE:Lead\r\nTITLE:Cook\r\nREV:2020-01-01T00:00:00Z";
    let card = of("3.0", lines);
    let text = write(&card);
    for line in lines.split("\r\n") {
        assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
    }
    let changed = write(&Card { position: "Baker".into(), emails: Vec::new(), ..card });
    assert!(changed.contains("TITLE:Baker\r\n") && changed.contains("ROLE:Lead\r\n"), "{changed}");
    assert!(changed.contains("X-ANNIVERSARY:2001\r\n"), "{changed}");
    assert!(!changed.contains("item1") && !changed.contains("REV:") && !changed.contains("Cook"), "{changed}");
}

#[test]
fn cards_of_other_versions_are_written_in_the_third() {
    let old =
        write(&of("2.1", "N:Ng;Zoë\nTEL;HOME:1\nPHOTO;JPEG;ENCODING=BASE64:\n AAAA\n BBBB\nX-PET;HOME:Rex, the dog"));
    assert!(old.contains("VERSION:3.0\r\n") && old.contains("TEL;TYPE=HOME:1\r\n"), "{old}");
    assert!(old.contains("PHOTO;TYPE=JPEG;ENCODING=b:AAAABBBB\r\n"), "{old}");
    assert!(old.contains("X-PET;TYPE=HOME:Rex\\, the dog\r\n"), "{old}");
    let new = write(&of("4.0", "FN:a\nPHOTO:data:image/jpeg;base64,AAAA\nTEL;VALUE=uri:tel:+1\nROLE:Lead"));
    assert!(new.contains("PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n") && new.contains("TEL:+1\r\n"), "{new}");
    assert!(new.contains("TITLE:Lead\r\n") && !new.contains("ROLE"), "{new}");
    assert!(!without_pictures("PHOTO:x\nFN:a\n").contains("PHOTO"));
}

#[test]
fn the_preferred_value_comes_first() {
    let new = of("4.0", "FN:a\nEMAIL:c@b.c\nEMAIL;PREF=20:b@b.c\nEMAIL;PREF=3:a@b.c\nTEL;PREF=2:2\nTEL;PREF=1:1");
    let old = of("3.0", "FN:a\nEMAIL:b@b.c\nEMAIL;TYPE=HOME,PREF:a@b.c\nTEL:2\nTEL;TYPE=pref;TYPE=CELL:1\nEMAIL:c@b.c");
    let oldest = of("2.1", "FN:a\nEMAIL:b@b.c\nEMAIL;PREF:a@b.c\nEMAIL:c@b.c\nTEL:2\nTEL;CELL;PREF:1");
    for card in [new, old, oldest] {
        let values = |values: &[Valued]| values.iter().map(|one| one.value.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!((values(&card.emails), values(&card.phones)), ("a@b.c b@b.c c@b.c".into(), "1 2".into()));
    }
}

#[test]
fn of_several_lines_of_a_field_none_is_lost() {
    let lines = "FN:a\nNOTE:one\nNOTE:two\nORG:Acme;Kitchen;Pastry\nORG:Beta\nTITLE:Cook\nTITLE:Baker\nROLE:Lead\n\
                 NICKNAME:Zo,Z\nNICKNAME:Zizi\nNOTE:one";
    let card = of("3.0", lines);
    assert_eq!((card.note.as_str(), card.company.as_str()), ("one\ntwo", "Acme, Beta"));
    assert_eq!((card.department.as_str(), card.position.as_str()), ("Kitchen, Pastry", "Cook, Baker"));
    assert_eq!(card.nickname, "Zo, Z, Zizi");
    let untouched = write(&Card { full_name: "b".into(), ..card.clone() });
    assert!(untouched.contains("NOTE:one\r\n") && untouched.contains("ORG:Acme;Kitchen;Pastry\r\n"), "{untouched}");
    let edited = write(&Card { note: format!("{}\nthree", card.note), company: "Acme, Gamma".into(), ..card });
    assert!(edited.contains("NOTE:one\\ntwo\\nthree\r\n"), "{edited}");
    assert!(edited.contains("ORG:Acme\\, Gamma;Kitchen\\, Pastry\r\n"), "{edited}");
}

#[test]
fn what_stands_in_quotes_is_written_again() {
    let line = r#"X-FOO;P="a;b:c";Q="x;CHARSET=d:e":one\,two"#;
    let card = of("3.0", &format!("FN:a\nBDAY;P=\"a:b\":1985-04-16\n{line}"));
    assert_eq!(card.birthday, Birthday::new(Some(1985), 4, 16));
    let changed = write(&Card { company: "Acme".into(), ..card });
    assert!(changed.contains(&format!("{line}\r\n")) && changed.contains("ORG:Acme\r\n"), "{changed}");
}

#[test]
fn no_card_is_a_crash() {
    let file = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC;Zo=\r\n=C3\r\nitem1.TEL;TYPE=\"a,b\":tel:\
                1;ext=2\r\n x\r\nBDAY:--04-16\r\nEND:VCARD\r\n"
        .as_bytes();
    for cut in 0..file.len() {
        for byte in [None, Some(b'"'), Some(b':'), Some(b'\n'), Some(b'='), Some(0xff)] {
            let mut garbled = file.to_vec();
            match byte {
                Some(byte) => garbled[cut] = byte,
                None => garbled.truncate(cut),
            }
            for found in cards_of(&garbled) {
                let _ = found.text.map(|text| write(&read(&text)));
            }
        }
    }
}

/// A card of very many lines, each with its number.
fn of_many(line: impl Fn(usize) -> String) -> String {
    let lines: String = (0..8_000).map(|number| line(number) + "\n").collect();
    format!("BEGIN:VCARD\nVERSION:3.0\nFN:Ann\n{lines}END:VCARD\n")
}

#[test]
fn very_many_labels_are_read_and_written_at_once() {
    let text = of_many(|at| format!("item{at}.X-ABLabel:z\nitem{at}.EMAIL:a{at}@x.example"));
    let card = read(&text);
    assert_eq!(card.emails.get(7), Some(&Valued::new("z", "a7@x.example")));
    assert!(card.emails.len() <= 1_000 && write(&card).contains("item7999.X-ABLabel:z"));
}

#[test]
fn the_label_of_many_is_cut() {
    let label = "z".repeat(1_000_000);
    let text =
        of_many(|at| format!("item1.EMAIL:a{at}@x.example")).replace("FN:", &format!("item1.X-ABLabel:{label}\nFN:"));
    assert!(is_too_large(&text));
    assert!(read(&text).emails.iter().all(|email| email.kind.len() <= 500));
}

#[test]
fn lines_outside_of_cards_are_named() {
    let file = b"; of my phone\n\nBEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n\nName,Mail\nBen,b@x.example\nBEGIN:VCARD\nFN:Cy\nEND:VCARD\nrest\n\x1a\n";
    assert!(holds_cards(file) && !is_vcard(file));
    let strays = |found: &Found| (found.line, found.text == Err(Torn::NoCard));
    let found: Vec<(u64, bool)> = cards_and_strays(file, legacy).map(|found| strays(&found)).collect();
    assert_eq!(found, [(1, true), (3, false), (8, true), (10, false), (13, true)]);
    assert_eq!(cards_of(file).len(), 2);
}
