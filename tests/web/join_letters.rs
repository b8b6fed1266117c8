//! Inviting somebody to join by e-mail, who may be a member, or want no such letter: nobody can tell.

use amicable::contacts::card::{Card, Valued};
use amicable::contacts::source::Source;
use amicable::contacts::store::{self, NewContact};
use amicable::ids::MemberId;
use amicable::limits::{self, Limit, Numbers, Subject};
use amicable::web::registration::{self, Registration};
use diesel::prelude::*;

use crate::support::{PASSWORD, Site, Visitor};

/// Adds a contact with an address, and returns the page that invites them.
fn contact(site: &Site, owner: &Visitor, email: &str) -> String {
    let emails = vec![Valued { value: email.to_owned(), ..Valued::default() }];
    let card = Card { full_name: "Ines Moreau".into(), emails, ..Card::default() };
    let new = NewContact { card, source: Source::ByHand, import_id: None };
    let ids = site.db.write_blocking(|connection| store::insert(connection, owner.id, std::slice::from_ref(&new)));
    format!("/contacts/{}/invite", ids.unwrap()[0])
}

/// Writes to an address. Returns the status and where it leads.
pub fn invite(site: &Site, owner: &mut Visitor, email: &str) -> (u16, String) {
    let page = contact(site, owner, email);
    owner.open(&page);
    let form = [("email", email), ("note", "From the bridge in Porto.")];
    owner.post(&page, &form);
    (owner.page.status, owner.page.headers.iter().find(|(name, _)| name == "location").unwrap().1.clone())
}

#[test]
fn the_letter_is_the_one_that_was_shown() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let page = contact(&site, &ada, "ines@test.example");
    ada.open(&page)
        .fill("email", "ines@test.example")
        .fill("note", "From the bridge in Porto.")
        .press("Update preview");
    let shown = ada.text();
    ada.fill("email", "ines@test.example").press("Send invitation");
    let letters = site.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].to, "ines@test.example");
    let sentences = letters[0].text.lines().map(|line| line.trim_start_matches("> ").trim_end_matches(':'));
    for line in
        sentences.filter(|line| !line.is_empty() && !line.starts_with("http") && *line != "-- " && *line != "--")
    {
        assert!(shown.contains(line.trim()), "{line:?} was not shown:\n{shown}");
    }
    // Once, ever.
    assert!(ada.open(&page).sees("You have written to this contact on"), "{}", ada.text());
    assert_eq!(ada.post(&page, &[("email", "ines@test.example"), ("note", "")]).page.status, 422);
    assert!(site.letters().is_empty());
}

#[test]
fn whoever_joins_by_the_letter_finds_the_invitation() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    invite(&site, &mut ada, "ines@test.example");
    let link = site.letters()[0].link("/join/");
    let mut ines = site.visitor();
    ines.open(&link).fill("full_name", "Ines Moreau").fill("email", "ines@test.example");
    ines.fill("password", PASSWORD).press("Sign up");
    assert!(ines.open("/invitations").sees("From the bridge in Porto."), "{}", ines.text());
    ines.press("Accept");
    assert!(ines.sees("You and Ada Ruiz are connected."), "{}", ines.text());
    assert_eq!(site.visitor().open(&link).page.status, 410);
}

#[test]
fn an_applicant_finds_the_invitation_once_let_in() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.db.write_blocking(|connection| registration::save(connection, Registration::Approval)).unwrap();
    let page = contact(&site, &ada, "ines@test.example");
    assert!(ada.open(&page).sees("wait until an administrator lets them in"), "{}", ada.text());
    ada.fill("email", "ines@test.example").press("Send invitation");
    let link = site.letters()[0].link("/join/");
    let mut ines = site.visitor();
    ines.open(&link).fill("full_name", "Ines Moreau").fill("email", "ines@test.example");
    ines.fill("password", PASSWORD).fill("reason", "Ada asked me.").press("Sign up");
    let id = amicable::schema::applications::table.select(amicable::schema::applications::id);
    let accept = |connection: &mut amicable::db::Connection| {
        let id: MemberId = id.first(connection)?;
        amicable::joining::waiting::accept(connection, &amicable::relationship::Limits::default(), id)
    };
    assert!(site.db.write_blocking(accept).unwrap().is_some());
    ines.open("/sign-in").fill("email", "ines@test.example").fill("password", PASSWORD).press("Sign in");
    assert!(ines.open("/invitations").sees("Ada Ruiz"), "{}", ines.text());
}

#[test]
fn a_withdrawn_registration_gives_the_letter_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    invite(&site, &mut ada, "ines@test.example");
    let link = site.letters()[0].link("/join/");
    site.db.write_blocking(|connection| registration::save(connection, Registration::Approval)).unwrap();
    let mut ines = site.visitor();
    let sign_up = |ines: &mut Visitor, email: &str| {
        ines.open(&link).fill("full_name", "Ines Moreau").fill("email", email);
        ines.fill("password", PASSWORD).fill("reason", "Ada asked me.").press("Sign up");
    };
    sign_up(&mut ines, "mistyped@test.example");
    assert_eq!(site.visitor().open(&link).page.status, 410);
    ines.open("/registration").press("Withdraw registration");
    sign_up(&mut ines, "ines@test.example");
    assert!(ines.sees("waits for an administrator"), "{}", ines.text());
}

#[test]
fn nobody_learns_whose_an_address_is() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Cleo Lind");
    // One who wants no letter from anybody.
    invite(&site, &mut ben, "never@test.example");
    let letter = site.letters().remove(0);
    let stop = letter.link("/unsubscribe/");
    let mut visitor = site.visitor();
    visitor.open(&stop).press("Unsubscribe");
    assert!(visitor.sees("This address gets no invitation to join any more, from nobody."), "{}", visitor.text());
    assert_eq!(visitor.get(&format!("{stop}0")).page.status, 410);
    let answers = ["free@test.example", "cleo-lind@test.example", "NEVER@test.example"].map(|email| {
        let (status, to) = invite(&site, &mut ada, email);
        (status, to.split('/').take(2).collect::<String>())
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let told: Vec<String> = site.letters().into_iter().map(|letter| letter.to).collect();
    assert_eq!(told, ["free@test.example"]);
}

#[test]
fn a_letter_that_lets_nobody_in_is_not_offered() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let page = contact(&site, &ada, "ines@test.example");
    for (mode, may, offered) in [
        (Registration::Closed, true, false),
        (Registration::Invite, false, false),
        (Registration::Invite, true, true),
        (Registration::Open, false, true),
    ] {
        site.db
            .write_blocking(|connection| {
                registration::let_members_make_links(connection, may)?;
                registration::save(connection, mode)
            })
            .unwrap();
        assert_eq!(ada.open(&page).has_button("Send invitation"), offered, "{mode:?} {may}");
        if !offered {
            assert_eq!(ada.post(&page, &[("email", "ines@test.example")]).page.status, 422);
        }
    }
    let mut ben = site.member("Ben Okoro");
    assert_eq!(ben.get(&page).page.status, 404);
}

#[test]
fn nobody_comes_in_by_who_is_kept_out_meanwhile() {
    for sql in ["suspended_at = 1", "deletion_due_at = 9999999999"] {
        let site = Site::new();
        let mut ada = site.member("Ada Ruiz");
        invite(&site, &mut ada, "ines@test.example");
        let link = site.letters()[0].link("/join/");
        site.db.write_blocking(|connection| registration::save(connection, Registration::Approval)).unwrap();
        let mut ines = site.visitor();
        ines.open(&link).fill("full_name", "Ines Moreau").fill("email", "ines@test.example");
        ines.fill("password", PASSWORD).fill("reason", "Ada asked me.").press("Sign up");
        let sql = format!("UPDATE members SET {sql} WHERE id = {}", ada.id);
        let id = amicable::schema::applications::table.select(amicable::schema::applications::id);
        let accept = move |connection: &mut amicable::db::Connection| {
            diesel::sql_query(&sql).execute(connection)?;
            let id: MemberId = id.first(connection)?;
            amicable::joining::waiting::accept(connection, &amicable::relationship::Limits::default(), id)
        };
        assert!(site.db.write_blocking(accept).unwrap().is_some());
        ines.open("/sign-in").fill("email", "ines@test.example").fill("password", PASSWORD).press("Sign in");
        for path in ["/invitations", "/notifications"] {
            assert!(!ines.open(path).sees("Ada Ruiz"), "{path}: {}", ines.text());
        }
    }
}

#[test]
fn no_letter_is_offered_beyond_the_limit() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let page = contact(&site, &ada, "ines@test.example");
    let id = ada.id;
    let sent = move |connection: &mut amicable::db::Connection| {
        limits::take(connection, Limit::EmailInvitations, &Subject::member(id))
    };
    let most = Numbers::of(Limit::EmailInvitations).number;
    (1..most).for_each(|_| site.db.write_blocking(sent).unwrap());
    assert!(ada.open(&page).has_button("Send invitation"), "{}", ada.text());
    site.db.write_blocking(sent).unwrap();
    ada.open(&page);
    assert!(ada.page.status == 200 && !ada.has_button("Send invitation"), "{}", ada.text());
    assert!(ada.sees("You have sent as many invitations by e-mail as you can.") && ada.sees("try again from"));
    ada.fill("note", "From Porto.").press("Update preview");
    assert!(ada.sees("From Porto.") && !ada.has_button("Send invitation"), "{}", ada.text());
    assert_eq!(ada.post(&page, &[("email", "ines@test.example")]).page.status, 429);
}
