//! A site of its own for each test, and visitors who press buttons by their labels.

#[allow(dead_code)]
pub mod database;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use amicable::accounts;
use amicable::accounts::NewMember;
use amicable::accounts::password::Hashed;
use amicable::db::Db;
use amicable::ids::{Between, MemberId};
use amicable::limits::{self, Limit, Numbers};
use amicable::relationship::Limits;
use amicable::server;
use amicable::server::Settings;
use amicable::time_zone::Zone;
use amicable::web::registration::Registration;
use database::Database;
use diesel::prelude::*;
use scraper::{ElementRef, Html, Selector};
use std::sync::LazyLock;

pub const PASSWORD: &str = "a quiet password";

static HASHED: LazyLock<Hashed> = LazyLock::new(|| accounts::password::hash_now(PASSWORD).unwrap());

/// A running site.
pub struct Site {
    pub db: Db,
    pub address: String,
    database: Database,
}

impl Site {
    pub fn new() -> Site {
        Site::with(Limits::default())
    }

    /// [`Database::vacuum`], for the tests of plans.
    #[allow(dead_code)]
    pub fn vacuum(&self) {
        self.database.vacuum();
    }

    /// A site that does not count searches, for tests that look at more pages in a minute than people do.
    pub fn unmetered() -> Site {
        Site::with_limit(Limit::Search, 0)
    }

    /// A site on which this limit was set before it began to serve.
    pub fn with_limit(limit: Limit, number: u32) -> Site {
        let database = Database::new();
        let db = database.open();
        let numbers = Numbers { number, ..Numbers::of(limit) };
        db.write_blocking(|connection| limits::set(connection, limit, numbers)).unwrap();
        let address = serve(&db, Limits::default(), Zone::default());
        Site { db, address, database }
    }

    pub fn with(limits: Limits) -> Site {
        Site::made(limits, Zone::default())
    }

    /// Its days begin and end somewhere else than in UTC.
    pub fn in_zone(name: &str) -> Site {
        Site::made(Limits::default(), name.parse().unwrap())
    }

    /// A site that takes a form to sign up for a robot's below so many seconds.
    pub fn with_sign_up_seconds(sign_up_seconds: u32) -> Site {
        let database = Database::new();
        let db = database.open();
        let address = serve_as(&db, Settings { sign_up_seconds, ..settings(Limits::default(), Zone::default()) });
        Site { db, address, database }
    }

    /// A new site of which nobody has said who may join, and that nobody runs.
    pub fn not_begun() -> Site {
        let database = Database::new();
        let db = database.open();
        let address = serve_as(&db, Settings { registration: None, ..settings(Limits::default(), Zone::default()) });
        Site { db, address, database }
    }

    /// A site that people open by https, through a proxy.
    pub fn over_https(base_url: &str) -> Site {
        let database = Database::new();
        let db = database.open();
        let base_url = Some(base_url.parse().unwrap());
        let address = serve_as(&db, Settings { base_url, ..settings(Limits::default(), Zone::default()) });
        Site { db, address, database }
    }

    /// A site that people open by https, without a proxy.
    pub fn over_tls(tls: server::Tls) -> Site {
        let database = Database::new();
        let db = database.open();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("https://{}", listener.local_addr().unwrap());
        let base_url = Some(address.parse().unwrap());
        let settings = settings(Limits::default(), Zone::default());
        serve_on(&db, listener, Settings { base_url, tls: Some(tls), ..settings });
        Site { db, address, database }
    }

    /// A site that takes the word of a proxy on this machine for where a form comes from.
    pub fn behind_proxy() -> Site {
        let database = Database::new();
        let db = database.open();
        let proxies = "127.0.0.1".parse().unwrap();
        let address = serve_as(&db, Settings { proxies, ..settings(Limits::default(), Zone::default()) });
        Site { db, address, database }
    }

    /// A site that sends no mail.
    pub fn without_mail() -> Site {
        let database = Database::new();
        let db = database.open();
        let mail = amicable::mail::Transport::Off;
        let address = serve_as(&db, Settings { mail, ..settings(Limits::default(), Zone::default()) });
        Site { db, address, database }
    }

    /// A site whose webhooks may not be of this machine.
    pub fn with_public_webhooks() -> Site {
        let database = Database::new();
        let db = database.open();
        let settings = Settings { webhooks_to_private: false, ..settings(Limits::default(), Zone::default()) };
        let address = serve_as(&db, settings);
        Site { db, address, database }
    }

    fn made(limits: Limits, zone: Zone) -> Site {
        let database = Database::new();
        let db = database.open();
        let address = serve(&db, limits, zone);
        Site { db, address, database }
    }

    /// Another node of the same site, and its address.
    pub fn another_node(&self) -> String {
        serve(&self.another_database(), Limits::default(), Zone::default())
    }

    /// Another node of a site that nobody runs yet.
    pub fn another_node_not_begun(&self) -> String {
        let settings = Settings { registration: None, ..settings(Limits::default(), Zone::default()) };
        serve_as(&self.another_database(), settings)
    }

    /// The same database as another node has it open.
    pub fn another_database(&self) -> Db {
        self.database.open()
    }

    /// A member, signed in.
    pub fn member(&self, full_name: &str) -> Visitor {
        let email = format!("{}@test.example", amicable::members::names::handle(full_name));
        let new = NewMember {
            full_name: full_name.into(),
            email: email.clone(),
            password: HASHED.clone(),
            role: amicable::members::role::Role::Member,
        };
        let id = self.db.write_blocking(|connection| accounts::register(connection, &new)).unwrap().unwrap();
        let mut visitor = self.visitor();
        visitor.id = id;
        visitor.open("/sign-in").fill("email", &email).fill("password", PASSWORD).press("Sign in");
        visitor.name = full_name.into();
        visitor.handle = amicable::members::names::handle(full_name);
        visitor
    }

    pub fn visitor(&self) -> Visitor {
        // An idle connection may be ended by the server as it is used again.
        let config = ureq::Agent::config_builder().max_redirects(0).max_idle_connections(0).http_status_as_error(false);
        let config = config.build();
        Visitor {
            agent: config.into(),
            address: self.address.clone(),
            page: Page::default(),
            filled: HashMap::new(),
            name: String::new(),
            handle: String::new(),
            id: MemberId::NOBODY,
            language: String::new(),
            forwarded_for: String::new(),
        }
    }

    /// Since when a member is or was connected with another, as the forms on a connection's pages have it.
    pub fn connected_since(&self, owner: &Visitor, other: &Visitor) -> String {
        use amicable::schema::relationships;
        let row = relationships::table.find((owner.id, other.id)).select(relationships::connected_at);
        let since = self.db.write_blocking(|connection| Ok(row.first::<Option<i64>>(connection).optional()?)).unwrap();
        since.flatten().map_or_else(String::new, |since| since.to_string())
    }

    /// Makes the last message between two be so many days old.
    pub fn wrote(&self, days_ago: i64, one: &Visitor, other: &Visitor) {
        let at = amicable::dates::now() - days_ago * 86_400;
        let note = |connection: &mut _| {
            amicable::connections::store::note_message(connection, Between { viewer: one.id, other: other.id }, at)
        };
        self.db.write_blocking(note).unwrap();
    }

    /// Lets days pass, by making everything that is stored so much older.
    pub fn days_pass(&self, days: i64) {
        let by = days * 86_400;
        let sql = format!(
            "UPDATE relationships SET changed_at = changed_at - {by}, connected_at = connected_at - {by}, invited_at = invited_at - {by}, \
             sent_at = sent_at - {by}, paused_until = paused_until - {by}, declined_until = declined_until - {by}, \
             disconnected_at = disconnected_at - {by}, sent_note_at = sent_note_at - {by}, received_note_at = received_note_at - {by}, \
             last_message_at = last_message_at - {by}"
        );
        self.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
}

fn serve(db: &Db, limits: Limits, zone: Zone) -> String {
    serve_as(db, settings(limits, zone))
}

fn serve_as(db: &Db, settings: Settings) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    serve_on(db, listener, settings);
    address
}

fn serve_on(db: &Db, listener: TcpListener, settings: Settings) {
    let (db, (tell, told)) = (db.clone(), std::sync::mpsc::channel());
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let served = server::serve(db, listener, &settings).unwrap();
            tell.send(served.handle()).unwrap();
            served.ended().await
        })
    });
    let handle = told.recv().unwrap();
    BEGUN.with_borrow_mut(|begun| begun.0.push(handle));
}

/// The servers that a test has begun. They end with its thread: hundreds that go on would ask for databases that are gone.
struct Begun(Vec<ServerHandle>);

impl Drop for Begun {
    fn drop(&mut self) {
        for handle in self.0.drain(..) {
            drop(handle.stop(false));
        }
    }
}

thread_local! {
    static BEGUN: RefCell<Begun> = const { RefCell::new(Begun(Vec::new())) };
}

/// A site that runs no jobs: tests send mail when they want to.
fn settings(limits: Limits, zone: Zone) -> Settings {
    Settings {
        limits,
        zone,
        base_url: None,
        proxies: Default::default(),
        workers: 1,
        // Its letters go where [`Site::letters`] says.
        mail: amicable::mail::Transport::Folder("nowhere".into()),
        mail_from: None,
        registration: Some(Registration::Open),
        sign_up_seconds: 0,
        webhooks_to_private: true,
        tls: None,
        runs_jobs: false,
        before: |_| {},
    }
}

/// A letter that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailed {
    pub to: String,
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// Everything, as it was sent.
    pub whole: String,
}

impl Mailed {
    fn of(whole: String) -> Mailed {
        let unfolded = whole.replace("\r\n ", " ");
        let header = |name: &str| {
            let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_default().to_owned()
        };
        let plain = whole.split("Content-Type: text/plain").nth(1).unwrap().split_once("\r\n\r\n").unwrap().1;
        let boundary = whole.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
        let text = plain.split(&format!("\r\n--{boundary}")).next().unwrap().replace("\r\n", "\n");
        Mailed { to: header("To"), subject: header("Subject"), text, whole }
    }

    /// The path of the first link that leads below this one.
    pub fn link(&self, below: &str) -> String {
        let line = self.text.lines().find(|line| line.starts_with("http") && line.contains(below));
        let line = line.unwrap_or_else(|| panic!("no link to {below}:\n{}", self.text));
        line[line.find(below).unwrap()..].to_owned()
    }
}

impl Site {
    /// Sends what waits in the outbox. Returns what went out, in the order of the receivers.
    pub fn letters(&self) -> Vec<Mailed> {
        let folder = tempfile::tempdir().unwrap();
        let mail = self.mail(amicable::mail::Transport::Folder(folder.path().to_owned()));
        amicable::mail::send_due(&self.db, &mail, &|| true).unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut sent: Vec<Mailed> = files.map(|path| Mailed::of(std::fs::read_to_string(path).unwrap())).collect();
        sent.sort_by(|one, other| (&one.to, &one.subject).cmp(&(&other.to, &other.subject)));
        sent
    }

    /// How this site sends mail.
    pub fn mail(&self, transport: amicable::mail::Transport) -> amicable::mail::Mail {
        let settings = Settings { mail: transport, ..settings(Limits::default(), Zone::default()) };
        server::mail_of(&settings, &self.address).unwrap()
    }
}

/// What a page answered.
#[derive(Debug, Default, Clone)]
pub struct Page {
    pub status: u16,
    pub path: String,
    pub body: String,
    pub headers: Vec<(String, String)>,
}

/// Somebody with a browser without scripts.
pub struct Visitor {
    agent: ureq::Agent,
    address: String,
    pub page: Page,
    filled: HashMap<String, String>,
    pub name: String,
    pub handle: String,
    pub id: MemberId,
    /// What the browser asks for; empty for nothing.
    pub language: String,
    /// From where a proxy says that its forms come.
    pub forwarded_for: String,
}

impl Visitor {
    /// From now on the balancer leads to this node.
    pub fn at_node(&mut self, address: &str) -> &mut Self {
        address.clone_into(&mut self.address);
        self
    }

    /// Opens a page, following where it leads.
    pub fn open(&mut self, path: &str) -> &mut Self {
        self.get(path);
        self.follow()
    }

    /// Opens a page without following.
    pub fn get(&mut self, path: &str) -> &mut Self {
        let request = self.agent.get(format!("{}{path}", self.address)).header("Accept-Language", &self.language);
        let response = request.call().unwrap();
        self.arrived(path, response)
    }

    /// What is at an address, as it was answered.
    pub fn raw(&self, path: &str) -> ureq::http::Response<ureq::Body> {
        self.agent.get(format!("{}{path}", self.address)).call().unwrap()
    }

    /// Posts fields, without a page or a button; not following.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &mut Self {
        let referer = format!("{}{}", self.address, self.page.path);
        let request = self.agent.post(format!("{}{path}", self.address)).header("Referer", referer);
        let request = request.header("Accept-Language", &self.language).header("X-Forwarded-For", &self.forwarded_for);
        let response = request.send_form(fields.iter().copied()).unwrap();
        self.arrived(path, response)
    }

    /// Posts fields at the same time as others may, without the answer becoming the page one is at.
    pub fn post_aside(&self, path: &str, fields: &[(&str, &str)]) -> ureq::http::Response<ureq::Body> {
        let referer = format!("{}{}", self.address, self.page.path);
        let request = self.agent.post(format!("{}{path}", self.address)).header("Referer", referer);
        request.send_form(fields.iter().copied()).unwrap()
    }

    /// Asks for the head of a page alone, which a link on this one leads to.
    pub fn head(&self, path: &str) -> ureq::http::Response<ureq::Body> {
        let referer = format!("{}{}", self.address, self.page.path);
        self.agent.head(format!("{}{path}", self.address)).header("Referer", referer).call().unwrap()
    }

    /// Fetches a page as browsers do before a link on this one is pressed.
    pub fn ahead(&self, path: &str) -> ureq::http::Response<ureq::Body> {
        let referer = format!("{}{}", self.address, self.page.path);
        let request = self.agent.get(format!("{}{path}", self.address)).header("Referer", referer);
        request.header("Sec-Purpose", "prefetch").call().unwrap()
    }

    /// Types into a field, or ticks a box with its value.
    pub fn fill(&mut self, name: &str, value: &str) -> &mut Self {
        self.filled.insert(name.into(), value.into());
        self
    }

    /// Posts a file in a field of a form, as browsers send one; not following.
    pub fn upload(&mut self, path: &str, field: &str, file: &[u8]) -> &mut Self {
        let head = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"photo.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--cut--\r\n"].concat();
        let request = self.agent.post(format!("{}{path}", self.address));
        let request = request.header("Content-Type", "multipart/form-data; boundary=cut");
        let response = request.send(&body).unwrap();
        self.arrived(path, response)
    }

    /// Posts a body of any kind; not following.
    pub fn send(&mut self, path: &str, kind: &str, body: &[u8]) -> &mut Self {
        let mut request = self.agent.post(format!("{}{path}", self.address));
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let response = request.send(body).unwrap();
        self.arrived(path, response)
    }

    /// Presses the first button with this label, sending its form with what was filled in.
    pub fn press(&mut self, label: &str) -> &mut Self {
        let (action, fields) = form_of(&self.page, label, &self.filled)
            .unwrap_or_else(|| panic!("no button {label:?} on {}:\n{}", self.page.path, self.page.body));
        self.filled.clear();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&action, &fields);
        self.follow()
    }

    /// Follows the first link with this label, as browsers do: saying where it stood.
    pub fn go(&mut self, label: &str) -> &mut Self {
        let document = Html::parse_document(&self.page.body);
        let links = Selector::parse("a[href]").unwrap();
        let link = document.select(&links).find(|link| words(link) == label);
        let link = link.unwrap_or_else(|| panic!("no link {label:?} on {}:\n{}", self.page.path, self.page.body));
        let (href, here) = (link.attr("href").unwrap(), &self.page.path);
        let path = match href.strip_prefix('?') {
            Some(query) => format!("{}?{query}", here.split('?').next().unwrap()),
            None => href.to_owned(),
        };
        let referer = format!("{}{here}", self.address);
        let request = self.agent.get(format!("{}{path}", self.address)).header("Referer", referer);
        let response = request.header("Accept-Language", &self.language).call().unwrap();
        self.arrived(&path, response)
    }

    pub fn sees(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    pub fn has_button(&self, label: &str) -> bool {
        let document = Html::parse_document(&self.page.body);
        let all = Selector::parse("button, a").unwrap();
        document.select(&all).any(|element| words(&element) == label)
    }

    /// What one was told, each with its text and its link, without the actions of now.
    pub fn told(&mut self) -> Vec<String> {
        let document = Html::parse_document(&self.open("/notifications").page.body);
        let (rows, link) = (Selector::parse(".told > li").unwrap(), Selector::parse("a.name").unwrap());
        let text = Selector::parse("div:not(.actions)").unwrap();
        let row = |row: ElementRef| {
            let link = row.select(&link).next().unwrap().attr("href").unwrap().to_owned();
            format!("{link} {}", words(&row.select(&text).next().unwrap()))
        };
        document.select(&rows).map(row).collect()
    }

    /// Marks all notifications as read.
    pub fn read_all(&mut self) -> &mut Self {
        if self.open("/notifications").has_button("Mark all as read") {
            self.press("Mark all as read");
        }
        self
    }

    /// All text of the page but its header and footer, with single spaces: what is told, and the content.
    pub fn text(&self) -> String {
        let document = Html::parse_document(&self.page.body);
        let parts = Selector::parse(".toasts, main").unwrap();
        document.select(&parts).map(|part| words(&part)).collect::<Vec<_>>().join(" ")
    }

    /// Goes where the answer leads.
    pub fn follow(&mut self) -> &mut Self {
        for _ in 0..5 {
            if !matches!(self.page.status, 302 | 303) {
                break;
            }
            let to = self.page.headers.iter().find(|(name, _)| name == "location").unwrap().1.clone();
            self.get(&to);
        }
        self
    }

    fn arrived(&mut self, path: &str, mut response: ureq::http::Response<ureq::Body>) -> &mut Self {
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        self.page = Page {
            status: response.status().as_u16(),
            path: path.to_owned(),
            body: String::from_utf8_lossy(&response.body_mut().read_to_vec().unwrap()).into_owned(),
            headers,
        };
        self
    }
}

fn words(element: &ElementRef) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn form_of(page: &Page, label: &str, filled: &HashMap<String, String>) -> Option<(String, Vec<(String, String)>)> {
    let document = Html::parse_document(&page.body);
    let select = |css: &str| Selector::parse(css).unwrap();
    for form in document.select(&select("form[method=post]")) {
        let elsewhere = form.attr("id").map(|id| select(&format!("[form='{id}']")));
        let elsewhere = elsewhere.iter().flat_map(|by_id| document.select(by_id));
        let (buttons, elsewhere): (Vec<ElementRef>, Vec<ElementRef>) =
            elsewhere.partition(|element| element.value().name() == "button");
        let within = select("button:not([type=button])");
        let buttons = form.select(&within).chain(buttons);
        // A button within a form may belong to another.
        let own = |button: &ElementRef| button.attr("form").is_none_or(|id| form.attr("id") == Some(id));
        let Some(button) = buttons.filter(own).find(|button| words(button) == label) else {
            continue;
        };
        let mut fields = Vec::new();
        for input in form.select(&select("input, textarea, select")).chain(elsewhere) {
            let Some(name) = input.attr("name") else { continue };
            let kind = input.attr("type").unwrap_or("text");
            let value = match input.value().name() {
                "textarea" => input.text().collect(),
                _ => input.attr("value").unwrap_or("").to_owned(),
            };
            let box_like = matches!(kind, "checkbox" | "radio");
            match filled.get(name) {
                Some(value) if !box_like => fields.push((name.to_owned(), value.clone())),
                Some(wanted) if box_like => {
                    if wanted.split('|').any(|wanted| wanted == value) {
                        fields.push((name.to_owned(), value));
                    }
                }
                _ if box_like && input.attr("checked").is_none() => {}
                _ => fields.push((name.to_owned(), value)),
            }
        }
        if let Some(name) = button.attr("name") {
            fields.push((name.to_owned(), button.attr("value").unwrap_or("").to_owned()));
        }
        let action = button.attr("formaction").or(form.attr("action")).unwrap_or(&page.path);
        return Some((action.to_owned(), fields));
    }
    None
}

/// A connection from the first to the second, made as people make it.
pub fn connect(a: &mut Visitor, b: &mut Visitor) {
    a.open(&format!("/in/{}/invite", b.handle)).press("Send invitation");
    assert!(a.sees("is on its way"), "{}", a.text());
    b.open(&format!("/in/{}", a.handle)).press("Accept");
    assert!(b.sees("are connected"), "{}", b.text());
}

/// So many connections for a visitor, without pages: `Person 001` and on, connected a day apart, the last one today.
pub fn connect_many(site: &Site, visitor: &Visitor, number: usize) {
    let one = |connection: &mut amicable::db::Connection, at: usize| {
        let full_name = format!("Person {at:03}");
        let (email, password) = (format!("person{at}@test.example"), HASHED.clone());
        let id = accounts::register(
            connection,
            &NewMember { full_name, email, password, role: amicable::members::role::Role::Member },
        )?
        .unwrap();
        for (owner, other, name) in [(visitor.id, id, format!("person {at:03}")), (id, visitor.id, "x".to_owned())] {
            let since = amicable::dates::now() - 86_400 * (number - at) as i64;
            let sql = format!(
                "INSERT INTO relationships (owner_id, other_id, state, changed_at, connected_at, sort_first, sort_last) \
                 VALUES ({owner}, {other}, 4, {since}, {since}, '{name}', '{name}')"
            );
            diesel::sql_query(sql).execute(connection)?;
            amicable::connections::store::count(connection, owner, 1)?;
        }
        Ok(())
    };
    site.db.write_blocking(|connection| (1..=number).try_for_each(|at| one(connection, at))).unwrap();
}

/// Five members whom a visitor cannot invite, each for a cause of its own: who left, who accepts no invitations, who
/// declined lately, who is suspended, who has no room.
pub fn whom_nobody_may_invite(site: &Site, visitor: &mut Visitor) -> [Visitor; 5] {
    let mut them = ["Dora Lind", "Nora Lind", "Paul Lind", "Olga Lind", "Quin Lind"].map(|name| site.member(name));
    let [left, closed, declined, suspended, full] = &mut them;
    let visitors_page = format!("/in/{}", visitor.handle);
    connect(left, visitor);
    left.open(&visitors_page).press("Disconnect");
    closed.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
    visitor.open("/in/paul-lind/invite").press("Send invitation");
    declined.open("/invitations").press("Decline");
    visitor.open("/in/paul-lind").press("Withdraw invitation");
    site.days_pass(30);
    for sql in [
        format!("UPDATE members SET suspended_at = 1 WHERE id = {}", suspended.id),
        format!("UPDATE connection_counts SET number = 30000 WHERE member_id = {}", full.id),
    ] {
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    them
}
