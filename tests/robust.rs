//! What the machine does to a site: no descriptors, a disk that can only be read, a clock that is set wrong, signals in the
//! middle of a command. Each is answered clearly, loses nothing, and is over when its cause is.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "web/support/program.rs"]
mod program;

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use database::Database;
use program::{Served, amicable, run, seeded, sound};

/// Builds what is preloaded, from a source in tests.
fn shim(folder: &Path, source: &str) -> PathBuf {
    let shim = folder.join("shim.so");
    let source = format!("{}/tests/{source}", env!("CARGO_MANIFEST_DIR"));
    let cc = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).args([&source, "-ldl"]).status();
    assert!(cc.unwrap().success());
    shim
}

fn serve(database: &Database) -> Command {
    amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()])
}

fn is_good(database: &Database) {
    let (good, said) = run(&mut amicable(&["check", "--database-url", &database.argument()]));
    assert!(good, "{said}");
}

#[test]
fn a_disk_that_can_only_be_read_keeps_pages_and_refuses_changes() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let friends = seeded(&database);
    let read_only = folder.path().join("read-only");
    let mut command = serve(&database);
    command.env("LD_PRELOAD", shim(folder.path(), "disk.c")).env("DISK_FAILS", folder.path().join("never"));
    command.env("DISK_READ_ONLY", &read_only);
    let mut served = Served::start(command);
    let hub = served.hub();
    let disconnect = |handle: &String| hub(&format!("/in/{handle}/disconnect"));
    assert_eq!(disconnect(&friends[0]), Some(303));
    std::fs::write(&read_only, "").unwrap();
    assert_eq!(disconnect(&friends[1]), Some(503));
    assert_eq!(ureq::get(format!("{}/sign-in", served.address)).call().unwrap().status(), 200);
    std::fs::remove_file(&read_only).unwrap();
    assert_eq!(disconnect(&friends[2]), Some(303));
    assert!(served.terminate().success());
    sound(&database, &[friends[0].clone(), friends[2].clone()]);
    is_good(&database);
}

#[test]
fn a_file_that_can_only_be_read_is_named_at_the_start() {
    let database = Database::sqlite();
    seeded(&database);
    let path = database.argument().strip_prefix("sqlite:").unwrap().to_owned();
    let url = format!("sqlite:file:{path}?mode=ro");
    let (done, said) = run(&mut amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &url]));
    assert!(!done && said.contains(&path) && said.contains("DATABASE_URL"), "{said}");
    is_good(&database);
}

#[test]
fn a_site_without_descriptors_recovers_by_itself() {
    let database = Database::new();
    let friends = seeded(&database);
    let script = format!(
        "ulimit -n 64; exec {} serve --listen 127.0.0.1:0 --database-url '{}'",
        env!("CARGO_BIN_EXE_amicable"),
        database.argument()
    );
    let mut limited = Command::new("bash");
    limited.args(["-c", &script]).env("AMICABLE_MAIL", "off");
    let mut served = Served::start(limited);
    let hub = served.hub();
    let address = served.address.strip_prefix("http://").unwrap();
    let mut gone = Vec::new();
    let mut idle = Vec::new();
    for handle in &friends[..8] {
        idle.extend((0..25).filter_map(|_| TcpStream::connect(address).ok()));
        match hub(&format!("/in/{handle}/disconnect")) {
            Some(303) => gone.push(handle.clone()),
            Some(503) | None => {}
            other => panic!("{other:?}"),
        }
    }
    drop(idle);
    let last = friends[8].clone();
    let end = Instant::now() + Duration::from_secs(120);
    while hub(&format!("/in/{last}/disconnect")) != Some(303) {
        assert!(Instant::now() < end, "it never recovered");
        std::thread::sleep(Duration::from_millis(50));
    }
    gone.push(last);
    assert!(served.terminate().success());
    sound(&database, &gone);
}

#[test]
fn a_command_without_descriptors_says_so() {
    let (database, folder) = (Database::new(), tempfile::tempdir().unwrap());
    seeded(&database);
    let script = format!(
        "ulimit -n 5; exec {} backup {}/site.zip --database-url '{}'",
        env!("CARGO_BIN_EXE_amicable"),
        folder.path().display(),
        database.argument()
    );
    let (done, said) = run(Command::new("bash").args(["-c", &script]));
    assert!(!done && said.starts_with("amicable: ") && !said.contains("panicked"), "{said}");
    assert!(!folder.path().join("site.zip").exists());
}

#[test]
fn a_clock_a_year_ahead_and_back_locks_nobody_out() {
    let (database, folder) = (Database::new(), tempfile::tempdir().unwrap());
    let friends = seeded(&database);
    let shim = shim(folder.path(), "clock.c");
    let year = 365 * 86_400;
    for (ahead, verb) in
        [(0, "disconnect"), (year, "re-invite"), (0, "disconnect"), (-year, "re-invite"), (0, "disconnect")]
    {
        let mut command = serve(&database);
        command.env("LD_PRELOAD", &shim).env("CLOCK_AHEAD", ahead.to_string());
        let mut served = Served::start(command);
        // Uses up what wrong passwords may be tried, so that a window is open.
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let wrong = [("email", "nobody@seed.example"), ("password", "not the password")];
        for _ in 0..3 {
            assert!(
                agent.post(format!("{}/sign-in", served.address)).send_form(wrong).unwrap().status().as_u16() < 500
            );
        }
        let hub = served.hub();
        for handle in &friends[..3] {
            assert_eq!(hub(&format!("/in/{handle}/{verb}")), Some(303), "{ahead} s ahead");
        }
        let ready =
            agent.get(format!("{}/readyz", served.address)).call().unwrap().body_mut().read_to_string().unwrap();
        assert!(ready.starts_with("ready\n") && !ready.contains("failing"), "{ready}");
        assert!(served.terminate().success());
        is_good(&database);
    }
    sound(&database, &friends[..3]);
}

#[test]
fn a_window_that_a_wrong_clock_wrote_is_over() {
    let (database, folder) = (Database::new(), tempfile::tempdir().unwrap());
    seeded(&database);
    let shim = shim(folder.path(), "clock.c");
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let sign_in = |served: &Served, password: &str| {
        let form = [("email", "member1@seed.example"), ("password", password)];
        agent.post(format!("{}/sign-in", served.address)).send_form(form).unwrap().status().as_u16()
    };
    let mut command = serve(&database);
    command.env("LD_PRELOAD", &shim).env("CLOCK_AHEAD", (365 * 86_400).to_string());
    let mut served = Served::start(command);
    let refused = (0..60).map(|_| sign_in(&served, "not the password")).find(|status| *status == 429);
    assert_eq!(refused, Some(429));
    assert!(served.terminate().success());
    let served = Served::start(serve(&database));
    assert_eq!(sign_in(&served, amicable::demo::seed::PASSWORD), 303);
}

#[test]
fn a_signal_in_the_middle_of_a_command_leaves_the_site_whole() {
    let (database, folder) = (Database::new(), tempfile::tempdir().unwrap());
    seeded(&database);
    let (url, file) = (database.argument(), folder.path().join("site.zip").display().to_string());
    let copied = format!("sqlite:{}", folder.path().join("copy.db").display());
    for signal in ["-TERM", "-INT", "-HUP", "-KILL"] {
        for arguments in [
            &["check", "--database-url", &url][..],
            &["check", "--repair", "--database-url", &url],
            &["backup", &file, "--database-url", &url],
            &["copy", "--from", &url, "--to", &copied],
            &["migrate", "--database-url", &url],
            &["member", "list", "--database-url", &url],
        ] {
            let mut child = amicable(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // Wherever it has come to by now.
            let _ = Command::new("kill").args([signal, &child.id().to_string()]).status();
            child.wait().unwrap();
        }
    }
    sound(&database, &[]);
    is_good(&database);
    assert!(run(&mut amicable(&["copy", "--from", &url, "--to", &copied])).0);
    let _ = std::fs::remove_file(&file);
    assert!(run(&mut amicable(&["backup", &file, "--database-url", &url])).0);
    assert!(run(&mut amicable(&["restore", "--only-verify", &file])).0);
}
