//! Tables that a spreadsheet has opened for another country, and saved again.

use super::*;

const LINKEDIN: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On";
const ROWS: [&str; 2] = [
    "Jürgen,Müller,https://www.linkedin.com/in/juergen,,\"Stripe, Inc.\",\"Leiter \"\"Einkauf\"\"\",12 Mär 2024",
    "Zoë,Ng,https://www.linkedin.com/in/zoe,z@example.org,Acme,,13 Mar 2024",
];

/// Puts a line into quotes, as one cell.
fn wrapped(line: &str) -> String {
    format!("\"{}\"", line.replace('"', "\"\""))
}

fn names(read: &Read) -> Vec<(u64, &str, &str)> {
    read.rows.iter().map(|row| (row.line, row.card.full_name.as_str(), row.card.company.as_str())).collect()
}

#[test]
fn lines_that_are_one_cell_are_taken_out_of_their_quotes() {
    let notes = "Notes:\n\"When exporting, some of the email addresses, are missing.\"\n\n";
    let all: Vec<String> = [LINKEDIN].into_iter().chain(ROWS).map(wrapped).collect();
    let read = parse(format!("{notes}{}\n\n{}\n{}\n", all[0], all[1], all[2]));
    assert_eq!((read.source, read.skipped.as_slice()), (Source::LinkedIn, [].as_slice()));
    assert_eq!(names(&read), [(6, "Jürgen Müller", "Stripe, Inc."), (7, "Zoë Ng", "Acme")]);
    assert_eq!(read.rows[0].card.position, "Leiter \"Einkauf\"");
    assert_eq!(read.rows[0].card.connected_on, Some(date(2024, 3, 12)));
    let table = ["Name;E-mail;Company", "Zoë Ng;z@example.org;\"one\nand; two\"", "Bo Ek;b@example.org;"];
    let table: Vec<String> = table.iter().flat_map(|row| row.lines()).map(wrapped).collect();
    let read = parse(table.join("\r\n"));
    assert_eq!(names(&read), [(2, "Zoë Ng", "one and; two"), (4, "Bo Ek", "")]);
}

#[test]
fn only_rows_with_quotes_may_be_one_cell() {
    let read = parse(format!("{LINKEDIN}\n{}\n{}\n", wrapped(ROWS[0]), ROWS[1]));
    assert_eq!(names(&read), [(2, "Jürgen Müller", "Stripe, Inc."), (3, "Zoë Ng", "Acme")]);
    // A spreadsheet cuts off the empty cells at the end of a row.
    let read = parse("Name,E-mail,Company\n\"Doe, Jane, MBA\"\n\"Ek, \"\"Bo\"\"\"\nZoë Ng,z@example.org,Acme\n");
    assert_eq!(names(&read), [(2, "Doe, Jane, MBA", ""), (3, "Ek, \"Bo\"", ""), (4, "Zoë Ng", "Acme")]);
}

#[test]
fn rows_parted_by_another_character_than_the_header_are_read() {
    let rows: String = ROWS[1].replace(',', ";") + "\n";
    let read = parse(format!("{LINKEDIN}\nBo;Ek;;;Beta, Ltd;Cook;\n{rows}"));
    assert_eq!((read.source, names(&read)), (Source::LinkedIn, vec![(2, "Bo Ek", "Beta, Ltd"), (3, "Zoë Ng", "Acme")]));
    let read = parse("Name\tE-mail\tCompany\nZoë Ng,z@example.org,Acme\nBo Ek,b@example.org\n");
    assert_eq!(names(&read), [(2, "Zoë Ng", "Acme"), (3, "Bo Ek", "")]);
    assert_eq!(read.rows[0].card.emails[0].value, "z@example.org");
    assert_eq!(names(&parse("Name,Notes\nZoë; Ng\nBo Ek,one\n")), [(2, "Zoë; Ng", ""), (3, "Bo Ek", "")]);
}

#[test]
fn a_row_that_is_all_in_one_cell_is_skipped() {
    let odd = ROWS[1].replace(',', ";");
    let read = parse(format!("{LINKEDIN}\n{}\n{odd}\n", ROWS[1]));
    assert_eq!((read.rows.len(), read.skipped), (1, vec![Why::FieldCount { expected: 7, found: 1 }.on(3)]));
    let read = parse("Name;E-mail;Company\nZoë Ng;z@example.org;Acme\nBo Ek,b@example.org,Beta\nAnn Lee\n");
    assert_eq!(names(&read), [(2, "Zoë Ng", "Acme"), (4, "Ann Lee", "")]);
    assert_eq!(read.skipped, [Why::FieldCount { expected: 3, found: 1 }.on(3)]);
}

#[test]
fn columns_are_chosen_of_a_table_that_was_spoilt() {
    let file = "\"Name,E-mail,Shoe size\"\n\"Zoë Ng,z@example.org,38\"\n";
    let seen = Choices { has_header: Some(true), ..Choices::default() };
    let now = Choices { columns: vec![Target::Nothing; 3], has_header: Some(false), ..Choices::default() };
    assert_eq!(columns_anew(file.as_bytes(), &seen, &now).len(), 3);
    let chosen = Choices { columns: vec![Target::FullName, Target::Email, Target::Note], ..seen };
    assert_eq!(read(file.as_bytes(), &chosen, TODAY).unwrap().rows[0].card.note, "38");
}
