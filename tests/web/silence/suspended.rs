//! Suspended and banned members look like members who accept no invitations, and who reported them is told nowhere.

use amicable::members::role::Role;

use super::*;
use crate::archive::archive;
use crate::moderation::with_role;

/// Suspends somebody as a moderator does: for a while, or for good.
fn keep_out(site: &Site, member: &Visitor, for_good: bool) {
    let until = if for_good { "NULL".to_owned() } else { (amicable::dates::now() + 86_400).to_string() };
    let sql =
        format!("UPDATE members SET suspended_at = {}, suspended_until = {until} WHERE id = {}", 1_000_000, member.id);
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
}

/// What a stranger can ask of a member.
fn pages_of(handle: &str, first_name: &str) -> Vec<String> {
    let pages = ["", "/invite", "/mutual", "/connections", "/report", "/disconnect", "/block", "/remarks"];
    let mut pages: Vec<_> = pages.iter().map(|page| format!("/in/{handle}{page}")).collect();
    pages.extend([format!("/inbox/{handle}"), format!("/people?q={first_name}")]);
    pages
}

/// What a stranger is answered who sends each form of a member.
fn forms_of(r: &mut Visitor, handle: &str) -> Vec<Answer> {
    let forms = ["/invite", "/disconnect", "/re-invite", "/withdraw", "/accept", "/may-invite-again"];
    let mut answers = Vec::new();
    for form in forms {
        r.open(&format!("/in/{handle}")).post(&format!("/in/{handle}{form}"), &[("note", "Hello")]);
        answers.push(seen(r));
    }
    r.post(&format!("/inbox/{handle}"), &[("message", "Hello")]);
    answers.push(seen(r));
    answers
}

#[test]
fn the_suspended_look_like_those_who_accept_nobody() {
    let site = Site::unmetered();
    let mut r = site.member("Rolf Aske");
    let mut them = ["Nora Bell", "Sara Bell", "Bela Bell"].map(|name| site.member(name));
    for one in &mut them {
        one.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
    }
    let [_, suspended, banned] = &them;
    keep_out(&site, suspended, false);
    keep_out(&site, banned, true);
    let all = them.each_ref().map(|one| {
        let first = one.name.split(' ').next().unwrap();
        let pages: Vec<_> =
            pages_of(&one.handle, first).iter().map(|path| as_anybody(answer(&mut r, path), &r, one)).collect();
        let forms = forms_of(&mut r, &one.handle).into_iter().map(|form| as_anybody(form, &r, one));
        (pages, forms.collect::<Vec<_>>())
    });
    let [closed, suspended, banned] = all;
    for (kind, got) in [("suspended", suspended), ("banned", banned)] {
        for (path, (got, control)) in pages_of("OTHER", "OTHER").iter().zip(got.0.iter().zip(&closed.0)) {
            assert_eq!(got, control, "{kind} {path}");
        }
        assert_eq!(got.1, closed.1, "{kind}");
    }
}

#[test]
fn whom_nobody_can_invite_is_suggested_to_nobody() {
    let site = Site::unmetered();
    let (mut alone, mut r, mut mona) = (site.member("Ann Lone"), site.member("Rolf Aske"), site.member("Mona Lind"));
    let [mut nora, mut sara, mut otto] = ["Nora Bell", "Sara Bell", "Otto Bell"].map(|name| site.member(name));
    for friend in [&mut r, &mut nora, &mut sara, &mut otto] {
        connect(&mut mona, friend);
    }
    nora.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
    keep_out(&site, &sara, false);
    // By those one knows, and, for whoever knows nobody, by when they joined.
    for visitor in [&mut r, &mut alone] {
        for page in ["/", "/people"] {
            let suggested = ["Otto Bell", "Nora Bell", "Sara Bell"].map(|name| visitor.open(page).sees(name));
            assert_eq!(suggested, [true, false, false], "{page}: {}", visitor.text());
        }
    }
}

#[test]
fn a_suspension_changes_nothing_that_a_connection_sees() {
    for for_good in [false, true] {
        let World { site, d, mut r, mut c, .. } = World::new();
        let before: Vec<_> = PAGES.iter().map(|path| answer(&mut r, path)).collect();
        keep_out(&site, &d, for_good);
        for (path, before) in PAGES.iter().zip(before) {
            assert_eq!(answer(&mut r, path), before, "{for_good} {path}");
        }
        // Nor do those who were never connected learn more than that she cannot be invited.
        c.open("/in/dora-lind/invite").press("Send invitation");
        assert!(c.sees("This user cannot be invited at this time"), "{}", c.text());
    }
}

#[test]
fn who_left_and_is_suspended_looks_like_a_stranger_who_is() {
    for for_good in [false, true] {
        let World { site, mut d, mut r, mut c, .. } = World::new();
        disconnect(&mut d, "at once");
        keep_out(&site, &d, for_good);
        for path in PAGES {
            if matches!(path, "/notifications" | "/" | "/people") {
                continue;
            }
            let (got, control) = (answer(&mut r, path), answer(&mut c, path));
            assert_eq!(as_anybody(got, &r, &c), as_anybody(control, &c, &r), "{for_good}: {path}");
        }
        for path in ["/in/dora-lind/invite", "/in/dora-lind/disconnect", "/inbox/dora-lind"] {
            let sent = |of: &mut Visitor| {
                of.open("/in/dora-lind").post(path, &[("note", "Hello"), ("message", "Hello")]);
                seen(of)
            };
            let (got, control) = (sent(&mut r), sent(&mut c));
            assert_eq!(as_anybody(got, &r, &c), as_anybody(control, &c, &r), "{for_good}: {path}");
        }
    }
}

#[test]
fn nothing_of_the_reported_names_who_reported() {
    let site = Site::unmetered();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let own = ["/settings/moderation", "/settings/data", "/settings/devices", "/suspended", "/notifications", "/inbox"];
    for (told, button) in [("Mind the rules.", "Warn"), ("Please change it.", "Hide"), ("You did it again.", "Suspend")]
    {
        ada.open("/in/ben-okoro/report").fill("reason", "He sells watches.").press("Send report");
        mia.open("/moderation").go("Report of a profile: Ben Okoro").fill("told", told).fill("until", &next_year());
        mia.press(button);
        assert!(mia.sees("The report is decided."), "{button}: {}", mia.text());
        let mut all: Vec<String> = own.iter().map(|path| ben.get(path).page.body.clone()).collect();
        all.extend(site.letters().into_iter().filter(|letter| letter.to.contains("ben-okoro")).map(|one| one.whole));
        all.push(archive(&ben).to_string());
        assert!(all.iter().any(|text| text.contains(told)), "the reason itself is told");
        for text in all {
            for name in ["Ada", "ada-ruiz", &ada.id.to_string(), "sells watches"] {
                assert!(!text.contains(name), "{button}: {name} in {text}");
            }
        }
        if button == "Hide" {
            mia.press("Show the profile again");
        }
    }
}

/// A day to which somebody may be suspended.
fn next_year() -> String {
    let year: u32 = jiff::Timestamp::now().to_string()[..4].parse().unwrap();
    format!("{}-12-31", year + 1)
}
