//! What the community calls itself, says, and looks like.

use crate::moderation::with_role;
use crate::support::{PASSWORD, Site, Visitor};
use amicable::members::role::Role;
use amicable::web::registration::Registration;

fn administrator(site: &Site) -> Visitor {
    with_role(site, "Root Admin", Role::Administrator)
}

#[test]
fn the_communitys_name_stands_in_titles_and_mails() {
    let site = Site::new();
    let mut root = administrator(&site);
    site.member("Ada Ruiz");
    assert!(root.open("/people").page.body.contains("– Amicable"));
    root.open("/admin/community").fill("name", "Alumni of Aarhus").fill("welcome", "Come in <b>all</b>").press("Save");
    assert!(root.sees("The texts are saved."), "{}", root.text());
    root.open("/people");
    assert!(root.page.body.contains("– Alumni of Aarhus") && !root.page.body.contains("– Amicable"));
    let mut visitor = site.visitor();
    assert!(visitor.open("/").sees("Come in <b>all</b>"), "{}", visitor.text());
    visitor.open("/forgot-password").fill("email", "ada-ruiz@test.example").press("Send link");
    let letters = site.letters();
    assert!(letters[0].whole.contains("Alumni of Aarhus"), "{}", letters[0].whole);
}

#[test]
fn rules_and_privacy_are_open_to_everybody() {
    let site = Site::new();
    let mut root = administrator(&site);
    let rules = "Be kind.\nSee https://example.org/rules or javascript:alert(1)";
    root.open("/admin/community").fill("rules", rules).press("Save");
    let mut visitor = site.visitor();
    visitor.open("/rules");
    assert!(visitor.sees("Be kind.") && visitor.page.body.contains("href=\"https://example.org/rules\""));
    assert!(!visitor.page.body.contains("href=\"javascript"));
    assert_eq!(visitor.open("/privacy").page.status, 200);
}

#[test]
fn a_colour_that_cannot_be_read_is_refused() {
    let site = Site::new();
    let mut root = administrator(&site);
    for (by_day, by_night, sentence) in [
        ("#eeee00", "#93d3b2", "On the page this colour has a contrast of 1."),
        ("#1c5a44", "#333333", "On the page this colour has a contrast of 1."),
        ("#1c5a44", "", "Choose a colour for both, or for neither."),
        ("green", "#93d3b2", "Write a colour like #1c5a44."),
    ] {
        root.open("/admin/community").fill("by_day", by_day).fill("by_night", by_night).press("Save");
        assert_eq!(root.page.status, 422, "{by_day} {by_night}");
        assert!(root.sees(sentence), "{by_day} {by_night}: {}", root.text());
    }
    assert_eq!(root.get("/community.css").page.status, 404);
    assert!(frames(&mut root, "#15402f"));
    root.open("/admin/community").fill("by_day", "#00457c").fill("by_night", "#9ecbff").press("Save");
    assert!(root.sees("The texts are saved."), "{}", root.text());
    let css = root.get("/community.css").page.body.clone();
    assert!(css.contains("--accent:light-dark(#00457c,#9ecbff)") && css.contains("--on-accent:light-dark(#fff,#000)"));
    assert!(site.visitor().open("/").page.body.contains("/community.css?v="));
    // As its band, which has a fifth of black.
    assert!(frames(&mut root, "#003763"));
    root.open("/admin/audit");
    assert!(root.sees("Logo or colour changed"), "{}", root.text());
}

/// Whether browsers and home screens frame the site with this colour.
fn frames(visitor: &mut Visitor, colour: &str) -> bool {
    let head = format!("<meta name=\"theme-color\" content=\"{colour}\">");
    let is_in_head = visitor.open("/rules").page.body.contains(&head);
    let manifest = visitor.raw("/manifest.webmanifest").body_mut().read_to_string().unwrap();
    is_in_head && manifest.contains(&format!("\"theme_color\":\"{colour}\""))
}

#[test]
fn the_overview_counts_the_registrations_that_wait() {
    let site = Site::new();
    let mut root = administrator(&site);
    let link = |number: u32| format!("<a href=\"/admin/registration\">{number}</a>");
    assert!(root.open("/admin").page.body.contains(&link(0)), "{}", root.text());
    crate::joining::set(&site, Registration::Approval);
    let mut ada = site.visitor();
    ada.open("/sign-up").fill("full_name", "Ada Ruiz").fill("email", "ada@test.example").fill("password", PASSWORD);
    ada.fill("reason", "We met at the reunion.").press("Sign up");
    assert!(root.open("/admin").page.body.contains(&link(1)), "{}", root.text());
    assert!(root.sees("Registrations waiting"));
}

#[test]
fn a_small_site_takes_room_too() {
    let site = Site::new();
    let mut root = administrator(&site);
    let text = root.open("/admin").text();
    let (_, rest) = text.split_once("Storage used, in kB").or_else(|| text.split_once("Storage used, in MB")).unwrap();
    let number = rest.split_whitespace().next().unwrap().replace(',', "");
    assert!(number.parse::<u64>().unwrap() > 0, "{text}");
}

#[test]
fn the_overview_says_nothing_of_a_disconnect() {
    let site = Site::new();
    let mut root = administrator(&site);
    let mut ada = site.member("Ada Ruiz");
    crate::support::connect(&mut root, &mut ada);
    let before = root.open("/admin").text();
    ada.open("/in/member-root-admin").press("Disconnect");
    let after = root.open("/admin").text();
    // The room that the database takes changes with whatever is written.
    let tidy = |text: String| {
        let (before, after) = text.split_once("Storage used, in ").unwrap();
        let is_of_number = |letter: char| letter.is_ascii_digit() || letter == ',' || letter.is_whitespace();
        let rest = after["kB".len()..].trim_start_matches(is_of_number);
        format!("{before}{rest}")
    };
    assert_eq!(tidy(after), tidy(before));
}

#[test]
fn texts_of_any_script_may_be_as_long_as_is_said() {
    let site = Site::new();
    let mut root = administrator(&site);
    let text = "愛".repeat(19_990);
    root.open("/admin/community").fill("rules", &text).fill("privacy", &text).fill("welcome", "愛").press("Save");
    assert!(root.sees("The texts are saved."), "{:.300}", root.text());
}
