//! Several columns of one field: what the first has no room for is noted.

use super::*;

#[test]
fn a_second_value_of_a_field_is_noted() {
    let german = "Vorname;Nachname;Firma;Arbeitgeber;Position;Beruf;Straße geschäftlich;Notizen\n\
                  Zoë;Ng;Acme;Beta;Köchin;Bäckerin;;aus Bonn\nBo;Ek;Acme;ACME;;Koch;;\n";
    let read = parse(german);
    let card = &read.rows[0].card;
    assert_eq!((card.company.as_str(), card.position.as_str()), ("Acme", "Köchin"));
    assert_eq!(card.note, "aus Bonn\nCompany: Beta\nPosition: Bäckerin");
    let other = &read.rows[1].card;
    assert_eq!((other.company.as_str(), other.position.as_str(), other.note.as_str()), ("Acme", "Koch", ""));
}

#[test]
fn every_field_of_one_value_notes_the_others() {
    let file = "Name,Display Name,First,Forename,City,Town,Birthday,Birth date,Connected on,Verbunden am\n\
                Zoë Ng,Ng (Zoë),Zoë,Zoé,Bonn,Köln,1985-04-16,1986-04-16,12 Mar 2024,13 Mar 2024\n";
    let read = parse(file);
    let card = one(&read);
    let lines =
        ["Full name: Ng (Zoë)", "Given name: Zoé", "Town: Köln", "Birthday: 1986-04-16", "Connected on: 13 Mar 2024"];
    assert_eq!(card.note.lines().collect::<Vec<_>>(), lines);
    assert_eq!((card.given.as_str(), card.addresses[0].city.as_str()), ("Zoë", "Bonn"));
    assert_eq!((card.birthday, card.connected_on), (Birthday::new(Some(1985), 4, 16), Some(date(2024, 3, 12))));
}

#[test]
fn what_ones_own_columns_say_beside_linkedin_is_noted() {
    let file = "First Name,Last Name,URL,Email Address,Company,Position,Connected On,Firma,Beruf,Notes\n\
                Zoë,Ng,https://www.linkedin.com/in/zoe,,Acme,,12 Mar 2024,Beta,Cook,met in May\n";
    let read = parse(file);
    let card = one(&read);
    assert_eq!((read.source, card.company.as_str(), card.position.as_str()), (Source::LinkedIn, "Acme", "Cook"));
    assert_eq!(card.note, "met in May\nCompany: Beta");
}
