//! D stands in the address books of R and of C, who may find her by her e-mail address. What R's book says after D has left R is
//! what C's says, by every page, file and device.

use super::*;
use crate::dav::device::Device;

/// D, and two who are no members; one of them twice, so that there are duplicates.
const FILE: &str = "Name,E-mail,Company,Tags\nDora at work,dora-lind@test.example,Acme,choir\n\
                    Zoe Ng,zoe@example.org,Acme,\nZoe Ng,zoe2@example.org,Acme,choir\n";

/// The same with somebody new, as it is imported later.
const LATER: &str = "Name,E-mail\nDora Lind,dora-lind@test.example\nNew Person,new@example.org\n";

fn import(who: &mut Visitor, file: &str) -> (u16, String) {
    who.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow();
    let (status, _, body) = seen(who);
    (status, body)
}

/// A world in which R and C have D in their books, after R has looked at all of it.
fn with_books() -> World {
    let mut world = World::new();
    world.d.open("/settings/privacy").fill("found_by_email", "1").press("Save");
    for who in [&mut world.r, &mut world.c] {
        import(who, FILE);
        who.press("Confirm import");
    }
    world
}

/// The addresses of the contacts in a book, D's first.
fn contacts(who: &mut Visitor) -> Vec<String> {
    let body = who.get("/contacts?sort=first_name").page.body.clone();
    let links = body.split("href=\"/contacts/").skip(1).filter_map(|rest| rest.split('"').next());
    let mut found: Vec<String> = Vec::new();
    for link in links.filter(|link| link.chars().all(|letter| letter.is_ascii_digit())) {
        let link = format!("/contacts/{link}");
        if !found.contains(&link) {
            found.push(link);
        }
    }
    assert_eq!(found.len(), 3, "{body}");
    found
}

/// A body without the uids, which are made by chance.
fn without_uids(body: &str) -> String {
    body.split_inclusive('\n').filter(|line| !line.starts_with("UID:")).collect()
}

/// Every page and file of a book, each with what it answers.
fn book(who: &mut Visitor, other: &Visitor) -> Vec<(String, (u16, String))> {
    let mut paths: Vec<String> = [
        "",
        "?q=dora",
        "?q=dora-lind%40test.example",
        "?company=acme",
        "?tag=choir",
        "?source=csv",
        "?membership=not_a_member",
        "?membership=not_connected",
        "?sort=last_name",
        "/remove",
        "/remove?membership=not_connected",
        "/duplicates",
        "/export",
        "/export?membership=not_connected",
        "/export?membership=not_a_member",
        "/export/contacts.csv",
        "/export/contacts.vcf",
        "/export/contacts.csv?membership=not_connected",
        "/export/contacts.csv?membership=not_a_member",
        "/import",
        "/phone",
        "/new",
    ]
    .map(|path| format!("/contacts{path}"))
    .to_vec();
    for contact in contacts(who) {
        paths.extend(["", "/edit", "/invite"].map(|page| format!("{contact}{page}")));
    }
    let mut answers: Vec<(String, (u16, String))> = Vec::new();
    for path in paths {
        let (status, body) = as_anybody(answer(who, &path), who, other);
        answers.push((path, (status, without_uids(&body))));
    }
    for path in ["/connections/export", "/connections/export/connections.csv", "/connections/export/connections.vcf"] {
        let got = answer(who, path);
        answers.push((path.to_owned(), as_anybody(got, who, other)));
    }
    answers
}

/// What a device of somebody gets of their book.
fn on_a_device(world: &World, who: &Visitor) -> Vec<(u16, String)> {
    let device = Device::of(&world.site, who);
    let card = "<D:prop><D:getetag/><C:address-data/></D:prop>";
    let all = [
        device.propfind(&device.book(), "1", "<D:getetag/><D:resourcetype/>"),
        device.report("C:addressbook-query", card),
        device
            .report("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"),
    ];
    all.into_iter().map(|answer| (answer.status, answer.body)).collect()
}

#[test]
fn a_book_tells_nothing_of_a_disconnect() {
    for way in ["at once", "may invite again", "in bulk", "by a block that was taken back"] {
        let mut world = with_books();
        let before = on_a_device(&world, &world.r);
        disconnect(&mut world.d, way);
        let World { r, c, .. } = &mut world;
        let (got, control) = (book(r, c), book(c, r));
        for ((path, got), (_, control)) in got.into_iter().zip(control) {
            assert!(got.0 < 500, "{path}");
            assert_eq!(got, control, "{way}: {path}");
        }
        assert_eq!(on_a_device(&world, &world.r), before, "{way}: what a device has does not change");
    }
}

#[test]
fn an_import_tells_nothing_of_a_disconnect() {
    let mut world = with_books();
    disconnect(&mut world.d, "at once");
    let World { d, r, c, .. } = &mut world;
    let shown = |who: &mut Visitor, other: &Visitor| {
        let preview = import(who, LATER);
        let body = as_anybody((preview.0, Vec::new(), preview.1), who, other);
        who.press("Confirm import");
        let (status, headers, after) = seen(who);
        (body, as_anybody((status, headers, after), who, other))
    };
    assert_eq!(shown(r, c), shown(c, r));
    let (of_r, of_c) = (contact_of_d(r), contact_of_d(c));
    // The way from the book to an invitation ends for both in the same words.
    let invited = |who: &mut Visitor, other: &Visitor, contact: &str| {
        who.open(contact).go("Invite to connect");
        let form = answer(who, &who.page.path.clone());
        who.press("Send invitation");
        (as_anybody(form, who, other), who.page.status, who.sees("This user cannot be invited at this time"))
    };
    d.open("/settings/privacy").fill("who_may_invite", "nobody").fill("found_by_email", "1").press("Save");
    assert_eq!(invited(r, c, &of_r), invited(c, r, &of_c));
}

/// The address of D in a book.
fn contact_of_d(who: &mut Visitor) -> String {
    let body = who.get("/contacts?q=dora").page.body.clone();
    let mut links = body.split("href=\"/contacts/").skip(1).filter_map(|rest| rest.split('"').next());
    let id = links.find(|link| link.chars().all(|letter| letter.is_ascii_digit())).unwrap();
    format!("/contacts/{id}")
}
