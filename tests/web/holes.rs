//! Whoever is left out of a list is left out before it is cut, so that nothing is missing from it.

use amicable::accounts::{self, NewMember, password};
use amicable::members::names::handle;
use diesel::RunQueryDsl;

use crate::support::{PASSWORD, Site, connect};

/// Members who never sign in.
fn crowd(site: &Site, name: &str, number: usize) {
    let password = password::hash_now(PASSWORD).unwrap();
    site.db
        .write_blocking(|connection| {
            for at in 0..number {
                let full_name = format!("{name} {}", "a".repeat(at % 40 + 1));
                let email = format!("{}-{at}@test.example", handle(name));
                let new = NewMember {
                    full_name,
                    email,
                    password: password.clone(),
                    role: amicable::members::role::Role::Member,
                };
                accounts::register(connection, &new)?;
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn whoever_blocked_one_leaves_no_gap_in_a_search() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Zed Okoro"));
    ben.open("/in/ada-ruiz").press("Block");
    crowd(&site, "Zed", 1_000);
    ada.open("/people?q=zed");
    assert!(ada.sees("More than 1,000 people match “zed”.") && !ada.sees("Okoro"), "{}", ada.text());
}

#[test]
fn the_newest_are_counted_without_those_one_knows() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    crowd(&site, "Old", 1);
    crowd(&site, "New", 55);
    site.db
        .write_blocking(|connection| {
            // Ada has paused with all who are new.
            let sql = format!(
                "INSERT INTO relationships (owner_id, other_id, state, changed_at, paused_until, sort_first, sort_last) \
                 SELECT {}, id, 0, 0, 99999999999, sort_first, sort_last FROM members WHERE full_name LIKE 'New%'",
                ada.id
            );
            Ok(diesel::sql_query(sql).execute(connection)?)
        })
        .unwrap();
    assert!(ada.open("/people").sees("Old a"), "{}", ada.text());
}

#[test]
fn nobody_suspended_is_suggested() {
    let site = Site::new();
    let [mut ada, mut ben, mut eve, mut dov] =
        ["Ada Ruiz", "Ben Okoro", "Eve Lund", "Dov Katz"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    connect(&mut ben, &mut eve);
    connect(&mut ben, &mut dov);
    assert!(ada.open("/people").sees("Eve Lund") && ada.sees("Dov Katz"), "{}", ada.text());
    let sql = "UPDATE members SET suspended_at = 1 WHERE handle = 'eve-lund'";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    assert!(!ada.open("/people").sees("Eve Lund") && ada.sees("Dov Katz"), "{}", ada.text());
}
