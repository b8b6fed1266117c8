//! The rules of a whole file, from its first byte to its last row.

use crate::contacts::card::Birthday;
use crate::contacts::import::linkedin::{self, *};
use crate::contacts::import::{MAX_BYTES, open};
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 25);

const HEADER: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
const ROW: &str = "Priya,Sharma,https://www.linkedin.com/in/priya-1,,Acme,Recruiter,12 Mar 2024\n";
const NOTES: &str =
    "Notes:\n\"When exporting your connection data, you may notice that \"\"some\"\" are missing.\"\n\n";

fn parse(bytes: &[u8], today: Date) -> Result<Export, Damaged> {
    let list = open(bytes)?;
    let text = text::read(&list, None)?.text;
    linkedin::read(&text, today, Until::timeout())
}

fn read(text: &str) -> Export {
    parse(text.as_bytes(), TODAY).unwrap_or_else(|damaged| panic!("{damaged}"))
}

fn refused(bytes: impl AsRef<[u8]>) -> Damaged {
    parse(bytes.as_ref(), TODAY).expect_err("the file should be refused")
}

/// This row is skipped for this reason, and those around it are read.
fn row_skipped(row: &str, why: Why) {
    let export = read(&format!("{HEADER}{row}{ROW}"));
    assert_eq!((export.connections.len(), export.skipped), (1, vec![why.on(2)]), "{row:?}");
}

#[test]
fn every_column_finds_its_place() {
    let file = format!(
        "{NOTES}{HEADER}Priya,Sharma,https://www.linkedin.com/in/Priya-Sharma-1a2b3c/,p@example.org,\"Stripes, \"\"Inc.\"\"\",Technical Recruiter,12 Mar 2024\n"
    );
    let expected = Connection {
        first_name: "Priya".into(),
        last_name: "Sharma".into(),
        company: "Stripes, \"Inc.\"".into(),
        position: "Technical Recruiter".into(),
        email: Some("p@example.org".into()),
        slug: Some("priya-sharma-1a2b3c".into()),
        connected_on: Some(date(2024, 3, 12)),
        own: None,
        line: 5,
    };
    assert_eq!(read(&file).connections, [expected]);
}

#[test]
fn the_notes_above_the_header_may_be_absent_quoted_torn_or_long() {
    let long = "Something to say, at length.\n".repeat(98);
    let notes = ["", "\n", "Notes:\n", "\"Notes:\"\n\"one\ntwo\"\n\n", "Notes:\n\"torn\n", NOTES, &long];
    for notes in notes {
        let connections = read(&format!("{notes}{HEADER}{ROW}")).connections;
        let line = notes.lines().count() as u64 + 2;
        assert_eq!(connections.len(), 1, "{notes}");
        assert_eq!(connections[0].line, line, "{notes}");
    }
}

#[test]
fn a_byte_order_mark_and_any_line_end_make_no_difference() {
    let plain = format!("{NOTES}{HEADER}\n{ROW}{ROW}");
    let expected = read(&plain);
    for line_end in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            let file = format!("{mark}{}", plain.replace('\n', line_end));
            assert_eq!(read(&file), expected, "{line_end:?} {mark:?}");
        }
    }
}

#[test]
fn headers_of_other_years_other_cases_and_german_ones_are_understood() {
    let headers = [
        "First Name,Last Name,Email Address,Company,Position,Connected On",
        "first name,LAST NAME,email address,Current Company,current position,connected on",
        "\"First Name\",\"Last Name\", Email Address ,Company,Position,Connected On",
        "Vorname,Nachname,E-Mail-Adresse,Unternehmen,Position,Verbunden am",
    ];
    for header in headers {
        let file = format!("{header}\nZoë,Müller,zoe@example.org,Acme,Köchin,7-Feb-22\n");
        let found = &read(&file).connections[0];
        assert_eq!(found.full_name(), "Zoë Müller", "{header}");
        assert_eq!(found.email.as_deref(), Some("zoe@example.org"), "{header}");
        assert_eq!((found.company.as_str(), found.position.as_str()), ("Acme", "Köchin"));
        assert_eq!(found.connected_on, Some(date(2022, 2, 7)), "{header}");
        assert_eq!(found.slug, None);
    }
}

#[test]
fn columns_may_stand_in_any_order_among_others() {
    let file = "Connected On,Tags,Position,Company,Last Name,First Name\n2024-03-12,x,Baker,Acme,Ng,Li\n";
    let found = &read(file).connections[0];
    assert_eq!((found.full_name().as_str(), found.position.as_str()), ("Li Ng", "Baker"));
}

#[test]
fn rows_that_are_empty_or_carry_only_a_date_are_counted_as_skipped() {
    let export = read(&format!("{HEADER},,,,,,\n,,,,,,12 Mar 2024\n{ROW}, ,,,,,\n"));
    assert_eq!((export.connections.len(), export.skipped.len()), (1, 3));
    assert_eq!(export.skipped[0], Why::FormerMember.on(2));
}

#[test]
fn blank_lines_are_no_rows_and_do_not_shift_the_numbers() {
    let export = read(&format!("{HEADER}\n{ROW}  \n\n{ROW}\n\n"));
    let lines: Vec<u64> = export.connections.iter().map(|found| found.line).collect();
    assert_eq!((lines, export.skipped.len()), (vec![3, 6], 0));
}

#[test]
fn a_single_name_is_a_whole_name() {
    let export = read(&format!("{HEADER}Sukarno,,,,,,\n,Ng,,,,,\n"));
    let names: Vec<String> = export.connections.iter().map(Connection::full_name).collect();
    assert_eq!(names, ["Sukarno", "Ng"]);
}

#[test]
fn a_header_without_rows_is_an_empty_list() {
    assert_eq!(read(HEADER), Export::default());
    assert_eq!(read(HEADER.trim_end()), Export::default());
}

#[test]
fn a_line_break_or_tab_inside_quotes_becomes_a_space() {
    let export = read(&format!("{HEADER}Li,Ng,,,\"Acme\nHoldings\",\"Cook\t and\r\nbaker\",\n{ROW}"));
    let found = &export.connections[0];
    assert_eq!((found.company.as_str(), found.position.as_str()), ("Acme Holdings", "Cook and baker"));
    assert_eq!(export.connections[1].line, 5);
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_its_line() {
    let torn = "Li,Ng,,,\"Acme, Cook,12 Mar 2024\n";
    let file = format!("{NOTES}{HEADER}{ROW}{torn}{}", ROW.repeat(9));
    assert_eq!(refused(&file), Why::UnclosedQuote.on(6));
    assert_eq!(
        refused(&file).to_string(),
        "Line 6: a quoted field is never closed; save the list as CSV again, then choose the new file."
    );
}

#[test]
fn a_torn_quote_is_named_even_if_a_later_one_closes_it_by_accident() {
    let torn = "Li,Ng,,,\"Acme, Cook,12 Mar 2024\n";
    let later = "Bo,Ek,,,\"Beta, Ltd\",Baker,12 Mar 2024\n";
    let file = format!("{HEADER}{ROW}{torn}{ROW}{later}{ROW}");
    assert_eq!(refused(&file), Why::UnclosedQuote.on(3));
}

#[test]
fn a_quote_in_the_middle_of_a_field_is_only_a_character() {
    let export = read(&format!("{HEADER}Jo \"Joe\",Ng,,,\"The\" Acme,5\" nails,\n{ROW}"));
    assert_eq!(export.connections[0].first_name, "Jo \"Joe\"");
    assert_eq!(export.connections.len(), 2);
}

#[test]
fn rows_padded_or_cut_by_empty_cells_are_read() {
    let export = read(&format!("{HEADER}Li,Ng\nBo,Ek,,,Acme,Cook,7-Feb-22,,,\n"));
    assert_eq!(export.connections.len(), 2);
    assert_eq!((export.connections[0].full_name().as_str(), export.connections[1].company.as_str()), ("Li Ng", "Acme"));
}

#[test]
fn a_row_with_more_fields_than_columns_is_skipped() {
    row_skipped("Li,Ng,,,Acme, Ltd,Cook,7-Feb-22\n", Why::FieldCount { expected: 7, found: 8 });
}

#[test]
fn a_day_that_cannot_be_read_or_be_is_unknown() {
    for day in ["03/04/2024", "soon", "", "12 Mar 2031", "1 Jan 1970"] {
        assert_eq!(read(&format!("{HEADER}Li,Ng,,,,,{day}\n")).connections[0].connected_on, None, "{day}");
    }
}

#[test]
fn a_row_with_control_characters_is_skipped() {
    for character in ['\0', '\u{1b}', '\u{7f}', '\u{80}'] {
        row_skipped(&format!("Li,N{character}g,,,,,\n"), Why::ControlCharacter { column: 2 });
    }
}

#[test]
fn invisible_characters_are_dropped_from_names() {
    let found = &read(&format!("{HEADER}\u{202a}Li\u{202c}\u{200b},\u{200e} Ng,,,,,\n")).connections[0];
    assert_eq!((found.first_name.as_str(), found.last_name.as_str()), ("Li", "Ng"));
}

#[test]
fn long_fields_are_cut_and_own_columns_may_be_of_any_length() {
    let head = HEADER.replace('\n', ",My notes\n");
    let long = "é".repeat(MAX_FIELD + 1);
    let own = "line\n".repeat(2_000);
    let found = &read(&format!("{head}Li,Ng,,,{long},Cook,7-Feb-22,\"{own}\"\n")).connections[0];
    assert_eq!((found.company.chars().count(), found.position.as_str()), (MAX_FIELD, "Cook"));
}

#[test]
fn semicolons_and_tabs_separate_columns_too() {
    for separator in [";", "\t"] {
        let file = format!("{HEADER}Zoë,\"Ng, MBA\",,,Acme,Cook,12.03.2024\n");
        let mut file: Vec<String> = file.lines().map(|line| line.replace(',', separator)).collect();
        file[1] = file[1].replace(&format!("Ng{separator} MBA"), "Ng, MBA");
        let found = &read(&file.join("\n")).connections[0];
        assert_eq!(
            (found.last_name.as_str(), found.connected_on),
            ("Ng, MBA", Some(date(2024, 3, 12))),
            "{separator:?}"
        );
    }
}

#[test]
fn the_layouts_of_2012_to_2018_are_read() {
    let of_2017 = "FirstName,LastName,EmailAddress,Company,Position,ConnectedOn,Tags\nZoë,Ng,z@example.org,Acme,Cook,\"1/8/18, 6:14 PM\",x\n";
    let found = &read(of_2017).connections[0];
    assert_eq!((found.email.as_deref(), found.connected_on), (Some("z@example.org"), Some(date(2018, 1, 8))));
    assert_eq!(found.own.as_ref().unwrap().tags, ["x"]);
    let of_2012 =
        "First Name,Last Name,Email Address,Current Company,Current Position\nZoë,Ng,z@example.org,Acme,Cook\n";
    let found = &read(of_2012).connections[0];
    assert_eq!((found.full_name().as_str(), found.position.as_str(), found.connected_on), ("Zoë Ng", "Cook", None));
}

#[test]
fn tables_of_others_are_no_lists_of_linkedin() {
    let outlook_of_2015 = "Title,First Name,Middle Name,Last Name,Suffix,E-mail Address,Company,Department,Job Title\n";
    let any = "First Name,Last Name,Email,Phone,Company,Position,Notes,Birthday\n";
    let with_page = "First Name,Last Name,URL,Phone,Company,Position\nLi,Ng,https://example.org,1,Acme,Cook\n";
    for file in [outlook_of_2015, any, with_page, "First Name,Last Name,Company,Position\n"] {
        assert!(!is_linkedin(file), "{file}");
    }
    let own =
        "Notes:\n\nFirst Name,Last Name,URL,Phone,Company,Position\nLi,Ng,https://linkedin.com/in/li,1,Acme,Cook\n";
    for file in [
        HEADER,
        own,
        "First Name,Last Name,Email Address,Company,Position,,\n",
        "Vorname,Nachname,Telefon,Unternehmen,Position,Verbunden am\n",
    ] {
        assert!(is_linkedin(file), "{file}");
    }
}

#[test]
fn known_columns_of_ones_own_are_read_too() {
    let head = HEADER.replace('\n', ",Phone,My notes,Notes,Tags,E-mail 2,Birthday,Prefix\n");
    let file = format!(
        "{NOTES}{head}Li,'=Ng,https://li.example.org,l@example.org,Acme,Cook,7-Feb-22,'+49 30 1,x,\"one\ntwo\",a;b,m@example.org,4/16/1985,Dr.\n\
         ,,,,,,7-Feb-22,,,note,,,,\n,,,,,,7-Feb-22,2,,,,,,\n"
    );
    let read = crate::contacts::import::read(file.as_bytes(), &Default::default(), TODAY).unwrap();
    let card = &read.rows[0].card;
    assert_eq!((card.full_name.as_str(), card.family.as_str(), card.note.as_str()), ("Dr. Li =Ng", "=Ng", "one\ntwo"));
    let values = |values: &[Valued]| values.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
    assert_eq!(values(&card.emails), ["l@example.org", "m@example.org"]);
    assert_eq!(
        (values(&card.phones), values(&card.links)),
        (vec!["+49 30 1".into()], vec!["https://li.example.org".into()])
    );
    assert_eq!((card.tags.join(","), card.birthday), ("a,b".into(), Birthday::new(Some(1985), 4, 16)));
    assert_eq!(read.skipped, [Why::FormerMember.on(7)]);
    assert_eq!(read.rows[1].card.name(), "2");
}

#[test]
fn french_and_spanish_columns_are_understood() {
    for file in [
        "Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Connecté le\nZoë,Ng,,,Acme,Cheffe,12-mars-24\n",
        "Nombre,Apellidos,URL,Correo electrónico,Empresa,Cargo,Conectado el\nZoë,Ng,,,Acme,Cheffe,12-mar-24\n",
    ] {
        let found = &read(file).connections[0];
        assert_eq!((found.full_name().as_str(), found.position.as_str()), ("Zoë Ng", "Cheffe"));
        assert_eq!(found.connected_on, Some(date(2024, 3, 12)), "{file}");
    }
}

#[test]
fn other_encodings_are_told_by_their_letters() {
    let text = format!("{HEADER}Zoë,Müller,,,Café Größe,Cook,\n");
    let expected = read(&text);
    for encoding in [encoding_rs::WINDOWS_1252, encoding_rs::MACINTOSH] {
        let bytes = match encoding.name() {
            "macintosh" => text.chars().map(mac_roman).collect::<Vec<u8>>(),
            _ => encoding.encode(&text).0.into_owned(),
        };
        assert_eq!(parse(&bytes, TODAY).unwrap(), expected, "{}", encoding.name());
    }
    let wide: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [[b"\xff\xfe".as_slice(), &little].concat(), [b"\xfe\xff".as_slice(), &big].concat(), little, big] {
        assert_eq!(parse(&bytes, TODAY).unwrap(), expected);
    }
}

/// The code of the few letters that the test uses: <https://www.unicode.org/Public/MAPPINGS/VENDORS/APPLE/ROMAN.TXT>.
fn mac_roman(letter: char) -> u8 {
    match letter {
        'é' => 0x8e,
        'ë' => 0x91,
        'ö' => 0x9a,
        'ü' => 0x9f,
        'ß' => 0xa7,
        letter => u8::try_from(letter).unwrap(),
    }
}

#[test]
fn a_summary_says_what_was_read_and_skipped() {
    let damaged = "Li,Ng,,,Acme, Ltd,Cook,7-Feb-22\n".repeat(5);
    let summary = |file: &str| {
        let read = crate::contacts::import::read(file.as_bytes(), &Default::default(), TODAY);
        read.unwrap().summary()
    };
    assert_eq!(
        summary(&format!("{HEADER}{ROW},,,,,,12 Mar 2024\nBo,Ek,,,,,soon\n{damaged}")),
        "Read 2 of 8 rows: 1 without a name (they left LinkedIn), 1 without a readable day, 5 skipped (line 5: 8 cells \
         where the header has 7; line 6: 8 cells where the header has 7; line 7: 8 cells where the header has 7; …)."
    );
    assert_eq!(summary(&format!("{HEADER}{ROW}")), "Read 1 of 1 row.");
}

#[test]
fn thirty_thousand_rows_are_read_and_not_one_more() {
    let mut file = format!("{NOTES}{HEADER}");
    for number in 0..MAX_ROWS - 1 {
        file.push_str(&format!(
            "Né{number},\"O'Neill\",https://www.linkedin.com/in/n-{number},,\"Acme, Ltd\",Cook,12 Mar 2024\n"
        ));
    }
    file.push_str(",,,,,,\n");
    let export = read(&file);
    assert_eq!((export.connections.len(), export.skipped.len()), (MAX_ROWS - 1, 1));
    assert_eq!(export.connections.last().map(|last| last.line), Some(30_003));
    assert_eq!(refused(file + ROW), Why::TooManyRows.on(30_005));
}

#[test]
fn a_file_beyond_fifty_megabytes_is_refused() {
    let mut file = format!("{HEADER}{ROW}").into_bytes();
    file.resize(MAX_BYTES, b'\n');
    assert!(parse(&file, TODAY).is_ok());
    file.push(b'x');
    assert_eq!(refused(&file).why, Why::TooLarge);
}

#[test]
fn a_file_without_text_is_empty() {
    for file in ["", "\u{feff}", " \r\n\r\n\t"] {
        assert_eq!(refused(file), Why::Empty.on(1), "{file:?}");
    }
}

#[test]
fn archives_pictures_and_other_files_are_known_whatever_they_are_called() {
    assert_eq!(refused(b"PK\x03\x04\x14\0").why, Why::BrokenZip);
    assert_eq!(refused(b"<!DOCTYPE html><html>").why, Why::WebPage);
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n").why, Why::Picture);
    assert_eq!(refused(b"\xff\xd8\xff\xe0").why, Why::Picture);
    assert_eq!(refused(b"RIFF\x01\x02\x03\x04WEBPVP8").why, Why::Picture);
    assert_eq!(refused(b"%PDF-1.7").why, Why::Pdf);
    assert_eq!(refused(b"\x7fELF\x02\x01\0\xf0\x28").why, Why::Binary);
    assert_eq!(refused(b"ustar\0\0\0").why, Why::Binary);
}

#[test]
fn a_file_without_the_header_is_told_what_was_looked_for() {
    let google = "First Name,Middle Name,Last Name,Organization Name,Organization Title\nLi,,Ng,Acme,Cook\n";
    let outlook = "First Name,Last Name,Title,Company,Job Title\nLi,Ng,Dr,Acme,Cook\n";
    let too_late = format!("x{}{HEADER}", "\n".repeat(100));
    for file in [google, outlook, ROW, &too_late] {
        assert_eq!(refused(file), Why::NoHeader.on(1), "{file}");
        assert!(refused(file).to_string().contains("such as First Name"));
    }
}

#[test]
fn every_complaint_is_one_sentence_that_begins_with_its_line() {
    let reasons = [
        Why::Empty,
        Why::TooLarge,
        Why::ZipWithoutList,
        Why::LockedZip,
        Why::BrokenZip,
        Why::Spreadsheet,
        Why::Picture,
        Why::WebPage,
        Why::Binary,
        Why::Encoding,
        Why::NoHeader,
        Why::UnclosedQuote,
        Why::TooManyRows,
        Why::FieldCount { expected: 7, found: 1 },
        Why::ControlCharacter { column: 1 },
    ];
    for why in reasons {
        let sentence = why.on(14).to_string();
        assert!(sentence.starts_with("Line 14: ") && sentence.ends_with('.'), "{sentence}");
        assert!(sentence.len() < 200 && !sentence.contains(". "), "{sentence}");
    }
}

#[test]
fn a_file_cut_or_garbled_anywhere_is_read_or_refused_and_never_a_crash() {
    let file = format!("\u{feff}Notes:\n{HEADER}Zoë,\"Ng, \"\"x\"\"\",,,\"a\nb\",,7-Feb-22\r\n,,,,,,\n").into_bytes();
    for cut in 0..file.len() {
        let _ = parse(&file[..cut], TODAY);
        for byte in [b'"', b'\n', 0xff] {
            let mut garbled = file.clone();
            garbled[cut] = byte;
            let _ = parse(&garbled, TODAY);
        }
    }
}
