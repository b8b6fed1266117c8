//! What is told on the next page. Each notice is a cookie of its own, so that none takes the place of another that was
//! told at the same moment, by a second press or in another tab. A page takes those that it shows, and those alone.

use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use jiff::Timestamp;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::ids::MemberId;
use crate::web::fetched::is_opened;

/// Bytes of the text of a notice.
const LONGEST: usize = 1_200;
/// Notices that wait at once. Proxies take no more than 8 KB of cookies.
const MAX_NOTICES: usize = 4;
/// How long a notice waits for a page.
const WAITS: Duration = Duration::DAY;

/// What is told on the next page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// Where *Undo* posts to, if it stands on the notice.
    pub undo: Option<String>,
    /// A refusal, rather than something done.
    pub refused: bool,
    /// Whom it names, and their profile.
    about: Option<(String, String)>,
    /// The member whom it concerns; nobody where it is told while one signs up or in.
    member: Option<MemberId>,
}

impl Notice {
    /// A notice for a member, cut to what a cookie holds.
    pub fn new(text: String, undo: Option<String>, refused: bool, member: Option<MemberId>) -> Notice {
        Notice { text: cut(text), undo, refused, about: None, member }
    }

    /// Makes the name of somebody in it a link to their profile.
    #[must_use]
    pub fn naming(self, name: &str, profile: &str) -> Notice {
        Notice { about: Some((name.to_owned(), profile.to_owned())), ..self }
    }

    /// The sentence for a page: what stands before the name, the name, its link, and what stands behind it.
    pub fn parts(&self) -> (&str, &str, &str, &str) {
        let about = self.about.as_ref().filter(|(name, _)| !name.is_empty());
        match about.and_then(|(name, profile)| Some((self.text.split_once(name)?, name, profile))) {
            Some(((before, after), name, profile)) => (before, name, profile, after),
            None => (&self.text, "", "", ""),
        }
    }
}

/// How notices are kept in cookies that only the site can read and write.
#[derive(Clone)]
#[allow(missing_debug_implementations)]
pub struct Jar {
    key: Key,
    prefix: &'static str,
    secure: bool,
}

impl Jar {
    /// Under TLS the names make browsers insist on Secure and on this host alone.
    pub fn new(key: Key, secure: bool) -> Jar {
        Jar { key, prefix: if secure { "__Host-notice-" } else { "notice-" }, secure }
    }

    /// The cookie of a notice. Its name says when it was told, and as which of one answer, so that names sort by age.
    fn cookie(&self, told: i64, (at, notice): (usize, &Notice)) -> Option<Cookie<'static>> {
        let (at, random) = (at.min(0xff), rand::rng().random::<u32>());
        let name = format!("{}{told:012x}{at:02x}{random:08x}", self.prefix);
        let mut cookies = CookieJar::new();
        cookies.private_mut(&self.key).add(self.made(name.clone(), serde_json::to_string(notice).ok()?, WAITS));
        cookies.get(&name).cloned()
    }

    fn made(&self, name: String, value: String, lasts: Duration) -> Cookie<'static> {
        let cookie = Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax);
        cookie.secure(self.secure).max_age(lasts).finish()
    }

    fn read(&self, cookie: &Cookie<'static>) -> Option<Notice> {
        let mut cookies = CookieJar::new();
        cookies.add_original(cookie.clone());
        let cookie = cookies.private(&self.key).get(cookie.name())?;
        serde_json::from_str(cookie.value()).ok()
    }

    /// The cookies of the notices that a request brings, the oldest first.
    fn brought(&self, request: &HttpRequest) -> Vec<Cookie<'static>> {
        let Ok(all) = request.cookies() else { return Vec::new() };
        let mut brought: Vec<_> = all.iter().filter(|one| one.name().starts_with(self.prefix)).cloned().collect();
        brought.sort_by(|one, other| one.name().cmp(other.name()));
        brought
    }
}

/// The notices that a request tells.
#[derive(Default)]
struct Told(Vec<Notice>);

/// Marks an answer that shows notices.
struct Shows;

/// Tells something on the next page that is opened. To ask for a page ahead tells nothing.
pub fn tell(request: &HttpRequest, notice: Notice) {
    if request.method().is_safe() && !is_opened(request) {
        return;
    }
    let mut extensions = request.extensions_mut();
    if !extensions.contains::<Told>() {
        extensions.insert(Told::default());
    }
    if let Some(told) = extensions.get_mut::<Told>() {
        told.0.push(notice);
    }
}

/// The notices that wait for whoever looks; none where nobody looks.
pub fn waiting(request: &HttpRequest, viewer: Option<MemberId>) -> Vec<Notice> {
    let Some(jar) = request.app_data::<Data<Jar>>().filter(|_| is_opened(request)) else { return Vec::new() };
    let notices = jar.brought(request).iter().filter_map(|cookie| jar.read(cookie)).collect::<Vec<_>>();
    notices.into_iter().filter(|notice| notice.member.is_none() || notice.member == viewer).collect()
}

/// Says of an answer that it shows the notices that waited.
pub fn shown(response: &mut HttpResponse) {
    response.extensions_mut().insert(Shows);
}

/// Hands on what is told, and takes away what is shown. What was told somebody who is no longer signed in goes too.
///
/// # Errors
/// The request's own.
pub async fn carry<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let Some(jar) = response.request().app_data::<Data<Jar>>().cloned() else { return Ok(response) };
    let told = response.request().extensions_mut().remove::<Told>().unwrap_or_default().0;
    let brought = jar.brought(response.request());
    let shows = response.response().extensions().contains::<Shows>() && is_opened(response.request());
    let gone = match (shows, told.len()) {
        (true, _) => brought.len(),
        (false, 0) => 0,
        (false, more) => (brought.len() + more).saturating_sub(MAX_NOTICES),
    };
    let gone =
        brought.iter().take(gone).map(|cookie| jar.made(cookie.name().to_owned(), String::new(), Duration::ZERO));
    let now = Timestamp::now().as_millisecond();
    for cookie in gone.chain(told.iter().enumerate().filter_map(|one| jar.cookie(now, one))) {
        // A notice that cannot be kept is no reason to fail what was done.
        let _ = response.response_mut().add_cookie(&cookie);
    }
    Ok(response)
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().find(|(at, letter)| at + letter.len_utf8() > LONGEST) {
        text.truncate(at);
        text.push('…');
    }
    text
}
