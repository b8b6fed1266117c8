//! What is so already succeeds quietly, and an address that somebody made up shows what there is.

use amicable::members::role::Role;
use amicable::relationship::Limits;
use scraper::{Html, Selector};

use crate::moderation::with_role;
use crate::support::{Site, Visitor, connect, connect_many};

/// Presses twice, and sees both times where it leads.
#[track_caller]
fn twice(who: &mut Visitor, path: &str, fields: &[(&str, &str)], told: &str) {
    for press in ["first", "second"] {
        who.post(path, fields);
        assert_eq!(who.page.status, 303, "{press} {path}: {}", who.text());
        who.follow();
        assert!(who.sees(told) && !who.page.body.contains("toast danger"), "{press} {path}: {}", who.text());
    }
}

#[test]
fn a_tag_is_renamed_and_deleted_by_repeated_presses() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro/remarks").fill("tags", "choir").press("Save");
    let renamed = [("tag", "choir"), ("name", "Bern")];
    twice(&mut ada, "/connections/tags/rename", &renamed, "The tag “choir” is called “Bern” now.");
    twice(&mut ada, "/connections/tags/delete", &[("tag", "Bern")], "The tag “Bern” is deleted.");
    assert_eq!(ada.post("/connections/tags/rename", &renamed).page.status, 404, "there is neither");
}

#[test]
fn what_runs_the_site_takes_a_second_press() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let hook = [("address", "http://127.0.0.1:9/hook"), ("event", "member_joined")];
    let path = root.open("/admin/webhooks").post("/admin/webhooks", &hook).follow().page.path.clone();
    twice(&mut root, &format!("{path}/remove"), &[], "The webhook is removed.");
    let mut ada = site.member("Ada Ruiz");
    let ben = site.member("Ben Okoro");
    ada.open("/in/ben-okoro/report").fill("reason", "Spam").press("Send report");
    let report = root.open("/moderation").go("Report of a profile: Ben Okoro").page.path.clone();
    let until = amicable::dates::iso(amicable::dates::now() + 864_000);
    let suspend = [("decision", "suspend"), ("told", "Rest"), ("until", until.as_str())];
    twice(&mut root, &report, &suspend, "The report is decided.");
    // Another decision is not what stands.
    root.post(&report, &[("decision", "ban"), ("told", "Rest")]).follow();
    assert!(root.sees("This is decided already."), "{}", root.text());
    let lift = format!("/moderation/{}/lift", ben.id);
    root.open("/moderation");
    for _ in 0..2 {
        root.post(&lift, &[]).follow();
        assert!(root.page.status == 200 && !root.sees("nothing to end"), "{}", root.text());
    }
}

/// Where the first *Undo* of a page posts to.
fn undo_of(who: &Visitor) -> String {
    let actions = who.page.body.split("action=\"").filter_map(|rest| rest.split('"').next());
    actions.into_iter().find(|to| to.ends_with("/undo")).unwrap().to_owned()
}

#[test]
fn an_undo_pressed_twice_is_no_mistake() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/inbox/ben-okoro").fill("message", "Hello").press("Send message");
    ada.open("/inbox/ben-okoro").press("Delete conversation");
    let undo = undo_of(&ada);
    twice(&mut ada, &undo, &[], "What you deleted is back.");
    ada.open("/contacts/new").fill("full_name", "Cem Demir").press("Save");
    let contact = ada.page.path.clone();
    ada.post(&format!("{contact}/delete"), &[]).follow();
    let undo = undo_of(&ada);
    ada.post(&undo, &[]).follow();
    assert!(ada.sees("1 contact is back"), "{}", ada.text());
    ada.post(&undo, &[]).follow();
    assert!(ada.page.status == 200 && !ada.sees("0 contacts"), "{}", ada.text());
}

#[test]
fn invitations_that_are_closed_are_counted_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Ben Okoro", "Cem Demir"] {
        site.member(name).open("/in/ada-ruiz/invite").press("Send invitation");
    }
    let both = [("member", "ben-okoro"), ("member", "cem-demir")];
    ada.open("/invitations").post("/invitations/decline", &both).follow();
    ada.post("/invitations/accept", &both).follow();
    assert!(ada.sees("2 invitations were no longer open.") && !ada.sees("One invitation"), "{}", ada.text());
}

#[test]
fn a_made_up_place_shows_the_last_page() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    root.post("/settings/privacy", &[]);
    root.post("/admin/registration", &[("registration", "open")]);
    for before in ["1", "-5", "0"] {
        assert!(root.open(&format!("/settings/devices?before={before}")).sees("Signed in"), "{}", root.text());
        assert!(!root.sees("Nothing in the last 90 days."), "{before}");
        root.open(&format!("/admin/audit?before={before}"));
        assert!(root.page.body.contains("<time") && root.sees("Root Admin"), "{before}: {}", root.text());
    }
}

#[test]
fn a_checkbox_is_labelled_with_nothing_else() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 2);
    ada.open("/contacts/new").fill("full_name", "Cem Demir").press("Save");
    let labels = Selector::parse("label:has(input[type=checkbox][aria-label])").unwrap();
    for path in ["/connections/remove", "/contacts/remove"] {
        ada.open(path);
        let shown: Vec<String> =
            Html::parse_document(&ada.page.body).select(&labels).map(|label| label.text().collect()).collect();
        assert!(!shown.is_empty(), "{path}");
        assert!(shown.iter().all(|text| text.trim().is_empty()), "{path}: {shown:?}");
    }
}

#[test]
fn a_cancelled_import_says_what_was_imported() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let file = b"Name,E-mail\nBen Okoro,ben@example.org\n";
    ada.open("/contacts/import").upload("/contacts/import", "file", file).follow();
    let preview = ada.page.path.clone();
    ada.press("Confirm import");
    ada.post(&format!("{preview}/cancel"), &[]).follow();
    assert!(ada.sees("1 contact imported.") && !ada.sees("Nothing was imported"), "{}", ada.text());
    ada.open("/contacts/import").upload("/contacts/import", "file", file).follow();
    let preview = ada.page.path.clone();
    twice(&mut ada, &format!("{preview}/cancel"), &[], "Nothing was imported.");
}

#[test]
fn nobody_is_asked_to_invite_who_cannot() {
    let site = Site::with(Limits { invitations: 1, ..Limits::default() });
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    assert!(ada.open("/").sees("Invite three people you know"), "{}", ada.text());
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(!ada.open("/").sees("Invite three people you know") && ada.sees("Add a photo"), "{}", ada.text());
}

#[test]
fn a_link_that_no_letter_has_says_so() {
    let site = Site::new();
    let mut visitor = site.visitor();
    for path in ["/unsubscribe/abc", "/unsubscribe/1.0.abc", "/unsubscribe/invitations/abc"] {
        visitor.open(path);
        assert_eq!(visitor.page.status, 410, "{path}");
        assert!(visitor.sees("This link does not work any more") && visitor.has_button("Sign in"), "{path}");
        assert_eq!(visitor.post(path, &[]).page.status, 410, "{path}");
    }
}

#[test]
fn where_one_wanted_to_go_survives_a_forgotten_password() {
    let site = Site::new();
    site.member("Ada Ruiz");
    let mut visitor = site.visitor();
    visitor.open("/contacts/remove").go("Forgot your password?");
    assert!(visitor.page.body.contains("/sign-in?next=%2Fcontacts%2Fremove"), "{}", visitor.page.body);
    visitor.fill("email", "ada-ruiz@test.example").press("Send link");
    assert!(visitor.page.body.contains("/sign-in?next=%2Fcontacts%2Fremove"), "{}", visitor.page.body);
    let link = site.letters()[0].link("/reset-password/");
    visitor.open(&link).fill("new_password", "another quiet password").press("Set password");
    assert_eq!(visitor.page.path, "/contacts/remove");
    // Nobody leads to another site.
    let mut other = site.visitor();
    other.open("/forgot-password?next=https://evil.example/");
    assert!(!other.page.body.contains("sign-in?next"), "{}", other.page.body);
}

/// Counts the rows of a table.
fn count(site: &Site, table: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let sql = format!("SELECT COUNT(*) AS number FROM {table}");
    let number =
        |connection: &mut _| Ok(diesel::RunQueryDsl::get_result::<Number>(diesel::sql_query(&sql), connection)?.number);
    site.db.read_blocking(number).unwrap()
}

#[test]
fn a_report_pressed_twice_is_one() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    twice(&mut ada, "/in/ben-okoro/report", &[("reason", "Spam")], "Your report is sent.");
    assert_eq!(count(&site, "reports"), 1);
    let talk = [("reason", "Spam"), ("conversation", "1"), ("disconnect", "1")];
    twice(&mut ada, "/in/ben-okoro/report", &talk, "Your report is sent.");
    assert_eq!(count(&site, "reports"), 2, "this one is of the conversation");
    ada.post("/in/ben-okoro/report", &[("reason", "Spam, and watches")]);
    assert_eq!(count(&site, "reports"), 3, "there is more to say");
}

#[test]
fn a_contact_pressed_twice_is_one() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let cem = [
        ("full_name", "Cem Demir"),
        ("company", "Lind & Co"),
        ("email", "cem@test.example"),
        ("phone", "+90 555 0100"),
        ("tags", "choir, Bern"),
        ("note", "Met in Porto.\nTwice."),
    ];
    twice(&mut ada, "/contacts/new", &cem, "Contact added.");
    assert_eq!(count(&site, "contacts"), 1);
    let mut other = cem;
    other[2].1 = "cem.demir@test.example";
    ada.post("/contacts/new", &other);
    assert_eq!(count(&site, "contacts"), 2, "somebody else of this name");
    // What was deleted is not there to be pressed again.
    let contact = ada.follow().page.path.clone();
    ada.post(&format!("{contact}/delete"), &[]);
    ada.post("/contacts/new", &other).follow();
    assert!(ada.sees("Contact added.") && ada.page.path != contact, "{}", ada.text());
}

#[test]
fn a_secret_pressed_twice_is_one_that_is_shown() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let token = [("name", "CI"), ("scope", "profile:read"), ("days", "30")];
    for (path, table, form) in [
        ("/settings/tokens", "api_tokens", &token[..]),
        ("/settings/security/app-passwords", "app_passwords", &token[..1]),
    ] {
        for _ in 0..2 {
            assert_eq!(ada.post(path, form).page.status, 303, "{path}");
        }
        ada.follow();
        assert!(ada.page.path.starts_with(path) && ada.sees("CI"), "{path}: {}", ada.text());
        assert!(!ada.sees("is shown once") || ada.page.body.contains("readonly"), "{path}: {}", ada.text());
        assert_eq!(count(&site, table), 1, "{path}");
        let another = [&[("name", "Another")], &form[1..]].concat();
        ada.post(path, &another);
        assert_eq!(count(&site, table), 2, "{path}");
    }
}

#[test]
fn an_invite_link_pressed_twice_is_one() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let link = [("label", "Reunion"), ("uses", "5"), ("days", "7")];
    twice(&mut root, "/admin/invites", &link, "The invite link is ready.");
    assert_eq!(count(&site, "invite_links"), 1);
    root.post("/admin/invites", &[("label", "Reunion"), ("uses", "5"), ("days", "30")]);
    assert_eq!(count(&site, "invite_links"), 2);
}

#[test]
fn answering_no_invitation_shows_the_list_again() {
    let site = Site::new();
    let [mut ada, mut ben, mut eve] = ["Ada Ruiz", "Ben Okoro", "Eve Lund"].map(|name| site.member(name));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    ada.open("/in/eve-lund/invite").press("Send invitation");
    for press in ["Accept selected", "Decline selected"] {
        ada.open("/invitations?select=all").fill("member", "").press(press);
        assert_eq!(ada.page.status, 422, "{press}");
        assert!(ada.sees("Select the invitations first.") && ada.sees("Ben Okoro"), "{press}: {}", ada.text());
        // What leads on from there leads on.
        assert!(ada.page.body.contains("href=\"/invitations?select=all#selected\""), "{}", ada.page.body);
    }
    ada.open("/invitations?box=sent").post("/invitations/withdraw", &[]);
    assert!(ada.page.status == 422 && ada.sees("Eve Lund") && !ada.sees("Ben Okoro"), "{}", ada.text());
    assert!(ada.open("/invitations").sees("Ben Okoro") && !eve.open("/invitations").sees("No invitations to answer"));
}
