//! Processes and servers of tests that take parts of a site away, each ended by its id.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A port that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A process that is killed when it is dropped.
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command, log: &Path) -> Process {
        let file = || std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        Process(command.stdin(Stdio::null()).stdout(file()).stderr(file()).spawn().unwrap())
    }

    /// As a crash: no word of farewell.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// As an operator stops it.
    pub fn stop(&mut self) {
        signal("TERM", &[self.0.id()]);
        let _ = self.0.wait();
    }

    /// As one that has so much to do that it answers nobody for a while.
    pub fn stand_still(&self, time: Duration) {
        signal("STOP", &[self.0.id()]);
        std::thread::sleep(time);
        signal("CONT", &[self.0.id()]);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends a signal to processes, all at the same moment.
pub fn signal(name: &str, ids: &[u32]) {
    let ids = ids.iter().map(u32::to_string);
    let _ = Command::new("kill").arg(format!("-{name}")).args(ids).stderr(Stdio::null()).status();
}

/// Waits until it is so, and says how long it took.
pub fn until(what: &str, most: u64, mut is_so: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(most), "waited {most} s for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    started.elapsed()
}

/// Kills every process of the PostgreSQL in a folder, as if its machine had gone.
pub fn kill_postgres(data: &Path) {
    signal("KILL", &postgres(data));
}

/// Returns the processes of the PostgreSQL in a folder, the first of which started the others.
pub fn postgres(data: &Path) -> Vec<u32> {
    let file = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let Some(id) = file.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { return Vec::new() };
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    std::iter::once(id).chain(children.split_whitespace().filter_map(|id| id.parse().ok())).collect()
}

/// Where the newest PostgreSQL has its programs.
pub fn bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let mut found: Vec<PathBuf> = versions.map(|version| version.unwrap().path().join("bin")).collect();
    found.retain(|bin| bin.join("initdb").exists());
    found.sort();
    found.pop().expect("PostgreSQL: tests/run installs it")
}

/// PostgreSQL refuses to run as root.
pub fn postgres_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect("a user postgres");
    let mut numbers = line.split(':').skip(2).map(|number| number.parse().unwrap());
    Some((numbers.next().unwrap(), numbers.next().unwrap()))
}

/// Lets a command run as a user.
pub fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((user, group)) => command.uid(user).gid(group),
        None => command,
    }
}
