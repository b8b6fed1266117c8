//! What every page begins with: who looks, what is told them, and how a page or a redirect is answered.

use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use crate::dates::now;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::number;
use crate::limits::Limit;
use crate::metrics;
use crate::web::community::Community;
use crate::web::fetched::is_opened;
use crate::web::form::Form;
use crate::web::notices::{self, Notice};
use crate::web::origin;
use crate::web::registration::{self, Registration};
use crate::web::site::Site;
use crate::web::theme::{self, Theme};
use crate::web::viewer::{self, Viewer};

/// The first field of every page's template.
#[derive(Debug, Default)]
pub struct Layout {
    /// Who looks; nobody on the open pages of a visitor.
    pub viewer: Option<Arc<Viewer>>,
    /// What is told.
    pub notices: Vec<Notice>,
    /// Whether somebody looks at it, rather than fetching it ahead.
    pub opened: bool,
    /// The path of the page, for the navigation to mark.
    pub path: String,
    /// The address of an https site that is opened over plain http.
    pub opened_over_http: Option<String>,
    /// What the community calls itself and says.
    pub community: Arc<Community>,
    /// Whether this site sends no mail.
    pub is_without_mail: bool,
    /// Who may join, for visitors; nothing where it is not known.
    pub registration: Option<Registration>,
}

impl Layout {
    /// Returns what the page of a request begins with.
    pub fn of(request: &HttpRequest) -> Layout {
        let viewer = viewer::viewer(request);
        let notices = notices::waiting(request, viewer.as_ref().map(|viewer| viewer.id));
        let (opened, path) = (is_opened(request), request.path().to_owned());
        let opened_over_http = origin::opened_over_http(request);
        let site = request.app_data::<Data<Site>>();
        let community = site.map(|site| site.community.get()).unwrap_or_default();
        let is_without_mail = site.is_some_and(|site| !site.sends_mail);
        Layout { viewer, notices, opened, path, opened_over_http, community, is_without_mail, registration: None }
    }

    /// Returns whether visitors may fill in the form to sign up.
    pub fn offers_sign_up(&self) -> bool {
        self.registration.is_some_and(Registration::offers_sign_up)
    }

    /// Returns what visitors are told of joining; nothing where everybody may, or where it is not known.
    pub fn about_joining(&self) -> &'static str {
        self.registration.map_or("", Registration::sentence)
    }

    /// Whether the page is at this path or below it.
    pub fn is_under(&self, path: &str) -> bool {
        self.path == path || self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether a member is the one who looks.
    pub fn is_viewer(&self, member: MemberId) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.id == member)
    }

    /// Takes so many notifications off the badge, which were read since it was counted.
    pub fn have_read(&mut self, notifications: usize) {
        if let Some(viewer) = &mut self.viewer {
            let viewer = Arc::make_mut(viewer);
            viewer.unread = (viewer.unread - notifications as i64).max(0);
        }
    }

    /// Takes a conversation off the badge, which was opened since it was counted.
    pub fn have_opened_conversation(&mut self) {
        if let Some(viewer) = &mut self.viewer {
            let viewer = Arc::make_mut(viewer);
            viewer.unread_conversations = (viewer.unread_conversations - 1).max(0);
        }
    }

    /// The theme, where one is chosen.
    pub fn theme(&self) -> &'static str {
        match theme::theme() {
            Theme::Device => "",
            chosen => chosen.word(),
        }
    }

    /// A number as a badge shows it: nothing where there is nothing.
    pub fn badge(&self, count: &i64) -> String {
        if *count > 0 { number(*count) } else { String::new() }
    }

    /// The viewer, whose pages the navigation leads to; nobody while their account waits to be deleted.
    pub fn member(&self) -> Option<&Viewer> {
        self.viewer.as_deref().filter(|viewer| viewer.deletion_due_at.is_none())
    }

    /// The path of the viewer's own profile.
    pub fn profile(&self) -> String {
        self.viewer.as_ref().map_or_else(String::new, |viewer| format!("/in/{}", viewer.handle))
    }

    /// Whether the page is the profile of the one who looks.
    pub fn is_mine(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| self.path == format!("/in/{}", viewer.handle))
    }
}

impl FromRequest for Layout {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Layout, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut page = Layout::of(request);
        let site = request.app_data::<Data<Site>>().cloned().filter(|_| page.viewer.is_none());
        Box::pin(async move {
            if let Some(site) = site {
                // Where the database is away, a page that needs nothing else of it is shown all the same.
                page.registration = site.read_one(registration::load).await.ok();
            }
            Ok(page)
        })
    }
}

/// The signed-in member, for handlers behind the guard.
#[derive(Debug, Clone)]
pub struct SignedIn(Arc<Viewer>);

impl SignedIn {
    /// The member, for a closure that outlives the handler.
    pub fn viewer(&self) -> Arc<Viewer> {
        self.0.clone()
    }
}

impl Deref for SignedIn {
    type Target = Viewer;
    fn deref(&self) -> &Viewer {
        &self.0
    }
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Ready<Result<SignedIn, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(viewer::viewer(request).map(SignedIn).ok_or(Error::NotFound))
    }
}

/// Answers a template as a page.
pub trait Render: Template + Sized {
    /// The page.
    ///
    /// # Errors
    /// The template's.
    fn show(&self) -> Result<HttpResponse, Error> {
        self.show_as(StatusCode::OK)
    }

    /// The form again, with what was typed and the problems beside the fields.
    ///
    /// # Errors
    /// The template's.
    fn show_again(&self) -> Result<HttpResponse, Error> {
        self.show_as(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The page, or the form again where something is wrong with what was typed.
    ///
    /// # Errors
    /// The template's.
    fn show_checked(&self, is_wrong: bool) -> Result<HttpResponse, Error> {
        if is_wrong { self.show_again() } else { self.show() }
    }

    /// The form again, with what was typed, where a limit or a full queue refused it, which its problems say.
    ///
    /// # Errors
    /// The template's.
    fn show_refused(&self, why: &Error) -> Result<HttpResponse, Error> {
        Ok(refused(self.show_as(why.status_code())?, why))
    }

    /// The page with any status.
    ///
    /// # Errors
    /// The template's.
    fn show_as(&self, status: StatusCode) -> Result<HttpResponse, Error> {
        let mut response = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(self.render()?);
        notices::shown(&mut response);
        Ok(response)
    }
}

impl<T: Template> Render for T {}

/// Makes an answer one that refuses for a limit or a full queue.
pub fn refused(mut response: HttpResponse, why: &Error) -> HttpResponse {
    *response.status_mut() = why.status_code();
    if let Some(seconds) = why.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Makes an answer one that refuses until a moment, in unix seconds, for a limit that its page names.
pub fn refused_until(response: HttpResponse, limit: Limit, until: i64) -> HttpResponse {
    metrics::refused(limit.name());
    refused(response, &Error::TooMany { sentence: String::new(), seconds: (until - now()).max(1) })
}

/// Leads to a page after a form was accepted.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// Where an answer leads, and what is told there.
#[allow(missing_debug_implementations)]
pub struct Redirect {
    request: HttpRequest,
    session: Session,
}

impl Redirect {
    /// Back to the page that the form stood on, or to `otherwise` where the browser does not say.
    pub fn back(&self, otherwise: &str) -> HttpResponse {
        see_other(&came_from(&self.request).unwrap_or_else(|| otherwise.to_owned()))
    }

    /// The page of this site that the form stood on, if the browser says.
    pub fn came_from(&self) -> Option<String> {
        came_from(&self.request)
    }

    /// The query of the page that the form stood on, if that is at this path, else of another address: by it the page is made anew.
    ///
    /// # Errors
    /// [`Error::BadRequest`] where the text is not UTF-8.
    pub fn query_at(&self, path: &str, otherwise: &str) -> Result<Form, Error> {
        let stood = self.came_from().filter(|stood| stood.split('?').next() == Some(path));
        let address = stood.as_deref().unwrap_or(otherwise);
        Form::parse(address.split_once('?').map_or("", |(_, query)| query).as_bytes())
    }

    /// To a page of this site.
    pub fn to(&self, path: &str) -> HttpResponse {
        see_other(path)
    }

    /// Tells, on the next page, what was done.
    pub fn done(&self, text: impl Into<String>) -> &Self {
        self.tell(text.into(), None, false)
    }

    /// Tells on the next page what was done, be whoever looks signed in or not.
    pub fn done_for_anybody(&self, text: impl Into<String>) -> &Self {
        notices::tell(&self.request, Notice::new(text.into(), None, false, None));
        self
    }

    /// Tells what was done, with *Undo*.
    pub fn undoable(&self, text: impl Into<String>, undo: String) -> &Self {
        self.tell(text.into(), Some(undo), false)
    }

    /// Tells what was done, with *Undo* where there is one, and why the rest was not.
    pub fn partly(&self, text: impl Into<String>, undo: Option<String>) -> &Self {
        self.tell(text.into(), undo, true)
    }

    /// Tells something about a member, whose name in it leads to their profile.
    pub fn about(&self, (name, profile): (&str, &str), text: String, undo: Option<String>, refused: bool) -> &Self {
        let member = viewer::viewer(&self.request).map(|viewer| viewer.id);
        notices::tell(&self.request, Notice::new(text, undo, refused, member).naming(name, profile));
        self
    }

    /// Tells why it was not done.
    pub fn refused(&self, text: impl Into<String>) -> &Self {
        self.tell(text.into(), None, true)
    }

    /// The cookie of this browser.
    pub fn session(&self) -> &Session {
        &self.session
    }

    fn tell(&self, text: String, undo: Option<String>, refused: bool) -> &Self {
        let member = viewer::viewer(&self.request).map(|viewer| viewer.id);
        notices::tell(&self.request, Notice::new(text, undo, refused, member));
        self
    }
}

impl FromRequest for Redirect {
    type Error = Error;
    type Future = Ready<Result<Redirect, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Redirect { session: request.get_session(), request: request.clone() }))
    }
}

/// The page of this site that the browser came from.
pub fn came_from(request: &HttpRequest) -> Option<String> {
    let referer = origin::referer(request)?;
    // Who has just come in is led on from the pages of visitors.
    let led_on = referer.path().starts_with("/sign-") && viewer::viewer(request).is_some();
    let path = local(&referer[url::Position::BeforePath..url::Position::AfterQuery]);
    path.filter(|_| is_a_page(referer.path()) && !led_on).map(unticked)
}

/// An address without what ticks every box of its page: whoever comes back has answered for those.
fn unticked(path: String) -> String {
    let Some((page, query)) = path.split_once('?') else { return path };
    let kept: Vec<&str> = query.split('&').filter(|pair| *pair != "select=all").collect();
    if kept.is_empty() { page.to_owned() } else { format!("{page}?{}", kept.join("&")) }
}

/// Whether a path may answer GET: what is left out takes forms only, and shows its page in place where they have problems.
fn is_a_page(path: &str) -> bool {
    match path.trim_matches('/').split('/').collect::<Vec<_>>()[..] {
        ["appearance" | "first-steps" | "sign-out", ..]
        | ["profile", "photo", _]
        | ["profile", _, _, _, ..]
        | ["confirm" | "sign-in", "passkey", ..]
        | ["settings", "devices", _]
        | ["settings", "security", "passkeys", ..]
        | ["settings", "security", _, _]
        | ["settings", "tokens", _, _]
        | ["invitations" | "notifications", _]
        | ["notifications", _, _]
        | ["inbox" | "invite-links", _, _, ..]
        | ["admin", "registration", _, ..]
        | ["admin", "webhooks", _, _]
        | ["registration", "withdraw"]
        | ["contacts", "import", _, _]
        | ["connections" | "contacts", "remove", _, "undo" | "review"]
        | ["in", _, "block" | "decline", "undo"]
        | ["invitations", "declined", ..]
        | ["connections", "tags", "delete"]
        | ["connections", "tags", _, "undo"]
        | ["contacts", "removed", _, ..]
        | ["contacts", "duplicates", _, "undo"]
        | ["contacts", _, "delete"]
        | ["moderation", _, "show" | "lift"]
        | ["admin", "members", _, _] => false,
        ["in", _, form] => matches!(form, "mutual" | "connections" | "invite" | "disconnect" | "block" | "report"),
        _ => true,
    }
}

/// A path of this site, and nothing that a browser could take for another's.
pub fn local(path: &str) -> Option<String> {
    // What no header may hold, an answer could not lead to.
    let header = !path.contains('\t') && HeaderValue::from_str(path).is_ok();
    let safe = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && header;
    (safe && path.len() <= 2_000).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_returned_to() {
        for path in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "evil",
            "/\n/evil.example",
            "/\u{1}",
            "/\u{7f}",
            "",
        ] {
            assert_eq!(local(path), None, "{path:?}");
        }
        assert_eq!(local("/in/priya?x=1").as_deref(), Some("/in/priya?x=1"));
    }
}
