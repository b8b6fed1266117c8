//! Edits at the same moment at two nodes: what is unique stays so, and one member's edits come one after the other.

use amicable::ids::MemberId;
use amicable::limits::{self, Limit, Numbers};
use std::collections::BTreeSet;
use std::sync::Barrier;

use amicable::accounts::addresses;
use amicable::error::Error;
use amicable::members::{names, photo, store};
use amicable::schema::{emails, handle_changes, handles, links, members, photos, positions};
use amicable::web::cookie;
use diesel::prelude::*;

use crate::support::database::Database;
use crate::support::{PASSWORD, Site, Visitor};

const ROUNDS: usize = 20;

/// A key and whose it is.
type Owners = Vec<(String, MemberId)>;

/// Lets everybody act at the same moment, and asserts that nobody was shown an error.
fn together<const N: usize>(visitors: [&mut Visitor; N], act: impl Fn(usize, &mut Visitor) + Sync) -> [u16; N] {
    let barrier = Barrier::new(N);
    let (barrier, act) = (&barrier, &act);
    std::thread::scope(|scope| {
        let mut number = 0;
        let threads = visitors.map(|visitor| {
            let at = number;
            number += 1;
            scope.spawn(move || {
                barrier.wait();
                act(at, visitor);
                assert!(visitor.page.status < 500, "{}: {}", visitor.page.status, visitor.text());
                visitor.page.status
            })
        });
        threads.map(|thread| thread.join().unwrap())
    })
}

/// The member of a name in another browser, at a node.
fn another_browser(site: &Site, full_name: &str, node: &str) -> Visitor {
    let mut visitor = site.visitor();
    let email = format!("{}@test.example", names::handle(full_name));
    visitor.at_node(node).open("/sign-in").fill("email", &email).fill("password", PASSWORD).press("Sign in");
    visitor
}

fn read<T>(site: &Site, read: impl FnOnce(&mut amicable::db::Connection) -> Result<T, Error> + Clone) -> T {
    site.db.write_blocking(read).unwrap()
}

/// Every member has the one handle that says it is theirs now, and no other does.
fn handles_are_right(site: &Site) {
    let (mut theirs, mut rows): (Owners, Owners) = read(site, |connection| {
        let rows = handles::table.filter(handles::kept_until.is_null()).select((handles::handle, handles::member_id));
        Ok((members::table.select((members::handle, members::id)).load(connection)?, rows.load(connection)?))
    });
    theirs.sort();
    rows.sort();
    assert_eq!(theirs, rows);
}

#[test]
fn a_handle_belongs_to_one_member_whoever_asks_at_once() {
    let site = Site::new();
    let other = site.another_node();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut adas = another_browser(&site, "Ada Ruiz", &other);
    ben.at_node(&other);
    for round in 0..ROUNDS {
        // Ada wants one, Ben wants the same, and Ada wants back what she had before.
        let (wanted, former) = (format!("wanted-{round}"), "ada-ruiz");
        let [first, second, _] = together([&mut ada, &mut ben, &mut adas], |at, visitor| {
            visitor.post("/profile/handle", &[("handle", if at == 2 { former } else { &wanted })]);
        });
        let got = [first, second].into_iter().filter(|status| *status == 303).count();
        assert_eq!(got, 1, "{first} {second}");
        handles_are_right(&site);
        // So that the next round is not refused for the number of changes.
        site.db.write_blocking(|connection| Ok(diesel::delete(handle_changes::table).execute(connection)?)).unwrap();
        let name = if first == 303 { "Ada Ruiz" } else { "Ben Okoro" };
        assert!(ben.open(&format!("/in/{wanted}")).sees(name), "{}", ben.text());
    }
}

#[test]
fn an_email_address_belongs_to_who_confirms_it_first() {
    let site = Site::new();
    let other = site.another_node();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.at_node(&other);
    for round in 0..ROUNDS / 2 {
        let wanted = format!("wanted-{round}@test.example");
        // To enter an address makes it nobody's yet, and does not tell whether it is somebody's.
        let statuses = together([&mut ada, &mut ben], |_, visitor| {
            visitor.post("/settings/account", &[("email", &wanted), ("password", PASSWORD)]);
        });
        assert_eq!(statuses, [303, 303]);
        let barrier = Barrier::new(2);
        let confirm = |member: MemberId| {
            barrier.wait();
            site.db.write_blocking(|connection| addresses::confirm(connection, member, &wanted)).unwrap()
        };
        let confirmed = std::thread::scope(|scope| {
            let threads = [ada.id, ben.id].map(|member| {
                scope.spawn({
                    let confirm = &confirm;
                    move || confirm(member)
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        assert!(confirmed[0] != confirmed[1], "{round}: {confirmed:?}");
        let owner: MemberId =
            read(&site, |connection| Ok(emails::table.find(&wanted).select(emails::member_id).first(connection)?));
        assert_eq!(owner, if confirmed[0] { ada.id } else { ben.id });
    }
}

/// A site on which one network may make any number of accounts.
fn unlimited() -> Site {
    let site = Site::new();
    let numbers = Numbers { number: 0, ..Numbers::of(Limit::SignUp) };
    site.db.write_blocking(|connection| limits::set(connection, Limit::SignUp, numbers)).unwrap();
    site
}

#[test]
fn an_email_address_signs_up_once() {
    let site = unlimited();
    let other = site.another_node();
    for round in 0..ROUNDS / 2 {
        let (mut one, mut two) = (site.visitor(), site.visitor());
        two.at_node(&other);
        let email = format!("ada-{round}@test.example");
        let mut statuses = together([&mut one, &mut two], |_, visitor| {
            let fields = [("full_name", "Ada Ruiz"), ("email", &email), ("password", PASSWORD)];
            visitor.post("/sign-up", &fields);
        });
        statuses.sort_unstable();
        // Both have the password, so whoever comes second is signed in to the account of the first.
        assert_eq!(statuses, [303, 303]);
        let number: i64 = read(&site, |connection| Ok(members::table.count().get_result(connection)?));
        assert_eq!(number, round as i64 + 1);
        handles_are_right(&site);
    }
}

#[test]
fn namesakes_who_sign_up_at_once_get_handles_of_their_own() {
    let site = unlimited();
    let other = site.another_node();
    for round in 0..ROUNDS / 2 {
        let (mut one, mut two, mut three) = (site.visitor(), site.visitor(), site.visitor());
        two.at_node(&other);
        let statuses = together([&mut one, &mut two, &mut three], |at, visitor| {
            let (name, email) = (format!("Ada Round{round}"), format!("ada-{round}-{at}@test.example"));
            visitor.post("/sign-up", &[("full_name", &name), ("email", &email), ("password", PASSWORD)]);
        });
        assert_eq!(statuses, [303; 3]);
        handles_are_right(&site);
    }
}

#[test]
fn a_form_that_arrives_at_two_nodes_adds_one_row() {
    let site = Site::new();
    let other = site.another_node();
    let mut ada = site.member("Ada Ruiz");
    let mut adas = another_browser(&site, "Ada Ruiz", &other);
    for round in 0..ROUNDS {
        let (title, address) = (format!("Engineer {round}"), format!("https://{round}.example.org"));
        together([&mut ada, &mut adas], |_, visitor| {
            let fields = [("title", title.as_str()), ("company", "Lind"), ("from", ""), ("until", "")];
            visitor.post("/profile/positions", &fields);
            visitor.post("/profile/links", &[("address", &address), ("label", "")]);
        });
    }
    let stored: (i64, i64) = read(&site, |connection| {
        Ok((positions::table.count().get_result(connection)?, links::table.count().get_result(connection)?))
    });
    assert_eq!(stored, (ROUNDS as i64, ROUNDS as i64));
}

#[test]
fn places_are_one_after_the_other_and_the_company_is_the_firsts() {
    let site = Site::new();
    let other = site.another_node();
    let mut ada = site.member("Ada Ruiz");
    let mut adas = another_browser(&site, "Ada Ruiz", &other);
    for round in 0..ROUNDS {
        together([&mut ada, &mut adas], |at, visitor| {
            let company = format!("Company {round} {at}");
            let fields = [("title", "Engineer"), ("company", company.as_str()), ("from", ""), ("until", "")];
            visitor.post("/profile/positions", &fields);
        });
        let (mut all, company): (Vec<(i32, String, i64)>, String) = read(&site, |connection| {
            let stand = positions::table.filter(positions::removed_at.is_null());
            let all = stand.select((positions::place, positions::organisation, positions::id));
            Ok((all.load(connection)?, members::table.select(members::company).first(connection)?))
        });
        all.sort();
        let places: BTreeSet<i32> = all.iter().map(|(place, ..)| *place).collect();
        assert_eq!(places.len(), all.len(), "{all:?}");
        assert_eq!(all[0].1, company);
        assert!(ada.open(&format!("/people?q={}", amicable::text::fold(&company).replace(' ', "+"))).sees("Ada Ruiz"));
        // One is moved down while the other is changed: neither undoes the other.
        let (first, second) = (all[0].2, all[1].2);
        together([&mut ada, &mut adas], |at, visitor| {
            if at == 0 {
                visitor.post(&format!("/profile/positions/{first}"), &[("move", "down")]);
            } else {
                let fields = [("title", "Changed"), ("company", "Changed"), ("from", ""), ("until", "")];
                visitor.post(&format!("/profile/positions/{first}"), &fields);
            }
        });
        let (mut all, company): (Vec<(i32, i64, String)>, String) = read(&site, |connection| {
            let all = positions::table.filter(positions::removed_at.is_null()).select((
                positions::place,
                positions::id,
                positions::organisation,
            ));
            Ok((all.load(connection)?, members::table.select(members::company).first(connection)?))
        });
        all.sort();
        assert_eq!((all[0].1, all[1].1, all[1].2.as_str()), (second, first, "Changed"));
        assert_eq!(all[0].2, company);
        for id in [first, second] {
            ada.post(&format!("/profile/positions/{id}/remove"), &[]);
        }
    }
}

#[test]
fn of_two_photos_at_once_one_is_kept() {
    let site = Site::new();
    let (ada, other) = (site.member("Ada Ruiz"), site.another_database());
    for round in 0..ROUNDS {
        let photo = |shade: u8| {
            let mut file = std::io::Cursor::new(Vec::new());
            let colour = image::Rgb([round as u8 * 10, shade, 90]);
            image::RgbImage::from_pixel(40, 40, colour).write_to(&mut file, image::ImageFormat::Png).unwrap();
            photo::prepare(&file.into_inner()).unwrap()
        };
        let (barrier, photos) = (Barrier::new(2), [photo(0), photo(200)]);
        std::thread::scope(|scope| {
            for (db, photo) in [&site.db, &other].into_iter().zip(&photos) {
                let (barrier, id) = (&barrier, ada.id);
                scope.spawn(move || {
                    barrier.wait();
                    db.write_blocking(|connection| store::set_photo(connection, id, photo)).unwrap();
                });
            }
        });
        let (names, shown): (Vec<String>, String) = read(&site, |connection| {
            Ok((
                photos::table.select(photos::name).load(connection)?,
                members::table.select(members::photo).first(connection)?,
            ))
        });
        assert_eq!(names, vec![shown.clone(); photo::SIDES.len()]);
        assert_eq!(ada.raw(&format!("/photos/{}/{shown}/256", ada.id)).status(), 200);
    }
}

#[test]
fn an_old_password_opens_nothing_that_outlasts_its_change() {
    let site = Site::new();
    let other = site.another_node();
    let mut ada = site.member("Ada Ruiz");
    let mut old = PASSWORD.to_owned();
    for round in 0..ROUNDS / 2 {
        let new = format!("another password {round}");
        let (mut thief, mut twin) = (site.visitor(), site.visitor());
        thief.at_node(&other);
        twin.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", &old).press("Sign in");
        let [done, twins, _] = together([&mut ada, &mut twin, &mut thief], |at, visitor| match at {
            2 => {
                visitor.post("/sign-in", &[("email", "ada-ruiz@test.example"), ("password", &old)]);
            }
            _ => {
                let new = if at == 0 { new.clone() } else { format!("{new} of the twin") };
                visitor.post("/settings/password", &[("password", &old), ("new_password", &new)]);
            }
        });
        assert!((done == 303) != (twins == 303), "one old password was changed twice: {done} {twins}");
        assert_eq!(thief.get("/connections").page.status, 303, "signed in with the old password");
        old = if done == 303 { new } else { format!("{new} of the twin") };
        ada = site.visitor();
        ada.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", &old).press("Sign in");
        assert_eq!(ada.get("/connections").page.status, 200);
    }
}

#[test]
fn nodes_that_start_at_once_have_one_key() {
    for _ in 0..ROUNDS / 2 {
        let database = Database::new();
        let (one, two) = (database.open(), database.open());
        let barrier = Barrier::new(2);
        let keys = std::thread::scope(|scope| {
            let threads = [&one, &two].map(|db| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    db.write_blocking(cookie::key).unwrap().master().to_vec()
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(keys[0], keys[1]);
    }
}
