//! Taking an import back: what was merged with what it brought is as it was before, too.

use amicable::contacts::duplicates::{self, Merged};
use amicable::contacts::store::{self, Contact};
use amicable::db::Connection;
use amicable::error::Error;
use amicable::ids::ContactId;
use diesel::prelude::*;

use crate::support::{Site, Visitor};

fn import(who: &mut Visitor, file: &str) {
    who.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow().press("Confirm import");
}

fn add(who: &mut Visitor, name: &str, email: &str, note: &str) {
    who.open("/contacts/new").fill("full_name", name).fill("email", email).fill("private_note", note).press("Save");
}

/// The contacts in a book, by name.
fn book(site: &Site, who: &Visitor) -> Vec<Contact> {
    let id = who.id;
    let all = |connection: &mut Connection| {
        use amicable::schema::contacts::{deleted_at, id as contact, owner_id, table};
        let ids = table.filter(owner_id.eq(id)).filter(deleted_at.is_null()).select(contact).load(connection)?;
        store::load_many(connection, id, &ids)
    };
    let mut all = site.db.read_blocking(all).unwrap();
    all.sort_by_key(|contact| contact.card.full_name.clone());
    let number = site.db.read_blocking(|connection| store::book(connection, id)).unwrap().number;
    assert_eq!(all.len(), usize::try_from(number).unwrap(), "the book counts who is in it");
    all
}

fn names(site: &Site, who: &Visitor) -> Vec<String> {
    book(site, who).into_iter().map(|contact| contact.card.full_name).collect()
}

fn id_of(site: &Site, who: &Visitor, name: &str) -> ContactId {
    book(site, who).into_iter().find(|contact| contact.card.full_name == name).unwrap().id
}

/// Merges one contact into another; gives where its *Undo* posts to.
fn merge(site: &Site, who: &Visitor, taken: &str, into: &str) -> String {
    let (owner, main, other) = (who.id, id_of(site, who, into), id_of(site, who, taken));
    let merge = |connection: &mut Connection| duplicates::merge(connection, owner, main, &[main, other]);
    let Merged::Done(removal, _) = site.db.write_blocking(merge).unwrap() else { panic!("they are not merged") };
    format!("/contacts/removed/{removal}/undo")
}

/// The path of the newest import.
fn newest(who: &mut Visitor) -> String {
    who.open("/contacts/import");
    let path = who.page.body.split("action=\"").find(|part| part.contains("/undo\"")).unwrap();
    path.split("/undo").next().unwrap().to_owned()
}

#[test]
fn what_an_import_took_in_stays() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, "Old One", "old@example.org", "precious");
    import(&mut ada, "Name,E-mail,Company\nOne Old,one@example.org,Acme\n");
    let here = newest(&mut ada);
    ada.open("/contacts");
    let old = book(&site, &ada).into_iter().find(|contact| contact.card.note == "precious").unwrap();
    let undo = merge(&site, &ada, "Old One", "One Old");
    assert_eq!(names(&site, &ada), ["One Old"]);
    ada.post(&format!("{here}/undo"), &[]).follow();
    assert!(ada.sees("Your address book is as it was before."), "{}", ada.text());
    let after = book(&site, &ada);
    assert_eq!((after.len(), after[0].id, &after[0].card), (1, old.id, &old.card));
    // The merge is over: its own Undo finds nothing to bring back.
    ada.post(&undo, &[]).follow();
    assert_eq!(names(&site, &ada), ["Old One"]);
    ada.post(&format!("{here}/restore"), &[]).follow();
    let back = book(&site, &ada);
    assert_eq!(back.iter().map(|one| one.card.note.as_str()).collect::<Vec<_>>(), ["precious", ""]);
    assert_eq!(back[1].card.emails.len(), 1, "it is again as it was imported");
}

#[test]
fn what_took_in_an_import_is_as_it_was() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, "Old One", "old@example.org", "precious");
    let before = book(&site, &ada);
    import(&mut ada, "Name,E-mail,Company\nOne Old,one@example.org,Acme\n");
    let here = newest(&mut ada);
    let undo = merge(&site, &ada, "One Old", "Old One");
    ada.post(&format!("{here}/undo"), &[]).follow();
    let after = book(&site, &ada);
    assert_eq!((after.len(), &after[0].card), (1, &before[0].card));
    ada.post(&undo, &[]).follow();
    assert_eq!(names(&site, &ada), ["Old One"]);
}

#[test]
fn a_chain_of_merges_gives_everybody_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, "First Own", "first@example.org", "one");
    add(&mut ada, "Second Own", "second@example.org", "two");
    let before: Vec<_> = book(&site, &ada).into_iter().map(|contact| contact.card).collect();
    import(&mut ada, "Name,E-mail\nImported A,a@example.org\nImported B,b@example.org\n");
    let here = newest(&mut ada);
    for (taken, into) in [("First Own", "Imported A"), ("Imported A", "Second Own"), ("Second Own", "Imported B")] {
        merge(&site, &ada, taken, into);
    }
    assert_eq!(names(&site, &ada), ["Imported B"]);
    ada.post(&format!("{here}/undo"), &[]).follow();
    let after: Vec<_> = book(&site, &ada).into_iter().map(|contact| contact.card).collect();
    assert_eq!(after, before);
    ada.post(&format!("{here}/restore"), &[]).follow();
    let back = book(&site, &ada);
    assert_eq!(back.len(), 4);
    for contact in back {
        assert_eq!(contact.card.emails.len(), 1, "nobody keeps the values of another: {:?}", contact.card);
    }
}

#[test]
fn an_edit_since_the_merge_loses_nobody() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, "Old One", "old@example.org", "precious");
    import(&mut ada, "Name,E-mail\nOne Old,one@example.org\n");
    let here = newest(&mut ada);
    merge(&site, &ada, "Old One", "One Old");
    let merged = id_of(&site, &ada, "One Old");
    ada.open(&format!("/contacts/{merged}/edit")).fill("position", "Baker").press("Save");
    ada.post(&format!("{here}/undo"), &[]).follow();
    let after = book(&site, &ada);
    assert_eq!((after.len(), after[0].card.note.as_str()), (1, "precious"));
    // What was deleted with the import is forgotten after a month; who was in the book before is not.
    let older = |connection: &mut Connection| {
        for sql in [
            "UPDATE contacts SET deleted_at = deleted_at - 2764800",
            "UPDATE contact_removals SET created_at = created_at - 2764800, confirmed_at = confirmed_at - 2764800",
        ] {
            diesel::sql_query(sql).execute(connection)?;
        }
        amicable::contacts::purge::purge(connection)
    };
    site.db.write_blocking(older).unwrap();
    assert_eq!(names(&site, &ada), ["Old One"]);
}

#[test]
fn the_undo_of_a_chain_leaves_each_its_own() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Aa One", "Bb Two", "Cc Three"] {
        add(&mut ada, name, &format!("{}@example.org", &name[..2]), name);
    }
    let before: Vec<_> = book(&site, &ada).into_iter().map(|contact| contact.card).collect();
    let first = merge(&site, &ada, "Aa One", "Bb Two");
    let second = merge(&site, &ada, "Bb Two", "Cc Three");
    ada.post(&second, &[]).post(&first, &[]);
    let after: Vec<_> = book(&site, &ada).into_iter().map(|contact| contact.card).collect();
    assert_eq!(after, before);
}

#[test]
fn an_import_of_over_a_month_ago_stays() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    import(&mut ada, "Name,E-mail\nOne Old,one@example.org\n");
    let here = newest(&mut ada);
    let older = "UPDATE contact_imports SET created_at = created_at - 2592001";
    let age = |connection: &mut Connection| -> Result<_, Error> { Ok(diesel::sql_query(older).execute(connection)?) };
    site.db.write_blocking(age).unwrap();
    ada.post(&format!("{here}/undo"), &[]).follow();
    assert_eq!(names(&site, &ada), ["One Old"]);
}

/// A file of cards, each with a name and its e-mail addresses.
fn cards(all: &[(&str, &[&str])]) -> String {
    let card = |(name, emails): &(&str, &[&str])| {
        let emails: String = emails.iter().map(|email| format!("EMAIL:{email}\n")).collect();
        format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\n{emails}END:VCARD\n")
    };
    all.iter().map(card).collect()
}

/// Ada with Karl, and with two who were imported and have his address.
fn with_karl() -> (Site, Visitor, Vec<Contact>) {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, "Karl", "kay@example.org", "precious");
    let before = book(&site, &ada);
    let file = [
        ("Quin", ["kay@example.org", "quin@example.org"].as_slice()),
        ("Rob", ["kay@example.org", "rob@example.org"].as_slice()),
    ];
    import(&mut ada, &cards(&file));
    (site, ada, before)
}

#[test]
fn two_merges_into_one_go_with_the_import() {
    let (site, mut ada, before) = with_karl();
    let here = newest(&mut ada);
    merge(&site, &ada, "Quin", "Karl");
    merge(&site, &ada, "Rob", "Karl");
    ada.post(&format!("{here}/undo"), &[]).follow();
    assert!(ada.sees("Your address book is as it was before."), "{}", ada.text());
    let after = book(&site, &ada);
    assert_eq!((after.len(), &after[0].card), (1, &before[0].card));
}

#[test]
fn undos_of_two_merges_give_the_first_card_back() {
    for is_newest_first in [true, false] {
        let (site, mut ada, before) = with_karl();
        let mut undos = [merge(&site, &ada, "Quin", "Karl"), merge(&site, &ada, "Rob", "Karl")];
        if is_newest_first {
            undos.reverse();
        }
        for undo in &undos {
            ada.post(undo, &[]);
        }
        let after = book(&site, &ada);
        assert_eq!((after.len(), &after[0].card), (3, &before[0].card), "the newest first: {is_newest_first}");
    }
}

#[test]
fn a_removal_between_two_merges_changes_nothing() {
    let (site, mut ada, before) = with_karl();
    let first = merge(&site, &ada, "Quin", "Karl");
    let away_and_back = |ada: &mut Visitor| {
        let karl = id_of(&site, ada, "Karl");
        ada.open(&format!("/contacts/{karl}")).press("Delete contact").press("Undo");
    };
    away_and_back(&mut ada);
    let second = merge(&site, &ada, "Rob", "Karl");
    away_and_back(&mut ada);
    ada.post(&second, &[]);
    away_and_back(&mut ada);
    ada.post(&first, &[]);
    assert_eq!(book(&site, &ada)[0].card, before[0].card);
}

#[test]
fn an_undone_import_names_who_keeps_something() {
    let (site, mut ada, _) = with_karl();
    let here = newest(&mut ada);
    merge(&site, &ada, "Quin", "Karl");
    let karl = id_of(&site, &ada, "Karl");
    ada.open(&format!("/contacts/{karl}/edit")).fill("position", "Baker").press("Save");
    ada.post(&format!("{here}/undo"), &[]).follow();
    assert!(!ada.sees("Your address book is as it was before."), "{}", ada.text());
    assert!(ada.sees("These contacts were changed after a merge, and keep what it gave them: Karl"), "{}", ada.text());
    assert_eq!(book(&site, &ada)[0].card.emails.len(), 2);
}

#[test]
fn a_removal_leaves_alone_who_is_gone() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Kurt", "Ines", "Vera"] {
        add(&mut ada, name, &format!("{name}@example.org"), name);
    }
    let before = book(&site, &ada);
    let merged = merge(&site, &ada, "Ines", "Kurt");
    ada.open("/contacts/remove").press("Select all 2");
    let kurt = id_of(&site, &ada, "Kurt");
    ada.open(&format!("/contacts/{kurt}")).press("Delete contact").open("/contacts/removed");
    let undo = ada.page.body.split("action=\"").find(|part| part.starts_with("/contacts/removed/")).unwrap();
    let undo = undo.split('"').next().unwrap().to_owned();
    ada.open("/contacts/remove").press("Review removal").press("Remove 1 contact").press("Undo");
    ada.post(&undo, &[]).post(&merged, &[]);
    let after: Vec<_> = book(&site, &ada).into_iter().map(|contact| contact.card).collect();
    assert_eq!(after, before.into_iter().map(|contact| contact.card).collect::<Vec<_>>());
}

#[test]
fn whoever_is_here_again_does_not_come_back_twice() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let file = cards(&[("Ben Okoro", &["ben@example.org"]), ("Cy Park", &["cy@example.org"])]);
    import(&mut ada, &file);
    let first = newest(&mut ada);
    ada.open(&first).press("Undo");
    let undone = ada.page.clone();
    import(&mut ada, &file);
    assert_eq!(names(&site, &ada), ["Ben Okoro", "Cy Park"]);
    ada.page = undone;
    ada.press("Undo");
    assert!(ada.sees("in your address book again, so nothing was brought back"), "{}", ada.text());
    assert_eq!(names(&site, &ada), ["Ben Okoro", "Cy Park"]);
    // Once they are gone again, it brings them back.
    let second = newest(&mut ada);
    ada.open(&second).press("Undo");
    ada.open(&first).press("Undo");
    assert_eq!(names(&site, &ada), ["Ben Okoro", "Cy Park"]);
}

#[test]
fn those_who_were_merged_are_known_in_the_file() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let preview = |ada: &mut Visitor, file: &str| {
        ada.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow();
        ada.text()
    };
    let card =
        |uid: &str| format!("BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:Ann Kay\nEMAIL:ann@test.example\nEND:VCARD\n");
    for file in
        [card("1") + &card("2"), "Name,E-mail\nBob Smith,rs@test.example\nRobert Smith,rs@test.example\n".to_owned()]
    {
        import(&mut ada, &file);
        let undo = ada.open("/contacts/duplicates").press("Merge").page.clone();
        assert!(ada.sees("Every value is kept."), "{}", ada.text());
        let again = preview(&mut ada, &file);
        assert!(again.contains("0 new"), "{again}");
        // An edit, and a phone that knows nothing of it, keep that.
        let kept = book(&site, &ada).pop().unwrap();
        ada.open(&format!("/contacts/{}/edit", kept.id)).fill("private_note", "Old friend").press("Save");
        let again = preview(&mut ada, &file);
        assert!(again.contains("0 new"), "{again}");
        // Taken back, they are two again.
        ada.page = undo;
        ada.press("Undo");
        let again = preview(&mut ada, &file);
        assert!(again.contains("0 new 2 already here"), "{again}");
        ada.open("/contacts/duplicates").press("Merge");
    }
}

#[test]
fn who_was_here_before_keeps_nobody_from_coming_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, "Ben Okoro", "", "precious");
    import(&mut ada, "Name,Company\nBen Okoro,Alpha\nBen Okoro,Beta\n");
    let here = newest(&mut ada);
    assert_eq!(book(&site, &ada).len(), 2);
    ada.post(&format!("{here}/undo"), &[]).follow();
    assert_eq!(book(&site, &ada).len(), 1);
    ada.post(&format!("{here}/restore"), &[]).follow();
    assert!(!ada.sees("again, so nothing was brought back"), "{}", ada.text());
    assert_eq!(book(&site, &ada).len(), 2);
}
