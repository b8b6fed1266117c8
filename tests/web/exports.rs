//! Exports: what the filters show, in two formats, and what of it comes back.

use amicable::contacts::card::{Card, Valued};
use amicable::contacts::source::Source;
use amicable::contacts::store::{self, NewContact};

use crate::support::{Site, Visitor, connect};

fn add(site: &Site, who: &Visitor, cards: &[Card]) {
    let contact = |card: &Card| NewContact { card: card.clone(), source: Source::ByHand, import_id: None };
    let new: Vec<NewContact> = cards.iter().map(contact).collect();
    let id = who.id;
    site.db.write_blocking(|connection| store::insert(connection, id, &new)).unwrap();
}

fn named(name: &str, company: &str) -> Card {
    let emails = vec![Valued::new("work", &format!("{}@example.org", name.to_lowercase()))];
    Card { full_name: name.into(), company: company.into(), emails, ..Card::default() }.cleaned()
}

fn file(who: &mut Visitor, path: &str) -> String {
    let mut response = who.raw(path);
    assert_eq!(response.status(), 200, "{path}");
    assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    response.body_mut().read_to_string().unwrap()
}

#[test]
fn what_the_filters_show_is_exported() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    add(&site, &ada, &[named("Zoe", "Acme"), named("=Li", "Beta")]);
    ada.open("/contacts/export?company=acme");
    assert!(ada.sees("1 person") && ada.sees("Company: acme"), "{}", ada.text());
    for ending in ["csv", "vcf"] {
        let all = file(&mut ada, &format!("/contacts/export/contacts.{ending}"));
        assert!(all.contains("Zoe") && all.contains("Li"), "{all}");
        let some = file(&mut ada, &format!("/contacts/export/contacts.{ending}?company=acme"));
        assert!(some.contains("Zoe") && !some.contains("Li"), "{some}");
        let others = file(&mut ben, &format!("/contacts/export/contacts.{ending}"));
        assert!(!others.contains("Zoe"), "{others}");
    }
    assert!(file(&mut ada, "/contacts/export/contacts.csv").contains("'=Li,"));
    for path in ["/contacts/export/contacts.exe", "/contacts/export/other.csv", "/connections/export/contacts.csv"] {
        assert_eq!(ada.open(path).page.status, 404, "{path}");
    }
    ben.open("/contacts/export");
    assert!(ben.sees("There is nobody to export"), "{}", ben.text());
}

#[test]
fn a_choice_that_there_is_not_finds_nobody() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&site, &ada, &[named("Zoe", "Acme"), named("Bo", "Beta")]);
    for filter in ["tag=none", "source=linked_in", "source=3", "membership=anybody", "membership=NOT_A_MEMBER"] {
        assert!(ada.open(&format!("/contacts?{filter}")).sees("Nobody matches"), "{filter}: {}", ada.text());
        let value = filter.split_once('=').unwrap().1;
        assert!(ada.page.body.contains(&format!("<option selected>{value}</option>")), "the field has it: {filter}");
        ada.go("Export");
        assert!(ada.sees("There is nobody to export"), "{filter}: {}", ada.text());
        assert_eq!(file(&mut ada, &format!("/contacts/export/contacts.vcf?{filter}")), "", "{filter}");
        let csv = file(&mut ada, &format!("/contacts/export/contacts.csv?{filter}"));
        assert_eq!(csv.lines().count(), 1, "{csv}");
        ada.open(&format!("/contacts/remove?{filter}"));
        assert!(ada.sees("Nobody matches") && !ada.sees("Select all"), "{filter}: {}", ada.text());
        ada.post("/contacts/remove", &[("press", "select_all"), ("here", filter)]).follow();
        assert!(ada.open("/contacts/remove").sees("0 selected") || !ada.sees("2 selected"), "{}", ada.text());
    }
    for filter in ["source=by_hand", "membership=not_a_member", "source=", "membership=", "sort=none"] {
        assert!(ada.open(&format!("/contacts?{filter}")).sees("2 people"), "{filter}: {}", ada.text());
    }
}

#[test]
fn an_export_into_another_account_is_exported_equal() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let note = "Met\tin Rome\n    indented   line\n\ntwo".into();
    let before_linkedin = "2002-05-04".parse().ok();
    let full = Card { note, tags: vec!["x".into()], connected_on: before_linkedin, ..named("Zoe", "Acme") };
    add(&site, &ada, &[full, named("=Li", "Beta"), named("Bo", "")]);
    for ending in ["csv", "vcf"] {
        let path = format!("/contacts/export/contacts.{ending}?sort=first_name");
        let exported = file(&mut ada, &path);
        ben.upload("/contacts/import", "file", exported.as_bytes()).follow();
        assert!(ben.sees("3 new 0 already here 0 skipped"), "{}", ben.text());
        ben.press("Confirm import");
        assert_eq!(file(&mut ben, &path), exported);
        ben.press("Undo");
        ada.upload("/contacts/import", "file", exported.as_bytes()).follow();
        assert!(ada.sees("0 new 3 already here 0 skipped"), "{}", ada.text());
    }
}

#[test]
fn what_was_merged_of_several_kinds_is_exported_equal() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let card = |name: &str, kind: &str| Card {
        full_name: name.into(),
        emails: vec![Valued::new(kind, "zoe@example.org")],
        phones: vec![Valued::new(kind, "+44 20 7946 0123")],
        ..Card::default()
    };
    let zoe = Card { given: "Zoe".into(), family: "Ng".into(), ..card("Zoe Ng", "work") };
    add(&site, &ada, &[zoe, card("Z. Ng", "home")]);
    ada.open("/contacts/duplicates").press("Merge");
    assert!(ada.sees("Every value is kept."), "{}", ada.text());
    ada.open("/contacts").go("Zoe Ng");
    assert!(ada.sees("E-mail (Work, Home) zoe@example.org"), "{}", ada.text());
    let exported = file(&mut ada, "/contacts/export/contacts.vcf");
    assert!(exported.contains("EMAIL;TYPE=INTERNET;TYPE=WORK,HOME:zoe@example.org"), "{exported}");
    assert!(exported.contains("TEL;TYPE=WORK,HOME:+44"), "{exported}");
    let both = ["vcf", "csv"].map(|ending| format!("/contacts/export/contacts.{ending}"));
    let exported = both.each_ref().map(|path| file(&mut ada, path));
    for import in &exported {
        ben.upload("/contacts/import", "file", import.as_bytes()).follow().press("Confirm import");
        for (path, exported) in both.iter().zip(&exported) {
            let again = file(&mut ben, path);
            let without_uid = |text: &str| text.lines().filter(|line| !line.starts_with("UID")).collect::<String>();
            assert_eq!(without_uid(&again), without_uid(exported), "{path}");
        }
        assert!(ben.open("/contacts").go("Zoe Ng").sees("E-mail (Work, Home)"), "{}", ben.text());
        ben.open("/contacts/import").press("Undo");
    }
}

#[test]
fn the_export_of_an_import_is_in_the_order_of_the_file() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let tagged = Card { tags: vec!["Blue, dark".into(), "Red;x".into()], ..named("Tess", "A ::: B") };
    add(&site, &ada, &[named("Zoe", "Acme"), named("Bo", ""), tagged, named("Moe", "Beta")]);
    for ending in ["csv", "vcf"] {
        let path = format!("/contacts/export/contacts.{ending}");
        let exported = file(&mut ada, &path);
        ben.upload("/contacts/import", "file", exported.as_bytes()).follow().press("Confirm import");
        assert_eq!(file(&mut ben, &path), exported);
        ben.press("Undo");
    }
}

#[test]
fn connections_are_exported_with_ones_own_remarks() {
    let site = Site::new();
    let [mut ada, mut ben, mut cid] = ["Ada Ruiz", "Ben Okoro", "Cid Moss"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    connect(&mut ada, &mut cid);
    ada.open("/in/ben-okoro").fill("private_note", "met in Rome").fill("tags", "choir").press("Save");
    let csv = file(&mut ada, "/connections/export/connections.csv?sort=first_name");
    assert!(
        csv.contains("Ben,Okoro,http://") && csv.contains("/in/ben-okoro,,") && csv.contains("met in Rome"),
        "{csv}"
    );
    let tagged = file(&mut ada, "/connections/export/connections.vcf?tag=choir");
    assert!(tagged.contains("FN:Ben Okoro") && !tagged.contains("Cid"), "{tagged}");
    // Who left is not in it, and nothing in it says so.
    let before = file(&mut ben, "/connections/export/connections.csv");
    ada.open("/in/ben-okoro").press("Disconnect");
    let after = file(&mut ben, "/connections/export/connections.csv");
    assert_eq!(after.lines().count(), before.lines().count() - 1);
    let never = file(&mut cid, "/connections/export/connections.csv?q=nobody");
    assert_eq!(after, never, "as if they had never been connected");
    let csv = file(&mut cid, "/connections/export/connections.csv");
    ben.upload("/contacts/import", "file", csv.as_bytes()).follow();
    assert!(ben.sees("1 new 0 already here 0 skipped"), "{}", ben.text());
}
