//! What people type or paste as names, texts and tags: what is dropped, kept and refused, and how it sorts.

use amicable::ids::MemberId;
use amicable::schema::{members, tags};
use diesel::prelude::*;

use crate::support::{Site, Visitor, connect};

fn name_of(site: &Site, id: MemberId) -> String {
    let name = members::table.find(id).select(members::full_name);
    site.db.write_blocking(|connection| Ok(name.first(connection)?)).unwrap()
}

#[test]
fn names_that_look_the_same_are_stored_the_same() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let looks =
        ["Zoë Ruiz", "\u{200E}Zoe\u{308}\u{200B}  Ruiz\u{FEFF}", "Zoë\u{A0}Ruiz\u{FE0F}", "\u{2068}Zoë Ruiz\u{2069}"];
    for typed in looks {
        ada.post("/profile", &[("full_name", typed)]);
        assert_eq!(ada.page.status, 303, "{typed:?} {}", ada.text());
        assert_eq!(name_of(&site, ada.id), "Zoë Ruiz", "{typed:?}");
    }
    for written in ["علی\u{200C}رضا", "葛\u{E0100}城", "\u{1820}\u{180B}\u{182D}"] {
        ada.post("/profile", &[("full_name", written)]);
        assert_eq!(name_of(&site, ada.id), written);
    }
}

#[test]
fn a_name_that_deceives_or_has_no_letter_is_refused() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for typed in ["Ada\u{202E}nidraB", "Ada\u{E0041}", "\u{F8FF}Ada", "\u{301}Ada", "12345", "😀", "\u{3164}"] {
        ada.post("/profile", &[("full_name", typed)]);
        assert_eq!(ada.page.status, 422, "{typed:?}");
    }
    assert_eq!(name_of(&site, ada.id), "Ada Ruiz");
}

#[test]
fn piles_of_accents_are_refused_in_every_field_that_others_see() {
    let site = Site::new();
    let (mut ada, _) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let pile = format!("a{}", "\u{301}".repeat(40));
    let with = |field: &'static str, more: &[(&'static str, &'static str)]| [[(field, "")].as_slice(), more].concat();
    for (path, mut fields) in [
        ("/profile", with("headline", &[("full_name", "Ada Ruiz")])),
        ("/profile", with("location", &[("full_name", "Ada Ruiz")])),
        ("/profile", with("sort_as", &[("full_name", "Ada Ruiz")])),
        ("/profile/about", with("about", &[])),
        ("/profile/positions", with("title", &[("company", "Acme")])),
        ("/profile/positions", with("company", &[("title", "Head")])),
        ("/profile/positions", with("description", &[("company", "Acme"), ("title", "Head")])),
        ("/profile/education", with("degree", &[("school", "Acme")])),
        ("/profile/links", with("label", &[("address", "https://example.org")])),
        ("/in/ben-okoro/invite", with("note", &[])),
        ("/in/ben-okoro/remarks", with("tags", &[])),
    ] {
        let mut fields: Vec<(&str, &str)> = std::mem::take(&mut fields);
        fields[0].1 = &pile;
        ada.post(path, &fields);
        assert_eq!(ada.page.status, 422, "{path} {fields:?}");
        assert!(ada.sees("more accents on one letter"), "{path} {}", ada.text());
    }
}

#[test]
fn blank_lines_run_to_two() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.post("/profile/about", &[("about", "One\r\n\r\n\r\n \r\n\r\n\r\nTwo\r\n")]);
    let about = members::table.find(ada.id).select(members::about);
    let about: String = site.db.write_blocking(|connection| Ok(about.first(connection)?)).unwrap();
    assert_eq!(about, "One\n\n\nTwo");
}

/// The names on the list of connections, in order.
fn listed(visitor: &mut Visitor, path: &str) -> Vec<String> {
    visitor.open(path);
    let page = scraper::Html::parse_document(&visitor.page.body);
    let names = scraper::Selector::parse("main li a.name").unwrap();
    page.select(&names).map(|name| name.text().collect()).collect()
}

#[test]
fn lists_sort_by_the_last_name_whatever_stands_behind_it() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let sorted = [
        "Zoe Adams, PhD",
        "Yan Baker Jr.",
        "Xia Cole (he/him)",
        "Will Dorn 🚀",
        "Vera Eng (王伟)",
        "Uta Łabuz",
        "Tom Lund",
        "Sam Ødegård",
        "Rob Peters III",
        "Quin Zed",
    ];
    for at in [3, 9, 0, 5, 7, 1, 8, 2, 6, 4] {
        connect(&mut ada, &mut site.member(sorted[at]));
    }
    assert_eq!(listed(&mut ada, "/connections?sort=last_name"), sorted);
    let mut by_first = sorted;
    by_first.reverse();
    assert_eq!(listed(&mut ada, "/connections?sort=first_name"), by_first);
}

#[test]
fn members_say_what_they_sort_as_where_the_guess_is_wrong() {
    let site = Site::new();
    let (mut ada, mut gabo) = (site.member("Ada Ruiz"), site.member("Gabriel García Márquez"));
    connect(&mut ada, &mut gabo);
    connect(&mut ada, &mut site.member("Lea Hahn"));
    assert_eq!(listed(&mut ada, "/connections?sort=last_name"), ["Lea Hahn", "Gabriel García Márquez"]);
    gabo.open("/profile");
    assert!(gabo.sees("Sort as") && gabo.sees("“Márquez, Gabriel García”"), "{}", gabo.text());
    gabo.fill("sort_as", "García Márquez, Gabriel").press("Save");
    assert!(gabo.sees("Your profile is saved."));
    assert!(gabo.open("/profile").page.body.contains("value=\"García Márquez, Gabriel\""));
    assert_eq!(listed(&mut ada, "/connections?sort=last_name"), ["Gabriel García Márquez", "Lea Hahn"]);
}

#[test]
fn keys_of_an_earlier_version_are_made_anew() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Anna Zed", "Zoe Abel"] {
        connect(&mut ada, &mut site.member(name));
    }
    for sql in [
        "UPDATE members SET sort_first = full_name, sort_last = full_name",
        "UPDATE relationships SET sort_first = '', sort_last = (SELECT full_name FROM members WHERE id = other_id)",
        "UPDATE settings SET value = '3 done' WHERE name = 'folding'",
        "INSERT INTO settings (name, value) SELECT 'folding', '3 done' WHERE NOT EXISTS (SELECT 1 FROM settings WHERE name = 'folding')",
    ] {
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    assert_eq!(listed(&mut ada, "/connections?sort=last_name"), ["Anna Zed", "Zoe Abel"]);
    let address = site.another_node();
    ada.at_node(&address);
    assert_eq!(listed(&mut ada, "/connections?sort=last_name"), ["Zoe Abel", "Anna Zed"]);
}

fn spelled(site: &Site) -> Vec<String> {
    let all = tags::table.select(tags::tag).distinct().order(tags::tag);
    site.db.write_blocking(|connection| Ok(all.load(connection)?)).unwrap()
}

#[test]
fn case_form_and_invisible_letters_make_no_new_tag() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (ben, cleo) = (site.member("Ben Okoro"), site.member("Cleo Lind"));
    let tag = |ada: &mut Visitor, who: &Visitor, words: &str| {
        ada.post(&format!("/in/{}/remarks", who.handle), &[("tags", words)]);
        assert_eq!(ada.page.status, 303, "{}", ada.text());
    };
    tag(&mut ada, &ben, "Zoë’s choir، Bergen、web；school");
    assert_eq!(spelled(&site), ["Bergen", "Zoë’s choir", "school", "web"]);
    tag(&mut ada, &cleo, "BERGEN, ZOE\u{308}’S  CHOIR, we\u{200B}b, ＳＣＨＯＯＬ");
    assert_eq!(spelled(&site), ["Bergen", "Zoë’s choir", "school", "web"]);
    // On the only one who has it, a tag may be spelled in another way.
    tag(&mut ada, &ben, "");
    tag(&mut ada, &cleo, "bergen");
    assert_eq!(spelled(&site), ["bergen"]);
}

#[test]
fn a_tag_on_no_connection_is_not_offered() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    site.member("Cleo Lind");
    ada.open("/in/ben-okoro").post("/in/ben-okoro/remarks", &[("tags", "choir")]);
    ada.post("/in/cleo-lind/remarks", &[("tags", "stranger")]);
    for page in ["/connections", "/connections/remove"] {
        ada.open(page);
        assert!(ada.page.body.contains("<option>choir</option>"), "{page}");
        assert!(!ada.page.body.contains("stranger"), "{page}");
    }
    ada.open("/in/ben-okoro").press("Disconnect");
    assert!(!ada.open("/connections").page.body.contains("<option>choir</option>"));
}
