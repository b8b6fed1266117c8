//! What operators see while the site runs: metrics that Prometheus reads, rules that it takes, and a log that names nobody.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "web/support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use database::Database;
use program::{amicable, seeded};

/// Asks until there is an answer; a machine that does nothing else has one at once.
fn in_time<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(300);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A site whose log is kept.
struct Logged {
    child: Child,
    address: String,
    metrics: String,
    lines: std::thread::JoinHandle<Vec<String>>,
}

impl Logged {
    fn serve(database: &Database, more: &[&str]) -> Logged {
        let url = database.argument();
        let arguments =
            [&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--database-url", &url], more];
        let mut serve = amicable(&arguments.concat());
        serve.env("NO_COLOR", "1").env("AMICABLE_REGISTRATION", "open").env("AMICABLE_SIGN_UP_SECONDS", "0");
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut kept = Vec::new();
        let mut find = |what: &str| {
            let line = lines.by_ref().inspect(|line| kept.push(line.clone())).find(|line| line.contains(what)).unwrap();
            let from = &line[line.find("http://").unwrap()..];
            from.split(['"', ' ']).next().unwrap().to_owned()
        };
        let (address, metrics) = (find("serving"), find("metrics are shown"));
        let lines = std::thread::spawn(move || kept.into_iter().chain(lines).collect());
        Logged { child, address, metrics, lines }
    }

    /// Ends it, and returns its log.
    fn log(mut self) -> Vec<String> {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success() && self.child.wait().unwrap().success());
        self.lines.join().unwrap()
    }

    fn scrape(&self) -> Samples {
        let mut answer = ureq::get(&self.metrics).call().unwrap();
        let kind = answer.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        Samples::of(&answer.body_mut().read_to_string().unwrap())
    }

    fn browser(&self) -> impl Fn(&str, &[(&str, &str)]) -> u16 + use<> {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let (agent, address): (ureq::Agent, _) = (config.build().into(), self.address.clone());
        move |path, form| {
            let url = format!("{address}{path}");
            let answer = match form {
                [] => agent.get(url).call(),
                form => agent.post(url).send_form(form.iter().copied()),
            };
            answer.unwrap().status().as_u16()
        }
    }
}

/// What was scraped: each series with its value.
struct Samples(BTreeMap<String, f64>);

impl Samples {
    /// Reads the text format, and fails on what is none.
    fn of(text: &str) -> Samples {
        assert!(text.ends_with("# EOF\n"), "it breaks off");
        let mut types = BTreeMap::new();
        let mut samples = BTreeMap::new();
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} is there twice");
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let name = series.split('{').next().unwrap();
                let known = types.iter().any(|(family, kind)| match kind.as_str() {
                    "counter" => name == format!("{family}_total"),
                    "histogram" => ["_bucket", "_sum", "_count"].iter().any(|end| name == format!("{family}{end}")),
                    "info" => name == format!("{family}_info"),
                    _ => name == family,
                });
                assert!(known, "{name} has no type");
                assert!(samples.insert(series.to_owned(), value.parse().unwrap()).is_none(), "{series} is there twice");
            }
        }
        Samples(samples)
    }

    fn value(&self, series: &str) -> f64 {
        *self.0.get(series).unwrap_or_else(|| panic!("no {series} in {:#?}", self.0.keys()))
    }
}

#[test]
fn requests_and_the_database_are_counted() {
    let database = Database::new();
    seeded(&database);
    let site = Logged::serve(&database, &[]);
    let browse = site.browser();
    assert_eq!(
        browse("/sign-in", &[("email", "member1@seed.example"), ("password", amicable::demo::seed::PASSWORD)]),
        303
    );
    for _ in 0..3 {
        assert_eq!(browse("/connections", &[]), 200);
    }
    assert_eq!(browse("/in/nobody-of-this-name", &[]), 404);
    assert_eq!(browse("/no/such/page", &[]), 404);
    let seen = site.scrape();
    let count = |method: &str, route: &str, status: u16| {
        seen.value(&format!("amicable_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"))
    };
    assert_eq!((count("GET", "/connections", 200), count("POST", "/sign-in", 303)), (3.0, 1.0));
    assert_eq!((count("GET", "/in/{handle}", 404), count("GET", "-", 404)), (1.0, 1.0));
    let times = "amicable_request_duration_seconds_count{method=\"GET\",route=\"/connections\"}";
    assert_eq!(seen.value(times), 3.0);
    assert_eq!(seen.value("amicable_members"), 900.0);
    assert_eq!(seen.value("amicable_sessions"), 1.0);
    assert_eq!(seen.value("amicable_database_up"), 1.0);
    assert!(seen.value("process_resident_memory_bytes") > 1e6 && seen.value("process_open_fds") > 3.0);
    match database::on_postgres() {
        true => assert!(seen.value("amicable_database_wait_seconds_count") > 3.0),
        false => {
            assert!(seen.value("amicable_commit_duration_seconds_count") >= seen.value("amicable_commit_changes_count"))
        }
    }
    // What the last request and the jobs have begun comes to its end.
    let queues = ["amicable_write_queue", "amicable_database_waiting", "amicable_requests_in_flight"];
    in_time("the queues are empty", || {
        let seen = site.scrape();
        queues.iter().all(|queue| seen.value(queue) == 0.0).then_some(())
    });
    // They are on no other listener.
    assert_eq!(browse("/metrics", &[]), 404);
    site.log();
}

#[test]
fn no_label_names_anybody_or_is_made_up() {
    let database = Database::new();
    let friends = seeded(&database);
    let site = Logged::serve(&database, &[]);
    let browse = site.browser();
    let wrong = [("email", "somebody@test.example"), ("password", "a wrong password")];
    for _ in 0..12 {
        browse("/sign-in", &wrong);
    }
    for path in [format!("/in/{}", friends[0]), "/people?q=Maren+Holt".into(), "/made-up-path".into()] {
        browse(&path, &[]);
    }
    let config = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
    let agent: ureq::Agent = config.build().into();
    let request = ureq::http::Request::builder().method("XYZZY").uri(&site.address).body(()).unwrap();
    agent.run(request).unwrap();
    let seen = site.scrape();
    let all = seen.0.keys().cloned().collect::<Vec<_>>().join("\n");
    for word in [friends[0].as_str(), "somebody", "Maren", "made-up", "XYZZY", "127.0.0.1"] {
        assert!(!all.contains(word), "{word} is in a label");
    }
    assert!(all.contains("method=\"other\""), "{all}");
    let refused: f64 = seen
        .0
        .iter()
        .filter(|(series, _)| series.starts_with("amicable_limit_refusals_total"))
        .map(|(_, value)| value)
        .sum();
    assert!(refused > 0.0, "{all}");
    site.log();
}

#[test]
fn a_log_names_nobody_and_every_request_once() {
    for format in ["text", "json"] {
        let database = Database::new();
        let site = Logged::serve(&database, &["--log-format", format]);
        let browse = site.browser();
        let sent = journey(&browse);
        let log = site.log();
        let requests: Vec<&String> =
            log.iter().filter(|line| line.contains("us=") || line.contains("\"us\":")).collect();
        assert_eq!(requests.len(), sent, "{log:#?}");
        let all = log.join("\n");
        for word in [
            "Quillfeather",
            "Zebediah",
            "zebediah",
            "quillfeather",
            "secret-pass",
            "Narwhal",
            "narwhal",
            "Unicornopolis",
        ] {
            assert!(!all.contains(word), "{word} is in the log: {all}");
        }
        if format == "json" {
            for line in log.iter().filter(|line| line.starts_with('{')) {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string());
            }
            assert!(log.iter().filter(|line| line.starts_with('{')).count() > sent);
        }
    }
}

/// Somebody signs up, writes about themselves, searches, imports, fails; returns how many requests that made.
fn journey(browse: &impl Fn(&str, &[(&str, &str)]) -> u16) -> usize {
    let name = ("full_name", "Zebediah Quillfeather");
    let email = ("email", "zebediah@narwhal.example");
    let password = ("password", "secret-pass and more");
    let answers = [
        browse("/sign-up", &[name, email, password]),
        browse("/profile", &[name, ("headline", "Narwhal keeper"), ("location", "Unicornopolis")]),
        browse("/in/zebediah-quillfeather", &[]),
        browse("/in/zebediah-quillfeather/disconnect", &[("private_reason", "Narwhal")]),
        browse("/people?q=Quillfeather", &[]),
        browse("/contacts/new", &[name, ("emails", "zebediah@narwhal.example")]),
        browse("/contacts?q=Narwhal", &[]),
        browse("/inbox/zebediah-quillfeather", &[("text", "Narwhal")]),
        browse("/forgot-password", &[email]),
        browse("/sign-out", &[("x", "Narwhal")]),
        browse("/sign-in", &[email, ("password", "secret-pass that is wrong")]),
        browse("/sign-in", &[email, password]),
        browse("/narwhal/quillfeather", &[]),
        browse("/reset-password/zebediah", &[]),
    ];
    assert!(answers.iter().filter(|status| **status < 400).count() >= 6, "{answers:?}");
    assert!(answers.iter().all(|status| *status < 500), "{answers:?}");
    answers.len()
}

#[test]
fn an_answer_tells_its_number_in_the_log() {
    let database = Database::new();
    let site = Logged::serve(&database, &["--log-format", "json"]);
    let answer = ureq::get(format!("{}/healthz", site.address)).call().unwrap();
    let id = answer.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    let log = site.log();
    let line = log.iter().find(|line| line.contains(&id)).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["route"], &line["status"], &line["method"]), (&"/healthz".into(), &200.into(), &"GET".into()));
}

#[test]
fn the_documented_names_are_those_that_are_counted() {
    let database = Database::new();
    let site = Logged::serve(&database, &[]);
    site.browser()("/healthz", &[]);
    let scrape = || ureq::get(&site.metrics).call().unwrap().body_mut().read_to_string().unwrap();
    // A job runs when the site starts.
    let text = in_time("a job has run", || Some(scrape()).filter(|text| text.contains("amicable_job_failures")));
    let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let [rules, dashboard, page] =
        ["docs/monitoring/rules.yml", "docs/monitoring/dashboard.json", "docs/operating.md"].map(read);
    let _: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    for text in [&rules, &dashboard, &page] {
        for name in names(text) {
            let known = families.iter().any(|family| name.starts_with(family));
            assert!(known, "{name} is not counted");
        }
    }
    for family in families.iter().filter(|family| family.starts_with("amicable_")) {
        assert!(page.contains(family), "docs/operating.md lacks {family}");
    }
    site.log();
}

/// The names of metrics in a text.
fn names(text: &str) -> Vec<String> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let is_metric =
        |name: &&str| (name.starts_with("amicable_") || name.starts_with("process_")) && !name.contains(':');
    text.split(word).filter(is_metric).map(str::to_owned).collect()
}

#[test]
fn promtool_takes_the_rules() {
    // Debian's, which tests/run installs; elsewhere the names are held by the test above.
    let Ok(output) = Command::new("promtool").args(["check", "rules", "docs/monitoring/rules.yml"]).output() else {
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let config = Command::new("promtool").args(["check", "config", "docs/monitoring/prometheus.yml"]).output().unwrap();
    assert!(config.status.success(), "{}", String::from_utf8_lossy(&config.stdout));
}

/// Ended when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn prometheus_reads_two_nodes() {
    let database = Database::new();
    seeded(&database);
    let nodes = [Logged::serve(&database, &[]), Logged::serve(&database, &[])];
    let folder = tempfile::tempdir().unwrap();
    let targets: Vec<&str> = nodes.iter().map(|node| node.metrics.split('/').nth(2).unwrap()).collect();
    let config = std::fs::read_to_string("docs/monitoring/prometheus.yml").unwrap();
    let config = config.replace(r#"["127.0.0.1:9180", "127.0.0.1:9181"]"#, &format!("{targets:?}"));
    let config = config.replace("scrape_interval: 15s", "scrape_interval: 1s");
    std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
    std::fs::copy("docs/monitoring/rules.yml", folder.path().join("rules.yml")).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut prometheus = Command::new("prometheus");
    prometheus.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    prometheus.arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()));
    prometheus.arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()));
    // Debian's, which tests/run installs.
    let Ok(prometheus) = prometheus.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else { return };
    let mut prometheus = Running(prometheus);
    let ask = |query: &str| {
        let url = format!("http://127.0.0.1:{port}/api/v1/query?query={query}");
        let text = ureq::get(url).call().ok()?.body_mut().read_to_string().ok()?;
        let answer: serde_json::Value = serde_json::from_str(&text).ok()?;
        answer["data"]["result"][0]["value"][1].as_str().map(str::to_owned)
    };
    for (query, value) in [
        ("sum(up)", "2"),
        ("sum(amicable_database_up)", "2"),
        ("max(amicable_members)", "900"),
        // The jobs of the site keep their names, by which the rules tell one from the other.
        ("count(max%20by%20(job)(amicable_job_last_success_timestamp_seconds%7Bjob%3D%22mail%22%7D))", "1"),
        // The rules are evaluated, and nothing that lasts is amiss.
        ("count(ALERTS%7Balertstate%3D%22firing%22%7D)%20or%20vector(0)", "0"),
    ] {
        in_time(query, || {
            assert!(prometheus.0.try_wait().unwrap().is_none(), "Prometheus has ended");
            ask(query).filter(|answer| answer == value)
        });
    }
    for node in nodes {
        node.log();
    }
}
