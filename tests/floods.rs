//! Floods, against a server that is a process of its own, so that its memory can be measured: many who wait, and many who
//! upload at once.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use amicable::limits::{self, Limit, Numbers};
use database::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const PASSWORD: &str = "a quiet password";
/// What one flood takes is measured while no other does.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A site that is served, ended when dropped.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(database: &Database) -> Served {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amicable"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]);
        command.env_remove("DATABASE_URL").env("AMICABLE_MAIL", "off").env("RUST_LOG", "off");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("http://127.0.0.1:")).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.split("http://").nth(1).unwrap();
        let address: String = address.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
        Served { child, address: address.parse().unwrap() }
    }

    /// A number of /proc/…/status, in MB.
    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// How many files and connections it has open.
    fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// How long a page takes, over a connection of its own: the median of eleven.
    async fn page(&self) -> Duration {
        let mut all = Vec::new();
        for _ in 0..11 {
            let begun = Instant::now();
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(b"GET /sign-in HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
            all.push(begun.elapsed());
        }
        all.sort();
        all[5]
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many files a process may have open here.
fn most_descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line["Max open files".len()..].split_whitespace().next().unwrap().parse().unwrap_or(100_000)
}

/// Connects from one of this machine's many addresses, each of which is a network of its own.
async fn from_elsewhere(at: usize, to: SocketAddr) -> TcpStream {
    let network = at / 100;
    let from = Ipv4Addr::new(127, 20, u8::try_from(network / 250).unwrap(), u8::try_from(network % 250 + 1).unwrap());
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// How often a flood is tried: on a machine that is busy with something else, those who wait are ended before all are there.
const TRIES: usize = 4;

#[tokio::test]
async fn seven_thousand_who_wait_slow_nobody_down() {
    let _turn = TURN.lock().await;
    let site = Served::start(&Database::sqlite());
    // As many as there are descriptors for: tests/run asks for all that the machine gives.
    let all = (most_descriptors() - 300).min(7_000);
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let before = site.page().await;
        let held = flood(&site, all).await;
        let meanwhile = site.page().await;
        let open = site.descriptors();
        drop(held);
        if open > all / 2 && meanwhile < Duration::from_millis(200).max(before * 3) {
            return;
        }
        seen.push(format!("{open} of {all} are open, a page takes {meanwhile:?}, and {before:?} alone"));
    }
    panic!("{seen:#?}");
}

/// Opens connections of which nothing comes, or the beginning of a request.
async fn flood(site: &Served, all: usize) -> Vec<TcpStream> {
    let idle = all * 5 / 7;
    let mut held = Vec::new();
    for at in 0..all {
        let mut stream = from_elsewhere(at, site.address).await;
        if at >= idle {
            // One that has waited for too long is ended.
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHo").await;
        }
        held.push(stream);
    }
    held
}

/// A picture that is small as a file, and large once it is decoded.
fn picture() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(3_000, 3_000, image::Rgba([20, 60, 200, 255]))
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

/// Makes a member; gives what tells the cookie once they are signed in.
fn member(database: &Database, email: &str) -> impl Fn(&Served) -> String + use<> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amicable"));
    command.args(["member", "create", "--database-url", &database.argument(), "--full-name", "Ada Ruiz"]);
    command.args(["--email", email, "--password-stdin"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let email = email.to_owned();
    move |site| {
        let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
        let form = [("email", email.as_str()), ("password", PASSWORD)];
        let answer = agent.post(format!("http://{}/sign-in", site.address)).send_form(form).unwrap();
        let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// Bytes of an upload that come last, some of them while others are sent.
const HELD_BACK: usize = 300;

#[tokio::test]
async fn two_hundred_uploads_at_once_stay_within_256_mb() {
    let _turn = TURN.lock().await;
    let database = Database::sqlite();
    let cookie = member(&database, "ada@test.example");
    let numbers = Numbers { number: 1_000, ..Numbers::of(Limit::Uploads) };
    database.open().write_blocking(move |connection| limits::set(connection, Limit::Uploads, numbers)).unwrap();
    let site = Served::start(&database);
    let cookie = cookie(&site);
    site.page().await;
    let (idle, peak) = (site.memory("RssAnon"), site.memory("VmHWM"));
    let head = "--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\r\n";
    let (whole, mut broken) = (picture(), picture());
    broken.resize(10 * 1024 * 1024 - 1_000, 0);
    // Its header is damaged: decoding 200 without optimisation would take minutes.
    broken[16] = 0xFF;
    let mut streams: Vec<(TcpStream, Vec<u8>)> = Vec::new();
    let mut dripped = Instant::now();
    for at in 0..200 {
        // Most are as large as can be; the last is the one that is decoded.
        let file = if at == 199 { &whole } else { &broken };
        let body = [head.as_bytes(), file, b"\r\n--cut--\r\n"].concat();
        let request = format!(
            "POST /profile/photo HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(&body[..body.len() - HELD_BACK]).await.unwrap();
        streams.push((stream, body[body.len() - HELD_BACK..].to_vec()));
        // Where a machine is busy, the first would be ended as one of which nothing comes.
        if dripped.elapsed() > Duration::from_secs(3) {
            for (stream, end) in &mut streams {
                stream.write_all(&[end.remove(0)]).await.unwrap();
            }
            dripped = Instant::now();
        }
    }
    let stopped = site.memory("RssAnon") - idle.min(site.memory("RssAnon"));
    assert!(stopped < 100, "200 that stop before their end hold {stopped} MB");
    for (stream, end) in &mut streams {
        stream.write_all(end).await.unwrap();
    }
    for (mut stream, _) in streams {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let status = String::from_utf8_lossy(&answer[..12.min(answer.len())]).into_owned();
        assert!(status.ends_with("422") || status.ends_with("303"), "{status}");
    }
    let taken = site.memory("VmHWM") - peak;
    assert!(taken < 256, "{taken} MB in all");
}

/// The beginning of a list that is imported, of so many bytes in all.
fn import(cookie: &str, length: usize) -> String {
    format!(
        "POST /contacts/import HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\
         Connection: close\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: {length}\r\n\r\n\
         --cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nName\n"
    )
}

#[tokio::test]
async fn an_upload_that_finds_no_room_is_told_to_come_again() {
    let _turn = TURN.lock().await;
    let database = Database::sqlite();
    let members: Vec<_> = (0..17).map(|at| member(&database, &format!("m{at}@test.example"))).collect();
    let site = Served::start(&database);
    let cookies: Vec<String> = members.iter().map(|cookie| cookie(&site)).collect();
    let (ada, others) = cookies.split_last().unwrap();
    let mut held = Vec::new();
    for cookie in others.iter().chain(others) {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(format!("{}{}", import(cookie, 51_000_000), "Ben\n".repeat(3_000)).as_bytes()).await.unwrap();
        held.push(stream);
    }
    let dripping = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(3)).await;
            for stream in &mut held {
                stream.write_all(b"Ben\n").await.unwrap();
            }
        }
    });
    // All of them are read before another comes.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let upload = async || {
        let rows = format!("{}\r\n--cut--\r\n", "Ben Okoro\n".repeat(200_000));
        let head = import(ada, 0);
        let length = head.split("\r\n\r\n").skip(1).map(|part| part.len() + 4).sum::<usize>() - 4 + rows.len();
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all((import(ada, length) + &rows).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let answer = upload().await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 60"), "{answer}");
    assert!(answer.contains("Very many files are on their way at once. Try again in a few minutes."), "{answer}");
    dripping.abort();
    let _ = dripping.await;
    let answer = upload().await;
    assert!(answer.starts_with("HTTP/1.1 422") && answer.contains("beyond 30,000 rows"), "{answer}");
}
