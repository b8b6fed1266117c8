//! docs/operating.md, followed literally, as far as no systemd is needed: from nothing to a site with backups, and back from one.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PAGE: &str = include_str!("../docs/operating.md");
/// The commands that are there on a machine, and that a test cannot run.
const NOT_RUN: [&str; 4] = ["apt-get", "systemctl", "journalctl", "caddy"];
/// As whom the service runs where the test may choose: nobody.
const NOBODY: u32 = 65_534;

/// A block of commands of the page: the one that holds this.
fn block(with: &str) -> &'static str {
    let mut blocks = PAGE.split("```").filter_map(|block| block.strip_prefix("sh\n"));
    blocks.find(|block| block.contains(with)).unwrap_or_else(|| panic!("no block has {with}"))
}

/// A machine, as far as the commands see it: a folder in place of `/`.
struct Machine {
    root: tempfile::TempDir,
}

impl Machine {
    fn new() -> Machine {
        let machine = Machine { root: tempfile::tempdir().unwrap() };
        // The service is another user.
        std::fs::set_permissions(machine.root.path(), PermissionsExt::from_mode(0o755)).unwrap();
        for folder in
            ["/usr/local/bin", "/etc/systemd/system", "/etc/caddy", "/var/lib", "/var/backups", "/bin", "/src"]
        {
            std::fs::create_dir_all(machine.path(folder)).unwrap();
        }
        for command in NOT_RUN {
            machine.script(&format!("/bin/{command}"), "exit 0");
        }
        machine.script("/src/amicable", &format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_amicable")));
        std::os::unix::fs::symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/docs"), machine.path("/src/docs")).unwrap();
        machine
    }

    fn script(&self, path: &str, text: &str) {
        std::fs::write(self.path(path), format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(self.path(path), PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    /// The text with this machine's folders in place of those that it names.
    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for folder in ["/usr/local/bin", "/etc/", "/var/lib/", "/var/backups/"] {
            text = text.replace(folder, &format!("{}{folder}", self.root.path().display()));
        }
        text
    }

    /// A command that finds what is installed, and of the settings only what it is given.
    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}:/usr/bin:/bin", self.path("/bin").display(), self.path("/usr/local/bin").display());
        command.args(arguments).env_clear().env("PATH", path).env("NO_COLOR", "1").current_dir(self.path("/src"));
        command
    }

    /// Runs commands as they stand on the page.
    fn run(&self, commands: &str) {
        let output = self.command("bash", &["-euc", &self.here(commands)]).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{commands}\n{said}");
    }

    /// A line of a unit that is installed.
    fn unit(&self, unit: &str, key: &str) -> String {
        let text = std::fs::read_to_string(self.path(&format!("/etc/systemd/system/{unit}"))).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{key}=")));
        line.unwrap_or_else(|| panic!("{unit} has no {key}")).to_owned()
    }

    /// What systemd runs for a unit: its command as its user, in its folders, with its settings.
    fn of_unit(&self, unit: &str, key: &str) -> Command {
        for folder in self.unit(unit, "StateDirectory").split(' ') {
            let folder = self.path(&format!("/var/lib/{folder}"));
            if !folder.exists() {
                std::fs::create_dir(&folder).unwrap();
                std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
                if is_root() {
                    std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
                }
            }
        }
        let line = self.unit(unit, key).replace("$$", "$").replace("%%", "%");
        let mut command = self.command("sh", &["-c", &format!("exec {}", self.here(&line))]);
        command.current_dir(self.here(&self.unit("amicable.service", "WorkingDirectory")));
        let settings = self.here(self.unit(unit, "EnvironmentFile").trim_start_matches('-'));
        for line in std::fs::read_to_string(settings).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            command.env(name, value);
        }
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Lets the site be served. Here its port is another one, that is free.
    fn serve(&self) -> Served {
        let mut command = self.of_unit("amicable.service", "ExecStart");
        let log = self.path("/log");
        command.env("AMICABLE_LISTEN", "127.0.0.1:0").stdout(std::fs::File::create(&log).unwrap());
        let mut served = Served { child: command.stderr(Stdio::inherit()).spawn().unwrap(), log };
        served.said("http://127.0.0.1:");
        served
    }

    fn members(&self) -> String {
        let mut list = self.of_unit("amicable.service", "ExecStart");
        list = self.as_same(&list, &["member", "list"]);
        String::from_utf8(list.output().unwrap().stdout).unwrap()
    }

    /// Another command of the program, as the service's user and in its folder.
    fn as_same(&self, service: &Command, arguments: &[&str]) -> Command {
        let mut command = self.command(self.path("/usr/local/bin/amicable").to_str().unwrap(), arguments);
        command.current_dir(service.get_current_dir().unwrap());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

fn is_root() -> bool {
    Path::new("/proc/self").metadata().unwrap().uid() == 0
}

/// A site that is served, ended when dropped.
struct Served {
    child: Child,
    log: PathBuf,
}

impl Served {
    /// Waits until the log has this, and returns what stands there up to the next blank.
    fn said(&mut self, what: &str) -> String {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            let log = std::fs::read_to_string(&self.log).unwrap();
            // A line is whole once there is a next one.
            let lines = log.rsplit_once('\n').map_or("", |(lines, _)| lines);
            if let Some(at) = lines.find(what) {
                return lines[at..].split_whitespace().next().unwrap().to_owned();
            }
            assert!(self.child.try_wait().unwrap().is_none() && Instant::now() < end, "no {what} in {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(mut self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The only file in a folder whose name ends so.
fn only(folder: &Path, end: &str) -> String {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.filter(|name| name.ends_with(end)).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names[0].clone()
}

#[test]
fn ten_commands_make_a_site_that_a_backup_restores() {
    let machine = Machine::new();
    let ten = block("install -m 0755 amicable");
    assert_eq!(ten.lines().count(), 10);
    machine.run(ten);
    let mut served = machine.serve();
    let link = served.said("https://network.example.org/first-administrator/");
    let path = link.strip_prefix("https://network.example.org").unwrap();
    let address = served.said("http://127.0.0.1:");
    assert_eq!(ureq::get(format!("{address}{path}")).call().unwrap().status(), 200);
    let form = [("full_name", "Ada Ruiz"), ("email", "ada@test.example"), ("password", "a quiet password")];
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
    assert_eq!(agent.post(format!("{address}{path}")).send_form(form).unwrap().status(), 303);
    let members = machine.members();
    assert!(members.contains("ada@test.example"), "{members}");
    // At night, and by hand.
    assert!(machine.of_unit("amicable-backup.service", "ExecStart").status().unwrap().success());
    assert!(machine.of_unit("amicable-backup.service", "ExecStartPost").status().unwrap().success());
    only(&machine.path("/var/lib/amicable-backups"), ".zip");
    let backup = block("amicable backup");
    machine.run(backup);
    let file = only(&machine.path("/var/backups/amicable"), ".zip");
    // Stopped in order, and killed, which leaves the log beside the file.
    for signal in ["-TERM", "-KILL"] {
        served.end(signal);
        machine.run(&block("systemctl stop amicable\ncd ").replace("amicable-2026-11-25.zip", &file));
        served = machine.serve();
        let address = served.said("http://127.0.0.1:");
        assert_eq!(ureq::get(format!("{address}/readyz")).call().unwrap().status(), 200);
        assert_eq!(machine.members(), members);
    }
    assert!(machine.path("/var/backups/amicable/replaced/amicable.db").exists());
}

#[test]
fn units_name_only_what_is_there() {
    // Debian's; elsewhere there are no units.
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else { return };
    assert!(version.status.success());
    for unit in ["amicable.service", "amicable-backup.service", "amicable-backup.timer"] {
        let output = Command::new("systemd-analyze").args(["verify", &format!("docs/{unit}")]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let wrong: Vec<&str> =
            said.lines().filter(|line| line.contains(unit) && !line.contains("is not executable")).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    for unit in ["amicable.service", "amicable-backup.service"] {
        let arguments = ["security", "--offline=true", "--threshold=20", &format!("docs/{unit}")];
        let output = Command::new("systemd-analyze").args(arguments).output().unwrap();
        assert!(output.status.success(), "{unit}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_readme_names_a_toolchain_that_builds_it() {
    let least = env!("CARGO_PKG_RUST_VERSION");
    assert!(include_str!("../README.md").contains(&format!("With the Rust toolchain ({least} or later)")));
    let here = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &here])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let number = |version: &str| version.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let packages = told["packages"].as_array().unwrap();
    let newer =
        packages.iter().filter(|one| one["rust_version"].as_str().is_some_and(|one| number(one) > number(least)));
    let newer: Vec<_> = newer.map(|one| (one["name"].as_str(), one["rust_version"].as_str())).collect();
    assert!(packages.len() > 100 && newer.is_empty(), "{newer:?}");
}
