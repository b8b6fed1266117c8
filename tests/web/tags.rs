//! Tags as a whole: how many connections have each; to rename, merge, delete and give one, each with *Undo*.

use crate::support::{Site, Visitor, connect};
use diesel::prelude::*;

/// Ada with three connections: two in the choir, one of these in Bern, and one without a tag.
fn ada() -> (Site, Visitor, [Visitor; 3]) {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut others = ["Ben Okoro", "Cleo Marsh", "Dov Katz"].map(|name| site.member(name));
    for other in &mut others {
        connect(&mut ada, other);
    }
    ada.open("/in/ben-okoro/remarks").fill("tags", "choir").press("Save");
    ada.open("/in/cleo-marsh/remarks").fill("tags", "choir, Bern").press("Save");
    ada.open("/connections/tags");
    (site, ada, others)
}

#[track_caller]
fn shows(ada: &mut Visitor, tags: &str) {
    ada.open("/connections/tags");
    assert!(ada.sees(tags), "{}", ada.text());
}

#[test]
fn a_tag_counts_whom_it_lists() {
    let (_site, mut ada, [mut ben, ..]) = ada();
    shows(&mut ada, "Bern 1 connection Rename Delete choir 2 connections Rename Delete");
    ada.go("choir");
    assert!(ada.sees("2 people") && ada.sees("Tag: choir"), "{}", ada.text());
    ben.open("/in/ada-ruiz").press("Disconnect");
    shows(&mut ada, "choir 1 connection");
}

#[test]
fn a_filter_finds_a_tag_in_any_case() {
    let (_site, mut ada) = with_contact("Straße");
    ada.open("/in/ben-okoro/remarks").fill("tags", "Straße").press("Save");
    for typed in ["stra%C3%9Fe", "STRASSE", "Stra%E2%80%8B%C3%9Fe"] {
        for (list, found) in [("connections", "Ben Okoro"), ("contacts", "Eva Lind")] {
            for path in [list.to_owned(), format!("{list}/remove")] {
                ada.open(&format!("/{path}?tag={typed}"));
                assert!(ada.sees(found) && !ada.sees("Cleo Marsh"), "{path} {typed}: {}", ada.text());
            }
            ada.open(&format!("/{list}?tag={typed}"));
            assert!(ada.sees("1 person") && ada.sees("Tag: Straße"), "{list} {typed}: {}", ada.text());
            ada.open(&format!("/{list}/export?tag={typed}"));
            assert!(ada.sees("1 person"), "{list} {typed}: {}", ada.text());
            ada.open(&format!("/{list}/export/{list}.csv?tag={typed}"));
            assert!(ada.page.body.contains(found.split(' ').next().unwrap()), "{list} {typed}: {}", ada.page.body);
        }
    }
    ada.open("/connections/tags/add?tag=strasse");
    assert!(ada.sees("Tag 1 connection"), "{}", ada.text());
    ada.open("/contacts?tag=stra");
    assert!(!ada.sees("Eva Lind"), "{}", ada.text());
}

#[test]
fn a_tag_is_renamed_merged_and_as_it_was() {
    let (_site, mut ada, _others) = ada();
    ada.open("/connections/tags/rename?tag=choir").fill("name", "Choir of Bern").press("Save");
    assert!(ada.sees("The tag “choir” is called “Choir of Bern” now."), "{}", ada.text());
    ada.press("Undo");
    shows(&mut ada, "Bern 1 connection Rename Delete choir 2 connections");
    // As the other tag is spelled.
    ada.open("/connections/tags/rename?tag=Bern").fill("name", "CHOIR").press("Save");
    assert!(ada.sees("The tag “Bern” is merged into “choir”."), "{}", ada.text());
    assert!(ada.sees("choir 2 connections") && !ada.sees("Bern 1"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("The tags are as they were."), "{}", ada.text());
    shows(&mut ada, "Bern 1 connection Rename Delete choir 2 connections");
    // Only the case.
    ada.open("/connections/tags/rename?tag=choir").fill("name", "Choir").press("Save");
    shows(&mut ada, "Bern 1 connection Rename Delete Choir 2 connections");
}

/// Ada, and a contact of hers with these tags.
fn with_contact(tags: &str) -> (Site, Visitor) {
    let (site, mut ada, _others) = ada();
    ada.open("/contacts/new").fill("full_name", "Eva Lind").fill("tags", tags).press("Save");
    (site, ada)
}

#[test]
fn a_tag_of_contacts_alone_stands_with_the_others() {
    let (_site, mut ada) = with_contact("school, choir");
    shows(
        &mut ada,
        "Bern 1 connection Rename Delete choir 2 connections 1 contact Rename Delete school 1 contact Rename",
    );
    ada.go("1 contact");
    assert!(ada.page.path.starts_with("/contacts") && ada.sees("Eva Lind") && ada.sees("Tag: choir"), "{}", ada.text());
    ada.open("/connections/tags").go("school");
    assert!(
        ada.page.path.starts_with("/contacts") && ada.sees("Eva Lind") && ada.sees("Tag: school"),
        "{}",
        ada.text()
    );
    // Who is deleted is not counted.
    ada.go("Eva Lind").press("Delete contact");
    shows(&mut ada, "choir 2 connections Rename Delete");
    assert!(!ada.sees("school"), "{}", ada.text());
}

/// The tags of the contact, as its form has them.
fn of_contact(ada: &mut Visitor) -> String {
    ada.open("/contacts").go("Eva Lind").go("Edit");
    let field = ada.page.body.split("name=\"tags\"").nth(1).expect("a field of tags");
    field.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

#[test]
fn a_tag_is_renamed_on_contacts_too() {
    let (_site, mut ada) = with_contact("choir, school");
    ada.open("/connections/tags/rename?tag=choir").fill("name", "Singers").press("Save");
    assert_eq!(of_contact(&mut ada), "Singers, school");
    assert!(ada.open("/contacts?q=singers").sees("Eva Lind"), "{}", ada.text());
    assert!(!ada.open("/contacts?tag=choir").sees("Eva Lind"), "{}", ada.text());
    // A second press of Undo changes nothing.
    ada.open("/connections/tags/rename?tag=Singers").fill("name", "choir").press("Save");
    let notice = ada.page.clone();
    ada.press("Undo");
    assert_eq!(of_contact(&mut ada), "Singers, school");
    ada.page = notice;
    ada.press("Undo");
    assert_eq!(of_contact(&mut ada), "Singers, school");
}

#[test]
fn a_merged_tag_stands_once_on_contacts() {
    let (_site, mut ada) = with_contact("Bern, choir");
    ada.open("/connections/tags/rename?tag=Bern").fill("name", "choir").press("Save");
    let notice = ada.page.clone();
    assert_eq!(of_contact(&mut ada), "choir");
    ada.page = notice;
    ada.press("Undo");
    assert_eq!(of_contact(&mut ada), "choir, Bern");
    ada.open("/connections/tags").press("Delete");
    let notice = ada.page.clone();
    assert_eq!(of_contact(&mut ada), "choir");
    ada.page = notice;
    ada.press("Undo");
    assert_eq!(of_contact(&mut ada), "choir, Bern");
}

#[test]
fn a_deleted_tag_comes_back_by_undo() {
    let (_site, mut ada, _others) = ada();
    ada.press("Delete");
    assert!(ada.sees("The tag “Bern” is deleted.") && !ada.sees("Bern 1"), "{}", ada.text());
    let undo = ada.press("Undo").text();
    assert!(undo.contains("Bern 1 connection"), "{undo}");
    ada.open("/in/cleo-marsh/remarks");
    assert!(ada.page.body.contains("Bern, choir"), "{}", ada.page.body);
}

#[test]
fn all_that_match_are_tagged_at_once() {
    let (_site, mut ada, _others) = ada();
    ada.open("/connections?q=o").go("Tag these 3");
    assert!(ada.sees("Tag 3 connections"), "{}", ada.text());
    ada.fill("new_tag", "choir").press("Save");
    assert!(ada.sees("3 connections have the tag “choir” now.") && ada.sees("3 people"), "{}", ada.text());
    ada.press("Undo");
    shows(&mut ada, "choir 2 connections");
}

#[test]
fn a_tag_of_two_words_or_none_is_refused() {
    let (_site, mut ada, _others) = ada();
    for name in ["", "one, two", "a tag that is longer than the forty letters there are"] {
        ada.open("/connections/tags/rename?tag=choir").fill("name", name).press("Save");
        assert_eq!(ada.page.status, 422, "{name}");
        ada.open("/connections/tags/add?tag=choir").fill("new_tag", name).press("Save");
        assert_eq!(ada.page.status, 422, "{name}");
    }
    // What nobody has is as good as deleted.
    ada.post("/connections/tags/delete", &[("tag", "nobody has it")]);
    assert_eq!(ada.page.status, 303);
    ada.post("/connections/tags/rename", &[("tag", "nobody has it"), ("name", "other")]);
    assert_eq!(ada.page.status, 404);
}

#[test]
fn tabs_are_the_same_on_every_page() {
    let (_site, mut ada, _others) = ada();
    ada.open("/in/ben-okoro").press("Disconnect");
    ada.open("/in/dov-katz/block").press("Block");
    let connections = ["", "/disconnected", "/blocked", "/tags", "/overview"].map(|page| format!("/connections{page}"));
    for page in connections.iter().map(String::as_str).chain(["/contacts"]) {
        ada.open(page);
        assert!(ada.sees("Connections 1 Contacts Disconnected Blocked Tags In pictures"), "{page}: {}", ada.text());
    }
}

#[test]
fn a_filter_is_taken_away_by_its_chip() {
    let (_site, mut ada, _others) = ada();
    ada.open("/connections?tag=choir&connected_after=2012-01-01&connected_before=2099-01-01&q=o");
    assert!(ada.sees("Tag: choir ×Remove this filter 2012–2098 ×Remove this filter"), "{}", ada.text());
    ada.go("2012–2098 ×Remove this filter");
    assert!(ada.sees("Tag: choir ×Remove this filter") && !ada.sees("2012–2098"), "{}", ada.text());
    ada.go("Remove connections");
    assert!(ada.sees("2 people"), "the other screen has the same filter: {}", ada.text());
    ada.press("Tag: choir ×Remove this filter");
    assert!(ada.sees("3 people"), "{}", ada.text());
}

#[test]
fn a_filter_is_kept_through_the_tabs() {
    let (_site, mut ada, _others) = ada();
    ada.open("/connections?tag=choir&q=o").go("Tags").go("Blocked").go("Connections 3");
    assert!(ada.sees("2 people") && ada.sees("Tag: choir"), "{}", ada.text());
    ada.go("Connections");
    assert!(ada.sees("3 people"), "the navigation leads to everybody: {}", ada.text());
}

#[test]
fn changes_of_tags_are_listed_until_undone() {
    let (site, mut ada) = with_contact("school");
    assert!(!ada.open("/connections/tags").sees("Changed in the last day"), "{}", ada.text());
    ada.press("Delete").open("/connections/tags/rename?tag=choir").fill("name", "Singers").press("Save");
    ada.open("/connections/tags/rename?tag=school").fill("name", "singers").press("Save");
    ada.open("/connections/tags/add?q=ben").fill("new_tag", "Graz").press("Save");
    // Where the notices are gone.
    ada.open("/inbox").open("/connections/tags");
    let listed = [
        "Changed in the last day",
        "“Graz” was put on connections",
        "“school” became “Singers”",
        "“choir” became “Singers”",
        "“Bern” was deleted",
    ];
    let places = listed.map(|text| ada.text().find(text).unwrap_or_else(|| panic!("{text}: {}", ada.text())));
    assert!(places.is_sorted(), "{}", ada.text());
    for left in (0..4).rev() {
        ada.open("/connections/tags").press("Undo");
        ada.open("/connections/tags");
        assert_eq!(ada.page.body.matches("/undo\"").count(), left, "{}", ada.text());
    }
    shows(&mut ada, "Bern 1 connection Rename Delete choir 2 connections Rename Delete school 1 contact");
    // After a day there is nothing to take back.
    ada.press("Delete");
    for table in ["tag_changes", "contact_tag_changes"] {
        let sql = format!("UPDATE {table} SET id = id - {}", (25_i64 * 3_600_000) << 20);
        site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
    }
    assert!(!ada.open("/connections/tags").sees("Changed in the last day"), "{}", ada.text());
}
