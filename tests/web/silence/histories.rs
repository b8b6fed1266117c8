//! Random histories of two worlds that differ in one secret.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::presses::{FORMS, address};
use super::*;

/// Five members, of whom D may have left R, who live one short life after another.
struct Five {
    site: Site,
    /// D, R, and three others.
    members: Vec<Visitor>,
}

/// What happened between D and R before R's life is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// They were connected, and D left.
    Left,
    /// Nothing.
    Strangers,
    /// D blocked R, and took that back.
    Unblocked,
}

impl Five {
    fn new() -> Five {
        let site = Site::unmetered();
        let names = ["Dora Lind", "Rolf Aske", "Xenia Lind", "Yann Lind", "Zoe Lind"];
        let members = names.map(|name| site.member(name)).into();
        Five { site, members }
    }

    /// Lets everybody be strangers again; D accepts no invitations, an innocent cause of every refusal.
    fn begin_anew(&self) {
        for sql in [
            "DELETE FROM relationships".to_owned(),
            "DELETE FROM tags".to_owned(),
            "DELETE FROM notifications".to_owned(),
            "DELETE FROM message_copies".to_owned(),
            "DELETE FROM conversations".to_owned(),
            "UPDATE connection_counts SET number = 0, version = version + 1".to_owned(),
            format!("UPDATE members SET who_may_invite = 2 WHERE id = {}", self.members[0].id),
        ] {
            self.site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
        }
    }

    /// A random history, the same for each seed but for the secret, and all that R is answered in it.
    fn life(&mut self, seed: u64, secret: Secret) -> Vec<Told> {
        self.begin_anew();
        let mut chance = SmallRng::seed_from_u64(seed);
        for _ in 0..12 {
            // A day lies between any two moves, so that no order depends on how quickly they are made.
            self.site.days_pass(1);
            self.others_move(&mut chance, false);
        }
        self.site.days_pass(1);
        let (d, r) = (self.members[0].id, self.members[1].id);
        match secret {
            Secret::Left => {
                act(&self.site, (d, r), Action::Invite);
                act(&self.site, (r, d), Action::Accept);
                act(&self.site, (d, r), Action::Disconnect { may_invite_again: seed.is_multiple_of(3), page: None });
                // What R was told at the time stays, and is R's to know.
                let told = format!("DELETE FROM notifications WHERE owner_id = {r} AND other_id = {d}");
                self.site.db.write_blocking(|connection| Ok(diesel::sql_query(told).execute(connection)?)).unwrap();
            }
            Secret::Strangers => {}
            Secret::Unblocked => {
                act(&self.site, (d, r), Action::Block { page: None });
                act(&self.site, (d, r), Action::Unblock);
            }
        }
        let mut life = Vec::new();
        for _ in 0..16 {
            self.site.days_pass(1);
            if chance.random_bool(0.5) {
                self.others_move(&mut chance, true);
                continue;
            }
            let other = if chance.random_bool(0.6) { 0 } else { chance.random_range(2..5) };
            let (form, fields) = FORMS[chance.random_range(0..FORMS.len())];
            let handle = &self.members[other].handle;
            let (profile, path) = (format!("/in/{handle}"), address(form, handle));
            let what = format!("{path} {fields:?}");
            self.members[1].get(&profile).post(&path, fields);
            life.push(self.answered(&what));
            self.members[1].follow();
            life.push(self.answered(&what));
        }
        for path in PAGES {
            // Who left is not suggested, as nobody is to whom one already stands in some way.
            if !matches!(path, "/" | "/people") {
                self.members[1].get(path);
                life.push(self.answered(path));
            }
        }
        life
    }

    /// Somebody else moves, toward anybody. D does not invite R back, which would tell R honestly, and before the secret
    /// does nothing toward R at all.
    fn others_move(&self, chance: &mut SmallRng, has_secret: bool) {
        let me = [0, 2, 3, 4][chance.random_range(0..4)];
        let other = (me + chance.random_range(1..5)) % 5;
        if chance.random_bool(0.2) {
            let path = address("inbox", &self.members[other].handle);
            self.members[me].post_aside(&path, &[("message", "Hello")]);
            return;
        }
        let moves = [
            Action::Invite,
            Action::Accept,
            Action::Accept,
            Action::Decline,
            Action::UndoDecline,
            Action::Withdraw,
            Action::Disconnect { may_invite_again: false, page: None },
            Action::Block { page: None },
            Action::Unblock,
            Action::Unblock,
        ];
        let action = moves[chance.random_range(0..moves.len())];
        if (me, other) == (0, 1) && (!has_secret || matches!(action, Action::Invite | Action::Accept)) {
            return;
        }
        act(&self.site, (self.members[me].id, self.members[other].id), action);
    }

    fn answered(&self, what: &str) -> (String, u16, Vec<(String, String)>, String) {
        let page = &self.members[1].page;
        let body = without_numbers(without_hues(page.body.clone()));
        (what.to_owned(), page.status, headers(&page.headers), body)
    }
}

/// By hand, `AMICABLE_HISTORIES=5000 cargo test --test web random_histories`.
#[test]
fn random_histories_tell_nobody_who_left() {
    let histories = std::env::var("AMICABLE_HISTORIES").ok().and_then(|number| number.parse().ok()).unwrap_or(100);
    let (mut one, mut other) = (Five::new(), Five::new());
    for seed in 0..histories {
        let secret = if seed % 2 == 0 { Secret::Strangers } else { Secret::Unblocked };
        let (left, control) = (one.life(seed, Secret::Left), other.life(seed, secret));
        let trail: Vec<&String> = control.iter().map(|(what, ..)| what).collect();
        for (left, control) in left.iter().zip(&control) {
            assert_eq!(left, control, "history {seed}: {secret:?}\n{trail:#?}");
        }
    }
}
