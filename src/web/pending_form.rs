//! What was typed is not lost where nothing could be done with it: with the database away, or the session ended, the form
//! comes back as one to send again. Passwords and files do not; they are chosen anew.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest};
use futures_util::stream;

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::key;
use crate::web::error_page;
use crate::web::form::{self, Form};
use crate::web::form_owner;
use crate::web::page::local;

/// Bytes of a form that is kept.
const LARGEST_KEPT: usize = 32 * 1024;
/// The fields under which the page that signs in hands on what it keeps.
pub const PATH: &str = "kept_path";
/// As [`PATH`].
pub const FORM: &str = "kept";

/// A form that was sent in vain.
#[derive(Debug, Clone)]
pub struct PendingForm {
    /// Where it goes.
    pub path: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
}

impl PendingForm {
    fn of(request: &HttpRequest, body: &Bytes) -> Option<PendingForm> {
        PendingForm::new(&request.uri().to_string(), &Form::parse(body).ok()?)
    }

    fn new(path: &str, form: &Form) -> Option<PendingForm> {
        let fields: Vec<(String, String)> =
            form.fields().filter(|(name, _)| !name.contains("password")).cloned().collect();
        fields.iter().any(|(name, _)| name != form_owner::FIELD).then_some(PendingForm { path: local(path)?, fields })
    }

    /// Whether the one who typed it is this member: nobody else gets to see it.
    ///
    /// # Errors
    /// The database's.
    pub fn is_of(&self, connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
        let owner = self.fields.iter().find(|(name, _)| name == form_owner::FIELD);
        owner.map_or(Ok(false), |(_, handle)| form_owner::is_of(connection, handle, member))
    }

    /// What the page that signs in has kept, once one is signed in.
    pub fn handed_on(form: &Form) -> Option<PendingForm> {
        PendingForm::new(form.get(PATH), &Form::parse(form.get(FORM).as_bytes()).ok()?)
    }

    /// The fields as one text, to be handed on.
    pub fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    /// What somebody has typed, rather than pressed or ticked: shown, so that they see it is not lost.
    pub fn typed(&self) -> impl Iterator<Item = &str> {
        let pressed = |name: &str| {
            matches!(
                name,
                form_owner::FIELD
                    | "back"
                    | "connected_since"
                    | "next"
                    | "only"
                    | "member"
                    | "shown"
                    | "here"
                    | "press"
                    | "draft"
                    | "turn"
                    | "key"
                    | "challenge"
                    | "credential"
            )
        };
        let typed = self.fields.iter().filter(move |(name, value)| !pressed(name) && value.chars().count() > 1);
        typed.map(|(_, value)| value.as_str())
    }
}

/// The form that a request brought, for whoever cannot do anything with it.
pub fn kept(request: &HttpRequest) -> Option<PendingForm> {
    PendingForm::of(request, &body(request).filter(|body| body.len() <= LARGEST_KEPT)?)
}

/// What a form sent, while it is answered.
pub fn body(request: &HttpRequest) -> Option<Bytes> {
    request.extensions().get::<Body>().map(|body| body.0.clone())
}

/// A form as it was sent.
struct Body(Bytes);

/// Keeps a form until it is answered, and gives it back where the answer is that the database is away.
///
/// # Errors
/// The page's own.
pub async fn keep<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if is_small_form(&request) {
        let Ok(body) = request.extract::<Bytes>().await else {
            let broken = Error::BadRequest(key("What was sent broke off, so nothing was done."));
            return Ok(request.error_response(broken).map_into_right_body());
        };
        request.extensions_mut().insert(Body(body.clone()));
        let payload = stream::once(std::future::ready(Ok(body)));
        request.set_payload(Payload::Stream { payload: Box::pin(payload) });
    }
    let response = next.call(request).await?;
    if !response.status().is_server_error() {
        return Ok(response.map_into_left_body());
    }
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    match (error, kept(response.request())) {
        (Some(error), Some(kept)) => {
            let page = error_page::of_anybody(error, Some(kept));
            Ok(response.into_response(page).map_into_right_body())
        }
        _ => Ok(response.map_into_left_body()),
    }
}

fn is_small_form(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let length = header(CONTENT_LENGTH.as_str()).parse().unwrap_or(0usize);
    let kind = header(CONTENT_TYPE.as_str()).to_ascii_lowercase();
    request.method() == Method::POST
        && (1..=form::MAX_BYTES).contains(&length)
        && kind.starts_with("application/x-www-form-urlencoded")
}
