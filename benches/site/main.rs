//! How fast the site is, beside a floor measured in the same run: the same bytes from memory, through the same server,
//! middleware and compression. `cargo bench --bench site` makes networks, serves each from a second process, loads it
//! with `wrk` (Debian's package of that name), asking for gzip as browsers do, and prints tables.
//!
//! `cargo bench --bench site -- --sizes 1000,100000,1000000 --postgres postgres://…` does so on a PostgreSQL too, where
//! it makes databases named `bench_…` and uses them again the next time; `--folder` keeps the SQLite files. With
//! `--postgres-log`, the file where that PostgreSQL writes its log, each page's statements are run by `pgbench` as well.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod load;
mod pgbench;
mod server;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use amicable::db::DatabaseUrl;
use amicable::db::Db;
use amicable::demo::seed;
use amicable::demo::seed::Plan;
use amicable::limits::{self, Limit, MAX_NUMBER, Numbers};
use amicable::schema::{members, relationships};
use amicable::web::pagination;
use amicable::web::pagination::Cursor;
use clap::Parser;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use load::{Load, Measured};
use pgbench::Pgbench;
use server::Server;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections of the load.
const GROUP_SIZE: u32 = 16;
/// Connections a member of the networks has on average, as a pair counts once.
const MEAN: u64 = 25;
/// Messages of the hub, the half of them with one of its connections.
const MESSAGES: u64 = 200_000;

#[derive(Parser)]
struct Args {
    /// Members of the networks
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000])]
    sizes: Vec<u32>,
    /// A PostgreSQL where databases may be made
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Where that PostgreSQL writes its log
    #[arg(long, value_name = "FILE", requires = "postgres")]
    postgres_log: Option<PathBuf>,
    /// Only PostgreSQL
    #[arg(long)]
    no_sqlite: bool,
    /// Where to keep the SQLite files
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How long each page is loaded
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// The second process: serve this database and print the address
    #[arg(long)]
    serve: Option<DatabaseUrl>,
    /// Said by cargo
    #[arg(long)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    if let Some(database) = &args.serve {
        return server::serve(database);
    }
    load::check();
    let temporary = tempfile::tempdir().unwrap();
    let folder = args.folder.clone().unwrap_or_else(|| temporary.path().to_owned());
    let engines = [("SQLite", !args.no_sqlite), ("PostgreSQL", args.postgres.is_some())];
    for (engine, _) in engines.iter().filter(|(_, wanted)| *wanted) {
        let mut growth: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for size in &args.sizes {
            let database = match (*engine, &args.postgres) {
                ("PostgreSQL", Some(server)) => on_server(server, *size),
                _ => DatabaseUrl::Sqlite(folder.join(format!("bench_{size}.db")).to_string_lossy().into_owned()),
            };
            println!("\n## {engine}, {size} members\n");
            for (page, cost) in measure(&database, *size, &args, temporary.path()) {
                growth.entry(page).or_default().push(cost);
            }
        }
        println!(
            "\n## {engine}: from the smallest to the largest network, the CPU of a page becomes\n\n| page | times as much |\n|---|---|"
        );
        for (page, costs) in growth {
            println!("| {page} | {:.2} |", costs[costs.len() - 1] / costs[0]);
        }
    }
}

/// A database of its own for each size, made if it is missing.
fn on_server(server: &str, size: u32) -> DatabaseUrl {
    let (before, query) = server.split_at(server.find('?').unwrap_or(server.len()));
    let url = format!("{}/bench_{size}{query}", before.rsplit_once('/').unwrap().0);
    if PgConnection::establish(&url).is_err() {
        let mut admin = PgConnection::establish(server).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE bench_{size}")).unwrap();
    }
    DatabaseUrl::Postgres(url)
}

/// Prints the tables of one network, and gives the CPU of each page.
fn measure(database: &DatabaseUrl, size: u32, args: &Args, folder: &Path) -> Vec<(&'static str, f64)> {
    let db = Db::open(database).unwrap();
    db.migrate().unwrap();
    let there: i64 = db.write_blocking(|connection| Ok(members::table.count().get_result(connection)?)).unwrap();
    if there == 0 {
        let plan = Plan { members: size, connections: u64::from(size) * MEAN, messages: MESSAGES, seed: 1 };
        let started = Instant::now();
        seed::seed(&db, &plan, &|_, _, _| {}).unwrap();
        println!("Made in {:.1} s.", started.elapsed().as_secs_f64());
    }
    // One member searches as often as the load asks for.
    let searches = Numbers { number: MAX_NUMBER, ..Numbers::of(Limit::Search) };
    db.write_blocking(move |connection| limits::set(connection, Limit::Search, searches)).unwrap();
    let people = People::of(&db, i64::from(size));
    drop(db);
    println!("The hub has {} connections. On disk: {:.0} MB.", people.friends.len(), bytes(database) / 1e6);
    let server = Server::start(database);
    let load = Load { server: &server, folder };
    let statements = match (database, &args.postgres_log) {
        (DatabaseUrl::Postgres(url), Some(log)) => Some(Pgbench { url, log, folder }),
        _ => None,
    };
    let costs = pages(&load, &people, (args.seconds, statements.as_ref()));
    println!("\nMemory after the pages, the kernel's apart: {}.", server.memory());
    changes(&load, &people);
    removals(&server, &people);
    imports(&server);
    println!("\nMemory in the end: {}.", server.memory());
    drop(server);
    limits_of_pages(database, args.seconds.min(5), folder);
    costs
}

/// Who looks and who is looked at.
struct People {
    number: i64,
    /// Handles of the hub's connections.
    friends: Vec<String>,
    /// Where the hub's page 500 begins, or its last where there are fewer.
    far: String,
    /// Where the hub's largest conversation is.
    thread: String,
}

impl People {
    fn of(db: &Db, number: i64) -> People {
        let rows: Vec<(String, Option<i64>, i64)> = db
            .write_blocking(|connection| {
                let rows = relationships::table
                    .inner_join(members::table.on(members::id.eq(relationships::other_id)))
                    .filter(relationships::owner_id.eq(1))
                    .filter(relationships::state.eq(4))
                    .order((relationships::connected_at.desc(), relationships::other_id.desc()));
                Ok(rows.select((members::handle, relationships::connected_at, members::id)).load(connection)?)
            })
            .unwrap();
        let at = (499 * 50).min(rows.len() - 51);
        let far = Cursor { key: rows[at].1.unwrap().to_string(), id: rows[at].2 };
        let far = pagination::query("after", &far, u32::try_from(at / 50).unwrap_or(1) + 1);
        let largest = rows.iter().min_by_key(|row| row.2).map_or("", |row| &row.0);
        let thread = format!("/inbox/{largest}");
        People { number, thread, friends: rows.into_iter().map(|row| row.0).collect(), far }
    }
}

/// Bytes on disk.
fn bytes(database: &DatabaseUrl) -> f64 {
    match database {
        DatabaseUrl::Sqlite(path) => std::fs::metadata(path).unwrap().len() as f64,
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).unwrap();
            let size = diesel::dsl::sql::<diesel::sql_types::BigInt>("pg_database_size(current_database())");
            diesel::select(size).get_result::<i64>(&mut connection).unwrap() as f64
        }
    }
}

fn pages(load: &Load, people: &People, (seconds, pgbench): (u32, Option<&Pgbench>)) -> Vec<(&'static str, f64)> {
    let (hub, anybody) = (load.server.sign_in(1), load.server.sign_in(people.number as u32 / 3));
    let get = |path: &str| format!("return wrk.format('GET', '{path}')");
    let any = format!("return wrk.format('GET', string.format('/in/member-%06d', math.random({})))", people.number);
    let filter = "local w = {'an', 'engineer', 'li', 'anna', 'ber'}\n \
                  return wrk.format('GET', '/connections?q=' .. w[n % #w + 1])";
    let words = "local w = {'an', 'ma', 'engineer', 'lisbon', 'anna+en', 'designer+ber'}\n \
                 return wrk.format('GET', '/people?q=' .. w[n % #w + 1])";
    let rows = [
        ("profile of anybody", &anybody, any, "/in/member-000777"),
        ("profile of the hub, seen by anybody", &anybody, get("/in/member-000002"), "/in/member-000002"),
        ("profile of a hub, seen by the hub", &hub, get("/in/member-000002"), "/in/member-000002"),
        ("connections, page 1, the hub's", &hub, get("/connections"), "/connections"),
        ("connections, page 500 or the last", &hub, get(&format!("/connections?{}", people.far)), "/connections"),
        ("connections by last name, the hub's", &hub, get("/connections?sort=last_name"), "/connections"),
        ("connections with a word, the hub's", &hub, filter.to_owned(), "/connections?q=an"),
        ("connections, anybody's", &anybody, get("/connections"), "/connections"),
        ("remove connections, the hub's", &hub, get("/connections/remove"), "/connections/remove"),
        ("my network, the hub's", &hub, get("/"), "/"),
        ("my network, anybody's", &anybody, get("/"), "/"),
        ("inbox, the hub's", &hub, get("/inbox"), "/inbox"),
        ("conversation of 100,000 messages", &hub, get(&people.thread), &people.thread),
        ("contacts", &anybody, get("/contacts"), "/contacts"),
        ("people one may know", &anybody, get("/people"), "/people"),
        ("everybody A–Z", &anybody, get("/people?view=all"), "/people?view=all"),
        ("search for people", &anybody, words.to_owned(), "/people?q=an"),
    ];
    let columns = [
        "page",
        "bytes, gzip",
        "CPU µs",
        "the engine's µs",
        "floor's µs",
        "pgbench's µs",
        "requests/s",
        "p50 ms",
        "p99 ms",
    ];
    println!("\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
    let mut costs = Vec::new();
    for (name, cookie, body, like) in rows {
        let (floor, compressed) = load.server.floor_of(like, cookie);
        load.run(cookie, &body, GROUP_SIZE, 2);
        let (mut pages, mut floors) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            pages.push(load.run(cookie, &body, GROUP_SIZE, seconds));
            floors.push(load.run("", &get(&floor), GROUP_SIZE, seconds.min(2)));
        }
        let statements = pgbench.map(|pgbench| pgbench.cost(load.server, like, cookie, (GROUP_SIZE, seconds)));
        let of = |runs: &[Measured], value: fn(&Measured) -> f64| median(runs.iter().map(value).collect());
        let cost = of(&pages, |run| run.cpu + run.engine_cpu);
        println!(
            "| {name} | {compressed} | {:.0} | {:.0} | {:.0} | {} | {:.0} | {:.2} | {:.2} |",
            of(&pages, |run| run.cpu),
            of(&pages, |run| run.engine_cpu),
            of(&floors, |run| run.cpu),
            statements.map_or_else(|| "–".to_owned(), |cost| format!("{cost:.0}")),
            of(&pages, |run| run.rate),
            of(&pages, |run| run.p50),
            of(&pages, |run| run.p99),
        );
        costs.push((name, cost));
    }
    costs
}

/// Durable changes, each a request of its own.
fn changes(load: &Load, people: &People) {
    let hub = load.server.sign_in(1);
    println!("\n| change | at once | changes/s | p50 ms | p99 ms |\n|---|---|---|---|---|");
    let print = |name: &str, at_once: u32, done: Measured| {
        println!("| {name} | {at_once} | {:.0} | {:.2} | {:.2} |", done.rate, done.p50, done.p99);
    };
    let handles = people.friends.iter().map(|handle| format!("'{handle}'")).collect::<Vec<_>>().join(",");
    for at_once in [1, 32] {
        for verb in ["disconnect", "re-invite"] {
            let body = format!(
                "local them = {{{handles}}}\n return wrk.format('POST', '/in/' .. them[n % #them + 1] .. '/{verb}')"
            );
            // Short, so that the hub of a large network still has somebody left.
            print(verb, at_once, load.run(&hub, &body, at_once, 3));
        }
    }
    print("invite and accept", 8, load::invite_and_accept(load.server, people.number as u32 / 2, 8));
    let body = format!(
        "wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n \
         return wrk.format('POST', '{}', nil, 'message=Hello+' .. n .. '&press=' .. n)",
        people.thread
    );
    for at_once in [1, 32] {
        print("send a message", at_once, load.run(&hub, &body, at_once, 3));
    }
    let form = "email=member1%40seed.example&password=amicable+seed";
    let body = format!(
        "wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n return wrk.format('POST', '/sign-in', nil, '{form}')"
    );
    print("sign-in", 4, load.run("", &body, 4, 3));
}

/// Bulk removals, from the press to the end of the page with the result; undone each time.
fn removals(server: &Server, people: &People) {
    let hub = server.member(1);
    println!(
        "\n| bulk removal, median of three | remove, ms | undo, ms | a page of somebody else meanwhile, at most, ms |\n|---|---|---|---|"
    );
    for most in [1_000, people.friends.len()].into_iter().filter(|most| *most <= people.friends.len()) {
        let mut form: Vec<(&str, &str)> = vec![("press", "select_all")];
        if most < people.friends.len() {
            form = people.friends[..most].iter().map(|handle| ("member", handle.as_str())).collect();
            form.push(("press", "review"));
        }
        let meanwhile = server.watch(people.number as u32 / 3);
        let (mut remove, mut undo) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let selected = hub.post("/connections/remove", &form);
            let draft = selected.trim_start_matches("/connections/remove").trim_start_matches(['/', '?']);
            let review = format!("/connections/remove/{}", draft.trim_start_matches("draft="));
            let page = hub.get(&review);
            let reviewed = [("reviewed", hidden(&page, "reviewed"))];
            for (path, times) in [(review.clone(), &mut remove), (format!("{review}/undo"), &mut undo)] {
                let started = Instant::now();
                hub.get(&hub.post(&path, &reviewed));
                times.push(started.elapsed().as_secs_f64() * 1e3);
            }
        }
        println!("| {most} connections | {:.0} | {:.0} | {:.0} |", median(remove), median(undo), meanwhile.stop());
    }
}

/// What a page sends along.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let value = page.split(&format!(r#"name="{name}" value=""#)).nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_default()
}

/// Imports of a list of 30,000 into an empty book, each taken back.
fn imports(server: &Server) {
    let row = |at: usize| {
        format!(
            "Zoë{at},Ng,https://www.linkedin.com/in/zoe-{at},,\"Acme, Ltd {}\",Technical Recruiter,12 Mar 2024\n",
            at % 700
        )
    };
    let header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    let file = header.to_owned() + &(0..30_000).map(row).collect::<String>();
    let member = server.member(2);
    println!("\n| import of 30,000 rows, median of three | s | s of CPU |\n|---|---|---|");
    let mut rows = vec![
        ("preview", Vec::new(), Vec::new()),
        ("confirm", Vec::new(), Vec::new()),
        ("undo", Vec::new(), Vec::new()),
    ];
    for _ in 0..3 {
        let (mut draft, mut page) = (String::new(), String::new());
        for (step, times, cpus) in &mut rows {
            let (started, cpu) = (Instant::now(), server.cpu());
            match *step {
                "preview" => draft = member.choose(&file),
                "confirm" => {
                    let seen = ["revision", "shown"].map(|name| (name, hidden(&page, name)));
                    member.post(&draft, &seen);
                }
                _ => drop(member.post(&format!("{draft}/undo"), &[])),
            }
            page = member.get(&draft);
            assert_eq!(page.contains(&format!("{draft}/undo")), *step == "confirm", "{step}");
            times.push(started.elapsed().as_secs_f64());
            cpus.push(server.cpu() - cpu);
        }
    }
    for (step, times, cpus) in rows {
        println!("| {step} | {:.2} | {:.2} |", median(times), median(cpus));
    }
    println!("Afterwards it holds {}.", server.memory());
}

/// What it costs to count every page of a member, in interleaved rounds with a server that counts none.
fn limits_of_pages(database: &DatabaseUrl, seconds: u32, folder: &Path) {
    let set = |number| {
        let numbers = Numbers { number, ..Numbers::of(Limit::Pages) };
        let db = Db::open(database).unwrap();
        db.write_blocking(move |connection| limits::set(connection, Limit::Pages, numbers)).unwrap();
    };
    let mut rows = [("none", 0, Vec::new()), ("of every page", MAX_NUMBER, Vec::new())];
    for _ in 0..3 {
        for (_, number, costs) in &mut rows {
            set(*number);
            let server = Server::start(database);
            let (load, cookie) = (Load { server: &server, folder }, server.sign_in(1));
            let body = "return wrk.format('GET', '/connections')";
            load.run(&cookie, body, GROUP_SIZE, 1);
            costs.push(load.run(&cookie, body, GROUP_SIZE, seconds).cpu);
        }
    }
    set(0);
    println!("\n| limit, median of three | CPU of a page, µs |\n|---|---|");
    for (name, _, costs) in rows {
        println!("| {name} | {:.0} |", median(costs));
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
