//! The load, from processes of its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use super::server::Server;

/// What was measured; times in milliseconds.
#[derive(Default)]
pub struct Measured {
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    /// Microseconds of CPU that a request took of the site's process.
    pub cpu: f64,
    /// The same of the database's own processes.
    pub engine_cpu: f64,
}

/// Ends with a sentence where `wrk` is missing.
pub fn check() {
    if Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("This benchmark loads the site with wrk: apt-get install wrk");
        std::process::exit(2);
    }
}

pub struct Load<'a> {
    pub server: &'a Server,
    pub folder: &'a Path,
}

impl Load<'_> {
    /// Loads with what a Lua body makes of the number `n` of the request.
    pub fn run(&self, cookie: &str, body: &str, at_once: u32, seconds: u32) -> Measured {
        let script = self.folder.join("load.lua");
        // What does not change from request to request is made once.
        let (before, body) = body.rsplit_once('\n').unwrap_or(("", body));
        let lua = format!(
            "wrk.headers['Cookie'] = '{cookie}'\nwrk.headers['Accept-Encoding'] = 'gzip'\nlocal n = 0\n{before}\n\
             function request()\n n = n + 1\n {body}\nend\n"
        );
        std::fs::write(&script, lua).unwrap();
        let before = (self.server.cpu(), self.server.engine_cpu());
        let output = Command::new("wrk")
            .args(["-t1", &format!("-c{at_once}"), &format!("-d{seconds}s"), "--latency", "-s"])
            .arg(&script)
            .arg(&self.server.address)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!text.contains("Non-2xx"), "{text}");
        let after = |label: &str| {
            let line = text.lines().find(|line| line.trim().starts_with(label)).unwrap_or_else(|| panic!("{text}"));
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        let done =
            text.lines().find(|line| line.contains("requests in")).and_then(|line| line.split_whitespace().next());
        let done: f64 = done.and_then(|done| done.parse().ok()).unwrap_or_else(|| panic!("{text}"));
        Measured {
            rate: after("Requests/sec:").parse().unwrap(),
            p50: millis(&after("50%")),
            p99: millis(&after("99%")),
            cpu: (self.server.cpu() - before.0) * 1e6 / done,
            engine_cpu: (self.server.engine_cpu() - before.1) * 1e6 / done,
        }
    }
}

fn millis(text: &str) -> f64 {
    let split = text.find(|letter: char| letter.is_alphabetic()).unwrap();
    let number: f64 = text[..split].parse().unwrap();
    number
        * match &text[split..] {
            "us" => 1e-3,
            "s" => 1e3,
            _ => 1.0,
        }
}

/// So many members, each of whom invites each of as many others, who accept: an invitation and its acceptance as one.
pub fn invite_and_accept(server: &Server, first: u32, people: u32) -> Measured {
    let times = Mutex::new(Vec::new());
    let inviting: Vec<_> = (first..first + people).map(|number| (number, server.member(number))).collect();
    let accepting: Vec<_> =
        (first + people..first + 2 * people).map(|number| (number, server.member(number))).collect();
    let started = Instant::now();
    std::thread::scope(|scope| {
        for (at, (me, inviter)) in inviting.iter().enumerate() {
            let (accepting, times) = (&accepting, &times);
            scope.spawn(move || {
                for step in 0..accepting.len() {
                    let (other, accepter) = &accepting[(at + step) % accepting.len()];
                    let started = Instant::now();
                    inviter.post(&format!("/in/member-{other:06}/invite"), &[]);
                    accepter.post(&format!("/in/member-{me:06}/accept"), &[]);
                    times.lock().unwrap().push(started.elapsed().as_secs_f64() * 1e3);
                }
            });
        }
    });
    let mut times = times.into_inner().unwrap();
    times.sort_by(f64::total_cmp);
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    Measured { rate, p50: times[times.len() / 2], p99: times[times.len() * 99 / 100], ..Measured::default() }
}
