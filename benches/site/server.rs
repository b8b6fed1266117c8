//! The second process, and people who use it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use amicable::db::DatabaseUrl;
use amicable::db::Db;
use amicable::demo::seed;
use amicable::relationship::Limits;
use amicable::server;
use amicable::server::Settings;

pub fn serve(database: &DatabaseUrl) {
    let db = Db::open(database).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let limits = Limits { invitations: u32::MAX, ..Limits::default() };
    let settings = Settings {
        limits,
        zone: Default::default(),
        base_url: None,
        proxies: Default::default(),
        workers: 0,
        mail: amicable::mail::Transport::Off,
        mail_from: None,
        registration: Some(amicable::web::registration::Registration::Open),
        sign_up_seconds: 0,
        webhooks_to_private: false,
        tls: None,
        runs_jobs: true,
        before: floor,
    };
    actix_web::rt::System::new()
        .block_on(async move { server::serve(db, listener, &settings).unwrap().ended().await })
        .unwrap();
}

/// What the floor answers with, by name: it is put there before it is measured.
static PAGES: LazyLock<Mutex<HashMap<u32, Bytes>>> = LazyLock::new(Mutex::default);

fn floor(site: &mut ServiceConfig) {
    site.app_data(web::PayloadConfig::new(1 << 20))
        .route("/floor/{name}", web::get().to(from_memory))
        .route("/floor/{name}", web::put().to(keep));
}

async fn keep(name: web::Path<u32>, page: Bytes) -> impl Responder {
    PAGES.lock().unwrap().insert(*name, page);
    HttpResponse::Ok()
}

async fn from_memory(name: web::Path<u32>) -> impl Responder {
    let page = PAGES.lock().unwrap()[&*name].clone();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page)
}

/// Seconds of CPU that a process has taken; the kernel counts in hundredths.
fn cpu_of(process: &str) -> f64 {
    times_of(process, 11)
}

fn times_of(process: &str, at: usize) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    after_name(&stat).skip(at).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn after_name(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit(')').next().unwrap_or_default().split_whitespace()
}

/// The same of those whose end a process has waited for.
pub fn ended_cpu_of(process: &str) -> f64 {
    times_of(process, 13)
}

/// The second process, ended when it is dropped.
pub struct Server {
    child: Child,
    database: DatabaseUrl,
    pub address: String,
}

impl Server {
    pub fn start(database: &DatabaseUrl) -> Server {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--serve", &database.to_string()])
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let server = Server { child, database: database.clone(), address: address.trim().to_owned() };
        while ureq::get(format!("{}/readyz", server.address)).call().is_err() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let took = started.elapsed().as_secs_f64() * 1e3;
        println!("It starts on this database in {took:.0} ms and holds {} idle.", server.memory());
        server
    }

    /// Anonymous memory: what the process holds, without the pages of the file that the kernel keeps.
    pub fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("RssAnon")).unwrap_or("RssAnon: 0 kB");
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        format!("{:.0} MB", kilobytes / 1024.0)
    }

    /// Seconds of CPU that the process has taken.
    pub fn cpu(&self) -> f64 {
        cpu_of(&self.child.id().to_string())
    }

    /// Seconds of CPU that the sessions of the database have taken, where that is a server of this machine.
    pub fn engine_cpu(&self) -> f64 {
        self.sessions().iter().map(|process| cpu_of(process)).sum()
    }

    /// The process whose children the sessions are.
    pub fn postmaster(&self) -> String {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.sessions()[0])).unwrap();
        after_name(&stat).nth(1).unwrap().to_owned()
    }

    fn sessions(&self) -> Vec<String> {
        let DatabaseUrl::Postgres(url) = &self.database else { return Vec::new() };
        let name = url.split(['/', '?']).nth(3).unwrap_or_default();
        let is_session = |process: &String| {
            let title = std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            title.starts_with("postgres:") && title.split(' ').any(|word| word == name)
        };
        let processes = std::fs::read_dir("/proc").unwrap();
        let processes = processes.filter_map(|process| process.ok()?.file_name().into_string().ok());
        processes.filter(is_session).collect()
    }

    /// A member who is signed in.
    pub fn member(&self, number: u32) -> Member {
        let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
        let member = Member { agent, address: self.address.clone(), cookie: self.sign_in(number) };
        member.get("/notifications");
        member
    }

    /// The cookie of a member who signs in.
    pub fn sign_in(&self, member: u32) -> String {
        let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
        let form = [("email", format!("member{member}@seed.example")), ("password", seed::PASSWORD.to_owned())];
        let response = agent.post(format!("{}/sign-in", self.address)).send_form(form).unwrap();
        let cookie = response.headers().get("set-cookie").unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Puts the bytes of a page where the floor finds them, and says where, and how long it is by gzip.
    pub fn floor_of(&self, path: &str, cookie: &str) -> (String, String) {
        let (page, compressed) = (self.get(path, cookie, "identity"), self.get(path, cookie, "gzip"));
        static NAMES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let floor = format!("/floor/{}", NAMES.fetch_add(1, Ordering::Relaxed));
        let lengths = format!("{} → {}", page.len(), compressed.len());
        ureq::put(format!("{}{floor}", self.address)).send(page).unwrap();
        (floor, lengths)
    }

    /// The bytes of a page.
    pub fn get(&self, path: &str, cookie: &str, encoding: &str) -> Vec<u8> {
        let request = ureq::get(format!("{}{path}", self.address)).header("Cookie", cookie);
        request.header("Accept-Encoding", encoding).call().unwrap().body_mut().read_to_vec().unwrap()
    }

    /// Somebody who opens their connections again and again.
    pub fn watch(&self, member: u32) -> Watch {
        let member = self.member(member);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut longest = 0.0f64;
            while !stopped.load(Ordering::Relaxed) {
                let started = Instant::now();
                member.get("/connections");
                longest = longest.max(started.elapsed().as_secs_f64() * 1e3);
            }
            longest
        });
        Watch { stop, thread }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<f64>,
}

impl Watch {
    /// The longest wait, in milliseconds.
    pub fn stop(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

pub struct Member {
    agent: ureq::Agent,
    address: String,
    cookie: String,
}

impl Member {
    pub fn get(&self, path: &str) -> String {
        let request = self.agent.get(format!("{}{path}", self.address)).header("Cookie", &self.cookie);
        request.call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// Posts a form and says where it leads; nowhere where it is refused.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> String {
        let request = self.agent.post(format!("{}{path}", self.address)).header("Cookie", &self.cookie);
        let response = request.send_form(form.iter().copied());
        let response = match response {
            Err(ureq::Error::StatusCode(422)) => return String::new(),
            response => response.unwrap(),
        };
        response.headers().get("location").map_or_else(String::new, |path| path.to_str().unwrap().to_owned())
    }

    /// Sends a file of contacts and says where it leads.
    pub fn choose(&self, file: &str) -> String {
        let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Connections.csv\"\r\n\r\n";
        let request = self.agent.post(format!("{}/contacts/import", self.address)).header("Cookie", &self.cookie);
        let request = request.header("Content-Type", "multipart/form-data; boundary=cut");
        let response = request.send(format!("{head}{file}\r\n--cut--\r\n")).unwrap();
        response.headers().get("location").unwrap().to_str().unwrap().to_owned()
    }
}
