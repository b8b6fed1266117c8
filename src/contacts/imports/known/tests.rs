use super::*;
use crate::contacts::card::Valued;

fn row(line: usize, card: Card) -> Marked {
    Marked::of(&Row { line: line as u64, card })
}

fn told(rows: &[Marked], book: &[Card]) -> (usize, usize, usize) {
    let mut known = Known::default();
    for card in book {
        let marks = Marks::of_card(card);
        known.add(Person::of_book(&marks), &marks);
        known.learn(known.number() - 1, called(card), Facts::of(&marks.name, card));
    }
    let sorted = told_apart(known, rows);
    (sorted.new.len(), sorted.known, sorted.same.len())
}

/// Reads a file thrice; gives who is new each time.
fn thrice(cards: &[Card]) -> [usize; 3] {
    let rows: Vec<Marked> = cards.iter().cloned().enumerate().map(|(at, card)| row(at + 2, card)).collect();
    let mut book: Vec<Card> = Vec::new();
    [(); 3].map(|()| {
        let mut known = Known::default();
        for card in &book {
            let marks = Marks::of_card(card);
            known.add(Person::of_book(&marks), &marks);
            known.learn(known.number() - 1, called(card), Facts::of(&marks.name, card));
        }
        let sorted = told_apart(known, &rows);
        // As they are stored: the last row first.
        let new: Vec<Card> = sorted.new.iter().rev().map(|at| cards[*at].clone()).collect();
        book.splice(0..0, new);
        sorted.new.len()
    })
}

fn named(name: &str) -> Card {
    Card { full_name: name.into(), ..Card::default() }
}

fn with_email(name: &str, email: &str) -> Card {
    Card { emails: vec![Valued::new("", email)], ..named(name) }
}

fn with_note(name: &str, note: &str) -> Card {
    Card { note: note.into(), ..named(name) }
}

fn with_link(name: &str, link: &str) -> Card {
    Card { links: vec![Valued::new("", link)], ..named(name) }
}

fn with_phone(name: &str, phone: &str) -> Card {
    Card { phones: vec![Valued::new("", phone)], ..named(name) }
}

#[test]
fn the_same_file_is_one_set() {
    let company = |card: Card, company: &str| Card { company: company.into(), ..card };
    let uid = |card: Card, uid: &str| Card { uid: uid.into(), ..card };
    for (cards, new) in [
        (vec![with_note("Maria Garcia", "a"), with_note("Maria Garcia", "b")], 2),
        (vec![with_note("Maria Garcia", "a"), named("Maria Garcia"), with_note("Garcia, Maria", "a")], 1),
        (vec![named("Maria Garcia"), with_note("Maria Garcia", "a")], 2),
        (
            vec![
                with_note("Maria Garcia", "x"),
                company(named("Maria Garcia"), "Acme"),
                company(named("Maria Garcia"), "Beta"),
            ],
            3,
        ),
        (vec![with_email("Ada Smith", "s@x.example"), with_email("Bob Smith", "s@x.example")], 2),
        (vec![with_email("A. Smith", "s@x.example"), with_email("Ada Smith", "S@x.example")], 1),
        (vec![with_email("", "s@x.example"), with_email("Ada Smith", "s@x.example")], 1),
        (vec![company(with_email("Acme", "s@x.example"), "Acme"), with_email("Ada Smith", "s@x.example")], 2),
        (vec![uid(with_email("Ada", "a@x.example"), "1"), uid(with_email("Ada", "a@x.example"), "2")], 2),
        (vec![uid(named("Ada"), "1"), uid(named("Ada"), "2"), uid(named("Ada"), "2")], 2),
        (vec![uid(with_link("A", "linkedin.com/in/ada"), "1"), uid(with_link("B", "linkedin.com/in/ada"), "2")], 1),
        (vec![with_link("Ada", "https://github.com/acme"), with_link("Bob", "https://github.com/acme")], 2),
        (vec![with_link("Ada", "https://github.com/acme"), with_link("Ada King", "https://github.com/acme/")], 1),
        (
            vec![
                with_link("Ada", "https://facebook.com/profile.php?id=1"),
                with_link("Ada", "https://facebook.com/profile.php?id=2"),
            ],
            2,
        ),
        (vec![with_phone("❤️", "+49 30 123456"), with_phone("***", "+49 30 654321"), with_phone("???", "+49 30 1")], 3),
        (vec![company(named("★"), "Acme"), company(named("."), "Acme"), company(named("★"), "Beta")], 3),
        (
            vec![
                with_link("", "https://a.example"),
                with_link("", "https://b.example"),
                with_link("", "https://a.example"),
            ],
            2,
        ),
        (
            ["Rome", "Oslo", "Rome"]
                .map(|city| Card {
                    addresses: vec![crate::contacts::card::Address { city: city.into(), ..Default::default() }],
                    ..Card::default()
                })
                .to_vec(),
            2,
        ),
    ] {
        assert_eq!(thrice(&cards), [new, 0, 0], "{cards:?}");
    }
}

#[test]
fn somebody_of_the_book_is_no_two_of_a_file() {
    let rows = [row(2, with_note("Maria Garcia", "a")), row(3, with_note("Maria Garcia", "b"))];
    assert_eq!(told(&rows, &[named("Maria Garcia")]), (1, 1, 0));
    assert_eq!(told(&rows, &[named("Maria Garcia"), named("Garcia, Maria")]), (0, 2, 0));
    // Who is meant for certain further down is no one else before.
    assert_eq!(told(&rows, &[with_note("Maria Garcia", "b")]), (1, 1, 0));
    assert_eq!(told(&rows, &[with_note("Maria Garcia", "b"), named("Maria Garcia")]), (0, 2, 0));
}

#[test]
fn the_very_same_name_is_preferred() {
    let book = [with_email("A. Smith", "s@x.example"), with_email("Ada Smith", "s@x.example")];
    let rows = [row(2, with_email("Ada Smith", "s@x.example")), row(3, with_email("A. Smith", "s@x.example"))];
    assert_eq!(told(&rows, &book), (0, 2, 0));
}

#[test]
fn many_of_one_name_are_told_apart_at_once() {
    let card = |number: usize| match number % 3 {
        0 => with_note("Maria Garcia", &format!("note {number}")),
        1 => with_email(&format!("Person {number:05}"), "office@x.example"),
        _ => Card { company: format!("Company {number}"), ..named(&format!("Person {number:05}")) },
    };
    let cards: Vec<Card> = (0..30_000).map(card).collect();
    assert_eq!(thrice(&cards), [30_000, 0, 0]);
}

#[test]
fn many_numbers_of_one_name_are_compared_at_once() {
    let with_phones = |first: usize| Card {
        phones: (first..first + 50).map(|number| Valued::new("", &format!("+49 30 {number:08}"))).collect(),
        ..named("Maria Garcia")
    };
    let book: Vec<Card> = (0..50).map(|at| with_phones(at * 50)).collect();
    let mut rows: Vec<Marked> = (0..4_000).map(|at| row(at + 2, with_phones(10_000 + at * 50))).collect();
    rows.push(row(4_002, with_phones(2_475)));
    assert_eq!(told(&rows, &book), (4_000, 1, 0));
}
