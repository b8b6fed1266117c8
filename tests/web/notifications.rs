//! What a member is told on the site, how they choose it, and what they do with it.

use crate::support::{Site, Visitor, connect};

/// The number on the badge of *Notifications*, as every page has it.
fn badge(visitor: &mut Visitor) -> usize {
    let body = visitor.open("/people").page.body.clone();
    let link = body.split("href=\"/notifications\"").nth(1).unwrap().split("</a>").next().unwrap();
    let count = link.split("badge count\">").nth(1).map_or("0", |rest| rest.split('<').next().unwrap());
    count.parse().unwrap()
}

#[test]
fn choices_are_kept_kind_by_kind() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let ticked = |visitor: &Visitor, name: &str| {
        let input = visitor.page.body.split(&format!("name=\"{name}\"")).nth(1).unwrap();
        input.split('>').next().unwrap().contains("checked")
    };
    ada.open("/settings/notifications");
    for kind in ["invitation", "acceptance", "message"] {
        assert!(ticked(&ada, &format!("{kind}_on_site")) && ticked(&ada, &format!("{kind}_by_email")), "{kind}");
    }
    assert!(!ticked(&ada, "weekly_digest_by_email") && !ada.page.body.contains("weekly_digest_on_site"));
    ada.fill("message_on_site", "").fill("weekly_digest_by_email", "1").press("Save");
    assert!(ada.sees("Your choices are saved."), "{}", ada.text());
    ada.press("Save").open("/settings/notifications");
    let on = ["invitation_on_site", "acceptance_by_email", "message_by_email", "weekly_digest_by_email"];
    assert!(on.iter().all(|name| ticked(&ada, name)) && !ticked(&ada, "message_on_site"));
}

#[test]
fn what_is_switched_off_is_not_told() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/settings/notifications").fill("invitation_on_site", "").press("Save");
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    assert!(ada.sees("is on its way"), "{}", ada.text());
    assert_eq!(badge(&mut ben), 0);
    assert!(!ben.open("/notifications").sees("Ada Ruiz"));
    assert!(ben.open("/invitations").sees("From the choir."));
    // The other kinds are told as before.
    ben.press("Accept").open("/settings/notifications").fill("invitation_on_site", "1").press("Save");
    assert_eq!(badge(&mut ada), 1);
    connect(&mut site.member("Cleo Haas"), &mut ben);
    assert_eq!(badge(&mut ben), 1);
}
