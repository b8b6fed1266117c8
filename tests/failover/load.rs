//! People who use the site without a pause, and remember what they were answered.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use amicable::accounts;
use amicable::accounts::{NewMember, password};
use amicable::connections;
use amicable::db::Db;
use amicable::ids::{Between, MemberId};
use amicable::relationship::Action;
use amicable::relationship::Limits;
use amicable::schema::{connection_counts, notifications, relationships};
use diesel::prelude::*;

const PASSWORD: &str = "a quiet password";
/// People who invite, and as many who leave and come back.
const PEOPLE: usize = 6;
/// What one person did to another, and how it was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// 303: done.
    Done,
    /// Anything else, or none: it may have been done or not.
    Unknown,
}

#[derive(Default)]
struct Told {
    /// By inviting and invited member.
    invited: HashMap<(MemberId, MemberId), Answer>,
    /// What the last change was to be, and how it was answered, by who made it.
    left: HashMap<(MemberId, MemberId), (bool, Answer)>,
    errors: Vec<String>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    requests: AtomicU64,
    longest: AtomicU64,
    told: Mutex<Told>,
}

/// Members by id and handle.
type Member = (MemberId, String);

pub struct Load {
    address: String,
    inviting: Vec<(Member, Vec<Member>)>,
    leaving: Vec<(Member, Member)>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    longest: AtomicU64,
}

impl Load {
    /// Makes the members, and for each of those who invite as many others.
    pub fn prepare(db: &Db, address: &str, others: usize) -> Load {
        let hashed = password::hash_now(PASSWORD).unwrap();
        let limits = Limits::default();
        let member = |connection: &mut amicable::db::Connection, name: String| {
            let email = format!("{name}@test.example");
            let new = NewMember {
                full_name: name.clone(),
                email,
                password: hashed.clone(),
                role: amicable::members::role::Role::Member,
            };
            (accounts::register(connection, &new).unwrap().unwrap(), name)
        };
        let (inviting, leaving) = db
            .write_blocking(|connection| {
                let mut inviting = Vec::new();
                for number in 0..PEOPLE {
                    let others =
                        (0..others).map(|other| member(connection, format!("other{number}-{other}"))).collect();
                    inviting.push((member(connection, format!("inviting{number}")), others));
                }
                let mut leaving = Vec::new();
                for number in 0..PEOPLE {
                    let one = member(connection, format!("leaving{number}"));
                    let other = member(connection, format!("friend{number}"));
                    for (by, (a, b)) in [(Action::Invite, (one.0, other.0)), (Action::Accept, (other.0, one.0))] {
                        connections::act(connection, &limits, Between { viewer: a, other: b }, by, "")?.unwrap();
                    }
                    leaving.push((one, other));
                }
                Ok((inviting, leaving))
            })
            .unwrap();
        let (shared, threads) = (Arc::default(), Vec::new());
        Load { address: address.to_owned(), inviting, leaving, shared, threads, longest: AtomicU64::new(0) }
    }

    pub fn start(&mut self) {
        for ((me, handle), others) in self.inviting.clone() {
            let person = Person::sign_in(&self.address, &handle, &self.shared);
            self.threads.push(std::thread::spawn(move || {
                for (other, name) in others {
                    if person.shared.stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let answer = person.post(&format!("/in/{name}/invite"));
                    person.shared.told.lock().unwrap().invited.insert((me, other), answer);
                    person.look("/invitations?box=sent");
                    std::thread::sleep(Duration::from_millis(400));
                }
            }));
        }
        for ((me, handle), (other, name)) in self.leaving.clone() {
            let person = Person::sign_in(&self.address, &handle, &self.shared);
            self.threads.push(std::thread::spawn(move || {
                for leave in [true, false].into_iter().cycle() {
                    if person.shared.stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let answer = person.post(&format!("/in/{name}/{}", if leave { "disconnect" } else { "re-invite" }));
                    person.shared.told.lock().unwrap().left.insert((me, other), (leave, answer));
                    person.look("/connections");
                    std::thread::sleep(Duration::from_millis(50));
                }
            }));
        }
    }

    /// Forgets the longest wait so far; gives what to hand to [`Load::said_since`].
    fn begin_step(&self) -> (u64, usize) {
        let longest = self.shared.longest.swap(0, Ordering::Relaxed);
        self.longest.fetch_max(longest, Ordering::Relaxed);
        (self.shared.requests.load(Ordering::Relaxed), self.shared.told.lock().unwrap().errors.len())
    }

    /// Lets something happen under the load, waits a while after it, and prints what people saw.
    pub fn step(&self, name: &str, after: Duration, act: &mut dyn FnMut()) {
        std::thread::sleep(Duration::from_secs(2));
        let before = self.begin_step();
        let took = Instant::now();
        act();
        std::thread::sleep(after);
        println!("{name:<36} {:4.1} s, {}", took.elapsed().as_secs_f64(), self.said_since(before));
    }

    fn said_since(&self, (requests, errors): (u64, usize)) -> String {
        let told = self.shared.told.lock().unwrap();
        let since = &told.errors[errors..];
        let what: HashSet<&String> = since.iter().collect();
        format!(
            "{:5} requests, {} errors, longest {:.1} s {}",
            self.shared.requests.load(Ordering::Relaxed) - requests,
            since.len(),
            self.shared.longest.load(Ordering::Relaxed) as f64 / 1e3,
            what.into_iter().cloned().collect::<Vec<_>>().join("; ")
        )
    }

    /// Compares what is stored with what people were answered.
    pub fn stop_and_check(mut self, db: &Db) -> Found {
        self.begin_step();
        self.shared.stop.store(true, Ordering::Relaxed);
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
        let told = std::mem::take(&mut *self.shared.told.lock().unwrap());
        let mut found = Found {
            requests: self.shared.requests.load(Ordering::Relaxed),
            errors: told.errors.len(),
            longest: self.longest.load(Ordering::Relaxed),
            answered: told.invited.values().filter(|answer| **answer == Answer::Done).count(),
            ..Found::default()
        };
        let (sides, told_of, counts) = db
            .write_blocking(|connection| {
                let sides: Vec<(MemberId, MemberId, i16)> = relationships::table
                    .select((relationships::owner_id, relationships::other_id, relationships::state))
                    .load(connection)?;
                let told_of: Vec<(MemberId, MemberId)> =
                    notifications::table.select((notifications::other_id, notifications::owner_id)).load(connection)?;
                let counts: Vec<(MemberId, i32)> = connection_counts::table
                    .select((connection_counts::member_id, connection_counts::number))
                    .load(connection)?;
                Ok((sides, told_of, counts))
            })
            .unwrap();
        let state: HashMap<(MemberId, MemberId), i16> =
            sides.iter().map(|(owner, other, state)| ((*owner, *other), *state)).collect();
        for ((me, other), answer) in &told.invited {
            let pair = (state.get(&(*me, *other)), state.get(&(*other, *me)));
            let times = told_of.iter().filter(|pair| **pair == (*me, *other)).count();
            match (pair, times) {
                ((Some(1), Some(2)), 1) => {}
                ((None, None), 0) => found.lost += usize::from(*answer == Answer::Done),
                (_, 2..) => found.doubled += 1,
                _ => found.half_done += 1,
            }
        }
        for ((me, other), (left, answer)) in &told.left {
            let is_left = match (state.get(&(*me, *other)), state.get(&(*other, *me))) {
                (Some(5), Some(6)) => true,
                (Some(4), Some(4)) => false,
                _ => {
                    found.half_done += 1;
                    continue;
                }
            };
            found.lost += usize::from(*answer == Answer::Done && is_left != *left);
        }
        for (member, count) in counts {
            let connected = sides.iter().filter(|(owner, _, state)| *owner == member && *state == 4).count();
            found.half_done += usize::from(usize::try_from(count).unwrap() != connected);
        }
        found
    }
}

#[derive(Default)]
pub struct Found {
    requests: u64,
    answered: usize,
    lost: usize,
    doubled: usize,
    half_done: usize,
    pub errors: usize,
    longest: u64,
}

impl Found {
    /// Whether nothing was lost, doubled or half done.
    pub fn sound(&self) -> bool {
        self.lost + self.doubled + self.half_done == 0 && self.answered > 0
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "lost = {}, doubled = {}, half done = {}, errors people saw = {}, longest pause = {:.1} s ({} requests, {} invitations answered as sent)",
            self.lost,
            self.doubled,
            self.half_done,
            self.errors,
            self.longest as f64 / 1e3,
            self.requests,
            self.answered
        )
    }
}

struct Person {
    agent: ureq::Agent,
    address: String,
    shared: Arc<Shared>,
}

impl Person {
    fn sign_in(address: &str, name: &str, shared: &Arc<Shared>) -> Person {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let agent: ureq::Agent = config.timeout_global(Some(Duration::from_secs(40))).build().into();
        let form = [("email", format!("{name}@test.example")), ("password", PASSWORD.to_owned())];
        let answer = agent.post(format!("{address}/sign-in")).send_form(form).unwrap();
        assert_eq!(answer.status(), 303);
        Person { agent, address: address.to_owned(), shared: shared.clone() }
    }

    fn post(&self, path: &str) -> Answer {
        let send = || Ok(self.agent.post(format!("{}{path}", self.address)).send_empty()?.status().as_u16());
        if self.timed(path, 303, send) { Answer::Done } else { Answer::Unknown }
    }

    fn look(&self, path: &str) {
        let look = || {
            let mut answer = self.agent.get(format!("{}{path}", self.address)).call()?;
            answer.body_mut().read_to_string()?;
            Ok(answer.status().as_u16())
        };
        self.timed(path, 200, look);
    }

    fn timed(&self, path: &str, wanted: u16, ask: impl FnOnce() -> Result<u16, ureq::Error>) -> bool {
        let started = Instant::now();
        let answer = ask();
        let took = u64::try_from(started.elapsed().as_millis()).unwrap();
        self.shared.longest.fetch_max(took, Ordering::Relaxed);
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
        let verb = path.rsplit('/').next().unwrap_or_default();
        let error = match answer {
            Ok(status) if status == wanted => return true,
            Ok(status) => format!("{verb}: {status}"),
            Err(why) => format!("{verb}: {why}"),
        };
        self.shared.told.lock().unwrap().errors.push(error);
        false
    }
}
