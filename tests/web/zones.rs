//! Days begin and end where the member is: on pages, in lists and in what has to pass.

use amicable::dates;
use amicable::language::{Context, Language};
use amicable::schema::relationships;
use diesel::prelude::*;

use crate::support::{Site, Visitor, connect};

/// What is so for a member in a zone.
fn in_zone<T>(zone: &str, make: impl FnOnce() -> T) -> T {
    Context::new(Language::English, zone.parse().unwrap()).within(make)
}

fn move_to(who: &mut Visitor, zone: &str) {
    who.open("/settings/appearance").fill("time_zone", zone).press("Save time zone");
    assert!(who.sees("Your time zone is saved."), "{}", who.text());
}

fn moment(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn set(site: &Site, assignment: &str) {
    let sql = format!("UPDATE relationships SET {assignment}");
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
}

#[test]
fn every_date_is_a_day_of_the_members_zone() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    let (noon, early) = (moment("2019-12-31T12:00:00Z"), moment("2020-01-01T05:00:00Z"));
    let (old, new) = ("31 December 2019", "1 January 2020");
    for (zone, at, day) in [
        ("", noon, old),
        ("Pacific/Auckland", noon, new),
        ("America/Los_Angeles", noon, old),
        ("", early, new),
        ("Pacific/Auckland", early, new),
        ("America/Los_Angeles", early, old),
    ] {
        set(&site, &format!("connected_at = {at}, changed_at = {at}"));
        move_to(&mut ada, zone);
        for path in ["/in/ben-okoro", "/connections", "/connections/remove"] {
            assert!(ada.open(path).sees(&format!("Connected since {day}")), "{zone} {path}: {}", ada.text());
        }
        let in_2020 = day == new;
        for page in ["/connections", "/connections/remove"] {
            assert_eq!(ada.open(&format!("{page}?connected_after=2020-01-01")).sees("Ben Okoro"), in_2020, "{zone}");
            assert_eq!(ada.open(&format!("{page}?connected_before=2020-01-01")).sees("Ben Okoro"), !in_2020, "{zone}");
        }
        let month = if in_2020 { "January 2020" } else { "December 2019" };
        assert!(ada.open("/connections/overview").sees(&format!("From none in {month} to")), "{zone}: {}", ada.text());
        let exported = |who: &mut Visitor, ending: &str| {
            let path = format!("/connections/export/connections.{ending}");
            who.raw(&path).body_mut().read_to_string().unwrap()
        };
        let [year, day] = [if in_2020 { "2020" } else { "2019" }, day.split(' ').next().unwrap()];
        let (table, cards) = (exported(&mut ada, "csv"), exported(&mut ada, "vcf"));
        assert!(table.contains(&format!("{day:0>2} {} {year}", &month[..3])), "{zone}: {table}");
        assert!(cards.contains(&format!("X-AMICABLE-CONNECTED-ON:{year}-")), "{zone}: {cards}");
        ada.open("/connections/remove?q=ben");
        assert!(ada.page.body.contains(&format!("Connections by month since {month}")), "{zone}: {}", ada.page.body);
    }
    // The other member stays where they are.
    assert!(ben.open("/in/ada-ruiz").sees("Connected since 1 January 2020"), "{}", ben.text());
}

#[test]
fn a_pause_ends_as_the_day_begins_there() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    ada.open("/in/ben-okoro").press("Withdraw invitation");
    for (zone, day) in [("Pacific/Auckland", "15 December 2099"), ("America/Los_Angeles", "14 December 2099")] {
        move_to(&mut ada, zone);
        set(&site, &format!("paused_until = {} WHERE paused_until IS NOT NULL", moment("2099-12-14T12:00:00Z")));
        let price = format!("You can invite Ben Okoro again from {day}.");
        for path in ["/in/ben-okoro", "/in/ben-okoro/invite", "/people?q=ben"] {
            assert!(ada.open(path).sees(&price), "{zone} {path}: {}", ada.text());
        }
        assert!(ada.post("/in/ben-okoro/invite", &[]).sees(&format!("again from {day}.")), "{zone}: {}", ada.text());
        // The first second of today there, and of tomorrow.
        for (days, offered) in [(0, true), (1, false)] {
            let until = in_zone(zone, || dates::day_after(dates::now(), days));
            set(&site, &format!("paused_until = {until} WHERE paused_until IS NOT NULL"));
            let page = ada.open("/in/ben-okoro");
            assert_eq!(page.has_button("Invite to connect"), offered, "{zone}: {}", page.text());
            let page = ada.open(&format!("/in/{}/invite", ben.handle));
            assert_eq!(page.has_button("Send invitation"), offered, "{zone}");
        }
        assert_eq!(ada.post("/in/ben-okoro/invite", &[]).page.status, 422);
    }
}

#[test]
fn a_pause_is_counted_in_days_there() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    for zone in ["Pacific/Auckland", "America/Los_Angeles"] {
        move_to(&mut ada, zone);
        set(&site, "paused_until = NULL");
        let before = in_zone(zone, || dates::day_after(dates::now(), 21));
        ada.open("/in/ben-okoro/invite").press("Send invitation");
        ada.open("/in/ben-okoro").press("Withdraw invitation");
        let after = in_zone(zone, || dates::day_after(dates::now(), 21));
        let row = relationships::table.find((ada.id, ben.id)).select(relationships::paused_until);
        let until = site.db.write_blocking(|connection| Ok(row.first::<Option<i64>>(connection)?)).unwrap();
        // A day may have begun meanwhile.
        assert!([before, after].contains(&until.unwrap()), "{zone}");
    }
}

#[test]
fn the_weeks_days_are_the_members() {
    let site = Site::with(amicable::relationship::Limits { invitations: 1, ..Default::default() });
    let (mut ada, _ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let _dov = site.member("Dov Katz");
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    for zone in ["Pacific/Auckland", "America/Los_Angeles"] {
        move_to(&mut ada, zone);
        let first_counted = in_zone(zone, || dates::day_after(dates::now(), -6));
        for (sent, offered) in [(first_counted - 1, true), (first_counted, false)] {
            set(&site, &format!("sent_at = {sent} WHERE sent_at IS NOT NULL"));
            assert_eq!(ada.open("/in/dov-katz").has_button("Invite to connect"), offered, "{zone}: {}", ada.text());
        }
        let free = in_zone(zone, || dates::long(dates::day_after(dates::now(), 1)));
        assert!(ada.sees(&format!("The next one comes free on {free}.")), "{zone}: {}", ada.text());
    }
}

#[test]
fn without_a_choice_the_sites_zone_holds() {
    let site = Site::in_zone("Pacific/Auckland");
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    set(&site, &format!("connected_at = {}", moment("2019-12-31T12:00:00Z")));
    assert!(ada.open("/in/ben-okoro").sees("Connected since 1 January 2020"), "{}", ada.text());
    assert!(ada.open("/settings/appearance").sees("The site’s (Pacific/Auckland)"));
    move_to(&mut ada, "America/Los_Angeles");
    assert!(ada.page.body.contains("value=\"America/Los_Angeles\" lang=\"en\" selected"));
    assert!(ada.open("/in/ben-okoro").sees("Connected since 31 December 2019"), "{}", ada.text());
    // Changing the language does not move anybody.
    ada.open("/settings/appearance").post("/appearance", &[("language", "en"), ("theme", "device")]);
    assert!(ada.open("/in/ben-okoro").sees("Connected since 31 December 2019"), "{}", ada.text());
    move_to(&mut ada, "");
    assert!(ada.open("/in/ben-okoro").sees("Connected since 1 January 2020"), "{}", ada.text());
}

#[test]
fn an_unknown_zone_is_refused() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    move_to(&mut ada, "Asia/Tokyo");
    for wrong in ["Europe/Atlantis", "+02:00", "<", "Asia/Tokyo2"] {
        ada.post("/settings/appearance", &[("time_zone", wrong)]);
        assert_eq!(ada.page.status, 422, "{wrong}");
        assert!(ada.sees("There is no such time zone. Choose one of the list."), "{}", ada.text());
        assert!(ada.page.body.contains("value=\"Asia/Tokyo\" lang=\"en\" selected"));
    }
    // However it is written.
    assert_eq!(ada.post("/settings/appearance", &[("time_zone", " europe/berlin ")]).page.status, 303);
    assert!(ada.open("/settings/appearance").page.body.contains("value=\"Europe/Berlin\" lang=\"en\" selected"));
}
