//! Stale pages, and every form of a person: what R is answered after D has left is what she is answered for an innocent cause.

use super::*;

/// Two who were connected, of whom D may have left since R opened her profile. Where she has not, she asks first and accepts
/// no invitations: the innocent cause of whatever R's *Undo* is answered with.
fn stale(left: bool) -> (World, Visitor) {
    let mut world = World::new();
    let mut r = std::mem::replace(&mut world.r, world.site.visitor());
    r.open("/in/dora-lind");
    if left {
        disconnect(&mut world.d, "at once");
    } else {
        world
            .d
            .open("/settings/privacy")
            .fill("asks_before_reinvite", "1")
            .fill("who_may_invite", "nobody")
            .press("Save");
    }
    (world, r)
}

#[test]
fn a_stale_press_and_its_undo_tell_nobody_who_left() {
    for button in ["Disconnect", "Block"] {
        let lives = [true, false].map(|left| {
            let (_world, mut r) = stale(left);
            let mut life = Vec::new();
            r.fill("private_reason", "Moved").press(button);
            life.push(seen(&r));
            if button == "Block" {
                r.open("/connections/blocked").press("Unblock");
            }
            life.push(seen(&r));
            life.extend(all_pages(&mut r).into_iter().map(|(_, page)| page));
            r.open("/connections/disconnected").press("Re-invite");
            life.push(seen(&r));
            r.press("Send invitation");
            assert!(r.page.status == 422 && r.sees("This user cannot be invited at this time"), "{}", r.text());
            life.push(seen(&r));
            life.extend(all_pages(&mut r).into_iter().map(|(_, page)| page));
            life
        });
        assert_eq!(lives[0].len(), lives[1].len(), "{button}");
        for (left, stayed) in lives[0].iter().zip(&lives[1]) {
            assert_eq!(left, stayed, "{button}");
        }
    }
}

#[test]
fn a_note_is_saved_on_a_stale_page_as_on_any() {
    let (_world, mut r) = stale(true);
    r.fill("private_note", "Still here").press("Save");
    assert!(r.page.body.contains("Your note and tags on Dora Lind are saved."), "{}", r.text());
}

#[test]
fn the_way_from_a_stale_list_to_the_form_proves_the_page() {
    for (list, link) in [("/connections?q=dora", "Disconnect"), ("/people?q=dora", "Disconnect")] {
        let World { site: _site, mut d, mut r, .. } = World::new();
        assert!(r.open(list).sees("Dora Lind"));
        disconnect(&mut d, "at once");
        r.go(link);
        assert!(r.sees("Disconnect from Dora Lind?"), "{}", r.text());
        r.press("Disconnect");
        assert!(r.sees("You are no longer connected with Dora Lind.") && r.has_button("Undo"), "{}", r.text());
        assert!(r.open("/connections/disconnected").sees("Dora Lind"));
    }
}

/// Every form of a person, with every parameter and none.
pub(super) const FORMS: [(&str, &[(&str, &str)]); 27] = [
    ("disconnect", &[]),
    ("disconnect", &[("may_invite_again", "1"), ("private_reason", "Why")]),
    ("disconnect", &[("connected_since", "")]),
    ("disconnect", &[("connected_since", "1"), ("back", "/connections")]),
    ("re-invite", &[]),
    ("may-invite-again", &[]),
    ("may-invite-again", &[("may_invite_again", "1")]),
    ("accept", &[]),
    ("decline", &[]),
    ("withdraw", &[]),
    ("unblock", &[]),
    ("invite", &[]),
    ("invite", &[("note", "Hello"), ("back", "/connections")]),
    ("invite", &[("note", "Hello"), ("preview", "1")]),
    ("remarks", &[]),
    ("remarks", &[("private_note", "Met"), ("tags", "choir, bergen"), ("back", "/connections")]),
    ("block", &[("private_reason", "Loud")]),
    ("invite", &[("note", "Hello")]),
    ("block", &[("connected_since", "1")]),
    ("unblock", &[]),
    ("unblock", &[]),
    ("disconnect", &[]),
    ("may-invite-again", &[("may_invite_again", "1")]),
    ("re-invite", &[]),
    ("invite", &[("note", "Again")]),
    ("inbox", &[]),
    ("inbox", &[("message", "Are you there?")]),
];

/// Where a form toward a member is sent.
pub(super) fn address(form: &str, handle: &str) -> String {
    if form == "inbox" { format!("/inbox/{handle}") } else { format!("/in/{handle}/{form}") }
}

#[test]
fn a_sweep_of_every_form_tells_nobody_who_left() {
    for way in ["at once", "by a block that was taken back"] {
        let World { site, mut d, mut r, mut c, mona } = World::new();
        disconnect(&mut d, way);
        // An innocent cause of every refusal, for whoever was never connected.
        d.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
        let _world = World { d, c: site.visitor(), r: site.visitor(), mona, site };
        for (form, fields) in FORMS {
            let path = address(form, "dora-lind");
            let press = |of: &mut Visitor| {
                of.open("/in/dora-lind").post(&path, fields);
                let answer = (of.page.status, headers(&of.page.headers), of.page.body.clone());
                of.follow();
                (answer, (of.page.status, headers(&of.page.headers), of.page.body.clone()))
            };
            let (got, control) = (press(&mut r), press(&mut c));
            for (got, control) in [(got.0, control.0), (got.1, control.1)] {
                assert_eq!(got.1, control.1, "{way}: {form} {fields:?}");
                assert_eq!(as_anybody(got, &r, &c), as_anybody(control, &c, &r), "{way}: {form} {fields:?}");
            }
            if !matches!(form, "block" | "unblock" | "remarks" | "disconnect") {
                continue;
            }
            let (got, control) = (all_pages(&mut r), all_pages(&mut c));
            let lines = |pages: Vec<(String, _)>, one: &Visitor, other: &Visitor| {
                let line = |(path, page): (String, _)| {
                    // The second of a connection with somebody else, of which each has their own.
                    let path = path.split_once("connected_since=").map_or(&*path, |(before, _)| before);
                    let (status, mut body) = as_anybody(page, one, other);
                    // Where the two stand among others by name or by age is their own.
                    if path.starts_with("/people?") {
                        let mut lines: Vec<&str> = body.lines().collect();
                        lines.sort_unstable();
                        body = lines.join("\n");
                    }
                    (path.replace(&one.handle, "viewer").replace(&other.handle, "other"), (status, body))
                };
                let mut lines: Vec<_> = pages.into_iter().map(line).collect();
                lines.sort();
                lines
            };
            let (got, control) = (lines(got, &r, &c), lines(control, &c, &r));
            assert_eq!(got.len(), control.len(), "{way}: {form} {fields:?}");
            for (got, control) in got.into_iter().zip(control) {
                assert_eq!(got, control, "{way}: {form} {fields:?}");
            }
        }
    }
}
