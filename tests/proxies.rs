//! Behind the proxies that the documentation shows, as it shows them: signing in, a form, a photo.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use database::Database;

const DOCUMENTATION: &str = include_str!("../docs/operating.md");
const PASSWORD: &str = "a quiet password";

/// Ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Told, and not killed: nginx has children of its own.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// The block of the documentation in a language.
fn documented(language: &str) -> &'static str {
    let start = DOCUMENTATION.split_once(&format!("```{language}\n")).unwrap().1;
    start.split_once("```").unwrap().0
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Replaces what must stand there.
fn with(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in\n{text}");
        text.replace(from, to)
    })
}

/// The site, and its address without a scheme.
fn site(database: &Database, base_url: &str) -> (Running, String) {
    let url = database.argument();
    let create = ["member", "create", "--database-url", &url, "--full-name", "Ada Ruiz", "--email", "ada@test.example"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_amicable"))
        .args(create)
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--base-url", base_url, "--database-url", &url];
    let mut child = Command::new(env!("CARGO_BIN_EXE_amicable"));
    let mut child = child
        .args(serve)
        .env("NO_COLOR", "1")
        .env("AMICABLE_TRUSTED_PROXIES", "127.0.0.1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.contains("http://127.0.0.1:")).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    (Running(child), address)
}

/// Makes a certificate for this machine, as `cert` and `key` in the folder.
fn certificate(folder: &Path) {
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    command.args(["-addext", "subjectAltName=DNS:localhost", "-keyout", "key", "-out", "cert"]);
    assert!(command.current_dir(folder).stderr(Stdio::null()).status().unwrap().success());
}

fn caddy(folder: &Path, port: u16, upstream: &str, passes_host: bool) -> Running {
    let place = format!("https://localhost:{port} {{\n    bind 127.0.0.1\n    tls cert key");
    let proxy = format!("reverse_proxy {upstream}");
    let own_host = format!("{proxy} {{\n        header_up Host {upstream}\n    }}");
    let proxy = if passes_host { proxy } else { own_host };
    let site =
        with(documented("caddy"), &[("network.example.org {", &place), ("reverse_proxy 127.0.0.1:8080", &proxy)]);
    // Plain http is led on to https, as the documented one does on port 80, which a test cannot have.
    let redirect =
        "servers {\n        listener_wrappers {\n            http_redirect\n            tls\n        }\n    }";
    let options = format!("admin off\n    auto_https disable_redirects\n    skip_install_trust\n    {redirect}");
    let text = format!("{{\n    {options}\n}}\n{site}");
    std::fs::write(folder.join("Caddyfile"), text).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]).current_dir(folder);
    command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder).stderr(Stdio::null());
    Running(command.spawn().unwrap())
}

fn nginx(folder: &Path, port: u16, upstream: &str, passes_host: bool) -> Running {
    let certificates = "/etc/letsencrypt/live/network.example.org";
    let mut site = with(
        documented("nginx"),
        &[
            (&format!("{certificates}/fullchain.pem"), &folder.join("cert").to_string_lossy()),
            (&format!("{certificates}/privkey.pem"), &folder.join("key").to_string_lossy()),
            ("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl")),
            ("network.example.org", "localhost"),
            ("127.0.0.1:8080", upstream),
        ],
    );
    if !passes_host {
        site = with(&site, &[("        proxy_set_header Host $http_host;\n", "")]);
    }
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| format!("{name}_temp_path {name};"));
    let text = format!(
        "daemon off; pid pid; error_log error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{}\n{site}}}\n",
        folders.join("\n")
    );
    std::fs::write(folder.join("nginx.conf"), text).unwrap();
    let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "error.log"]);
    Running(command.spawn().unwrap())
}

fn until_it_listens(port: u16) {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(60), "the proxy does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A browser without `Sec-Fetch-Site`, so that `Origin` decides.
struct Browser<'a> {
    folder: &'a Path,
    base: String,
}

impl Browser<'_> {
    /// The status of a sign-in from an address of this machine, whose head says that it comes from another.
    fn sign_in(&self, from: &str, says: &str, password: &str) -> String {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-o", "/dev/null", "-w", "%{http_code}", "--interface", from, "--cacert"]);
        curl.arg(self.folder.join("cert")).args(["-A", "Mozilla/5.0", "-H", &format!("Origin: {}", self.base)]);
        for name in ["X-Forwarded-For", "X-Real-IP", "Forwarded: for"] {
            let separator = if name.contains(':') { "=" } else { ": " };
            curl.args(["-H", &format!("{name}{separator}{says}")]);
        }
        curl.args(["-d", "email=ada@test.example", "-d", &format!("password={password}")]);
        let output = curl.arg(format!("{}/sign-in", self.base)).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Status, way onward and body.
    fn ask(&self, path: &str, form: &[&str], header: &str) -> (String, String, String) {
        let cookies = self.folder.join("cookies");
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--cacert"]).arg(self.folder.join("cert")).arg("-b").arg(&cookies).arg("-c").arg(&cookies);
        curl.args(["-A", "Mozilla/5.0", "-H", &format!("Referer: {}/people", self.base)]);
        if !form.is_empty() {
            curl.args(["-H", header]).args(form);
        }
        curl.args(["-w", "\n%{http_code} %header{location}", &format!("{}{path}", self.base)]);
        let output = curl.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').unwrap_or_else(|| panic!("{output:?}"));
        let (status, onward) = status.split_once(' ').unwrap();
        (status.to_owned(), onward.to_owned(), body.to_owned())
    }
}

/// A photo that is larger than what nginx takes of itself.
fn photo(folder: &Path) {
    let mut seed = 1u32;
    let noise = image::RgbImage::from_fn(900, 900, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        image::Rgb([a, b, c])
    });
    noise.save_with_format(folder.join("photo.png"), image::ImageFormat::Png).unwrap();
    assert!(std::fs::metadata(folder.join("photo.png")).unwrap().len() > 2_000_000);
}

/// An address book as large as the site takes.
fn address_book(folder: &Path) -> std::path::PathBuf {
    let mut csv = b"First Name,Last Name,Email Address\nBen,Okoro,ben@test.example\n".to_vec();
    csv.resize(50_000_000, b' ');
    let path = folder.join("contacts.csv");
    std::fs::write(&path, csv).unwrap();
    path
}

fn works_behind(proxy: fn(&Path, u16, &str, bool) -> Running) {
    for passes_host in [true, false] {
        let (database, folder, port) = (Database::new(), tempfile::tempdir().unwrap(), free_port());
        let folder = folder.path();
        certificate(folder);
        photo(folder);
        let base = format!("https://localhost:{port}");
        let (_site, upstream) = site(&database, &base);
        let _proxy = proxy(folder, port, &upstream, passes_host);
        until_it_listens(port);
        let browser = Browser { folder, base: base.clone() };
        let ours = format!("Origin: {base}");
        let (status, _, body) = browser.ask("/sign-in", &[], "");
        assert!(status == "200" && !body.contains("over plain http"), "{passes_host} {status}: {body}");
        let signing_in = ["-d", "email=ada@test.example", "-d", &format!("password={PASSWORD}"), "-d", "next=/people"];
        let (status, _, _) = browser.ask("/sign-in", &signing_in, "Origin: https://evil.example");
        assert_eq!(status, "403");
        let (status, onward, body) = browser.ask("/sign-in", &signing_in, &ours);
        // curl says where a way onward leads in full or as it came.
        assert!(status == "303" && onward.ends_with("/people"), "{passes_host} {status} {onward}: {body}");
        // Back to where the form stood.
        let (status, onward, _) = browser.ask("/appearance", &["-d", "theme=dark"], &ours);
        assert!(status == "303" && onward == "/people", "{passes_host} {status} {onward}");
        let (_, _, body) = browser.ask("/people", &[], "");
        assert!(body.contains("data-theme=\"dark\"") && body.contains("Ada Ruiz"), "{body}");
        let upload = format!("photo=@{};type=image/png", folder.join("photo.png").display());
        let (status, onward, body) = browser.ask("/profile/photo", &["-F", &upload], &ours);
        assert!(status == "303" && onward.ends_with("/in/ada-ruiz"), "{passes_host} {status}: {body}");
        let (_, _, body) = browser.ask("/in/ada-ruiz", &[], "");
        assert!(body.contains("src=\"/photos/"), "{body}");
        if passes_host {
            let upload = format!("file=@{};type=text/csv", address_book(folder).display());
            let (status, onward, body) = browser.ask("/contacts/import", &["-F", &upload], &ours);
            // What the site says of such a file is its own affair; a proxy would say 413.
            let is_of_site = status == "303" && onward.contains("/contacts/import")
                || status == "422" && body.contains("Import contacts");
            assert!(is_of_site, "{status} {onward}: {body}");
        }
    }
}

#[test]
fn the_site_works_behind_the_documented_caddy() {
    works_behind(caddy);
}

#[test]
fn the_site_works_behind_the_documented_nginx() {
    works_behind(nginx);
}

/// Whoever guesses is told apart from others by the address that the proxy saw, and not by what they say themselves.
fn tells_clients_apart(proxy: fn(&Path, u16, &str, bool) -> Running) {
    let (database, folder, port) = (Database::new(), tempfile::tempdir().unwrap(), free_port());
    certificate(folder.path());
    let base = format!("https://localhost:{port}");
    let (_site, upstream) = site(&database, &base);
    let _proxy = proxy(folder.path(), port, &upstream, true);
    until_it_listens(port);
    let browser = Browser { folder: folder.path(), base };
    for at in 1..=10 {
        assert_ne!(browser.sign_in("127.0.0.2", &format!("203.0.113.{at}"), "wrong"), "429", "{at}");
    }
    assert_eq!(browser.sign_in("127.0.0.2", "203.0.113.11", PASSWORD), "429", "whatever it says of itself");
    assert_eq!(browser.sign_in("127.0.0.3", "127.0.0.2", PASSWORD), "303", "somebody else");
}

#[test]
fn the_documented_caddy_says_who_comes() {
    tells_clients_apart(caddy);
}

#[test]
fn the_documented_nginx_says_who_comes() {
    tells_clients_apart(nginx);
}

/// By its own program, which tests/run installs in tests/observatory.
#[test]
fn the_mozilla_observatory_gives_an_a_plus() {
    let (database, folder, port) = (Database::new(), tempfile::tempdir().unwrap(), free_port());
    certificate(folder.path());
    let (_site, upstream) = site(&database, &format!("https://localhost:{port}"));
    let _proxy = caddy(folder.path(), port, &upstream, true);
    until_it_listens(port);
    let mut grade = Command::new("node");
    grade.args(["tests/observatory/grade.mjs", &format!("localhost:{port}")]);
    let output = grade.env("NODE_EXTRA_CA_CERTS", folder.path().join("cert")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("A+"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}
