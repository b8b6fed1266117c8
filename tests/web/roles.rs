//! The whole route table, walked by everybody: each gets what the table below says.

use crate::moderation::with_role;
use crate::support::{PASSWORD, Site, Visitor};
use amicable::members::role::Role;
use amicable::web::registration;
use diesel::prelude::*;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Area {
    /// Its members.
    Members,
    /// Moderators.
    Moderation,
    /// Administrators.
    Administration,
    /// Whoever is suspended, too.
    Suspended,
}

/// What somebody gets there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Gets {
    /// What is there.
    In,
    /// The page of an address that there is not.
    Nothing,
    /// The page of whoever is suspended.
    TheOnePage,
}

use Area::{Administration, Members, Moderation, Suspended};
use Gets::{In, Nothing, TheOnePage};

/// Who gets what, in the order of the areas.
const TABLE: [(&str, [Gets; 4]); 5] = [
    ("member", [In, Nothing, Nothing, In]),
    ("moderator", [In, In, Nothing, In]),
    ("administrator", [In, In, In, In]),
    ("suspended", [TheOnePage, TheOnePage, TheOnePage, In]),
    ("banned", [TheOnePage, TheOnePage, TheOnePage, In]),
];

fn area(path: &str) -> Area {
    match path.split('/').nth(1).unwrap() {
        "moderation" => Moderation,
        "admin" => Administration,
        "suspended" | "confirm" | "photos" => Suspended,
        _ if path.starts_with("/settings/data") => Suspended,
        _ => Members,
    }
}

/// Every address for members, by method.
fn routes() -> Vec<(&'static str, &'static str)> {
    let table = include_str!("../../src/routes.rs");
    let members = &table[table.find("fn for_members").unwrap()..];
    let line = |line: &'static str| {
        let (path, rest) = line.trim().strip_prefix(".route(\"")?.split_once('"')?;
        Some((if rest.contains("get()") { "GET" } else { "POST" }, path))
    };
    let routes: Vec<_> = members.lines().filter_map(line).collect();
    assert!(routes.len() > 60);
    routes
}

/// With something in the place of everything that stands in brackets.
fn filled(pattern: &str) -> String {
    let part = |part: &str| match part {
        "{handle}" => "ben-okoro".to_owned(),
        part if part.starts_with('{') => "1".to_owned(),
        part => part.to_owned(),
    };
    pattern.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn location(visitor: &Visitor) -> &str {
    visitor.page.headers.iter().find(|(name, _)| name == "location").map_or("", |(_, to)| to)
}

#[test]
fn each_gets_what_the_table_says() {
    let site = Site::new();
    site.member("Ben Okoro");
    let mut people = [
        site.member("Ada Ruiz"),
        with_role(&site, "Mia Moder", Role::Moderator),
        with_role(&site, "Root Admin", Role::Administrator),
        site.member("Sue Spend"),
        // A role does not open what a ban closes.
        with_role(&site, "Bea Anned", Role::Administrator),
    ];
    // A page of members only where they may make links.
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    let until = amicable::dates::now() + 86_400;
    for sql in [
        format!("UPDATE members SET suspended_at = 1, suspended_until = {until} WHERE handle = 'sue-spend'"),
        "UPDATE members SET suspended_at = 1 WHERE handle = 'bea-anned'".to_owned(),
    ] {
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    for (visitor, (who, gets)) in people.iter_mut().zip(TABLE) {
        for (method, pattern) in routes() {
            let (path, area) = (filled(pattern), area(pattern));
            let expected =
                gets[[Members, Moderation, Administration, Suspended].iter().position(|one| *one == area).unwrap()];
            match (method, expected) {
                // What is let in may change things, or find nothing of this number; the pages are tried one by one.
                (_, In) if method == "POST" || pattern.contains('{') => continue,
                ("GET", _) => visitor.get(&path),
                _ => visitor.post(&path, &[]),
            };
            let status = visitor.page.status;
            match expected {
                In => assert!(status < 400, "{who} {method} {path}: {status}"),
                Nothing => assert_eq!(status, 404, "{who} {method} {path}"),
                TheOnePage => assert_eq!((status, location(visitor)), (303, "/suspended"), "{who} {method} {path}"),
            }
        }
    }
}

#[test]
fn what_is_forbidden_looks_as_what_is_absent() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let page = |ada: &mut Visitor, path: &str| {
        ada.get(path);
        (ada.page.status, ada.page.body.replace(path, ""), ada.page.headers.len())
    };
    let absent = page(&mut ada, "/nothing-here");
    for path in ["/admin", "/moderation", "/admin/audit", "/moderation/1/1", "/%61dmin", "/admin/members/1/role"] {
        assert_eq!(page(&mut ada, path), absent, "{path}");
    }
}

#[test]
fn the_last_administrator_stays_one() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let ada = site.member("Ada Ruiz");
    let confirm = |root: &mut Visitor| {
        if root.sees("Confirm it is you") {
            root.fill("password", PASSWORD).press("Confirm");
        }
    };
    root.open(&format!("/admin/members/{}", root.id)).fill("role", "member").press("Save");
    confirm(&mut root);
    assert!(root.sees("This is the only administrator."), "{}", root.text());
    root.open(&format!("/admin/members/{}", ada.id)).fill("role", "administrator").press("Save");
    assert!(root.sees("The role is saved."), "{}", root.text());
    root.open("/admin/audit");
    assert!(root.sees("Role changed: Ada Ruiz (ada-ruiz)") && root.sees("Root Admin (root-admin)"), "{}", root.text());
    assert!(root.raw("/admin/audit/export?format=csv").status() == 200);
}
