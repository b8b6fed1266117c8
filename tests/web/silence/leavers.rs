//! D deletes her account, and until it is gone she may keep it. To R that is what a block would be, however the two stood; and
//! nothing of it tells whether she had left R before.

use amicable::connections::row::Row;
use amicable::schema::relationships;

use super::presses::{FORMS, address};
use super::*;
use crate::deletion::two_weeks_pass;
use crate::support::PASSWORD;

/// How D and R stood before.
const HISTORIES: [&str; 9] = [
    "connected",
    "left by D",
    "left by R",
    "re-invited by R",
    "re-invited by R long ago",
    "invited by R",
    "invited by D",
    "declined by R",
    "strangers",
];

/// Two who stood so, with pages that R opened before the end, and since when the two were connected.
struct Life {
    world: World,
    stale: Vec<crate::support::Page>,
    since: String,
}

impl Life {
    fn begun(history: &str) -> Life {
        let site = Site::unmetered();
        let [mut d, mut r, mut mona] = ["Dora Lind", "Rolf Aske", "Mona Lind"].map(|name| site.member(name));
        for friend in [&mut d, &mut r] {
            connect(&mut mona, friend);
        }
        d.open("/settings/privacy").fill("found_by_email", "1").press("Save");
        let book = "Name,E-mail\nDora at work,dora-lind@test.example\nZoe Ng,zoe@example.org\n";
        r.open("/contacts/import").upload("/contacts/import", "file", book.as_bytes()).follow().press("Confirm import");
        let invite = |one: &mut Visitor, other: &str| {
            one.open(&format!("/in/{other}/invite")).fill("note", "Hello").press("Send invitation");
        };
        match history {
            "strangers" => {}
            "invited by R" => invite(&mut r, "dora-lind"),
            "invited by D" => invite(&mut d, "rolf-aske"),
            "declined by R" => {
                invite(&mut d, "rolf-aske");
                r.open("/invitations").post("/invitations/decline", &[("member", "dora-lind")]).follow();
            }
            _ => {
                connect(&mut d, &mut r);
                d.open("/inbox/rolf-aske").fill("message", "Do you still sing?").press("Send message");
                r.open("/inbox/dora-lind").fill("message", "Every Tuesday").press("Send message");
            }
        }
        let since = site.connected_since(&r, &d);
        if matches!(history, "connected" | "left by D" | "left by R") {
            r.open("/connections/remove").fill("member", "dora-lind|mona-lind").press("Review removal");
            assert!(r.sees("Remove 2 connections"), "{}", r.text());
        }
        let stale = if since.is_empty() { Vec::new() } else { opened(&mut r) };
        match history {
            "left by D" => disconnect(&mut d, "at once"),
            "left by R" => {
                r.open("/in/dora-lind").press("Disconnect");
            }
            "re-invited by R" | "re-invited by R long ago" => {
                d.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
                r.open("/in/dora-lind").press("Disconnect");
                invite(&mut r, "dora-lind");
                site.days_pass(if history == "re-invited by R" { 1 } else { 200 });
            }
            _ => {}
        }
        // What nobody can be sent is kept as a draft; to whom it can be sent says it, before there is anything to hide.
        if !matches!(history, "connected" | "left by D") {
            r.post("/inbox/dora-lind", &[("message", "Are you there?")]).follow();
        }
        let c = site.visitor();
        for visitor in [&mut d, &mut r] {
            visitor.read_all().open("/");
        }
        Life { world: World { site, d, r, c, mona }, stale, since }
    }

    fn deletes(&mut self) {
        self.world.d.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
        assert!(self.world.d.sees("Your account will be deleted"), "{}", self.world.d.text());
    }

    fn keeps(&mut self) {
        self.world.d.open("/").press("Keep my account");
        assert!(self.world.d.sees("Your account is kept."), "{}", self.world.d.text());
        self.world.d.open("/");
    }

    /// All that R is answered from the end on.
    fn answers(&mut self) -> Vec<Told> {
        let (mut told, r) = (Vec::new(), &mut self.world.r);
        look(&mut told, r);
        for page in self.stale.drain(..) {
            press_stale(&mut told, r, page);
        }
        for (path, fields) in presses(&self.since) {
            r.open("/connections").post(&path, &fields);
            tell(&mut told, r, format!("{path} {fields:?}"));
            r.follow();
            tell(&mut told, r, format!("{path} {fields:?}, followed"));
        }
        look(&mut told, r);
        self.without_address(told)
    }

    /// Without what is another for each site: its address, which stands in the letters that it previews, and what names cards.
    fn without_address(&self, mut told: Vec<Told>) -> Vec<Told> {
        let host = without_numbers(self.world.site.address.trim_start_matches("http://").to_owned());
        for (.., body) in &mut told {
            let lines = body.split_inclusive('\n').filter(|line| !line.starts_with("UID:"));
            *body = lines.collect::<String>().replace(host.trim(), "SITE");
        }
        told
    }

    /// Every row of a relationship, and what both see.
    fn state(&mut self) -> (Vec<Row>, Vec<Answer>) {
        use relationships::{other_id, owner_id};
        let rows = relationships::table.order((owner_id, other_id)).select(Row::as_select());
        let rows = self.world.site.db.read_blocking(|connection| Ok(rows.load(connection)?)).unwrap();
        let World { d, r, .. } = &mut self.world;
        let both = [(r, "/in/dora-lind"), (d, "/in/rolf-aske")];
        let pages = both
            .into_iter()
            .flat_map(|(who, other)| PAGES.iter().chain(&[other]).map(|path| answer(who, path)).collect::<Vec<_>>());
        (rows, pages.collect())
    }
}

/// Opens what R has before her from now on: the bulk screen, D's page, the conversation, and the report of it.
fn opened(r: &mut Visitor) -> Vec<crate::support::Page> {
    ["/connections/remove", "/in/dora-lind", "/inbox/dora-lind", "/in/dora-lind/report?conversation=1&disconnect=1"]
        .map(|path| r.open(path).page.clone())
        .into()
}

fn press_stale(told: &mut Vec<Told>, r: &mut Visitor, page: crate::support::Page) {
    let what = page.path.clone();
    r.page = page;
    let mut press = |r: &mut Visitor, label: &str| {
        r.press(label);
        tell(told, r, format!("{label} on the stale {what}"));
    };
    match what.as_str() {
        "/connections/remove" => {
            press(r.fill("member", "dora-lind|mona-lind"), "Review removal");
            press(r, "Remove 1 connection");
            press(r, "Undo");
        }
        "/in/dora-lind" => press(r.fill("private_reason", "Moved"), "Disconnect"),
        "/inbox/dora-lind" => press(r.fill("message", "See you there?"), "Send message"),
        _ => press(r.fill("reason", "Spam"), "Report and disconnect"),
    }
}

/// Every form of a person, and every form of a list that may name one.
fn presses(since: &str) -> Vec<(String, Vec<(&str, &str)>)> {
    let mut all: Vec<(String, Vec<(&str, &str)>)> = Vec::new();
    for what in ["accept", "decline", "withdraw", "withdraw"] {
        all.push((format!("/invitations/{what}"), vec![("member", "dora-lind")]));
        all.push((format!("/invitations/{what}"), vec![("only", "dora-lind")]));
    }
    all.extend(FORMS.map(|(form, fields)| (address(form, "dora-lind"), fields.to_vec())));
    let of_person: [(&str, &[(&str, &str)]); 12] = [
        ("/in/dora-lind/report", &[("reason", "Spam")]),
        ("/in/dora-lind/report", &[("reason", "Spam"), ("invitation", "1")]),
        ("/in/dora-lind/report", &[("reason", "Spam"), ("conversation", "1")]),
        ("/in/dora-lind/report", &[("reason", "Spam"), ("conversation", "1"), ("disconnect", "1")]),
        ("/in/dora-lind/decline/undo", &[]),
        ("/in/dora-lind/block/undo", &[]),
        ("/connections/disconnected", &[("member", "dora-lind")]),
        ("/inbox/dora-lind/draft", &[("message", "Half a")]),
        ("/inbox/dora-lind/unread", &[]),
        ("/inbox/dora-lind/delete-before", &[("before", "2020-01-01")]),
        ("/people/dora-lind/suggest-again", &[]),
        ("/inbox/dora-lind/delete", &[]),
    ];
    all.extend(of_person.map(|(path, fields)| (path.to_owned(), fields.to_vec())));
    for form in ["disconnect", "block", "report"] {
        let proof = [("connected_since", since), ("reason", "Spam"), ("conversation", "1"), ("disconnect", "1")];
        all.push((format!("/in/dora-lind/{form}"), proof.to_vec()));
    }
    all
}

fn tell(told: &mut Vec<Told>, r: &Visitor, what: String) {
    let (status, headers, body) = seen(r);
    told.push((without_numbers(what), status, headers, body));
}

/// Opens every page.
fn look(told: &mut Vec<Told>, r: &mut Visitor) {
    for path in PAGES {
        r.get(path);
        tell(told, r, path.to_owned());
    }
    let pages = all_pages(r).into_iter();
    told.extend(pages.map(|(path, (status, headers, body))| (without_numbers(path), status, headers, body)));
}

fn assert_alike(history: &str, one: &[Told], other: &[Told]) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other, "{history}");
    }
    assert_eq!(one.len(), other.len(), "{history}");
}

#[test]
fn a_deletion_under_way_is_answered_as_a_block() {
    for history in HISTORIES {
        let (mut blocks, mut leaves) = (Life::begun(history), Life::begun(history));
        blocks.world.d.open("/in/rolf-aske").press("Block");
        assert!(blocks.world.d.open("/connections/blocked").sees("Rolf Aske"), "{history}");
        leaves.deletes();
        assert_alike(history, &blocks.answers(), &leaves.answers());
    }
}

#[test]
fn whoever_is_blocked_is_unblocked_also_while_they_leave() {
    let site = Site::new();
    let mut r = site.member("Rolf Aske");
    let mut them = ["Dora Lind", "Edda Lind"].map(|name| site.member(name));
    for one in &mut them {
        connect(&mut r, one);
        r.open(&format!("/in/{}", one.handle)).press("Block");
    }
    let [d, _] = &mut them;
    d.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
    let blocked = |r: &mut Visitor, handle: &str| {
        let paths = ["/connections/blocked".to_owned(), format!("/in/{handle}"), format!("/in/{handle}/invite")];
        let pages = paths.map(|path| {
            r.get(&path);
            seen(r)
        });
        pages.map(|(status, _, body)| {
            (status, body.replace("dora-lind", "edda-lind").replace("Dora", "Edda").replace(">DL<", ">EL<"))
        })
    };
    let (gone, there) = (blocked(&mut r, "dora-lind"), blocked(&mut r, "edda-lind"));
    assert_eq!(gone[1..], there[1..]);
    assert_eq!(r.open("/connections/blocked").post("/in/dora-lind/unblock", &[]).page.status, 303);
    assert!(r.follow().sees("Dora Lind") && r.page.status == 200, "{}", r.text());
    assert!(
        !r.open("/connections/blocked").sees("Dora Lind") && !r.open("/connections/disconnected").sees("Dora Lind")
    );
    assert_eq!(r.get("/in/dora-lind").page.status, 404);
    d.open("/").press("Keep my account");
    assert!(r.open("/connections/disconnected").sees("Dora Lind"), "{}", r.text());
}

#[test]
fn a_deletion_tells_nobody_who_had_left_before() {
    let (mut left, mut stayed) = (Life::begun("left by D"), Life::begun("connected"));
    left.deletes();
    stayed.deletes();
    assert_alike("under way", &left.answers(), &stayed.answers());
    let [gone, control] = [&mut left, &mut stayed].map(|life| {
        two_weeks_pass(&life.world.site);
        let mut told = Vec::new();
        look(&mut told, &mut life.world.r);
        life.without_address(told)
    });
    assert_alike("over", &gone, &control);
}

#[test]
fn a_kept_account_stands_to_everybody_as_before() {
    for history in HISTORIES {
        let mut life = Life::begun(history);
        let before = life.state();
        life.deletes();
        life.keeps();
        assert_eq!(life.state(), before, "{history}");
    }
}

#[test]
fn a_block_of_a_reinvite_answers_every_withdrawal_alike() {
    let [mut blocked, mut ignored] = [(); 2].map(|()| Life::begun("re-invited by R"));
    blocked.world.d.open("/in/rolf-aske").press("Block");
    let told = [&mut blocked, &mut ignored].map(|life| {
        [(); 2].map(|()| {
            let r = &mut life.world.r;
            r.open("/connections").post("/invitations/withdraw", &[("member", "dora-lind")]).follow();
            r.text().split('×').next().unwrap().to_owned()
        })
    });
    assert!(told[1][1].contains("Your invitation to Dora Lind is withdrawn."), "{told:?}");
    assert_eq!(told[0], told[1]);
}

#[test]
fn what_was_withdrawn_under_a_deletion_stays_withdrawn() {
    for history in ["invited by R", "re-invited by R"] {
        let [mut control, mut life] = [Life::begun(history), Life::begun(history)];
        life.deletes();
        let withdraw = |life: &mut Life| {
            life.world.r.open("/connections").post("/invitations/withdraw", &[("member", "dora-lind")]).follow();
            assert!(life.world.r.sees("Your invitation to Dora Lind is withdrawn."), "{}", life.world.r.text());
        };
        withdraw(&mut life);
        assert!(!life.world.r.open("/connections/disconnected").sees("Dora Lind"), "{history}");
        life.keeps();
        withdraw(&mut control);
        for life in [&mut control, &mut life] {
            assert!(life.world.d.open("/invitations").sees("No invitations to answer"), "{history}");
        }
        let states = [control, life].map(|mut life| {
            let pages = PAGES.map(|path| {
                life.world.r.get(path);
                seen(&life.world.r)
            });
            pages.to_vec()
        });
        assert_eq!(states[0], states[1], "{history}");
    }
}
