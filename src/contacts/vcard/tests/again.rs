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
