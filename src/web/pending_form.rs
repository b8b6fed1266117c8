//! What was typed is not lost where nothing could be done with it: with the database away, or the session ended, the form
//! comes back as one to send again. Passwords and files do not; they are chosen anew.

use actix_web::HttpRequest;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::web::csrf;
use crate::web::error_page;
use crate::web::form::{self, Form};
use crate::web::form_owner;
use crate::web::page::local;

/// Bytes of a form that is kept: the longest note in any script, as it is sent, with its fields. The page that signs in hands it
/// on with each byte that is no letter as three, which no form may be too large for.
const LARGEST_KEPT: usize = 144 * 1024;
/// What nobody sees again, and is typed anew.
const SECRETS: [&str; 2] = ["password", "new_password"];
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
            form.fields().filter(|(name, _)| !SECRETS.contains(&name.as_str())).cloned().collect();
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

    /// Whether somebody has typed anything of it.
    pub fn has_words(&self) -> bool {
        self.typed().next().is_some()
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
                    | "version"
                    | "revision"
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
    PendingForm::of(request, &form::received(request).filter(|body| body.len() <= LARGEST_KEPT)?)
}

/// Keeps a form until it is answered, and gives it back where the answer is that the database is away.
///
/// # Errors
/// The page's own.
pub async fn keep<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if !csrf::is_of_programs(request.path())
        && let Err(broken) = form::receive(&mut request).await
    {
        return Ok(request.error_response(broken).map_into_right_body());
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
