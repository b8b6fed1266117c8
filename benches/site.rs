//! How fast the site is, beside a floor measured in the same run: the same server, middleware and headers, answering
//! with the same number of bytes from memory. `cargo bench --bench site` makes a network, serves it from a second
//! process, loads it with `wrk` (Debian's package of that name) and prints a table.
//!
//! `cargo bench --bench site -- --members 1000000 --connections 25000000 --seconds 10 --database big.db` keeps the
//! database, and uses it again the next time.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use amicable::config::DatabaseUrl;
use amicable::connections::Limits;
use amicable::db::Db;
use amicable::demo::seed::{self, Plan};
use amicable::schema::{members, relationships};
use amicable::server::{self, Settings};
use clap::Parser;
use diesel::prelude::*;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections of the load.
const AT_ONCE: u32 = 16;

#[derive(Parser)]
struct Args {
    /// Members of the network.
    #[arg(long, default_value_t = 10_000)]
    members: u32,
    /// Connections between them.
    #[arg(long, default_value_t = 250_000)]
    connections: u64,
    /// How long each page is loaded.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// A database to keep, of either engine; without it, SQLite in a temporary folder.
    #[arg(long, value_name = "URL")]
    database: Option<DatabaseUrl>,
    /// The second process: serve this database and print the address.
    #[arg(long)]
    serve: Option<DatabaseUrl>,
    /// Said by cargo.
    #[arg(long)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    if let Some(database) = &args.serve {
        return serve(database);
    }
    if Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("This benchmark loads the site with wrk: apt-get install wrk");
        std::process::exit(2);
    }
    let folder = tempfile::tempdir().unwrap();
    let temporary = DatabaseUrl::Sqlite(folder.path().join("bench.db").to_string_lossy().into_owned());
    let database = args.database.clone().unwrap_or(temporary);
    let db = Db::open(&database).unwrap();
    db.migrate().unwrap();
    let there: i64 = db.write_now(|connection| Ok(members::table.count().get_result(connection)?)).unwrap();
    if there == 0 {
        let plan = Plan { members: args.members, connections: args.connections, seed: 1 };
        let started = Instant::now();
        seed::seed(&db, &plan, &|_, _, _| {}).unwrap();
        println!("seeded in {:.1} s", started.elapsed().as_secs_f64());
    }
    let number: i64 = db.write_now(|connection| Ok(members::table.count().get_result(connection)?)).unwrap();
    let people = People::of(&db, number);
    drop(db);
    let size = size(&database) / 1e6;
    println!("{number} members, the hub has {} connections, {size:.0} MB\n", people.friends.len());
    let server = Server::start(&database);
    pages(&server, &people, &args, folder.path());
    removals(&server, &people);
    moves(&server, &people, folder.path());
    println!("\nmemory: {}", server.memory());
}

/// Bytes on disk.
fn size(database: &DatabaseUrl) -> f64 {
    match database {
        DatabaseUrl::Sqlite(path) => std::fs::metadata(path).unwrap().len() as f64,
        DatabaseUrl::Postgres(url) => {
            let mut connection = diesel::PgConnection::establish(url).unwrap();
            let size = diesel::dsl::sql::<diesel::sql_types::BigInt>("pg_database_size(current_database())");
            diesel::select(size).get_result::<i64>(&mut connection).unwrap() as f64
        }
    }
}

/// As the command line takes it.
fn argument(database: &DatabaseUrl) -> String {
    match database {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{path}"),
        DatabaseUrl::Postgres(url) => url.clone(),
    }
}

fn serve(database: &DatabaseUrl) {
    let db = Db::open(database).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let settings = Settings { limits: Limits::default(), secure: false, workers: 0, before: floor };
    actix_web::rt::System::new()
        .block_on(async move { server::serve(db, listener, &settings).unwrap().await })
        .unwrap();
}

fn floor(site: &mut ServiceConfig) {
    site.route("/floor/{bytes}", web::get().to(from_memory));
}

async fn from_memory(bytes: web::Path<usize>) -> impl Responder {
    static PAGE: [u8; 1 << 20] = [b'x'; 1 << 20];
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(Bytes::from_static(&PAGE[..*bytes]))
}

/// Who looks and who is looked at.
struct People {
    number: i64,
    /// Handles of the hub's connections.
    friends: Vec<String>,
    /// Where the hub's page 500 begins, or its last where there are fewer.
    far: String,
}

impl People {
    fn of(db: &Db, number: i64) -> People {
        let rows: Vec<(String, Option<i64>, i64)> = db
            .write_now(|connection| {
                let rows = relationships::table
                    .inner_join(members::table.on(members::id.eq(relationships::other_id)))
                    .filter(relationships::owner_id.eq(1))
                    .filter(relationships::state.eq(4))
                    .order((relationships::connected_at.desc(), relationships::other_id.desc()));
                Ok(rows.select((members::handle, relationships::connected_at, members::id)).load(connection)?)
            })
            .unwrap();
        let at = (499 * 50).min(rows.len() - 51);
        let far = format!("{}~{}", rows[at].2, rows[at].1.unwrap());
        People { number, friends: rows.into_iter().map(|row| row.0).collect(), far }
    }
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(database: &DatabaseUrl) -> Server {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--serve")
            .arg(argument(database))
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let server = Server { child, address: address.trim().to_owned() };
        while ureq::get(format!("{}/readyz", server.address)).call().is_err() {
            std::thread::sleep(Duration::from_millis(2));
        }
        println!("start on this database: {:.0} ms, idle: {}", started.elapsed().as_secs_f64() * 1e3, server.memory());
        server
    }

    /// Anonymous memory: what the process holds, without the pages of the file that the kernel keeps.
    fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("RssAnon")).unwrap_or("RssAnon: 0 kB");
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        format!("{:.0} MB", kilobytes / 1024.0)
    }

    /// The cookie of a member who signs in.
    fn sign_in(&self, member: u32) -> String {
        let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
        let form = [("email", format!("member{member}@seed.example")), ("password", seed::PASSWORD.to_owned())];
        let response = agent.post(format!("{}/sign-in", self.address)).send_form(form).unwrap();
        let cookie = response.headers().get("set-cookie").unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `wrk` measured.
struct Measured {
    rate: f64,
    p50: f64,
    p99: f64,
}

/// Loads with what a Lua body makes of the number `n` of the request.
fn load(server: &Server, (cookie, body, folder): (&str, &str, &Path), at_once: u32, seconds: u32) -> Measured {
    let script = folder.join("load.lua");
    let lua =
        format!("wrk.headers['Cookie'] = '{cookie}'\nlocal n = 0\nfunction request()\n n = n + 1\n {body}\nend\n");
    std::fs::write(&script, lua).unwrap();
    let output = Command::new("wrk")
        .args(["-t1", &format!("-c{at_once}"), &format!("-d{seconds}s"), "--latency", "-s"])
        .arg(&script)
        .arg(&server.address)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{text}");
    let after = |label: &str| {
        let line = text.lines().find(|line| line.trim().starts_with(label)).unwrap_or_else(|| panic!("{text}"));
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    Measured { rate: after("Requests/sec:").parse().unwrap(), p50: millis(&after("50%")), p99: millis(&after("99%")) }
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

fn pages(server: &Server, people: &People, args: &Args, folder: &Path) {
    let (hub, anybody) = (server.sign_in(1), server.sign_in(people.number as u32 / 3));
    let any_profile =
        format!("return wrk.format('GET', string.format('/in/member-%06d', math.random({})))", people.number);
    let get = |path: &str| format!("return wrk.format('GET', '{path}')");
    let far = get(&format!("/connections?after={}", people.far));
    let words = "local w = {'an', 'ma', 'engineer', 'lisbon', 'anna+en', 'designer+ber'}\n \
                 return wrk.format('GET', '/people?q=' .. w[n % #w + 1])";
    let rows = [
        ("profile of anybody", &anybody, any_profile),
        ("profile of the hub, seen by anybody", &anybody, get("/in/member-000002")),
        ("connections, page 1, the hub's", &hub, get("/connections")),
        ("connections, page 500, the hub's", &hub, far),
        ("connections by last name, the hub's", &hub, get("/connections?sort=last_name")),
        ("connections, anybody's", &anybody, get("/connections")),
        ("my network, the hub's", &hub, get("/")),
        ("my network, anybody's", &anybody, get("/")),
        ("search for people", &anybody, words.to_owned()),
    ];
    println!(
        "\n| page | bytes | requests/s | of the floor | p50 ms | p99 ms | floor's p99 ms |\n|---|---|---|---|---|---|---|"
    );
    for (name, cookie, body) in rows {
        let bytes = bytes(server, cookie, &body);
        load(server, (cookie, &body, folder), AT_ONCE, 2);
        let page = load(server, (cookie, &body, folder), AT_ONCE, args.seconds);
        let floor = load(server, ("", &get(&format!("/floor/{bytes}")), folder), AT_ONCE, args.seconds.min(5));
        println!(
            "| {name} | {bytes} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
            page.rate,
            page.rate / floor.rate,
            page.p50,
            page.p99,
            floor.p99
        );
    }
}

/// How long the answer is that a request gets.
fn bytes(server: &Server, cookie: &str, body: &str) -> usize {
    let path = body.rsplit('\'').nth(1).unwrap();
    let path = if path.contains("%06d") { "/in/member-000777" } else { path };
    let path = if path.ends_with("q=") { "/people?q=an" } else { path };
    let mut answer = ureq::get(format!("{}{path}", server.address)).header("Cookie", cookie).call().unwrap();
    answer.body_mut().read_to_vec().unwrap().len()
}

/// Bulk removals, from the press to the end of the page with the result; undone each time.
fn removals(server: &Server, people: &People) {
    let cookie = server.sign_in(1);
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).build().into();
    let post = |path: &str, form: &[(&str, &str)]| {
        let request = agent.post(format!("{}{path}", server.address)).header("Cookie", &cookie);
        let response = request.send_form(form.iter().copied()).unwrap();
        response.headers().get("location").unwrap().to_str().unwrap().to_owned()
    };
    let open = |path: &str| {
        let request = agent.get(format!("{}{path}", server.address)).header("Cookie", &cookie);
        request.call().unwrap().body_mut().read_to_vec().unwrap();
    };
    println!("\n| bulk removal | remove, ms | undo, ms |\n|---|---|---|");
    for most in [1_000, people.friends.len()] {
        let mut form: Vec<(&str, &str)> = vec![("all", "1")];
        if most < people.friends.len() {
            form = people.friends[..most].iter().map(|handle| ("member", handle.as_str())).collect();
        }
        let (mut remove, mut undo) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let review = post("/connections/remove", &form);
            let started = Instant::now();
            open(&post(&review, &[]));
            remove.push(started.elapsed().as_secs_f64() * 1e3);
            let started = Instant::now();
            open(&post(&format!("{review}/undo"), &[]));
            undo.push(started.elapsed().as_secs_f64() * 1e3);
        }
        println!("| {most} connections | {:.0} | {:.0} |", median(remove), median(undo));
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Durable changes: the hub disconnects from one after the other, and invites them back.
fn moves(server: &Server, people: &People, folder: &Path) {
    let cookie = server.sign_in(1);
    println!("\n| change | at once | changes/s | p50 ms | p99 ms |\n|---|---|---|---|---|");
    for at_once in [1, 32] {
        for verb in ["disconnect", "re-invite"] {
            let mut body = String::from("local them = {");
            for handle in &people.friends {
                let _ = write!(body, "'{handle}',");
            }
            let _ = write!(body, "}}\n return wrk.format('POST', '/in/' .. them[n % #them + 1] .. '/{verb}')");
            // Short, so that the hub of a large network still has somebody left.
            let done = load(server, (&cookie, &body, folder), at_once, 3);
            println!("| {verb} | {at_once} | {:.0} | {:.2} | {:.2} |", done.rate, done.p50, done.p99);
        }
    }
}
