//! Two versions at once: a released one, whose binary `AMICABLE_RELEASE` names, and this one, on one PostgreSQL, while members
//! use the site. docs/operating.md says how the
//! binary is made.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};

use amicable::db::{Schema, run_migrations};
use diesel::prelude::*;

use crate::database::{Database, on_postgres};
use crate::program::{Served, amicable, run};

/// Members who use the site at the same time.
const MEMBERS: usize = 6;
/// Rounds of each member after every change of the nodes: fewer messages in all than one may send to new connections in a day.
const ROUNDS: usize = 5;

/// This version. What begins with AMICABLE_ is a setting to it.
fn this(arguments: &[&str]) -> Command {
    let mut command = amicable(arguments);
    command.env_remove("AMICABLE_RELEASE");
    command
}

/// The program as it was released.
fn released(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var("AMICABLE_RELEASE").unwrap());
    command.args(arguments).env_remove("AMICABLE_RELEASE").env_remove("DATABASE_URL").env("AMICABLE_MAIL", "off");
    command
}

fn serve(database: &Database, program: fn(&[&str]) -> Command) -> Served {
    Served::start(program(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]))
}

/// Where the site is served: what stands in front of it asks one after the other. Nobody is asked while the list changes, as
/// a proxy lets requests end before it takes a node away.
struct Nodes {
    addresses: RwLock<Vec<String>>,
    asked: AtomicUsize,
    answers: Mutex<BTreeMap<(String, u16), usize>>,
}

impl Nodes {
    fn of(address: &str) -> Nodes {
        let addresses = RwLock::new(vec![address.to_owned()]);
        Nodes { addresses, asked: AtomicUsize::new(0), answers: Mutex::default() }
    }

    fn set(&self, served: &[&Served]) {
        *self.addresses.write().unwrap() = served.iter().map(|one| one.address.clone()).collect();
    }

    /// Sends a request to whoever is next. Returns how it was answered.
    fn ask(&self, send: impl Fn(&str) -> u16) -> u16 {
        let addresses = self.addresses.read().unwrap();
        let address = &addresses[self.asked.fetch_add(1, Ordering::Relaxed) % addresses.len()];
        let status = send(address);
        *self.answers.lock().unwrap().entry((address.clone(), status)).or_default() += 1;
        assert!(status < 500, "{address} answered {status}");
        status
    }
}

/// A member who uses the site, and what they were told is done.
struct Member<'a> {
    nodes: &'a Nodes,
    agent: ureq::Agent,
    id: i64,
    friends: Vec<String>,
    strangers: Vec<String>,
    disconnected: Vec<String>,
    invited: Vec<String>,
    written: Vec<String>,
}

impl<'a> Member<'a> {
    fn sign_in(database: &Database, nodes: &'a Nodes, id: i64) -> Member<'a> {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let (friends, strangers) = others(database, id);
        let lists = (Vec::new(), Vec::new(), Vec::new());
        let (disconnected, invited, written) = lists;
        let member =
            Member { nodes, agent: config.build().into(), id, friends, strangers, disconnected, invited, written };
        let (email, password) = (format!("member{id}@seed.example"), amicable::demo::seed::PASSWORD);
        assert_eq!(member.post("/sign-in", &[("email", &email), ("password", password)]), 303);
        member
    }

    fn get(&self, path: &str) {
        let get = |address: &str| self.agent.get(format!("{address}{path}")).call().unwrap().status().as_u16();
        assert_eq!(self.nodes.ask(get), 200, "{path}");
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> u16 {
        let send = |address: &str| {
            let request = self.agent.post(format!("{address}{path}"));
            request.send_form(form.iter().copied()).unwrap().status().as_u16()
        };
        self.nodes.ask(send)
    }

    fn round(&mut self) {
        let friend = self.friends.pop().unwrap();
        for path in ["/", "/connections", "/inbox", "/notifications", "/people?q=an", &format!("/in/{friend}")] {
            self.get(path);
        }
        let text = format!("{} for {friend}", self.id);
        assert_eq!(self.post(&format!("/inbox/{friend}"), &[("message", &text)]), 303);
        self.written.push(text);
        // Away and back at whichever node, then away for good.
        for verb in ["disconnect", "re-invite", "disconnect"] {
            assert_eq!(self.post(&format!("/in/{friend}/{verb}"), &[]), 303, "{verb}");
        }
        self.disconnected.push(friend);
        if let Some(stranger) = self.strangers.pop() {
            assert_eq!(self.post(&format!("/in/{stranger}/invite"), &[]), 303);
            self.invited.push(stranger);
        }
    }

    /// What they were told is done is so in the database.
    fn finds_everything(&self, database: &Database) {
        let state = |handle: &String| state_of(database, self.id, handle);
        for handle in &self.disconnected {
            assert_eq!(state(handle), Some(5), "{} and {handle}", self.id);
        }
        // Who accepts automatically is connected at once.
        for handle in &self.invited {
            assert!(matches!(state(handle), Some(1 | 4)), "{} and {handle}: {:?}", self.id, state(handle));
        }
        let all = super::texts(&database.open(), "messages", "text");
        for text in &self.written {
            assert_eq!(all.iter().filter(|one| *one == text).count(), 1, "{text}");
        }
    }
}

/// With whom a member is connected, and a few with whom nothing is, none of whom uses the site meanwhile.
fn others(database: &Database, id: i64) -> (Vec<String>, Vec<String>) {
    use amicable::schema::{members, relationships};
    let others = |connection: &mut amicable::db::Connection| {
        let theirs = relationships::table.filter(relationships::owner_id.eq(id));
        let quiet = members::table.filter(members::id.gt(MEMBERS as i64));
        let friends =
            theirs.filter(relationships::state.eq(4)).select(relationships::other_id).load::<i64>(connection)?;
        let all = theirs.select(relationships::other_id).load::<i64>(connection)?;
        let friends = quiet.filter(members::id.eq_any(friends)).select(members::handle).load(connection)?;
        // Whom nobody else invites.
        let strangers = quiet.filter(members::id.ne_all(all)).filter(members::id.ge(id * 100 + 100));
        let strangers = strangers.filter(members::id.lt(id * 100 + 200)).order(members::id).limit(20);
        Ok((friends, strangers.select(members::handle).load(connection)?))
    };
    database.open().write_blocking(others).unwrap()
}

fn state_of(database: &Database, id: i64, handle: &str) -> Option<i16> {
    use amicable::schema::{members, relationships};
    let state = |connection: &mut amicable::db::Connection| {
        let theirs = relationships::table.inner_join(members::table.on(members::id.eq(relationships::other_id)));
        let row = theirs.filter(relationships::owner_id.eq(id)).filter(members::handle.eq(handle));
        Ok(row.select(relationships::state).first(connection).optional()?)
    };
    database.open().read_blocking(state).unwrap()
}

/// Everybody goes through some rounds, while something happens.
fn meanwhile<T>(members: &mut [Member], happens: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        for member in members {
            scope.spawn(|| (0..ROUNDS).for_each(|_| member.round()));
        }
        happens()
    })
}

#[test]
#[ignore = "takes a released version: AMICABLE_RELEASE"]
fn two_versions_serve_one_database_and_lose_nothing() {
    assert!(on_postgres(), "TEST_DATABASE_URL names no server");
    let database = Database::empty();
    let url = database.argument();
    let size = ["--members", "900", "--connections", "30000"];
    let (done, said) = run(released(&["seed", "--database-url", &url]).args(size));
    assert!(done, "{said}");
    let mut old = serve(&database, released);
    let nodes = Nodes::of(&old.address);
    let mut members: Vec<Member> = (1..).take(MEMBERS).map(|id| Member::sign_in(&database, &nodes, id)).collect();
    let (migrated, said) = meanwhile(&mut members, || run(&mut this(&["migrate", "--database-url", &url])));
    if migrated {
        // Both versions, then this one alone.
        let new = serve(&database, this);
        meanwhile(&mut members, || nodes.set(&[&old, &new]));
        meanwhile(&mut members, || ());
        nodes.set(&[&new]);
    } else {
        assert!(said.contains("Stop every node of the earlier version"), "{said}");
    }
    assert!(old.terminate().success());
    let (first, second) = (serve(&database, this), serve(&database, this));
    nodes.set(&[&first]);
    meanwhile(&mut members, || nodes.set(&[&first, &second]));
    members.iter().for_each(|member| member.finds_everything(&database));
    let (good, said) = run(&mut this(&["check", "--database-url", &url]));
    assert!(good, "{said}");
    println!("beside each other: {migrated}; answers: {:?}", nodes.answers.lock().unwrap());
}

#[test]
fn locks_move_only_where_no_earlier_version_serves() {
    if !on_postgres() {
        return;
    }
    let database = Database::empty();
    let db = database.open();
    db.fill(|connection| run_migrations(connection, &|version| version < "20261220000700", &|_| {})).unwrap();
    let url = database.argument();
    let sign = if url.contains('?') { '&' } else { '?' };
    let earlier = PgConnection::establish(&format!("{url}{sign}application_name=amicable")).unwrap();
    let refused = db.migrate().unwrap_err().to_string();
    assert!(refused.contains("Stop every node of the earlier version"), "{refused}");
    let known = db.read_blocking(|connection| Ok(Schema::of(connection)?.pending().len())).unwrap();
    assert!(known > 0, "nothing was changed");
    drop(earlier);
    db.migrate().unwrap();
}
