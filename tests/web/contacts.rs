//! The address book: what one sees, finds, changes and deletes in it.

use crate::support::{Site, Visitor, connect};

/// Adds a contact by the form.
fn add(visitor: &mut Visitor, fields: &[(&str, &str)]) {
    visitor.open("/contacts/new");
    for (name, value) in fields {
        visitor.fill(name, value);
    }
    visitor.press("Save");
    assert_eq!(visitor.page.status, 200, "{}", visitor.text());
}

/// Lets a member's address be found, once it is confirmed.
fn be_found(visitor: &mut Visitor) {
    visitor.open("/settings/privacy").fill("found_by_email", "1").press("Save");
}

fn with_ben() -> (Site, Visitor) {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(
        &mut ada,
        &[("full_name", "Ben Okoro"), ("email", "ben@acme.example"), ("company", "Acme"), ("tags", "School")],
    );
    (site, ada)
}

#[test]
fn a_contact_shows_what_was_typed() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/contacts");
    assert!(ada.sees("Your address book is empty"), "{}", ada.text());
    let fields = [
        ("full_name", "Ben Okoro"),
        ("email", "mailto:ben@acme.example"),
        ("email_kind", "work"),
        ("phone", "tel:+44 20 7946 0123"),
        ("link", "acme.example/ben"),
        ("street", "1 Main Street"),
        ("city", "London"),
        ("company", "Acme"),
        ("position", "Baker"),
        ("birthday_day", "16"),
        ("birthday_month", "4"),
        ("private_note", "Met in May"),
        ("tags", "school, choir"),
    ];
    add(&mut ada, &fields);
    for text in [
        "Contact added.",
        "Ben Okoro",
        "E-mail (Work) ben@acme.example",
        "Phone +44 20 7946 0123",
        "+44 20 7946 0123",
        "Baker · Acme",
        "16 April",
    ] {
        assert!(ada.sees(text), "{text}: {}", ada.text());
    }
    for text in ["https://acme.example/ben", "1 Main Street, London", "Met in May", "choir", "Added by hand"] {
        assert!(ada.sees(text), "{text}: {}", ada.text());
    }
    ada.open("/contacts");
    assert!(ada.sees("1 person") && ada.sees("Ben Okoro") && ada.sees("ben@acme.example"), "{}", ada.text());
}

#[test]
fn bad_input_is_named_and_kept() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (field, value, reason) in [
        ("private_note", "Who is it?", "Say who this is"),
        ("email", "nobody", "This does not look like an e-mail address."),
        ("link", "javascript:alert(1)", "This does not look like a web address."),
        ("birthday_day", "31", "There is no such day."),
        ("connected_on", "soon", "Write the day like 2024-03-12."),
        ("connected_on", "2200-01-01", "This day is still to come."),
    ] {
        ada.open("/contacts/new").fill(field, value).press("Save");
        assert_eq!(ada.page.status, 422, "{field}");
        assert!(ada.sees(reason) && ada.page.body.contains(value), "{field}: {}", ada.text());
    }
    ada.open("/contacts");
    assert!(ada.sees("Your address book is empty"));
}

#[test]
fn another_row_keeps_what_was_typed() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/contacts/new")
        .fill("full_name", "Ben Okoro")
        .fill("email", "ben@acme.example")
        .press("Add another e-mail");
    assert!(ada.page.body.contains("Ben Okoro") && ada.page.body.contains("id=\"email-3\""), "{}", ada.page.body);
    ada.press("Save");
    assert!(ada.sees("ben@acme.example"), "{}", ada.text());
}

#[test]
fn an_edit_changes_what_it_shows_alone() {
    let (_site, mut ada) = with_ben();
    ada.go("Edit").fill("position", "Baker").press("Save");
    assert!(ada.sees("Contact saved.") && ada.sees("Baker · Acme") && ada.sees("ben@acme.example"), "{}", ada.text());
    ada.open("/contacts?q=bak+acme");
    assert!(ada.sees("Ben Okoro"));
}

#[test]
fn the_way_back_from_an_edit_has_the_stored_name() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/contacts/new").fill("full_name", "Ben Okoro").press("Save");
    ada.go("Edit").fill("full_name", "").press("Save");
    assert!(ada.page.status == 422 && ada.sees("Say who this is"), "{}", ada.text());
    ada.go("Ben Okoro");
    assert!(ada.page.status == 200 && ada.has_button("Edit"), "{}", ada.text());
}

#[test]
fn an_edit_on_an_old_page_is_not_lost() {
    let (_site, mut ada) = with_ben();
    ada.go("Edit");
    let (path, body) = (ada.page.path.clone(), ada.page.body.clone());
    let version = body.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    ada.fill("position", "Baker").press("Save");
    ada.post(&path, &[("version", &version), ("full_name", "Ben"), ("position", "Smith")]);
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("This contact was changed since") && ada.page.body.contains("Smith"), "{}", ada.text());
    ada.press("Save");
    assert!(ada.sees("Smith"), "{}", ada.text());
}

#[test]
fn a_deleted_contact_comes_back_by_undo() {
    let (_site, mut ada) = with_ben();
    ada.press("Delete contact");
    assert!(ada.sees("Contact deleted.") && ada.sees("Your address book is empty"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("1 contact is back, as it was.") && ada.sees("Ben Okoro") && ada.sees("School"), "{}", ada.text());
}

#[test]
fn filters_find_contacts() {
    let (site, mut ada) = with_ben();
    add(&mut ada, &[("full_name", "Zoë Marsh"), ("phone", "+44 20 7946 0123"), ("company", "Stripe, Inc.")]);
    for (query, ben, zoe) in [
        ("q=zoe", false, true),
        ("q=okoro+ben", true, false),
        ("q=ben%40acme", true, false),
        ("q=%2B44+20+79", false, true),
        ("q=020+7946+0123", false, true),
        ("q=0044+%280%2920+7946-0123", false, true),
        ("q=0123", false, true),
        ("q=7946+0124", false, false),
        ("q=4420", false, true),
        ("q=***", false, false),
        ("company=%25", false, false),
        ("q=nobody", false, false),
        ("company=strip", false, true),
        ("company=ben", false, false),
        ("tag=School", true, false),
        ("source=by_hand", true, true),
        ("source=linkedin", false, false),
        ("membership=not_a_member", true, true),
        ("membership=not_connected", false, false),
        ("source=nowhere", false, false),
        ("membership=any", false, false),
        ("source=&membership=&sort=no", true, true),
    ] {
        ada.open(&format!("/contacts?{query}"));
        assert_eq!((ada.sees("Ben Okoro"), ada.sees("Zoë Marsh")), (ben, zoe), "{query}: {}", ada.text());
    }
    let mut eve = site.member("Eve Lund");
    eve.open("/contacts");
    assert!(!eve.sees("Ben Okoro"));
}

#[test]
fn another_members_contact_is_not_there() {
    let (site, ada) = with_ben();
    let mut eve = site.member("Eve Lund");
    for path in [ada.page.path.clone(), format!("{}/edit", ada.page.path)] {
        assert_eq!(eve.open(&path).page.status, 404, "{path}");
        assert_eq!(eve.post(&format!("{}/edit", ada.page.path), &[("full_name", "X")]).page.status, 404);
    }
    eve.post(&format!("{}/delete", ada.page.path), &[]);
    let mut ada = ada;
    ada.open("/contacts");
    assert!(ada.sees("Ben Okoro"));
}

#[test]
fn every_order_and_page_shows_each_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let new = (0..120).map(|number| amicable::contacts::store::NewContact {
        card: amicable::contacts::card::Card {
            full_name: format!("Person {}", number * 7 % 120),
            company: if number % 3 == 0 { String::new() } else { format!("Company {}", number % 5) },
            ..Default::default()
        },
        source: amicable::contacts::source::Source::Csv,
        import_id: None,
    });
    let new: Vec<_> = new.collect();
    let id = ada.id;
    site.db.write_blocking(|connection| amicable::contacts::store::insert(connection, id, &new)).unwrap();
    for query in ["", "sort=first_name", "sort=last_name", "sort=company", "sort=company&q=person", "source=csv"] {
        let mut seen = Vec::new();
        ada.open(&format!("/contacts?{query}"));
        loop {
            let rows = ada.page.body.split("<a class=\"name\" href=\"/contacts/").skip(1);
            seen.extend(rows.map(|row| row.split('"').next().unwrap().to_owned()));
            if !ada.page.body.contains("rel=\"next\"") {
                break;
            }
            ada.go("Next");
        }
        assert_eq!(seen.len(), 120, "{query}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 120, "{query}");
    }
}

#[test]
fn a_word_is_found_wherever_and_however_it_is_written() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, &[("full_name", "Ben Okoro"), ("company", "Müller & Co")]);
    add(&mut ada, &[("full_name", "Eva Müller"), ("company", "Acme")]);
    for (query, found) in [
        ("q=mueller", [true, true]),
        ("q=m%C3%BCller", [true, true]),
        ("q=acme", [false, true]),
        ("q=ben+muller", [true, false]),
        ("company=mueller", [true, false]),
        ("company=acme", [false, true]),
        ("company=okoro", [false, false]),
    ] {
        ada.open(&format!("/contacts?{query}"));
        assert_eq!([ada.sees("Ben Okoro"), ada.sees("Eva Müller")], found, "{query}");
    }
}

#[test]
fn an_address_is_found_however_it_is_written() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, &[("full_name", "Ben Okoro"), ("email", "bob@exämple.org")]);
    add(&mut ada, &[("full_name", "Eva Lind"), ("email", "eva@xn--exmple-cua.org")]);
    for (who, name) in [("bob", "Ben Okoro"), ("eva", "Eva Lind")] {
        for typed in [
            "WHO@exämple.org",
            "WHO@exä",
            "mailto:WHO@exämple.org",
            "<WHO@exämple.org>",
            "WHO@xn--exmple-cua.org",
            "*WHO@XN--EXMPLE-CUA.org*",
        ] {
            let typed = typed.replace("WHO", who);
            let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
            ada.open(&format!("/contacts?q={query}"));
            assert!(ada.sees(name) && ada.sees("1 person"), "{typed}: {}", ada.text());
        }
    }
}

#[test]
fn only_who_wishes_is_found_by_address() {
    let (site, mut ada) = with_ben();
    let mut cleo = site.member("Cleo Marsh");
    add(&mut ada, &[("full_name", "Cleo at work"), ("email", "CLEO-MARSH@test.example")]);
    let contact = ada.page.path.clone();
    assert!(!ada.sees("Member here"));
    be_found(&mut cleo);
    ada.open(&contact);
    assert!(ada.sees("Member here") && ada.sees("Cleo Marsh") && ada.sees("Invite to connect"), "{}", ada.text());
    ada.open("/contacts?membership=not_connected");
    assert!(ada.sees("Cleo at work") && !ada.sees("Ben Okoro"));
    connect(&mut ada, &mut cleo);
    ada.open(&contact);
    assert!(ada.sees("Message"));
    ada.open("/contacts?membership=not_connected");
    assert!(!ada.sees("Cleo at work"));
    // Removing a contact does not disconnect.
    ada.open(&contact).press("Delete contact").open("/connections");
    assert!(ada.sees("Cleo Marsh"));
    ada.open("/contacts").open("/settings/privacy");
    cleo.open("/settings/privacy").press("Save");
    cleo.open("/settings/privacy");
    assert!(cleo.page.body.contains("found_by_email"));
}

#[test]
fn who_blocks_looks_like_no_member() {
    let (site, mut ada) = with_ben();
    let mut cleo = site.member("Cleo Marsh");
    be_found(&mut cleo);
    add(&mut ada, &[("full_name", "Cleo at work"), ("email", "cleo-marsh@test.example")]);
    let contact = ada.page.path.clone();
    assert!(ada.sees("Member here"));
    cleo.open("/in/ada-ruiz").press("Block");
    ada.open(&contact);
    assert!(!ada.sees("Member here"), "{}", ada.text());
    ada.open("/contacts?membership=not_a_member");
    assert!(ada.sees("Cleo at work") && ada.sees("Ben Okoro"));
    ada.open("/contacts?membership=not_connected");
    assert!(!ada.sees("Cleo at work"));
}

/// Ada with three contacts.
fn with_three() -> (Site, Visitor) {
    let (site, mut ada) = with_ben();
    add(&mut ada, &[("full_name", "Cleo Marsh"), ("company", "Acme")]);
    add(&mut ada, &[("full_name", "Dov Katz"), ("company", "Stripe")]);
    (site, ada)
}

#[test]
fn a_removal_takes_whom_one_selected() {
    let (_site, mut ada) = with_three();
    ada.open("/contacts/remove?company=acme").press("Select all 2");
    assert!(ada.sees("2 selected"), "{}", ada.text());
    ada.press("Review removal");
    assert!(ada.sees("Remove 2 contacts?") && ada.sees("Ben Okoro") && !ada.sees("Dov Katz"), "{}", ada.text());
    ada.press("Remove 2 contacts");
    assert!(ada.sees("2 contacts removed."), "{}", ada.text());
    let result = ada.page.path.clone();
    ada.open("/contacts");
    assert!(!ada.sees("Ben Okoro") && ada.sees("Dov Katz"));
    ada.open(&result).press("Undo");
    assert!(ada.sees("2 contacts are back, as they were."), "{}", ada.text());
    ada.open("/contacts?q=ben");
    assert!(ada.sees("Ben Okoro") && ada.sees("School"));
}

#[test]
fn a_selection_adds_up_over_searches() {
    let (site, mut ada) = with_three();
    ada.open("/contacts/remove?q=ben").press("Select all 1");
    ada.fill("q", "dov").press("Search").press("Select all 1");
    assert!(ada.sees("2 selected"), "{}", ada.text());
    let path = ada.press("Review removal").page.path.clone();
    ada.press("×");
    assert!(ada.sees("Remove 1 contact?"), "{}", ada.text());
    let mut eve = site.member("Eve Lund");
    assert_eq!(eve.open(&path).page.status, 404);
    assert_eq!(eve.post(&path, &[]).page.status, 404);
    assert_eq!(eve.post(&format!("{path}/undo"), &[]).page.status, 404);
    ada.press("Undo");
    assert!(ada.sees("Remove 2 contacts?"), "{}", ada.text());
    ada.open("/contacts/remove");
    assert!(ada.sees("You began this selection") && ada.sees("2 selected"), "{}", ada.text());
    ada.press("Start over");
    assert!(ada.sees("The selection of 2 contacts is discarded.") && ada.sees("Nobody selected"), "{}", ada.text());
    assert_eq!(ada.post_aside(&path, &[]).status(), 404);
    ada.press("Undo");
    assert!(ada.sees("2 selected"), "{}", ada.text());
}

#[test]
fn removed_contacts_are_found_and_come_back() {
    let (site, mut ada) = with_three();
    assert!(ada.open("/contacts/removed").sees("Nobody was removed"), "{}", ada.text());
    ada.open("/contacts/remove?q=ben").press("Select all 1");
    ada.fill("q", "dov").press("Search").press("Select all 1").press("Review removal").press("Remove 2 contacts");
    ada.open("/contacts").go("Removed contacts");
    assert!(ada.sees("2 contacts") && ada.sees("Removed on"), "{}", ada.text());
    let mut eve = site.member("Eve Lund");
    assert!(eve.open("/contacts/removed").sees("Nobody was removed"));
    ada.press("Undo");
    assert!(ada.sees("2 contacts are back, as they were.") && ada.sees("Restored on"), "{}", ada.text());
    assert!(!ada.open("/contacts/removed").has_button("Undo") && ada.sees("Restored on"), "{}", ada.text());
    ada.open("/contacts?q=ben").go("Ben Okoro").press("Delete contact");
    ada.open("/contacts/removed");
    assert!(ada.sees("Ben Okoro"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("1 contact is back, as it was."), "{}", ada.text());
}

#[test]
fn a_merge_keeps_every_value() {
    let (_site, mut ada) = with_ben();
    add(&mut ada, &[("full_name", "B. Okoro"), ("email", "BEN@acme.example"), ("phone", "+44 20 7946 0123")]);
    ada.open("/contacts/duplicates");
    assert!(ada.sees("1 group of contacts may be one person.") && ada.sees("The same: E-mail"), "{}", ada.text());
    ada.press("Merge");
    assert!(ada.sees("Merged into Ben Okoro. Every value is kept.") && ada.sees("No duplicates"), "{}", ada.text());
    ada.open("/contacts?q=okoro");
    assert!(ada.sees("1 person") && ada.sees("+44 20 7946 0123"), "{}", ada.text());
    ada.go("Ben Okoro");
    assert!(ada.sees("Full name: B. Okoro") && ada.sees("School"), "{}", ada.text());
}

#[test]
fn a_merge_is_taken_back_whole() {
    let (_site, mut ada) = with_ben();
    let ben = ada.page.path.clone();
    add(&mut ada, &[("full_name", "B. Okoro"), ("email", "BEN@acme.example"), ("phone", "+44 20 7946 0123")]);
    ada.open("/contacts/duplicates").press("Merge").press("Undo");
    assert!(ada.sees("1 contact is back, as it was."), "{}", ada.text());
    ada.open(&ben);
    assert!(!ada.sees("+44 20 7946 0123") && !ada.sees("B. Okoro"), "{}", ada.text());
    ada.open("/contacts/duplicates");
    assert!(ada.sees("The same: E-mail"));
}

#[test]
fn a_merge_stands_among_the_removed() {
    let (_site, mut ada) = with_three();
    add(&mut ada, &[("full_name", "B. Okoro"), ("email", "BEN@acme.example")]);
    ada.open("/contacts?q=dov").go("Dov Katz").press("Delete contact");
    ada.open("/contacts/duplicates").press("Merge");
    ada.open("/contacts?q=cleo").go("Cleo Marsh").press("Delete contact");
    ada.open("/contacts/removed");
    let places = ["Cleo Marsh", "Merged into Ben Okoro", "Dov Katz"].map(|text| ada.text().find(text).unwrap());
    assert!(ada.sees("B. Okoro") && places.is_sorted(), "{}", ada.text());
    let undo = ada.page.body.split("action=\"").filter(|part| part.starts_with("/contacts/removed/")).nth(1).unwrap();
    let undo = undo.split('"').next().unwrap().to_owned();
    ada.post(&undo, &[]).follow();
    assert!(ada.sees("1 contact is back, as it was."), "{}", ada.text());
    assert!(ada.open("/contacts/removed").sees("Restored on"), "{}", ada.text());
    assert!(ada.open("/contacts/duplicates").sees("The same: E-mail"), "{}", ada.text());
    assert!(ada.open("/contacts/removed").go("Import contacts").sees("Your imports"));
}

#[test]
fn a_merge_keeps_what_no_field_took() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let card = |lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nEMAIL:ida@acme.example\n{lines}END:VCARD\n");
    let other = "FN:Ida Moeller\nTITLE:Engineer\nROLE:Fire warden\nBDAY:1985\nTEL;TYPE=WORK,FAX:+49 30 99\n\
                 ADR;TYPE=HOME;LABEL=\"c/o Smith\":;;Weg 1;Koeln;;1;DE\n";
    // The first of a file is stored last, and so is the one that the others go into.
    let file = card(other) + &card("FN:Ida Moe\n");
    ada.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow().press("Confirm import");
    ada.open("/contacts/duplicates").press("Merge");
    assert!(ada.sees("Every value is kept."), "{}", ada.text());
    ada.open("/contacts?q=moe").go("Ida Moe");
    for text in ["Engineer", "Position: Fire warden", "Birthday: 1985", "c/o Smith", "Work, Fax"] {
        assert!(ada.sees(text), "{text}: {}", ada.text());
    }
}

#[test]
fn a_note_that_was_cut_is_not_merged() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let card = |name: &str, note: &str| {
        format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nEMAIL:ida@acme.example\nNOTE:{note}\nEND:VCARD\n")
    };
    let file = card("Ida Moeller", &"word ".repeat(2_400)) + &card("Ida Moe", "");
    ada.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow().press("Confirm import");
    ada.open("/contacts/duplicates").press("Merge");
    assert!(ada.page.status == 422 && ada.sees("Together their private notes have more than 10,000"), "{}", ada.text());
}

#[test]
fn different_people_are_not_suggested_again() {
    let (_site, mut ada) = with_ben();
    add(&mut ada, &[("full_name", "B. Okoro"), ("email", "ben@acme.example")]);
    ada.open("/contacts/duplicates").press("Different people");
    assert!(ada.sees("No duplicates"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("suggested again") && ada.sees("The same: E-mail"), "{}", ada.text());
    ada.press("Different people").open("/contacts");
    assert!(ada.sees("2 people"));
    ada.open("/contacts/duplicates");
    assert!(ada.sees("No duplicates"), "{}", ada.text());
}

/// Ada with four contacts at one switchboard, two of whom are the same.
fn with_switchboard() -> (Site, Visitor) {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (name, position) in
        [("Bo Lind", "Cook"), ("Ada King", "Analyst"), ("Cy Moss", "Driver"), ("King, Ada", "Countess")]
    {
        add(&mut ada, &[("full_name", name), ("phone", "+44 20 7946 0123"), ("position", position)]);
    }
    (site, ada)
}

#[test]
fn a_shared_phone_merges_those_of_one_name() {
    let (_site, mut ada) = with_switchboard();
    ada.open("/contacts/duplicates");
    assert!(ada.sees("1 group of contacts may be one person.") && ada.sees("The same: Phone"), "{}", ada.text());
    ada.press("Merge");
    assert!(ada.sees("Merged into Ada King. Every value is kept."), "{}", ada.text());
    ada.open("/contacts");
    assert!(ada.sees("3 people") && ada.sees("Bo Lind") && ada.sees("Cy Moss"), "{}", ada.text());
}

#[test]
fn only_who_is_ticked_is_merged_or_kept_apart() {
    let (_site, mut ada) = with_switchboard();
    ada.open("/contacts/duplicates");
    let boxes: Vec<String> = ada
        .page
        .body
        .split("name=\"of\" value=\"")
        .skip(1)
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect();
    let [bo, king, cy, countess] = boxes.as_slice() else { panic!("{boxes:?}") };
    for (press, sentence) in [
        ("Merge", "Tick two or more to merge them."),
        ("Different people", "Tick two or more who are different people."),
    ] {
        ada.open("/contacts/duplicates").fill("contact", cy).fill("main", cy).press(press);
        assert!(ada.page.status == 422 && ada.sees(sentence), "{}", ada.text());
        let ticked = |id: &str| {
            let from = ada.page.body.split(&format!("id=\"contact-{id}\"")).nth(1).unwrap();
            from.split('>').next().unwrap().contains("checked")
        };
        assert_eq!([bo, king, cy, countess].map(|id| ticked(id)), [false, false, true, false], "the ticks are kept");
    }
    ada.open("/contacts/duplicates").fill("contact", &format!("{bo}|{cy}")).press("Different people");
    ada.open("/contacts/duplicates");
    assert!(ada.sees("Bo Lind") && ada.sees("Cy Moss"), "each may still be one of the others: {}", ada.text());
    ada.fill("contact", &format!("{bo}|{king}")).fill("main", king).press("Merge");
    assert!(ada.sees("Merged into Ada King."), "{}", ada.text());
    ada.open("/contacts");
    assert!(ada.sees("3 people") && !ada.sees("Bo Lind"), "{}", ada.text());
}

#[test]
fn what_one_contact_cannot_hold_is_not_merged() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (name, letter) in [("Grace Hopper", "a"), ("Hopper, Grace", "b")] {
        add(&mut ada, &[("full_name", name), ("email", "grace@acme.example"), ("private_note", &letter.repeat(6_000))]);
    }
    ada.open("/contacts/duplicates").press("Merge");
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("Together their private notes have more than 10,000 characters. Shorten one of them"));
    ada.open("/contacts");
    assert!(ada.sees("2 people"), "{}", ada.text());
}

#[test]
fn what_was_deleted_is_forgotten_after_a_month() {
    let (site, mut ada) = with_ben();
    ada.press("Delete contact");
    let purge = |connection: &mut amicable::db::Connection| amicable::contacts::purge::purge(connection);
    let left = |connection: &mut amicable::db::Connection| {
        use amicable::schema::contact_cards;
        use diesel::prelude::*;
        Ok(contact_cards::table.count().get_result::<i64>(connection)?)
    };
    site.db.write_blocking(purge).unwrap();
    assert_eq!(site.db.write_blocking(left).unwrap(), 1);
    for sql in [
        "UPDATE contacts SET deleted_at = deleted_at - 2764800",
        "UPDATE contact_removals SET created_at = created_at - 2764800, confirmed_at = confirmed_at - 2764800",
    ] {
        use diesel::prelude::*;
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    site.db.write_blocking(purge).unwrap();
    assert_eq!(site.db.write_blocking(left).unwrap(), 0);
    ada.press("Undo");
    assert_eq!(ada.page.status, 404);
}

#[test]
fn a_phone_without_its_country_is_suggested() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (name, phone) in
        [("Ben Okoro", "+44 20 7946 0123"), ("Okoro, Ben", "020 7946 0123"), ("Zoe Ng", "020 7946 0123")]
    {
        add(&mut ada, &[("full_name", name), ("phone", phone)]);
    }
    ada.open("/contacts/duplicates");
    // Zoe has the number that one of them has, to the digit; the other is of their name only.
    assert!(ada.sees("1 group of contacts may be one person."), "{}", ada.text());
    ada.open("/contacts?q=zoe").go("Zoe Ng").press("Delete contact").open("/contacts/duplicates");
    assert!(ada.sees("The same: Name and phone") && ada.sees("+44 20 7946 0123"), "{}", ada.text());
    let file = "Name,Phone\nBen Okoro,(020) 7946-0123\nBen Okoro,020 7946 9999\n";
    ada.upload("/contacts/import", "file", file.as_bytes()).follow();
    assert!(ada.sees("1 new 1 already here"), "{}", ada.text());
}

#[test]
fn a_selection_is_forgotten_after_a_month() {
    use amicable::schema::{contact_removals, contact_selections};
    use diesel::prelude::*;
    let (site, mut ada) = with_three();
    ada.open("/contacts/remove").press("Select all 3");
    let left = |connection: &mut amicable::db::Connection| {
        amicable::contacts::purge::purge(connection)?;
        let drafts: i64 = contact_removals::table.count().get_result(connection)?;
        Ok((drafts, contact_selections::table.count().get_result::<i64>(connection)?))
    };
    assert_eq!(site.db.write_blocking(left).unwrap(), (1, 3));
    let older = contact_removals::created_at.eq(contact_removals::created_at - 32 * 86_400);
    let age = |connection: &mut _| Ok(diesel::update(contact_removals::table).set(older).execute(connection)?);
    site.db.write_blocking(age).unwrap();
    assert_eq!(site.db.write_blocking(left).unwrap(), (0, 0));
    ada.open("/contacts");
    assert!(ada.sees("3 people"), "{}", ada.text());
}

#[test]
fn an_edit_of_nothing_changes_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let long = "Long ".repeat(80) + "Name";
    let card = format!("BEGIN:VCARD\nVERSION:3.0\nFN:{long}\nCATEGORIES:a,b\\,c,d\\;e\nEND:VCARD\n");
    ada.open("/contacts/import").upload("/contacts/import", "file", card.as_bytes()).follow().press("Confirm import");
    let id = ada.id;
    let stored = |site: &Site| {
        let newest = |connection: &mut amicable::db::Connection| amicable::contacts::store::newest(connection, id);
        site.db.read_blocking(newest).unwrap().unwrap()
    };
    let before = stored(&site);
    assert_eq!(before.card.tags, ["a", "b,c", "d;e"]);
    ada.open(&format!("/contacts/{}/edit", before.id)).press("Save");
    assert!(ada.sees("Contact saved."), "{}", ada.text());
    let after = stored(&site);
    assert_eq!((&after.card, after.etag()), (&before.card, before.etag()), "phones fetch nothing");
    ada.open(&format!("/contacts/{}/edit", before.id)).fill("tags", "d;e, new; b,c").press("Save");
    let mut tags = stored(&site).card.tags;
    tags.sort();
    assert_eq!(tags, ["b,c", "d;e", "new"]);
}

#[test]
fn an_old_review_removes_no_contact_it_did_not_show() {
    let (_site, mut ada) = with_three();
    ada.open("/contacts/remove?q=ben").press("Select all 1").press("Review removal");
    let first_tab = ada.page.clone();
    ada.open("/contacts/remove").press("Select all 3");
    ada.page = first_tab;
    ada.press("Remove 1 contact");
    assert!(ada.sees("The selection was changed since. Look again, then confirm."), "{}", ada.text());
    assert!(ada.sees("Remove 3 contacts?"), "{}", ada.text());
    let second = ada.page.clone();
    ada.press("Remove 3 contacts");
    assert!(ada.sees("3 contacts removed."), "{}", ada.text());
    ada.page = second;
    ada.press("Remove 3 contacts");
    assert!(ada.sees("3 contacts removed.") && !ada.sees("was changed since"), "{}", ada.text());
}

#[test]
fn selecting_no_contact_is_said_and_taken_back() {
    let (_site, mut ada) = with_three();
    ada.open("/contacts/remove").press("Select all 3").press("Select none");
    assert!(ada.sees("The selection of 3 contacts is discarded.") && ada.sees("Nobody selected"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("3 selected"), "{}", ada.text());
}

#[test]
fn a_second_press_of_merge_is_not_told_off() {
    let (_site, mut ada) = with_ben();
    add(&mut ada, &[("full_name", "B. Okoro"), ("email", "BEN@acme.example")]);
    ada.open("/contacts/duplicates");
    let page = ada.page.clone();
    ada.press("Merge");
    ada.page = page.clone();
    ada.press("Merge");
    assert!(ada.sees("Merged into Ben Okoro. Every value is kept."), "{}", ada.text());
    ada.press("Undo").open("/contacts?q=okoro");
    assert!(ada.sees("2 people"), "{}", ada.text());
    // One of them is deleted, which is no merge.
    ada.go("B. Okoro").press("Delete contact");
    ada.page = page;
    ada.press("Merge");
    assert!(ada.sees("These contacts were changed meanwhile."), "{}", ada.text());
}

#[test]
fn those_kept_apart_are_listed_with_undo() {
    let (_site, mut ada) = with_ben();
    add(&mut ada, &[("full_name", "B. Okoro"), ("email", "ben@acme.example"), ("company", "Acme")]);
    assert!(!ada.open("/contacts/duplicates").sees("You said so of these"), "{}", ada.text());
    ada.press("Different people");
    // Where the notice is gone.
    ada.open("/inbox").open("/contacts/duplicates");
    assert!(ada.sees("No duplicates") && ada.sees("B. Okoro Acme · ben@acme.example"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("The same: E-mail") && !ada.sees("You said so of these"), "{}", ada.text());
    ada.press("Different people").open("/contacts?q=b.+okoro").go("B. Okoro").press("Delete contact");
    assert!(!ada.open("/contacts/duplicates").sees("You said so of these"), "{}", ada.text());
}

#[test]
fn digits_that_end_every_number_find_no_one_by_themselves() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add(&mut ada, &[("full_name", "Ben Okoro"), ("phone", "+49 30 1234 9912")]);
    add(&mut ada, &[("full_name", "Eva Lund"), ("phone", "+49 30 5555 0000")]);
    for (query, found) in
        [("0000", [false, true]), ("00+00", [false, true]), ("0012", [false, false]), ("49912", [true, false])]
    {
        ada.open(&format!("/contacts?q={query}"));
        assert_eq!([ada.sees("Ben Okoro"), ada.sees("Eva Lund")], found, "{query}: {}", ada.text());
    }
}
