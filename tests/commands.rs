//! The program as its operators run it: its commands, its complaints, and what is left when it is killed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "web/support/program.rs"]
mod program;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use amicable::db::{Connection, DatabaseUrl, Db};
use database::Database;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use program::{Served, all_sound, amicable, connected, run, seeded, sound, with_a_bit_of_everything};

#[test]
fn a_wrong_setting_is_named() {
    for (variable, value, said) in [
        ("AMICABLE_LISTEN", "everywhere", "AMICABLE_LISTEN"),
        ("AMICABLE_BASE_URL", "network", "AMICABLE_BASE_URL"),
        ("AMICABLE_BASE_URL", "ftp://network.example", "AMICABLE_BASE_URL"),
        ("AMICABLE_BASE_URL", "https://example.org/network", "has a path"),
        ("AMICABLE_BASE_URL", "https://example.org/?a", "has a query"),
        ("AMICABLE_BASE_URL", "https://ada@example.org", "has a user name"),
        ("AMICABLE_INVITATION_LIMIT", "many", "AMICABLE_INVITATION_LIMIT"),
        ("AMICABLE_WORKERS", "9999999", "AMICABLE_WORKERS wants a whole number from 0 to 512"),
        ("AMICABLE_INVITATION_DAYS", "0", "from 1 to 3650"),
        ("AMICABLE_INVITATION_DAYS", "4000000000", "from 1 to 3650"),
        ("AMICABLE_CONNECTION_LIMIT", "0", "from 1 to 1000000"),
        ("AMICABLE_NOTE_LENGTH", "0", "from 1 to 10000"),
        ("AMICABLE_WEBHOOKS_TO_PRIVATE", "perhaps", "AMICABLE_WEBHOOKS_TO_PRIVATE wants true or false"),
        ("AMICABLE_TIME_ZONE", "Europe/Atlantis", "there is no time zone Europe/Atlantis"),
        ("AMICABLE_LISTN", "127.0.0.1:0", "AMICABLE_LISTN is not a setting"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL"),
        ("DATABASE_URL", "sqlite:/no/such/folder/x.db", "/no/such/folder/x.db"),
        ("DATABASE_URL", "sqlite:/no/such/folder/x.db", "there is no folder /no/such/folder"),
    ] {
        let mut serve = amicable(&["serve"]);
        serve.env("AMICABLE_LISTEN", "127.0.0.1:0").env(variable, value);
        let (done, text) = run(&mut serve);
        assert!(!done && text.contains(said), "{variable}={value}: {text}");
    }
}

#[test]
fn what_is_on_or_off_may_say_so() {
    use clap::{Args, FromArgMatches};
    for (arguments, wanted) in [
        (&["serve"][..], false),
        (&["serve", "--webhooks-to-private"], true),
        (&["serve", "--webhooks-to-private", "true"], true),
        (&["serve", "--webhooks-to-private", "false"], false),
        (&["serve", "--webhooks-to-private=false"], false),
        (&["serve", "--webhooks-to-private", "--workers", "2"], true),
    ] {
        let command = amicable::config::ServeArgs::augment_args(clap::Command::new("serve"));
        let found = command.try_get_matches_from(arguments).unwrap();
        let serve = amicable::config::ServeArgs::from_arg_matches(&found).unwrap();
        assert_eq!(serve.webhooks_to_private, wanted, "{arguments:?}");
    }
}

#[test]
fn a_log_of_json_has_no_other_line() {
    let database = Database::new();
    let url = database.argument();
    let mut child = amicable(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--database-url", &url]);
    let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines.by_ref().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
        line["link"].as_str().map(str::to_owned)
    });
    assert!(link.unwrap().contains("/first-administrator/"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_second_program_on_one_file_warns() {
    let database = Database::sqlite();
    let first = Served::serve(&database);
    let said = |database: &Database| {
        let mut child = amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]);
        let mut child = child.env("NO_COLOR", "1").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let before: Vec<String> = lines.take_while(|line| !line.contains(" serving ")).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        before.join("\n")
    };
    assert!(said(&database).contains("another program serves this file already"));
    // One that was killed holds nothing any more.
    drop(first);
    let alone = said(&database);
    assert!(!alone.contains("another program"), "{alone}");
}

#[test]
fn without_jobs_nothing_is_sent() {
    let database = Database::new();
    let runs = |database: &Database| {
        let db = database.open();
        let number = db.read_blocking(|connection| {
            amicable::db::number(connection, "SELECT COUNT(*) AS number FROM job_leases WHERE succeeded_at IS NOT NULL")
        });
        db.close();
        number.unwrap()
    };
    let url = database.argument();
    let serve = |more: &[&str]| {
        let arguments = [&["serve", "--listen", "127.0.0.1:0", "--database-url", &url], more].concat();
        let mut served = Served::start(amicable(&arguments));
        std::thread::sleep(std::time::Duration::from_secs(4));
        assert!(ureq::get(format!("{}/readyz", served.address)).call().is_ok());
        assert!(served.terminate().success());
    };
    serve(&["--without-jobs"]);
    assert_eq!(runs(&database), 0);
    serve(&[]);
    assert!(runs(&database) > 0, "else the test sees nothing");
}

#[test]
fn no_secret_is_said_back() {
    for (arguments, variable) in [
        (&["serve", "--database-url", "postgress://ada:s3cret@host/x"][..], ""),
        (&["serve", "--mail", "smtpx://ada:s3cret@host"], ""),
        (&["serve", "--base-url", "https://ada:s3cret@host"], ""),
        (&["copy", "--from", "mysql://ada:s3cret@host", "--to", "sqlite:x"], ""),
        (&["copy", "--to", "mysql://ada:s3cret@host", "--from", "sqlite:x"], ""),
        (&["backup", "x.zip"], "DATABASE_URL"),
        (&["member", "list"], "DATABASE_URL"),
        (&["member", "list", "--help"], "DATABASE_URL"),
        (&["serve", "--help"], "DATABASE_URL"),
        (&["serve", "--help"], "AMICABLE_MAIL"),
        (&["serve"], "AMICABLE_MAIL"),
        (&["check"], "AMICABLE_MAIL"),
    ] {
        let mut command = amicable(arguments);
        command.env("DATABASE_URL", "sqlite:/no/such/file.db");
        if !variable.is_empty() {
            command.env(variable, "mysql://ada:s3cret@host");
        }
        let (_, said) = run(&mut command);
        assert!(!said.contains("s3cret") && !said.is_empty(), "{arguments:?} {variable}: {said}");
    }
}

#[test]
fn the_readme_names_every_setting() {
    use clap::Args;
    let command = amicable::config::DatabaseArgs::augment_args(clap::Command::new("serve"));
    let command = amicable::config::ServeArgs::augment_args(command);
    let readme = include_str!("../README.md");
    let mut rows: Vec<String> = readme
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .map(|line| line.split('|').take(3).collect::<Vec<_>>().join("|"))
        .collect();
    let mut settings: Vec<String> = command
        .get_arguments()
        .map(|one| format!("| `--{}` | `{}` ", one.get_long().unwrap(), one.get_env().unwrap().to_str().unwrap()))
        .collect();
    rows.sort();
    settings.sort();
    assert_eq!(rows, settings);
}

#[test]
fn members_are_made_and_listed() {
    let database = Database::new();
    let url = database.argument();
    let create = |email: &str, password: &str| {
        let arguments = ["member", "create", "--database-url", &url, "--full-name", "Maren Holt", "--email", email];
        let mut child = amicable(&arguments)
            .args(["--password-stdin", "--admin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    assert_eq!(create("maren@test.example", "a quiet password\n"), (true, "Maren Holt can sign in now.\n".into()));
    assert!(
        create("MAREN@test.example", "a quiet password\n").1.contains("an account with this e-mail address already")
    );
    assert!(create("other@test.example", "short").1.contains("has 5 characters; it needs at least 10"));
    assert!(create("other@test.example", "x").1.contains("has 1 character; it needs"));
    assert!(create("nothing", "a quiet password").1.contains("does not look like an e-mail address"));
    let (_, listed) = run(&mut amicable(&["member", "list", "--database-url", &url]));
    assert_eq!(listed, "maren-holt\tMaren Holt\tmaren@test.example\tadministrator\tactive\n");
}

#[test]
fn a_damaged_export_gets_a_message_that_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Connections.csv");
    let head = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    std::fs::write(&file, format!("{head}Ana,Ruiz,,,Lind,Engineer,03 May 2019\nBen,Okoro,,,\"Lind,Engineer,\n"))
        .unwrap();
    let (done, said) =
        run(&mut amicable(&["demo", "--listen", "127.0.0.1:0", "--connections", file.to_str().unwrap()]));
    assert!(!done && said.contains("Connections.csv: Line 3: a quoted field is never closed"), "{said}");
    let (done, said) = run(&mut amicable(&["demo", "--connections", "/no/such/file.csv"]));
    assert!(!done && said.contains("cannot read /no/such/file.csv"), "{said}");
}

#[test]
fn the_demo_shows_ones_own_connections() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Connections.csv");
    let head = "Notes:\n\"When exporting\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    std::fs::write(&file, format!("{head}Zoë,Übermut,,,Lind,Engineer,03 May 2019\n")).unwrap();
    let mut demo = amicable(&["demo", "--listen", "127.0.0.1:0", "--connections", file.to_str().unwrap()]);
    // Ended without a word, it leaves its files behind; they go with this folder.
    demo.env("TMPDIR", folder.path());
    let demo = Served::start(demo);
    assert_eq!(modes(folder.path()), [0o700, 0o600]);
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
    let form = [("email", "priya@demo.example"), ("password", "amicable demo")];
    agent.post(format!("{}/sign-in", demo.address)).send_form(form).unwrap();
    let mut page = agent.get(format!("{}/connections?q=ubermut", demo.address)).call().unwrap();
    let page = page.body_mut().read_to_string().unwrap();
    assert!(page.contains("Zoë Übermut") && page.contains("Engineer at Lind"), "{page}");
}

#[test]
fn a_demo_lets_people_join_as_it_is_told() {
    for (mode, said) in
        [("approval", "An administrator looks at each registration"), ("closed", "Registration is closed")]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut demo = amicable(&["demo", "--listen", "127.0.0.1:0", "--registration", mode]);
        demo.env("TMPDIR", folder.path());
        let demo = Served::start(demo);
        let page = ureq::get(&demo.address).call().unwrap().body_mut().read_to_string().unwrap();
        assert!(page.contains(said), "{mode}: {page}");
    }
}

#[test]
fn a_demo_that_is_ended_as_it_loads_leaves_nothing() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let folder = tempfile::tempdir().unwrap();
        let is_empty = || std::fs::read_dir(folder.path()).unwrap().next().is_none();
        let mut demo = amicable(&["demo", "--listen", "127.0.0.1:0"]);
        let mut demo = demo.env("TMPDIR", folder.path()).stdout(Stdio::null()).spawn().unwrap();
        while is_empty() {
            assert!(demo.try_wait().unwrap().is_none());
            std::thread::yield_now();
        }
        assert!(Command::new("kill").args([signal, &demo.id().to_string()]).status().unwrap().success());
        assert_eq!(demo.wait().unwrap().code(), Some(code));
        assert!(is_empty(), "{signal}");
    }
}

#[test]
fn a_demo_names_the_least_limit_that_it_fits_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = amicable(&["demo", "--listen", "127.0.0.1:0", "--connection-limit", "100"]);
    let (done, said) = run(demo.env("TMPDIR", folder.path()));
    let least = said.split("AMICABLE_CONNECTION_LIMIT has to be ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(!done && said.contains("members of the demo have up to"), "{said}");
    let mut demo = amicable(&["demo", "--listen", "127.0.0.1:0", "--connection-limit", least]);
    demo.env("TMPDIR", folder.path());
    let mut demo = Served::start(demo);
    ureq::get(&demo.address).call().unwrap();
    demo.terminate();
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}

/// Who may read the demo's folder, and each file in it, which are alike.
fn modes(above: &Path) -> [u32; 2] {
    use std::os::unix::fs::PermissionsExt;
    let list =
        |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let demo = list(above).into_iter().find(|path| path.is_dir()).unwrap();
    let name = demo.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.strip_prefix("amicable-demo-").unwrap().len() == 32, "{name}");
    let mut files: Vec<u32> = list(&demo).iter().map(|path| mode(path)).collect();
    files.dedup();
    assert_eq!(files.len(), 1);
    [mode(&demo), files[0]]
}

#[test]
fn a_torn_request_is_no_error_in_the_log() {
    let database = Database::new();
    let mut child = amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]);
    let mut child = child.env("NO_COLOR", "1").env_remove("RUST_LOG").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.contains("http://127.0.0.1:")).unwrap();
    let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    for torn in
        ["GET / HT", "\u{16}\u{3}", "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na", "A B C\r\n\r\n"]
    {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream.write_all(torn.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // Until the server has hung up.
        let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let said: Vec<String> = lines.collect();
    assert!(child.wait().unwrap().success());
    assert!(!said.iter().any(|line| line.contains("ERROR")), "{said:?}");
}

#[test]
fn a_stop_by_sigterm_is_graceful() {
    let database = Database::new();
    let mut served = Served::serve(&database);
    assert_eq!(ureq::get(format!("{}/readyz", served.address)).call().unwrap().status(), 200);
    assert!(served.terminate().success());
}

#[test]
fn nothing_that_was_answered_is_lost_when_the_program_is_killed() {
    let database = Database::new();
    let friends = seeded(&database);
    let mut gone = Vec::new();
    for (round, some) in friends.chunks(friends.len() / 3).enumerate().take(3) {
        let mut served = Served::serve(&database);
        let hub = served.hub();
        let some = some.to_vec();
        let (answered, answers) = std::sync::mpsc::channel();
        // Presses until nobody answers any more, so that the end comes in the middle of a change.
        let pressing = std::thread::spawn(move || {
            for handle in some.iter().cycle() {
                if hub(&format!("/in/{handle}/disconnect")) != Some(303) {
                    break;
                }
                let _ = answered.send(handle.clone());
            }
        });
        gone.extend(answers.iter().take(3 * (round + 1)));
        served.child.kill().unwrap();
        gone.extend(answers);
        pressing.join().unwrap();
        sound(&database, &gone);
    }
}

#[test]
fn a_stop_leaves_one_whole_file() {
    let database = Database::sqlite();
    let friends = seeded(&database);
    let file = PathBuf::from(database.argument().strip_prefix("sqlite:").unwrap());
    let beside = || std::fs::read_dir(file.parent().unwrap()).unwrap().count() - 1;
    assert_eq!(beside(), 0, "after seed");
    let mut served = Served::serve(&database);
    assert_eq!(served.hub()(&format!("/in/{}/disconnect", friends[0])), Some(303));
    // Another program that comes and goes meanwhile leaves the log to the one that serves.
    assert!(run(&mut amicable(&["member", "list", "--database-url", &database.argument()])).0);
    assert!(beside() > 0);
    assert!(served.terminate().success());
    assert_eq!(beside(), 0, "after serve");
    let copy = tempfile::tempdir().unwrap();
    let alone = copy.path().join("alone.db");
    std::fs::copy(&file, &alone).unwrap();
    let db = Db::open(&DatabaseUrl::Sqlite(alone.to_str().unwrap().into())).unwrap();
    all_sound(&db, &friends[..1]);
    for arguments in [&["member", "list"][..], &["migrate"]] {
        assert!(run(amicable(arguments).args(["--database-url", &database.argument()])).0);
        assert_eq!(beside(), 0, "after {arguments:?}");
    }
}

#[test]
fn what_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "no database, but long enough to look like one ".repeat(100)).unwrap();
    for (path, why) in [(garbage.as_path(), "file is not a database"), (folder.path(), "it is a folder")] {
        let (done, said) =
            run(amicable(&["serve", "--listen", "127.0.0.1:0"])
                .env("DATABASE_URL", format!("sqlite:{}", path.display())));
        assert!(!done && said.contains(path.to_str().unwrap()) && said.contains(why), "{said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_schema_of_a_newer_version_is_refused() {
    let database = Database::new();
    let served = Served::serve(&database);
    let ready = || {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let mut answer = agent.get(format!("{}/readyz", served.address)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    assert_eq!(ready().0, 200);
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
    database.open().write_blocking(|connection| Ok(connection.batch_execute(newer)?)).unwrap();
    let (status, said) = ready();
    assert!(status == 503 && said.contains("newer version of Amicable (to 99991231000000)"), "{said}");
    let (done, said) =
        run(&mut amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]));
    assert!(!done && said.contains("changed by a newer version of Amicable (to 99991231000000)"), "{said}");
}

/// A disk that fails while a file is there; see disk.c.
struct Disk {
    folder: tempfile::TempDir,
    files: PathBuf,
}

impl Disk {
    /// The disk on which this database lies, whole.
    fn of(database: &Database) -> Disk {
        let folder = tempfile::tempdir().unwrap();
        let shim = folder.path().join("disk.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/disk.c");
        let cc = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).args([source, "-ldl"]).status();
        assert!(cc.unwrap().success());
        let files = PathBuf::from(database.argument().strip_prefix("sqlite:").unwrap());
        std::fs::copy(&files, Disk::on_disk(&files, "")).unwrap();
        Disk { folder, files }
    }

    fn on_disk(files: &Path, suffix: &str) -> PathBuf {
        PathBuf::from(format!("{}{suffix}.disk", files.display()))
    }

    fn serve(&self, database: &Database) -> Served {
        let mut serve = amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]);
        serve.env("LD_PRELOAD", self.folder.path().join("disk.so")).env("DISK_FAILS", self.fails());
        Served::start(serve)
    }

    fn fails(&self) -> PathBuf {
        self.folder.path().join("fails")
    }

    /// Leaves what a power cut would: what was flushed, and nothing else.
    fn power_cut(&self) {
        for suffix in ["", "-wal"] {
            let file = format!("{}{suffix}", self.files.display());
            let _ = std::fs::remove_file(&file);
            if Disk::on_disk(&self.files, suffix).exists() {
                std::fs::copy(Disk::on_disk(&self.files, suffix), &file).unwrap();
            }
        }
        let _ = std::fs::remove_file(format!("{}-shm", self.files.display()));
    }
}

#[test]
fn what_was_answered_outlives_a_failing_disk() {
    let database = Database::sqlite();
    let friends = seeded(&database);
    let disk = Disk::of(&database);
    let mut served = disk.serve(&database);
    let hub = served.hub();
    let disconnect = |handle: &String| hub(&format!("/in/{handle}/disconnect"));
    let mut gone = Vec::new();
    for some in friends[..16].chunks(4) {
        assert_eq!(disconnect(&some[0]), Some(303));
        std::fs::write(disk.fails(), "").unwrap();
        assert_eq!(disconnect(&some[1]), Some(503));
        assert_eq!(disconnect(&some[2]), Some(503), "acknowledged, though no flush has worked since");
        std::fs::remove_file(disk.fails()).unwrap();
        assert_eq!(disconnect(&some[3]), Some(303));
        gone.extend([some[0].clone(), some[3].clone()]);
    }
    let refused: Vec<String> = friends[..16].iter().filter(|handle| !gone.contains(handle)).cloned().collect();
    // The last flush before the end fails too.
    std::fs::write(disk.fails(), "").unwrap();
    assert_eq!(disconnect(&refused[0]), Some(503));
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let crashed = |at: &str| {
        sound(&database, &gone);
        let still = connected(&database);
        assert!(refused.iter().all(|handle| still.contains(handle)), "{at}: what was refused was done");
    };
    let power_cut = disk.files.parent().unwrap().join("power-cut");
    std::fs::create_dir(&power_cut).unwrap();
    for suffix in ["", "-wal"] {
        std::fs::copy(Disk::on_disk(&disk.files, suffix), power_cut.join(format!("test.db{suffix}"))).unwrap();
    }
    crashed("killed");
    disk.power_cut();
    for suffix in ["", "-wal"] {
        std::fs::copy(power_cut.join(format!("test.db{suffix}")), format!("{}{suffix}", disk.files.display())).unwrap();
    }
    crashed("after a power cut");
}

#[test]
fn a_full_disk_refuses_changes_and_keeps_what_was_answered() {
    let database = Database::sqlite();
    let friends = seeded(&database);
    let file = database.argument();
    let file = Path::new(file.strip_prefix("sqlite:").unwrap());
    // No file may be written beyond a part of the database's size, so that the log can neither grow nor be emptied, as on
    // a disk that is full.
    let size = std::fs::metadata(file).unwrap().len();
    let kilobytes = 600;
    assert!(size > 2 * kilobytes * 1024, "{size}");
    let script = format!(
        "trap '' XFSZ; ulimit -f {kilobytes}; exec {} serve --listen 127.0.0.1:0 --database-url {}",
        env!("CARGO_BIN_EXE_amicable"),
        database.argument()
    );
    let mut limited = Command::new("bash");
    limited.args(["-c", &script]);
    let served = Served::start(limited);
    let hub = served.hub();
    let (mut gone, mut refused) = (Vec::new(), 0);
    for handle in friends.iter().cycle().take(4_000) {
        let verb = if gone.contains(handle) { "re-invite" } else { "disconnect" };
        match hub(&format!("/in/{handle}/{verb}")) {
            Some(303) if verb == "disconnect" => gone.push(handle.clone()),
            Some(303) => gone.retain(|other| other != handle),
            Some(503) => refused += 1,
            other => panic!("{other:?}"),
        }
        if refused == 3 {
            break;
        }
    }
    assert!(refused > 0, "the disk never was full");
    drop(served);
    sound(&database, &gone);
}

fn copy(from: &str, to: &str) -> (bool, String) {
    run(&mut amicable(&["copy", "--from", from, "--to", to]))
}

#[test]
fn nodes_that_start_at_once_on_an_empty_database_migrate_it_once() {
    let database = Database::empty();
    let url = database.argument();
    let start = |_| {
        let mut command = amicable(&["migrate", "--database-url", &url]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let nodes: Vec<Child> = (0..5).map(start).collect();
    for node in nodes {
        let output = node.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let served = [Served::serve(&database), Served::serve(&database)];
    assert!(served.iter().all(|node| ureq::get(format!("{}/readyz", node.address)).call().is_ok()));
}

#[test]
fn a_site_is_copied_and_copied_back_without_a_difference() {
    let (database, between, back) = (Database::sqlite(), Database::new(), Database::sqlite());
    let friends = seeded(&database);
    let served = Served::serve(&database);
    let hub = served.hub();
    for handle in &friends[..5] {
        assert_eq!(hub(&format!("/in/{handle}/disconnect")), Some(303));
    }
    drop(served);
    with_a_bit_of_everything(&database);
    // Whoever started the target to see whether it works has left a key in it.
    drop(Served::serve(&between));
    let (done, there) = copy(&database.argument(), &between.argument());
    assert!(done && there.contains("relationships"), "{there}");
    assert_eq!(copy(&between.argument(), &back.argument()), (true, there.clone()));
    sound(&between, &friends[..5]);
    // The copy is a site like any other: one signs in, and finds people.
    let served = Served::serve(&between);
    assert_eq!(served.hub()(&format!("/in/{}/re-invite", friends[0])), Some(303));
    drop(served);
    let (done, said) = copy(&database.argument(), &between.argument());
    assert!(!done && said.contains("of the target holds something else"), "a site that was used meanwhile: {said}");
    let (done, said) = copy(&back.argument(), &back.argument());
    assert!(!done && said.contains("are the same"), "{said}");
}

/// A site with something in most of its tables.
fn demo(database: &Database) {
    let db = database.open();
    db.migrate().unwrap();
    amicable::demo::populate(&db, &Default::default(), None).unwrap();
    db.close();
}

#[test]
fn a_site_with_an_audit_log_is_copied_and_copied_back() {
    let (database, between, back) = (Database::sqlite(), Database::new(), Database::sqlite());
    demo(&database);
    let (done, there) = copy(&database.argument(), &between.argument());
    assert!(done, "{there}");
    for table in ["audit_entries", "audit_head", "reports", "sanctions", "messages", "contacts", "tags", "handles"] {
        let line = there.lines().find(|line| line.split_whitespace().next() == Some(table));
        let rows = line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or_else(|| panic!("{table}: {there}"));
        assert!(rows.parse::<u64>().unwrap() > 0, "{table}: {there}");
    }
    assert_eq!(copy(&between.argument(), &back.argument()), (true, there.clone()));
    let (good, said) = run(&mut amicable(&["check", "--database-url", &between.argument()]));
    assert!(good && said.contains("audit log: whole"), "{said}");
    // Once more, into what holds it already.
    assert_eq!(copy(&database.argument(), &between.argument()), (true, there));
}

/// How many rows each table has that a copy goes into.
fn rows_of(database: &Database) -> Vec<(&'static str, u64)> {
    let db = database.open();
    let held = db.read_blocking(|connection| amicable::copy::held(connection, &|_, _, _| {})).unwrap();
    db.close();
    held.into_iter().map(|held| (held.table, held.rows)).collect()
}

#[test]
fn a_target_that_somebody_has_used_is_left_as_it_is() {
    let database = Database::sqlite();
    demo(&database);
    for used in [
        "INSERT INTO applications (id, email, email_key, password_hash, full_name, reason, language, code, created_at) \
         VALUES (5, 'a@test.example', 'a@test.example', 'x', 'Ada Ruiz', '', 'en', '', 1)",
        "INSERT INTO limits (name, number, seconds) VALUES ('search', 1, 2)",
        "INSERT INTO audit_entries (number, done_at, act, actor, actor_salt, actor_digest, subject, detail, subject_salt, \
         subject_digest, hash) VALUES (1, 1, 'warned', '', '', '', '', '', '', '', '')",
    ] {
        let target = Database::new();
        drop(Served::serve(&target));
        let db = target.open();
        db.write_blocking(|connection| Ok(connection.batch_execute(used)?)).unwrap();
        db.close();
        let before = rows_of(&target);
        let (done, said) = copy(&database.argument(), &target.argument());
        assert!(!done && said.contains("of the target holds something else than the site"), "{used}: {said}");
        assert_eq!(rows_of(&target), before, "{used}");
    }
}

/// Makes an account on the command line.
fn create(url: &str, more: &[&str], full_name: &str, email: &str) {
    let mut command = amicable(&["member", "create", "--full-name", full_name, "--email", email, "--password-stdin"]);
    let (done, said) = run_with(command.args(more).args(["--database-url", url]), "a quiet password");
    assert!(done, "{said}");
}

#[test]
fn the_only_administrator_is_neither_banned_nor_deleted() {
    let database = Database::new();
    let url = database.argument();
    create(&url, &["--admin"], "Ada Ruiz", "ada@test.example");
    create(&url, &[], "Ben Okoro", "ben@test.example");
    let member = |arguments: &[&str]| {
        let mut command = amicable(&["member"]);
        run(command.args(arguments).args(["--database-url", &url]))
    };
    let only = "This is the only administrator. Make somebody else one first.";
    let refuses = || {
        for arguments in [
            &["suspend", "ada-ruiz"][..],
            &["suspend", "ada-ruiz", "--until", "2100-01-01"],
            &["delete", "ada@test.example", "--yes"],
            &["role", "ada-ruiz", "moderator"],
        ] {
            let (done, said) = member(arguments);
            assert!(!done && said.contains(only), "{arguments:?}: {said}");
        }
    };
    refuses();
    // One who cannot sign in does not run the site.
    assert!(member(&["role", "ben-okoro", "administrator"]).0);
    assert!(member(&["suspend", "ben@test.example"]).0);
    refuses();
    let listed = member(&["list"]).1;
    assert!(listed.contains("ada-ruiz\tAda Ruiz\tada@test.example\tadministrator\tactive\n"), "{listed}");
    assert!(listed.contains("ben-okoro\tBen Okoro\tben@test.example\tadministrator\tbanned\n"), "{listed}");
    assert!(member(&["suspend", "ben-okoro", "--lift"]).0);
    assert!(member(&["suspend", "ada-ruiz", "--until", "2100-01-01"]).0);
    assert!(member(&["list"]).1.contains("\tadministrator\tsuspended until 2100-01-01\n"));
    assert_eq!(
        member(&["delete", "ada@test.example", "--yes"]),
        (true, "The account of Ada Ruiz (ada-ruiz) is deleted.\n".into())
    );
    let entries = entries(&database);
    let last = entries.last().unwrap();
    assert_eq!((last.act.as_str(), last.actor.as_str()), ("member_deleted", "command line"));
    let written = serde_json::to_string(&entries).unwrap();
    assert!(!written.contains("Ada") && !written.contains("ada-ruiz"), "{written}");
}

#[test]
fn an_address_names_one_account_or_none() {
    let database = Database::new();
    let url = database.argument();
    for (name, email) in [("Ben Okoro", "ben@test.example"), ("Clara Lind", "clara@test.example")] {
        create(&url, &[], name, email);
    }
    // Clara has entered the address of Ben, who has entered another one; neither has confirmed it.
    let change = |handle: &str, email: &str| {
        format!(
            "UPDATE members SET email = '{email}', email_key = '{email}' WHERE handle = '{handle}'; \
             INSERT INTO email_claims (email_key, member_id) SELECT '{email}', id FROM members WHERE handle = '{handle}';"
        )
    };
    let sql = change("clara-lind", "ben@test.example") + &change("ben-okoro", "ben.neu@test.example");
    let db = database.open();
    db.write_blocking(|connection| Ok(connection.batch_execute(&sql)?)).unwrap();
    db.close();
    let member = |arguments: &[&str]| run(amicable(&["member"]).args(arguments).args(["--database-url", &url]));
    let listed = member(&["list"]).1;
    for line in [
        "ben-okoro\tBen Okoro\tben@test.example, ben.neu@test.example (not confirmed)\tmember\tactive\n",
        "clara-lind\tClara Lind\tclara@test.example, ben@test.example (not confirmed)\tmember\tactive\n",
    ] {
        assert!(listed.contains(line), "{listed}");
    }
    let (done, said) = member(&["suspend", "ben@test.example"]);
    assert!(!done && said.contains("say which by its handle: ben-okoro, clara-lind"), "{said}");
    assert_eq!(member(&["suspend", "ben.neu@test.example"]).1, "ben-okoro is banned.\n");
    assert_eq!(member(&["suspend", "ben-okoro", "--lift"]).1, "ben-okoro is no longer banned.\n");
    assert_eq!(member(&["role", "clara@test.example", "moderator"]).1, "clara-lind is moderator now.\n");
    let hide = "UPDATE members SET hidden_at = 1, deletion_due_at = 4102444800 WHERE handle = 'clara-lind'";
    let db = database.open();
    db.write_blocking(|connection| Ok(connection.batch_execute(hide)?)).unwrap();
    db.close();
    let listed = member(&["list"]).1;
    assert!(listed.contains("\tmoderator\tleaving on 2100-01-01, hidden\n"), "{listed}");
}

/// The whole audit log, the oldest entry first.
fn entries(database: &Database) -> Vec<amicable::audit::list::Entry> {
    let db = database.open();
    let entries = db.read_blocking(|connection| amicable::audit::list::oldest(connection, 0, 100)).unwrap();
    db.close();
    entries
}

#[test]
fn a_made_account_is_logged() {
    let database = Database::new();
    create(&database.argument(), &["--admin"], "Ada Ruiz", "ada@test.example");
    create(&database.argument(), &[], "Ben Okoro", "ben@test.example");
    let entries = entries(&database);
    let logged: Vec<_> =
        entries.iter().map(|one| (one.act.as_str(), one.subject.as_str(), one.detail.as_str())).collect();
    let made = "member_created";
    assert_eq!(logged, [(made, "Ada Ruiz (ada-ruiz)", "administrator"), (made, "Ben Okoro (ben-okoro)", "member")]);
}

#[test]
fn a_command_whose_output_is_cut_off_ends_quietly() {
    let database = Database::new();
    let url = database.argument();
    create(&url, &["--admin"], "Ada Ruiz", "ada@test.example");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.zip").display().to_string();
    for arguments in [
        &["backup", &file][..],
        &["restore", "--only-verify", &file],
        &["check"],
        &["member", "list"],
        &["member", "role", "ada-ruiz", "administrator"],
        &["migrate"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = amicable(arguments).args(["--database-url", &url]).stdout(writer).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    }
}

#[test]
fn the_help_says_which_commands_make_a_database() {
    let is_made = "is made if it is missing";
    for (arguments, makes) in [
        (&["migrate", "--help"][..], true),
        (&["serve", "--help"], true),
        (&["member", "create", "--help"], true),
        (&["check", "--help"], false),
        (&["backup", "--help"], false),
        (&["member", "list", "--help"], false),
        (&["member", "delete", "--help"], false),
    ] {
        let (done, said) = run(&mut amicable(arguments));
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(done && said.contains(is_made) == makes, "{arguments:?}: {said}");
    }
}

#[test]
fn what_the_command_line_decides_is_logged() {
    let database = Database::new();
    let url = database.argument();
    for (name, email) in [("Ada Ruiz", "ada@test.example"), ("Ben Okoro", "ben@test.example")] {
        let create =
            ["member", "create", "--database-url", &url, "--full-name", name, "--email", email, "--password-stdin"];
        let mut child = amicable(&create).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a quiet password").unwrap();
        assert!(child.wait().unwrap().success());
    }
    let member = |arguments: &[&str]| {
        let mut command = amicable(&["member"]);
        command.args(arguments).args(["--database-url", &url]);
        run(&mut command)
    };
    let check = || run(&mut amicable(&["check", "--database-url", &url]));
    assert_eq!(member(&["role", "ada@test.example", "administrator"]).1, "ada-ruiz is administrator now.\n");
    assert!(member(&["role", "ada-ruiz", "member"]).1.contains("the only administrator"));
    assert!(member(&["role", "ada-ruiz", "king"]).1.contains("a role is member, moderator or administrator"));
    assert!(member(&["suspend", "nobody-here"]).1.contains("there is no member nobody-here"));
    assert!(member(&["suspend", "ben-okoro", "--until", "1999-01-01"]).1.contains("a day that is yet to come"));
    assert_eq!(
        member(&["suspend", "ben-okoro", "--until", "2100-01-01", "--reason", "Spam"]).1,
        "ben-okoro is suspended.\n"
    );
    assert_eq!(member(&["suspend", "ben-okoro", "--lift"]).1, "ben-okoro is no longer suspended.\n");
    assert_eq!(member(&["second-factor-off", "ben-okoro"]).1, "The second step of ben-okoro was off.\n");
    let on = "INSERT INTO second_factors (member_id, secret, last_step, asks_passkey) SELECT id, 'x', 0, FALSE FROM members \
              WHERE handle = 'ben-okoro'";
    database.open().write_blocking(|connection| Ok(connection.batch_execute(on)?)).unwrap();
    let said = member(&["second-factor-off", "ben-okoro"]).1;
    assert_eq!(said, "The second step of ben-okoro is off now; they are told by e-mail.\n");
    let (good, said) = check();
    assert!(good && said.contains("audit log: whole, 6 entries"), "{said}");
    let db = database.open();
    let break_it = "UPDATE audit_entries SET detail = 'something else' WHERE number = 2";
    db.write_blocking(|connection| Ok(connection.batch_execute(break_it)?)).unwrap();
    db.close();
    let (good, said) = check();
    assert!(!good && said.contains("broken at entry 2"), "{said}");
}

#[test]
fn a_copy_never_mixes_two_sites_and_makes_none() {
    let (database, target) = (Database::sqlite(), Database::new());
    seeded(&database);
    let create = ["member", "create", "--full-name", "Ada Ruiz", "--email", "ada@test.example", "--password-stdin"];
    let mut child = amicable(&create);
    child.args(["--database-url", &target.argument()]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a quiet password").unwrap();
    assert!(child.wait().unwrap().success());
    let (_, before) = run(&mut amicable(&["member", "list", "--database-url", &target.argument()]));
    let (done, said) = copy(&database.argument(), &target.argument());
    assert!(!done && said.contains("holds something else than the site"), "{said}");
    let (_, after) = run(&mut amicable(&["member", "list", "--database-url", &target.argument()]));
    assert_eq!(after, before);
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("sqlite:{}", folder.path().join("nosuch.db").display());
    let (done, said) = copy(&nowhere, &target.argument());
    assert!(!done && said.contains("there is no database"), "{said}");
    let (done, said) = run(&mut amicable(&["member", "list", "--database-url", &nowhere]));
    assert!(!done && said.contains("there is no database"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_copy_that_was_killed_goes_on_where_it_stopped() {
    let (database, target) = (Database::sqlite(), Database::new());
    seeded(&database);
    for (begun, later) in [("members", "relationships"), ("relationships", "member_search")] {
        let db = target.open();
        let mut holding = db.raw().unwrap();
        if database::on_postgres() {
            holding.batch_execute(&format!("BEGIN; LOCK TABLE {later} IN EXCLUSIVE MODE")).unwrap();
        }
        let arguments = ["copy", "--from", &database.argument(), "--to", &target.argument()];
        let mut child = amicable(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // It has begun with the one table, and cannot end before it is let.
        while !holds_some(&mut holding, begun) {
            assert!(child.try_wait().unwrap().is_none(), "the copy ended before it was killed");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        holding.batch_execute("ROLLBACK").unwrap();
        drop(holding);
        db.close();
        is_not_taken_for_a_site(&target);
    }
    let (done, said) = copy(&database.argument(), &target.argument());
    assert!(done && said.contains("members"), "{said}");
    sound(&target, &[]);
}

/// What a killed copy leaves is neither served nor backed up, and is found by a check.
fn is_not_taken_for_a_site(target: &Database) {
    let (url, folder) = (target.argument(), tempfile::tempdir().unwrap());
    let file = folder.path().join("site.zip").display().to_string();
    for arguments in [&["check"][..], &["member", "list"], &["backup", &file], &["serve", "--listen", "127.0.0.1:0"]] {
        let (done, said) = run(amicable(arguments).args(["--database-url", &url]));
        assert!(!done && said.contains("a copy into this database was not finished"), "{arguments:?}: {said}");
    }
}

/// Whether a copy has brought rows of this table. SQLite, which has one writer, is held from then on.
fn holds_some(connection: &mut Connection, table: &str) -> bool {
    if !database::on_postgres() && connection.batch_execute("BEGIN IMMEDIATE").is_err() {
        return false;
    }
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let count = diesel::sql_query(format!("SELECT count(*) AS number FROM {table}"));
    let some = count.get_result::<Number>(connection).unwrap().number > 0;
    if !some && !database::on_postgres() {
        connection.batch_execute("ROLLBACK").unwrap();
    }
    some
}

/// Runs a command with something typed.
fn run_with(command: &mut Command, typed: &str) -> (bool, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[test]
fn a_password_is_set_without_a_browser() {
    let database = Database::new();
    let url = database.argument();
    let create = ["member", "create", "--full-name", "Ada Ruiz", "--email", "ada@test.example", "--admin"];
    let (done, said) =
        run_with(amicable(&create).args(["--password-stdin", "--database-url", &url]), "a quiet password");
    assert!(done && said.contains("Ada Ruiz can sign in now."), "{said}");
    let set = |handle: &str, typed: &str| {
        let password = ["member", "password", handle, "--password-stdin", "--database-url", &url];
        run_with(&mut amicable(&password), typed)
    };
    let (done, said) = set("nobody-here", "another quiet one");
    assert!(!done && said.contains("there is no member nobody-here"), "{said}");
    let (done, said) = set("ada-ruiz", "short");
    assert!(!done && said.contains("at least 10"), "{said}");
    for who in ["ada@test.example", "ada-ruiz"] {
        let (done, said) = set(who, "another quiet one\n");
        assert!(done && said.contains("Ada Ruiz (ada-ruiz) has a new password"), "{said}");
    }
    let mut without_terminal = Command::new("setsid");
    without_terminal.args(["--wait", env!("CARGO_BIN_EXE_amicable"), "member", "password", "ada-ruiz"]);
    without_terminal.env("AMICABLE_MAIL", "off").env("DATABASE_URL", &url).stdin(Stdio::null());
    let (done, said) = run(&mut without_terminal);
    assert!(!done && said.contains("with --password-stdin it is read from"), "{said}");
    let served = Served::serve(&database);
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let status = |password: &str| {
        let form = [("email", "ada@test.example"), ("password", password)];
        agent.post(format!("{}/sign-in", served.address)).send_form(form).unwrap().status().as_u16()
    };
    assert_eq!((status("a quiet password"), status("another quiet one")), (422, 303));
    // Whoever runs the site has been made, so everybody may sign up.
    let page = ureq::get(format!("{}/sign-up", served.address)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(page.contains("name=\"full_name\""), "{page}");
}

#[test]
fn serve_prints_a_link_until_there_is_an_administrator() {
    let database = Database::new();
    let mut command = amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]);
    let mut child = command.env("NO_COLOR", "1").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines.find(|line| line.contains("/first-administrator/")).unwrap();
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let form = [("full_name", "Ada Ruiz"), ("email", "ada@test.example"), ("password", "a quiet password")];
    assert_eq!(agent.post(link.trim()).send_form(form).unwrap().status(), 303);
    assert_eq!(agent.get(link.trim()).call().unwrap().status(), 410);
    child.kill().unwrap();
    child.wait().unwrap();
    let db = database.open();
    assert!(amicable::joining::first::link(&db).unwrap().is_none());
    db.close();
}
