//! Reports, what moderators decide, and what the suspended see.

use crate::api::Program;
use crate::silence::spider::walk;
use crate::support::{Site, Visitor, connect};
use amicable::audit::Actor;
use amicable::members::administrators::OnlyAdministrator;
use amicable::members::role::Role;
use amicable::moderation::decide::{self, Moderator, Verdict};
use amicable::moderation::{Decision, sanctions};
use diesel::prelude::*;

fn sql(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
}

/// A member with a role, signed in.
pub fn with_role(site: &Site, full_name: &str, role: Role) -> Visitor {
    let visitor = site.member(full_name);
    sql(site, &format!("UPDATE members SET role = {} WHERE id = {}", role as i16, visitor.id));
    visitor
}

/// The day so many days from now, as a date field has it.
fn in_days(days: i64) -> String {
    amicable::dates::iso(amicable::dates::now() + days * 86_400)
}

fn report(visitor: &mut Visitor, handle: &str, reason: &str) {
    visitor.open(&format!("/in/{handle}")).go("Report").fill("reason", reason).press("Send report");
    assert!(visitor.sees("Your report is sent."), "{}", visitor.text());
}

fn decide(moderator: &mut Visitor, whom: &str, told: &str, button: &str) {
    moderator.open("/moderation").go(&format!("Report of a profile: {whom}"));
    moderator.fill("told", told).fill("until", &in_days(10)).press(button);
    assert!(moderator.sees("The report is decided."), "{}", moderator.text());
}

#[test]
fn a_report_waits_with_what_it_was_about() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    ben.open("/profile").post("/profile/about", &[("about", "Cheap watches")]);
    report(&mut ada, "ben-okoro", "He sells watches.");
    ben.post("/profile/about", &[("about", "Nothing at all")]);
    mia.open("/moderation").go("Report of a profile: Ben Okoro");
    assert!(mia.sees("He sells watches.") && mia.sees("Cheap watches") && mia.sees("Ada Ruiz"), "{}", mia.text());
    assert!(!mia.sees("Nothing at all"));
}

#[test]
fn behind_the_last_report_the_last_page_is_shown() {
    let site = Site::new();
    let (mut ada, _ben, _cleo) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cleo Marsh"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    report(&mut ada, "ben-okoro", "He sells watches.");
    report(&mut ada, "cleo-marsh", "She sells shoes.");
    let last = i64::MAX - 1;
    mia.open(&format!("/moderation?behind={last}"));
    let (ben, cleo) = (mia.text().find("Ben Okoro"), mia.text().find("Cleo Marsh"));
    assert!(ben.is_some() && ben < cleo, "the oldest first: {}", mia.text());
    decide(&mut mia, "Ben Okoro", "", "Dismiss");
    mia.open("/moderation?state=closed&behind=1");
    assert!(mia.sees("Ben Okoro") && !mia.sees("Cleo Marsh"), "{}", mia.text());
}

#[test]
fn a_report_without_words_is_asked_again() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    ada.open("/in/ben-okoro/report").press("Send report");
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("What is wrong? Please write something here."), "{}", ada.text());
    for path in ["/in/nobody-here/report", "/in/ada-ruiz/report", "/in/ben-okoro/report?message=1"] {
        assert_eq!(ada.get(path).page.status, 404, "{path}");
    }
}

#[test]
fn reports_are_twenty_a_day() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    for number in 0..20 {
        ada.post("/in/ben-okoro/report", &[("reason", &format!("Again, {number}"))]);
        assert_eq!(ada.page.status, 303);
    }
    ada.post("/in/ben-okoro/report", &[("reason", "Once more")]);
    assert!(ada.page.status == 422 || ada.page.status == 429, "{}", ada.page.status);
    assert!(ada.page.body.contains("Once more") || ada.page.status == 429);
}

#[test]
fn report_and_disconnect_is_one_step() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ada, &mut ben);
    ben.open("/inbox/ada-ruiz").fill("message", "Buy my watch").press("Send message");
    let before = ben.told();
    ada.open("/inbox/ben-okoro").go("Report and disconnect").fill("reason", "Spam").press("Report and disconnect");
    assert!(
        ada.sees("Your report is sent.") && ada.sees("You are no longer connected with Ben Okoro."),
        "{}",
        ada.text()
    );
    assert_eq!(ben.told(), before);
    mia.open("/moderation").go("Report of a message: Ben Okoro");
    assert!(mia.sees("Spam") && mia.sees("Buy my watch"), "{}", mia.text());
    ada.open("/inbox/ben-okoro");
    assert!(ada.sees("You can write to your connections only."), "{}", ada.text());
}

#[test]
fn a_message_is_reported_with_its_neighbours() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ada, &mut ben);
    ada.open("/inbox/ben-okoro").fill("message", "Hello Ben").press("Send message");
    ben.open("/inbox/ada-ruiz").fill("message", "Buy my watch").press("Send message");
    ada.open("/inbox/ben-okoro").go("Report").fill("reason", "Spam").press("Send report");
    mia.open("/moderation").go("Report of a message: Ben Okoro");
    assert!(
        mia.sees("Hello Ben") && mia.sees("Buy my watch Reported") || mia.sees("Reported Buy my watch"),
        "{}",
        mia.text()
    );
}

#[test]
fn the_reported_are_told_nothing_of_a_report() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.letters();
    let pages = ["/", "/notifications", "/inbox", "/settings/moderation", "/settings/data", "/in/ada-ruiz"];
    let look = |ben: &mut Visitor| pages.map(|path| ben.open(path).text());
    let before = look(&mut ben);
    report(&mut ada, "ben-okoro", "He sells watches.");
    assert_eq!(look(&mut ben), before);
    assert_eq!(site.letters(), []);
}

#[test]
fn a_report_is_decided_once() {
    let site = Site::new();
    let (mut ada, mut mia) = (site.member("Ada Ruiz"), with_role(&site, "Mia Moder", Role::Moderator));
    let mut max = with_role(&site, "Max Moder", Role::Moderator);
    site.member("Ben Okoro");
    report(&mut ada, "ben-okoro", "Spam");
    max.open("/moderation").go("Report of a profile: Ben Okoro");
    decide(&mut mia, "Ben Okoro", "Please do not sell here.", "Warn");
    max.fill("told", "Out").press("Ban");
    assert!(max.sees("This is decided already."), "{}", max.text());
    assert_eq!(site.member("Cleo Vance").open("/in/ben-okoro").page.status, 200);
    let letters = site.letters();
    let subject_of = |name: &str| {
        let to = letters.iter().filter(|letter| letter.to.contains(name)).map(|letter| letter.subject.as_str());
        to.collect::<Vec<_>>()
    };
    assert_eq!(subject_of("ben-okoro"), ["A word from the moderators"]);
    assert_eq!(subject_of("ada-ruiz"), ["Your report was answered"]);
    let warned = letters.iter().find(|letter| letter.to.contains("ben-okoro")).unwrap();
    assert!(!warned.whole.contains("Ada") && warned.text.contains("Please do not sell here."), "{}", warned.text);
}

#[test]
fn a_suspended_member_sees_one_page() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    report(&mut ada, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "You sold watches.", "Suspend");
    for path in ["/", "/people", "/in/ada-ruiz", "/inbox", "/settings/account", "/moderation"] {
        ben.get(path);
        let to = ben.page.headers.iter().find(|(name, _)| name == "location").map(|(_, to)| to.as_str());
        assert_eq!((ben.page.status, to), (303, Some("/suspended")), "{path}");
    }
    ben.post("/in/ada-ruiz/invite", &[("note", "Hello")]);
    assert_eq!(ben.page.status, 303);
    assert!(ada.open("/invitations").sees("No invitations to answer"), "{}", ada.text());
    ben.open("/");
    assert!(ben.sees("Your account is suspended until") && ben.sees("You sold watches."), "{}", ben.text());
    assert_eq!(ben.open("/settings/data").page.status, 200);
    // Signed in anew, it is the same.
    ben.open("/suspended").press("Sign out");
    ben.open("/sign-in").fill("email", "ben-okoro@test.example").fill("password", crate::support::PASSWORD);
    ben.press("Sign in");
    assert!(ben.sees("You sold watches."), "{}", ben.text());
    // It ends by itself on its day.
    sql(&site, "UPDATE members SET suspended_until = 1 WHERE suspended_until IS NOT NULL");
    ben.open("/people");
    assert!(ben.sees("People"), "{}", ben.text());
}

#[test]
fn an_appeal_is_answered_by_mail() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    report(&mut ada, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "You sold watches.", "Ban");
    site.letters();
    ben.open("/");
    assert!(ben.sees("Your account is banned."), "{}", ben.text());
    ben.press("Send appeal");
    assert_eq!(ben.page.status, 422);
    ben.fill("appeal", "They were gifts.").press("Send appeal");
    assert!(ben.sees("You sent an appeal on"), "{}", ben.text());
    mia.open("/moderation").go("Appeal: Ben Okoro");
    assert!(mia.sees("They were gifts.") && mia.sees("You sold watches."), "{}", mia.text());
    mia.press("End the ban");
    let letters = site.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].subject, "Your account is open again");
    assert!(ben.open("/people").sees("People"));
}

#[test]
fn a_moderator_cannot_act_above_or_on_themselves() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    report(&mut ada, "mia-moder", "She mocks people");
    report(&mut ada, "member-root-admin", "Unfair too");
    // It would name who reported.
    assert!(!mia.open("/moderation").sees("She mocks people"), "{}", mia.text());
    let own = root.open("/moderation").go("Report of a profile: Mia Moder").page.path.clone();
    assert_eq!(mia.open(&own).page.status, 404);
    assert_eq!(mia.post(&own, &[("decision", "dismiss"), ("told", "")]).page.status, 404);
    mia.open("/moderation").go("Report of a profile: Root Admin");
    assert!(mia.sees("an administrator decides it") && !mia.has_button("Ban"), "{}", mia.text());
    decide(&mut root, "Mia Moder", "", "Dismiss");
}

#[test]
fn of_two_administrators_who_ban_each_other_one_stays() {
    let site = Site::new();
    let [ada, ben] = ["Ada Ruiz", "Ben Okoro"].map(|name| with_role(&site, name, Role::Administrator));
    let mut cara = site.member("Cara Aske");
    report(&mut cara, "ada-ruiz", "She sells watches.");
    let ban = |by: &Visitor, whom: &Visitor| {
        let (by, whom) = (Actor::Member(by.id), whom.id);
        let impose = |connection: &mut _| sanctions::impose(connection, by, whom, Decision::Banned, ("Spam", None));
        site.db.write_blocking(impose).unwrap()
    };
    assert_eq!(ban(&ada, &ben), Ok(()));
    // This one was on its way meanwhile.
    assert_eq!(ban(&ben, &ada), Err(OnlyAdministrator));
    let decided = site.db.write_blocking(|connection| {
        use amicable::schema::reports;
        let found = reports::table.select((reports::reported_id, reports::id)).first(connection)?;
        let verdict = Verdict { decision: Decision::Banned, reason: "Spam".into(), until: None };
        decide::decide(connection, Moderator { id: ben.id, role: Role::Administrator }, found, &verdict)
    });
    assert_eq!(decided.unwrap(), Err(decide::Refused::Only(OnlyAdministrator)));
    sql(&site, "UPDATE reports SET reason = 'still open' WHERE decision = 0");
    let open = site.db.read_blocking(|connection| {
        amicable::db::number(connection, "SELECT COUNT(*) AS number FROM reports WHERE reason = 'still open'")
    });
    assert_eq!(open.unwrap(), 1);
}

#[test]
fn who_looks_at_relationships_is_seen() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut cleo = site.member("Cleo Vance");
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ben, &mut cleo);
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").press("Disconnect");
    report(&mut cleo, "ben-okoro", "Spam");
    mia.open("/moderation").go("Report of a profile: Ben Okoro").go("Look at relationships");
    let look = mia.page.path.clone();
    assert!(mia.sees("Cleo Vance") && !mia.sees("Ada Ruiz"), "{}", mia.text());
    // From there one comes back to the report, which leads to the profile, too.
    assert!(mia.go("The report").has_button("Open the profile as it is now"), "{}", mia.text());
    mia.page.path = look;
    ben.open("/settings/moderation");
    assert!(ben.sees("Who looked") && ben.sees("Mia Moder"), "{}", ben.text());
    // What a browser fetches ahead is neither shown nor logged.
    assert_eq!(mia.ahead(&mia.page.path.clone()).status(), 404);
    assert_eq!(ben.open("/settings/moderation").page.body.matches("Mia Moder").count(), 1);
}

const NAME: &str = "Hanna Hide";
/// What is hidden of her, besides the name.
const HIDDEN: [&str; 5] = ["OFFENSIVE HEADLINE", "RUDE TOWN", "VILE COMPANY", "Cheap watches", "/photos/"];
/// From here every page is walked.
const WALKED: [&str; 9] = [
    "/",
    "/people",
    "/people?view=all",
    "/people?view=newest",
    "/people?q=hanna",
    "/in/hanna-hide",
    "/inbox/hanna-hide",
    "/in/opal-open/connections",
    "/contacts?membership=not_connected",
];

/// All that somebody gets: every page, what programs read, and the files.
fn everything_of(site: &Site, visitor: &mut Visitor) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for path in walk(visitor, &WALKED) {
        all.push((path.clone(), visitor.get(&path).page.body.clone()));
    }
    let files = ["connections.csv", "connections.vcf"].map(|file| format!("/connections/export/{file}"));
    for path in files
        .into_iter()
        .chain(["/in/hanna-hide/card.vcf", "/connections?sort=company", "/connections?q=offensive"].map(str::to_owned))
    {
        all.push((path.clone(), visitor.get(&path).page.body.clone()));
    }
    let program = Program::of(site, visitor);
    for path in ["/members/hanna-hide", "/connections", "/invitations/received", "/invitations/sent"] {
        all.push((format!("program {path}"), program.get(path).body.to_string()));
    }
    // What was asked for stands in the page again.
    let asked = |body: String| body.replace("value=\"hanna\"", "").replace("q=hanna", "");
    all.into_iter().map(|(path, body)| (path, asked(body))).collect()
}

#[test]
fn a_hidden_profile_shows_its_name_to_connections_alone() {
    let site = Site::unmetered();
    let names = ["Opal Open", "Stan Stranger", "Lena Left", "Gus Gone", "Iris Invited", "Rita Received"];
    let [mut open, mut stranger, mut left, mut gone, mut invited, mut received] = names.map(|name| site.member(name));
    let (mut hanna, mut mia) = (site.member(NAME), with_role(&site, "Mia Moder", Role::Moderator));
    for friend in [&mut open, &mut left, &mut gone] {
        connect(friend, &mut hanna);
    }
    connect(&mut stranger, &mut open);
    open.open("/settings/privacy").fill("connections_seen_by", "connections").press("Save");
    invited.open("/in/hanna-hide/invite").press("Send invitation");
    hanna.open("/in/rita-received/invite").press("Send invitation");
    gone.open("/in/hanna-hide").press("Disconnect");
    hanna.open("/in/lena-left").press("Disconnect");
    hanna.open("/settings/privacy").fill("found_by_email", "1").press("Save");
    let (headline, location) = ("OFFENSIVE HEADLINE", "RUDE TOWN");
    hanna.post("/profile", &[("full_name", NAME), ("headline", headline), ("location", location)]);
    hanna.post("/profile/about", &[("about", "Cheap watches")]);
    hanna
        .post("/profile/positions", &[("title", "Boss"), ("company", "VILE COMPANY"), ("from", "2020"), ("until", "")]);
    sql(&site, &format!("UPDATE members SET photo = 'a' WHERE id = {}", hanna.id));
    let book = b"Name,E-mail\nWork,hanna-hide@test.example\n";
    stranger.upload("/contacts/import", "file", book).follow().press("Confirm import");
    // All of it is there before.
    let shows = |site: &Site, who: &mut Visitor, what: &str| {
        everything_of(site, who).iter().filter(|(_, body)| body.contains(what)).map(|(path, _)| path.clone()).collect()
    };
    for what in HIDDEN {
        let pages: Vec<String> = shows(&site, &mut open, what);
        assert!(!pages.is_empty(), "{what}");
    }
    for path in ["/people?view=all", "/people?view=newest", "/inbox/hanna-hide", "/in/opal-open/connections"] {
        let pages: Vec<String> = shows(&site, &mut stranger, NAME);
        assert!(pages.iter().any(|page| page == path), "{path}: {pages:?}");
    }
    let pages: Vec<String> = shows(&site, &mut stranger, NAME);
    assert!(pages.iter().any(|page| page.starts_with("/contacts/")), "{pages:?}");

    report(&mut open, "hanna-hide", "Spam");
    decide(&mut mia, NAME, "Please change it.", "Hide");
    // Whoever was left sees what a stranger does, but for what they were told while they were connected.
    let told = |path: &str| path == "/notifications";
    for (who, path) in [(&mut stranger, ""), (&mut left, "/notifications")] {
        let pages: Vec<String> = shows(&site, who, NAME);
        assert!(pages.iter().all(|page| told(page) && page == path), "{}: {pages:?}", who.name);
        let name = who.name.clone();
        assert_eq!(who.get("/in/hanna-hide").page.status, 404, "{name}");
        assert_eq!(who.get("/inbox/hanna-hide").page.status, 404, "{name}");
        assert_eq!(who.post("/inbox/hanna-hide", &[("message", "Hello")]).page.status, 404, "{name}");
        assert_eq!(who.post("/inbox/hanna-hide/draft", &[("message", "Hello")]).page.status, 404, "{name}");
    }
    for who in [&mut open, &mut gone, &mut invited, &mut received] {
        assert!(who.open("/in/hanna-hide").sees(NAME), "{}", who.text());
        let pages: Vec<String> = shows(&site, who, NAME);
        assert!(pages.len() > 1, "{}: {pages:?}", who.name);
    }
    for who in [&mut open, &mut stranger, &mut left, &mut gone, &mut invited, &mut received] {
        for what in HIDDEN {
            let pages: Vec<String> = shows(&site, who, what);
            assert_eq!(pages, [] as [String; 0], "{}: {what}", who.name);
        }
    }
    // She sees and edits all of it.
    for (path, what) in [("/in/hanna-hide", headline), ("/profile", headline), ("/profile", location)] {
        assert!(hanna.get(path).page.body.contains(what), "{path}");
    }
    mia.open("/moderation?state=closed").go(&format!("Report of a profile: {NAME}")).press("Show the profile again");
    for what in HIDDEN {
        let pages: Vec<String> = shows(&site, &mut open, what);
        assert!(!pages.is_empty(), "{what}");
    }
    for path in ["/people?view=all", "/people?view=newest", "/people?q=hanna", "/in/opal-open/connections"] {
        assert!(stranger.open(path).sees(NAME), "{path}");
    }
}

#[test]
fn whoever_is_hidden_is_told_on_their_own_pages() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    report(&mut ada, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "You sold watches.", "Hide");
    assert_eq!(ada.get("/in/ben-okoro").page.status, 404);
    assert!(ben.open("/").sees("Moderators have hidden your profile."), "{}", ben.text());
    ben.go("See why");
    assert!(ben.sees("You sold watches.") && ben.sees("ask an administrator"), "{}", ben.text());
    ben.open("/in/ben-okoro");
    assert!(ben.sees("Moderators have hidden your profile") && ben.sees("ask an administrator"), "{}", ben.text());
    assert!(!ben.sees("Members of this network"), "{}", ben.text());
    mia.press("Show the profile again");
    assert!(mia.sees("The profile is shown again.") && !mia.sees("is told"), "{}", mia.text());
    let letters = site.letters();
    let of = |subject: &str| letters.iter().find(|one| one.to.contains("ben-okoro") && one.subject == subject).unwrap();
    assert!(of("Your profile is hidden").link("/settings/moderation").ends_with("/settings/moderation"));
    assert!(of("Your profile is shown again").text.contains("as they did before"), "{letters:?}");
    for path in ["/", "/in/ben-okoro"] {
        assert!(!ben.open(path).sees("hidden"), "{path}: {}", ben.text());
    }
    assert!(ben.sees("Members of this network"), "{}", ben.text());
}

/// Bans Ben Okoro, who appeals.
fn appealed(site: &Site, mia: &mut Visitor) -> Visitor {
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    report(&mut ada, "ben-okoro", "Spam");
    decide(mia, "Ben Okoro", "You sold watches.", "Suspend");
    ben.open("/").fill("appeal", "They were gifts.").press("Send appeal");
    ben
}

#[test]
fn each_suspension_can_be_appealed() {
    let site = Site::new();
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let mut ben = appealed(&site, &mut mia);
    assert!(ben.open("/suspended").sees("You sent an appeal on") && !ben.has_button("Send appeal"), "{}", ben.text());
    // It ends by itself, without an answer; the next one is about something else.
    sql(&site, "UPDATE members SET suspended_until = 1 WHERE suspended_until IS NOT NULL");
    sql(&site, "UPDATE reports SET created_at = created_at - 86400");
    let mut eve = site.member("Eve Lund");
    report(&mut eve, "ben-okoro", "Spam again");
    decide(&mut mia, "Ben Okoro", "You sold boats.", "Suspend");
    assert!(ben.open("/suspended").sees("You sold boats."), "{}", ben.text());
    ben.fill("appeal", "They float.").press("Send appeal");
    assert!(ben.sees("You sent an appeal on"), "{}", ben.text());
    assert!(mia.open("/moderation").text().matches("Appeal: Ben Okoro").count() == 2, "{}", mia.text());
}

#[test]
fn the_end_of_a_suspension_answers_the_appeal() {
    let site = Site::new();
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let ben = appealed(&site, &mut mia);
    mia.open("/moderation").go("Appeal: Ben Okoro");
    assert_eq!(mia.page.body.matches("End the suspension").count(), 1, "{}", mia.text());
    assert!(mia.sees("The appeal") && !mia.sees("What is wrong") && !mia.sees("who reported"), "{}", mia.text());
    let appeal = mia.page.path.clone();
    mia.post(&format!("/moderation/{}/lift", ben.id), &[]).follow();
    assert!(!mia.open("/moderation").sees("Appeal: Ben Okoro"), "{}", mia.text());
    assert!(mia.open(&appeal).sees("Suspension ended") && !mia.has_button("Dismiss"), "{}", mia.text());
}

#[test]
fn a_suspension_that_is_over_is_not_ended() {
    let site = Site::new();
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let ben = appealed(&site, &mut mia);
    sql(&site, &format!("UPDATE members SET suspended_until = 2 WHERE id = {}", ben.id));
    sql(&site, "UPDATE sanctions SET until = 2");
    mia.open("/moderation").go("Appeal: Ben Okoro");
    assert!(mia.sees("The suspension is over.") && !mia.has_button("End the suspension"), "{}", mia.text());
    mia.press("Dismiss");
    assert!(mia.sees("The report is decided."), "{}", mia.text());
}

#[test]
fn a_colon_stands_as_the_language_has_it() {
    let site = Site::new();
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    appealed(&site, &mut mia);
    mia.language = "fr".into();
    assert!(mia.open("/moderation").sees("Recours : Ben Okoro"), "{}", mia.text());
    assert!(mia.go("Recours : Ben Okoro").sees("Recours : Ben Okoro"), "{}", mia.text());
}

#[test]
fn what_is_told_at_once_stands_in_its_order() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Ben Okoro", "Cleo Vance", "Dora Lind", "Emil Berg"] {
        let mut other = site.member(name);
        connect(&mut ada, &mut other);
        let form = [("reason", "Spam"), ("conversation", "1"), ("disconnect", "1")];
        ada.post(&format!("/in/{}/report", other.handle), &form).follow();
        let text = ada.text();
        let at = |sentence: &str| text.find(sentence).unwrap_or_else(|| panic!("{sentence}: {text}"));
        assert!(at("Your report is sent.") < at("You are no longer connected"), "{text}");
    }
}

#[test]
fn an_expired_invitation_finds_no_hidden_profile() {
    let site = Site::unmetered();
    let names = ["Iris Invited", "Rita Received", "Opal Open"];
    let [mut invited, mut received, mut open] = names.map(|name| site.member(name));
    let mut hanna = site.member(NAME);
    for friend in [&mut invited, &mut received, &mut hanna] {
        connect(friend, &mut open);
    }
    open.open("/settings/privacy").fill("connections_seen_by", "connections").press("Save");
    invited.open("/in/hanna-hide/invite").press("Send invitation");
    hanna.open("/in/rita-received/invite").press("Send invitation");
    hanna.open("/settings/privacy").fill("found_by_email", "1").press("Save");
    let book = b"Name,E-mail\nZelda Quill,hanna-hide@test.example\n";
    for who in [&mut invited, &mut received] {
        who.upload("/contacts/import", "file", book).follow().press("Confirm import");
    }
    sql(&site, &format!("UPDATE members SET hidden_at = 1 WHERE id = {}", hanna.id));
    // Who stands to her in a way that they know of finds her name, until that is over.
    for who in [&mut invited, &mut received] {
        assert!(who.open("/in/hanna-hide").sees(NAME), "{}", who.text());
        assert!(who.open("/in/opal-open/connections").sees(NAME), "{}", who.text());
        assert!(who.open("/contacts?membership=not_connected").sees("Zelda Quill"), "{}", who.text());
    }
    site.days_pass(181);
    for who in [&mut invited, &mut received] {
        for path in ["/in/hanna-hide", "/in/hanna-hide/remarks", "/in/hanna-hide/report", "/inbox/hanna-hide"] {
            assert_eq!(who.get(path).page.status, 404, "{path}");
        }
        assert_eq!(who.post("/in/hanna-hide/block", &[]).page.status, 404);
        assert!(!who.open("/in/opal-open/connections").sees(NAME), "{}", who.text());
        assert!(!who.open("/contacts?membership=not_connected").sees("Zelda Quill"), "{}", who.text());
        assert_eq!(Program::of(&site, who).get("/members/hanna-hide").status, 404, "{}", who.name);
    }
}

/// The number on the badge of *Moderation*, if it is there.
fn waiting(visitor: &mut Visitor, path: &str) -> Option<String> {
    let body = visitor.open(path).page.body.clone();
    let link = body.split("href=\"/moderation\"").nth(1)?.split("</a>").next()?.to_owned();
    Some(link.split("badge count\">").nth(1).map_or("", |rest| rest.split('<').next().unwrap()).to_owned())
}

#[test]
fn moderators_see_how_many_reports_wait() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let (mut mia, mut mo) =
        (with_role(&site, "Mia Moder", Role::Moderator), with_role(&site, "Mo Moder", Role::Moderator));
    let wait = |mia: &mut Visitor| waiting(mia, "/people").unwrap();
    assert_eq!((wait(&mut mia), waiting(&mut ada, "/people")), (String::new(), None));
    report(&mut ada, "ben-okoro", "Spam");
    report(&mut ben, "ada-ruiz", "Spam too");
    assert_eq!(wait(&mut mia), "2");
    // One about herself is not hers to see.
    report(&mut ada, "mia-moder", "Power");
    assert_eq!((wait(&mut mia), wait(&mut mo)), ("2".into(), "3".into()));
    decide(&mut mia, "Ben Okoro", "Please stop.", "Warn");
    assert_eq!((wait(&mut mia), wait(&mut mo)), ("1".into(), "2".into()));
    assert_eq!(waiting(&mut ada, "/people"), None);
}

#[test]
fn who_opens_a_report_is_logged_once() {
    let site = Site::new();
    let (mut ada, mut mia) = (site.member("Ada Ruiz"), with_role(&site, "Mia Moder", Role::Moderator));
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    site.member("Ben Okoro");
    report(&mut ada, "ben-okoro", "Spam");
    let mut logged = || root.open("/admin/audit?act=report_opened").page.body.matches("Ben Okoro (ben-okoro)").count();
    mia.open("/moderation");
    let path = mia.page.body.split("href=\"").find(|rest| rest.starts_with("/moderation/")).unwrap();
    let path = path.split('"').next().unwrap().to_owned();
    mia.ahead(&path);
    assert_eq!(logged(), 0);
    mia.open(&path);
    mia.open(&path);
    assert_eq!(logged(), 1);
    with_role(&site, "Max Moder", Role::Moderator).open(&path);
    assert_eq!(logged(), 2);
}

#[test]
fn what_no_letter_says_is_not_promised() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let ben = site.member("Ben Okoro");
    let mut zoe = site.visitor();
    zoe.open("/sign-up").fill("full_name", "Zoe Vale").fill("email", "zoe@test.example");
    zoe.fill("password", crate::support::PASSWORD).press("Sign up");
    root.open("/admin/members?q=zoe").go("Zoe Vale").fill("told", "Out").press("Ban");
    assert!(root.sees("The member is banned.") && root.sees("They see it when they sign in."), "{}", root.text());
    root.press("End the ban");
    assert!(root.sees("The ban is over.") && !root.sees("The member is told"), "{}", root.text());
    root.open(&format!("/admin/members/{}", ben.id)).fill("told", "Out").fill("until", &in_days(5)).press("Suspend");
    assert!(root.sees("The member is suspended.") && !root.sees("No e-mail goes"), "{}", root.text());
    root.press("End the suspension");
    assert!(root.sees("The suspension is over. The member is told."), "{}", root.text());
}

#[test]
fn a_report_about_the_only_administrator_says_that_it_waits() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let only = with_role(&site, "Rolf Boss", Role::Administrator).handle;
    ada.open(&format!("/in/{only}")).go("Report").fill("reason", "Rude").press("Send report");
    assert!(ada.sees("It is about the only administrator, so it waits until there is a second one."), "{}", ada.text());
    with_role(&site, "Rita Admin", Role::Administrator);
    report(&mut ada, &only, "Rude again");
    assert!(!ada.sees("only administrator"), "{}", ada.text());
}

#[test]
fn a_press_on_the_page_of_somebody_hidden_tells_no_leaver() {
    let site = Site::unmetered();
    let [mut gus, mut eva, mut fay] = ["Gus Berg", "Eva Lund", "Fay Orr"].map(|name| site.member(name));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut gus, &mut eva);
    connect(&mut gus, &mut fay);
    report(&mut eva, "gus-berg", "Spam");
    decide(&mut mia, "Gus Berg", "Please change it.", "Hide");
    let pages = [&mut eva, &mut fay].map(|who| who.open("/in/gus-berg/disconnect").page.clone());
    gus.post("/in/eva-lund/disconnect", &[]);
    for (who, page) in [&mut eva, &mut fay].into_iter().zip(pages) {
        who.page = page;
        who.press("Disconnect");
        assert!(who.sees("You are no longer connected with Gus Berg.") && who.has_button("Undo"), "{}", who.text());
        assert!(who.open("/connections/disconnected").sees("Gus Berg"), "{}", who.text());
    }
    // A stranger, and a press that proves nothing, find nobody.
    let mut ida = site.member("Ida Holm");
    assert_eq!(ida.post("/in/gus-berg/disconnect", &[]).page.status, 404);
}

#[test]
fn only_an_appeal_is_lifted() {
    let site = Site::new();
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    appealed(&site, &mut mia);
    let mut eve = site.member("Eve Lund");
    report(&mut eve, "ada-ruiz", "Spam");
    for (opens, refused) in
        [("Report of a profile: Ada Ruiz", "lift"), ("Appeal: Ben Okoro", "ban"), ("Appeal: Ben Okoro", "open")]
    {
        let path = mia.open("/moderation").go(opens).page.path.clone();
        mia.post(&path, &[("decision", refused), ("told", "No."), ("until", "")]);
        assert_eq!(mia.page.status, 400, "{refused}: {}", mia.text());
        assert!(mia.open("/moderation").sees(opens), "{}", mia.text());
    }
}

#[test]
fn a_ban_is_ended_behind_many_later_decisions() {
    let site = Site::new();
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    report(&mut ada, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "You sold watches.", "Ban");
    let warned = |number: i64| {
        sql(
            &site,
            &format!(
                "INSERT INTO sanctions (member_id, id, kind, created_at, reason) \
                 SELECT {}, MAX(id) + 1, 2, {number}, 'Again {number}.' FROM sanctions",
                ben.id
            ),
        );
    };
    (0..25).for_each(warned);
    assert!(ben.open("/suspended").sees("You sold watches."), "{}", ben.text());
    mia.open("/moderation?state=closed").go("Report of a profile: Ben Okoro").press("End the ban");
    assert!(ben.open("/people").sees("People"), "{}", ben.text());
}
