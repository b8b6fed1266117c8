//! The whole route table, walked by everybody: each gets what the table below says.

use crate::moderation::with_role;
use crate::support::{PASSWORD, Site, Visitor, connect_many};
use amicable::audit::Actor;
use amicable::data::deletion;
use amicable::ids::MemberId;
use amicable::members::role::Role;
use amicable::moderation::{Decision, sanctions};
use amicable::schema::reports;
use amicable::web::registration::{self, Registration};
use diesel::prelude::*;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Area {
    /// Everybody.
    Everybody,
    /// Whoever comes in, or comes by a letter.
    ComingIn,
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
    /// The page to sign in.
    SignIn,
    /// The page of whoever is suspended.
    TheOnePage,
}

use Area::{Administration, ComingIn, Everybody, Members, Moderation, Suspended};
use Gets::{In, Nothing, SignIn, TheOnePage};

const AREAS: [Area; 6] = [Everybody, ComingIn, Members, Moderation, Administration, Suspended];

/// Who gets what, in the order of the areas.
const TABLE: [(&str, [Gets; 6]); 6] = [
    ("visitor", [In, In, SignIn, SignIn, SignIn, SignIn]),
    ("member", [In, In, In, Nothing, Nothing, In]),
    ("moderator", [In, In, In, In, Nothing, In]),
    ("administrator", [In, In, In, In, In, In]),
    ("suspended", [In, TheOnePage, TheOnePage, TheOnePage, TheOnePage, In]),
    ("banned", [In, TheOnePage, TheOnePage, TheOnePage, TheOnePage, In]),
];

/// What is open to everybody, whoever they are.
const EVERYBODY: [&str; 12] = [
    "healthz",
    "readyz",
    "manifest.webmanifest",
    "robots.txt",
    "static",
    "community",
    "community.css",
    "rules",
    "privacy",
    "unsubscribe",
    "appearance",
    "sign-out",
];

fn area(path: &str, is_open: bool) -> Area {
    match path.split('/').nth(1).unwrap() {
        first if is_open && EVERYBODY.contains(&first) => Everybody,
        _ if is_open => ComingIn,
        "moderation" => Moderation,
        "admin" => Administration,
        "suspended" | "confirm" | "photos" => Suspended,
        _ if path.starts_with("/settings/data") => Suspended,
        _ => Members,
    }
}

/// Every address of the site: method, pattern and area.
fn routes() -> Vec<(&'static str, &'static str, Area)> {
    let table = include_str!("../../src/routes.rs");
    let closed = table.find("fn for_members").unwrap();
    let of = |lines: &'static str, is_open: bool| {
        let line = move |line: &'static str| {
            let (path, rest) = line.trim().strip_prefix(".route(\"")?.split_once('"')?;
            Some((if rest.contains("get()") { "GET" } else { "POST" }, path, area(path, is_open)))
        };
        lines.lines().filter_map(line)
    };
    let routes: Vec<_> = of(&table[..closed], true).chain(of(&table[closed..], false)).collect();
    assert!(AREAS.iter().all(|area| routes.iter().filter(|(.., of)| of == area).count() > 4));
    routes
}

/// With something in the place of everything that stands in brackets: of the pages of those who run the site something that is
/// there.
fn filled(pattern: &str, (member, report): (MemberId, i64)) -> String {
    let part = |part: &str| match part {
        "{handle}" => "ben-okoro".to_owned(),
        "{member}" if !pattern.starts_with("/photos") => member.to_string(),
        "{id}" if pattern.starts_with("/moderation") => report.to_string(),
        part if part.starts_with('{') => "1".to_owned(),
        part => part.to_owned(),
    };
    pattern.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn location(visitor: &Visitor) -> &str {
    visitor.page.headers.iter().find(|(name, _)| name == "location").map_or("", |(_, to)| to)
}

/// Checks that somebody is let in, whatever the answer to an empty form or to something of this number.
fn is_let_in(visitor: &Visitor, what: &str, must_be_there: bool) {
    let (status, to) = (visitor.page.status, location(visitor));
    let is_sent_away = status == 303 && (to.starts_with("/sign-in?next=") || to == "/suspended");
    assert!(!is_sent_away, "{what}: {status} {to}");
    assert!(matches!(status, 200 | 303 | 308 | 400 | 404 | 410 | 415 | 422), "{what}: {status}");
    assert!(!must_be_there || status < 400, "{what}: {status}");
}

#[test]
fn each_gets_what_the_table_says() {
    let site = Site::new();
    let ben = site.member("Ben Okoro");
    let mut people = [
        site.visitor(),
        site.member("Ada Ruiz"),
        with_role(&site, "Mia Moder", Role::Moderator),
        with_role(&site, "Root Admin", Role::Administrator),
        site.member("Sue Spend"),
        // A role does not open what a ban closes.
        with_role(&site, "Bea Anned", Role::Administrator),
    ];
    people[1].open("/in/ben-okoro/report").fill("reason", "Spam").press("Send report");
    let report =
        site.db.write_blocking(|connection| Ok(reports::table.select(reports::id).first(connection)?)).unwrap();
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
        for (method, pattern, area) in routes() {
            let path = filled(pattern, (ben.id, report));
            let expected = gets[AREAS.iter().position(|one| *one == area).unwrap()];
            // It would end the session of whoever is walking, and their account, too.
            let ends = pattern == "/sign-out" || pattern == "/settings/data/delete";
            match method {
                "POST" if expected == In && ends => continue,
                "GET" => visitor.get(&path),
                _ => visitor.post(&path, &[]),
            };
            let (status, to, what) = (visitor.page.status, location(visitor), format!("{who} {method} {path}"));
            // What may not be there: a style sheet nobody chose, and what stands for a number or a name.
            let is_there = !pattern.contains('{') && pattern != "/community.css"
                || matches!(area, Moderation | Administration) && pattern.contains("{member}");
            match expected {
                In => is_let_in(visitor, &what, method == "GET" && is_there),
                Nothing => assert_eq!(status, 404, "{what}"),
                SignIn => assert!(status == 303 && to.starts_with("/sign-in?next="), "{what}: {status} {to}"),
                TheOnePage => assert_eq!((status, to), (303, "/suspended"), "{what}"),
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
    // Whoever cannot sign in does not run the site.
    for without in ["suspended_at = 1", "suspended_at = NULL, deletion_due_at = 99999999999"] {
        let sql = format!("UPDATE members SET {without} WHERE id = {}", ada.id);
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
        root.open(&format!("/admin/members/{}", root.id)).fill("role", "member").press("Save");
        assert!(root.sees("This is the only administrator."), "{without}: {}", root.text());
    }
    root.open("/admin/audit");
    assert!(
        root.sees("Role changed: Ada Ruiz (ada-ruiz)") && root.sees("Root Admin (member-root-admin)"),
        "{}",
        root.text()
    );
    // In the words of the page, and not as the log keeps it.
    assert!(root.sees("Member → Administrator") && !root.sees("member → administrator"), "{}", root.text());
    assert!(root.raw("/admin/audit/export?format=csv").status() == 200);
}

#[test]
fn an_administrator_is_not_offered_to_suspend_themselves() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let ben = site.member("Ben Okoro");
    root.open(&format!("/admin/members/{}", root.id));
    assert!(root.sees("somebody else decides it") && !root.has_button("Suspend") && !root.has_button("Ban"));
    assert!(root.open(&format!("/admin/members/{}", ben.id)).has_button("Suspend"), "{}", root.text());
}

#[test]
fn administrators_find_everybody() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let (hanna, leo) = (site.member("Hanna Hide"), site.member("Leo Lind"));
    let leave = |connection: &mut _| {
        let why = ("Rude", None);
        sanctions::impose(connection, Actor::CommandLine, hanna.id, Decision::Hidden, why)?.unwrap();
        deletion::begin(connection, leo.id)
    };
    site.db.write_blocking(leave).unwrap().unwrap();
    root.open("/admin/members?q=hanna");
    assert!(root.sees("Hanna Hide") && root.sees("Profile hidden"), "{}", root.text());
    root.open("/admin/members?q=lind");
    assert!(root.sees("Leo Lind") && root.sees("Account is being deleted"), "{}", root.text());
    root.open("/admin/members").go("Who runs the site, and who is kept out");
    assert!(root.sees("Hanna Hide") && root.sees("Leo Lind") && root.sees("Root Admin"), "{}", root.text());
    root.go("Leo Lind");
    assert!(root.sees("They asked to delete their account. It is deleted on"), "{}", root.text());
    connect_many(&site, &hanna, 52);
    root.open("/admin/members");
    assert!(root.sees("Person 052") && root.sees("Person 003") && !root.sees("Person 002"), "{}", root.text());
    root.go("Next");
    assert!(root.sees("Person 002") && root.sees("Root Admin") && !root.sees("Person 003"), "{}", root.text());
    // Behind the first of all is nobody.
    root.open("/admin/members?behind=1");
    assert!(root.sees("Root Admin") && root.sees("Person 040") && !root.sees("Person 052"), "{}", root.text());
}

#[test]
fn a_password_link_goes_to_nobody_else() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    site.member("Ben Okoro");
    let clara = site.member("Clara Lind");
    let page = format!("/admin/members/{}", clara.id);
    let sql = |sql: &str| site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    let ben = "ben-okoro@test.example";
    sql(&format!("UPDATE members SET email = '{ben}', email_key = '{ben}' WHERE id = {}", clara.id));
    root.open(&page).press("Send password link");
    assert!(root.sees("is on its way"), "{}", root.text());
    let to: Vec<String> = site.letters().into_iter().map(|letter| letter.to).collect();
    assert!(to.len() == 1 && to[0].contains("clara-lind@test.example"), "{to:?}");
    sql(&format!("DELETE FROM emails WHERE member_id = {}", clara.id));
    sql(&format!("UPDATE members SET confirmed_email = '' WHERE id = {}", clara.id));
    root.open(&page).press("Send password link");
    assert!(root.sees("the address of this member belongs to another account"), "{}", root.text());
    assert_eq!(site.letters(), []);
    assert_eq!(root.open("/admin/audit").page.body.matches("Password link sent: Clara").count(), 1);
}

#[test]
fn a_site_without_mail_promises_none() {
    let site = Site::without_mail();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let mut visitor = site.visitor();
    visitor.open("/forgot-password");
    assert!(visitor.sees("This site sends no e-mail") && !visitor.has_button("Send link"), "{}", visitor.text());
    visitor.post("/forgot-password", &[("email", "root-admin@test.example")]);
    assert!(visitor.page.status == 422 && !visitor.sees("on its way"), "{}", visitor.text());
    let page = format!("/admin/members/{}", root.id);
    root.open(&page);
    assert!(root.sees(&format!("amicable member password {}", root.handle)), "{}", root.text());
    assert!(!root.has_button("Send password link"));
    root.post(&format!("{page}/password"), &[]).follow();
    assert!(root.sees("so no link was sent") && !root.sees("on its way"), "{}", root.text());
    let mut maren = site.visitor();
    site.db.write_blocking(|connection| registration::save(connection, Registration::Approval)).unwrap();
    maren.open("/sign-up").fill("full_name", "Maren Holt").fill("email", "maren@test.example");
    maren.fill("password", PASSWORD).fill("reason", "We met.").press("Sign up");
    assert!(maren.sees("Come back to see the answer.") && !maren.sees("by e-mail"), "{}", maren.text());
    root.open("/admin/registration").press("Accept");
    assert!(root.sees("Maren Holt is a member now. This site sends no e-mail"), "{}", root.text());
    root.open("/contacts/new").fill("full_name", "Eve Lund").fill("email", "eve@test.example").press("Save");
    let contact = root.page.path.clone();
    assert!(root.sees("eve@test.example") && !root.sees("Invite by e-mail"), "{contact}: {}", root.text());
    root.open(&format!("{contact}/invite"));
    assert!(root.sees("This site sends no e-mail") && !root.has_button("Send invitation"), "{}", root.text());
    root.post(&format!("{contact}/invite"), &[("email", "eve@test.example")]);
    assert!(root.page.status == 422 && !root.sees("on its way"), "{}", root.text());
    assert!(root.open("/settings/notifications").sees("This site sends no e-mail, whatever is chosen here."));
}
