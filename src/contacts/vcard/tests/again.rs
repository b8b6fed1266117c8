//! Cards that are exported, imported elsewhere and exported again.

use super::*;

#[test]
fn commas_of_addresses_and_family_names_stay() {
    for comma in [",", "\\,"] {
        let lines = "N:Dress, Jr.;Ann;;;\nADR;TYPE=HOME:;;123 Main St., Suite 100;Town, North;;;".replace(',', comma);
        let card = of("3.0", &lines);
        assert_eq!(card.family, "Dress, Jr.", "{lines}");
        assert_eq!(card.addresses, [home("123 Main St., Suite 100", ["Town, North", "", "", ""])], "{lines}");
        let text = write(&Card { raw: String::new(), ..card });
        assert_eq!(write(&Card { raw: String::new(), ..read_one(&text) }), text);
    }
    let card = of("3.0", "N:Ng;Ann,Bea;Cleo,Dora;Dr.,Prof.;\nADR:;;a,b;;;;");
    assert_eq!(
        (card.given.as_str(), card.middle.as_str(), card.prefix.as_str()),
        ("Ann Bea", "Cleo Dora", "Dr. Prof.")
    );
    assert_eq!(card.addresses[0].street, "a, b");
}

#[test]
fn a_card_stored_without_its_commas_is_written_as_it_came() {
    let lines = "N:Dress, Jr.;Ann;;;\nADR:;;123 Main St., Suite 100;Town;;;";
    let card = of("3.0", lines);
    let street = "123 Main St. Suite 100".to_owned();
    let address = Address { street, ..card.addresses[0].clone() };
    let stored = Card { family: "Dress Jr.".into(), addresses: vec![address], ..card };
    let text = write(&stored);
    assert!(lines.lines().all(|line| text.contains(&format!("{line}\r\n"))), "{text}");
}

#[test]
fn what_stands_in_place_of_a_name_is_none() {
    let company = Card { company: "Acme, Inc.".into(), department: "Kitchen".into(), ..Card::default() };
    let email = Card { emails: vec![Valued::new("work", "z@example.org")], ..Card::default() };
    let phone = Card { phones: vec![Valued::new("", "+49 30 1")], ..Card::default() };
    let nickname = Card { nickname: "Zo".into(), ..company.clone() };
    for card in [company, email, phone, nickname] {
        let text = write(&card);
        assert!(text.contains(&format!("FN:{}\r\n", card.name().replace(',', "\\,"))), "{text}");
        let again = Card { raw: String::new(), ..read_one(&text) };
        assert_eq!(again, card);
        assert_eq!(write(&again), text);
    }
    // No stand-in outlasts what it stood for.
    let renamed = Card { company: "Beta".into(), ..of("3.0", "FN:Acme\nN:;;;;\nORG:Acme") };
    assert!(write(&renamed).contains("FN:Beta\r\n"), "{}", write(&renamed));
}

#[test]
fn a_name_that_somebody_gave_stays() {
    for (lines, name) in [
        ("FN:Ann\nORG:Acme", "Ann"),
        ("FN:Acme\nN:Acme;;;;\nORG:Acme", "Acme"),
        ("FN:Acme\nORG:Acme, Inc.", "Acme"),
        ("FN:z@example.org\nORG:Acme\nEMAIL:z@example.org", "z@example.org"),
        ("FN:Ann\nEMAIL:Ann", ""),
    ] {
        assert_eq!(of("3.0", lines).full_name, name, "{lines}");
    }
}
