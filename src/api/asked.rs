//! What a program asks, and how it is answered. What changes something is answered within its transaction, so that the answer can
//! be kept there under an idempotency key: either both stand, or neither.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::accounts::tokens::{self, Program, Scope};
use crate::api::problem::{MEDIA_TYPE, Problem};
use crate::cache::Cache;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{t, tf};
use crate::relationship::Limits;
use crate::text::digest::sha256;
use crate::web::form::Form;
use crate::web::large_body::{self, Body};
use crate::web::pagination::PageRequest;
use crate::web::site::Site;
use crate::web::viewer::Viewer;

/// Bytes of a body: the names of all connections that one may have.
const MAX_BODY: usize = 4 * 1024 * 1024;
/// Characters of an idempotency key.
const LONGEST_KEY: usize = 255;

/// What a program asks.
pub struct Asked {
    site: Data<Site>,
    program: Arc<Program>,
    request: HttpRequest,
    body: Body,
    key: Option<String>,
}

impl FromRequest for Asked {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Asked, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let program = request.extensions().get::<Arc<Program>>().cloned().ok_or_else(Problem::unauthorized)?;
            let body = large_body::read(payload, program.viewer.id, MAX_BODY).await?;
            let site = request.app_data::<Data<Site>>().cloned();
            let site = site.ok_or_else(|| Error::Internal("the site is not there".into()))?;
            let key = key_of(&request)?;
            Ok(Asked { site, program, request, body, key })
        })
    }
}

/// The idempotency key of a request.
fn key_of(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(header) = request.headers().get("idempotency-key") else { return Ok(None) };
    let text = header.to_str().ok().map(str::trim);
    // A tab is none of the letters, though a header may have one.
    let text = text.filter(|text| (1..=LONGEST_KEY).contains(&text.len()) && !text.contains('\t'));
    let unreadable = || Problem::unreadable(t("An idempotency key is a text of up to 255 letters of ASCII."));
    text.map(|text| Some(text.to_owned())).ok_or_else(unreadable)
}

/// What is wrong with a body, in the words of JSON: the reader speaks of the types of this program.
fn in_json_words(why: &serde_json::Error) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in why.to_string().split(' ') {
        let is_kind = |kind: &str| words.last().is_some_and(|last| last == kind);
        let name = word.trim_end_matches(',');
        let comma = &word[name.len()..];
        if is_kind("struct") || is_kind("enum") || is_kind("variant") {
            let kind = if is_kind("struct") { "an object" } else { "one of its words" };
            words.pop();
            words.push(format!("{kind}{comma}"));
            continue;
        }
        words.push(match name {
            "map" => format!("an object{comma}"),
            "sequence" => format!("list{comma}"),
            "u8" | "u16" | "u32" | "u64" | "usize" | "i16" | "i32" | "i64" | "f64" => format!("a number{comma}"),
            _ => word.to_owned(),
        });
    }
    words.join(" ")
}

/// An answer in JSON, or a problem that is one: it stands as it is, and what was done with it.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    body: String,
    /// Seconds after which it may be asked again, where it was asked too often.
    retry_after: Option<i64>,
}

impl Reply {
    /// With what was asked for.
    ///
    /// # Errors
    /// [`Error::Internal`] where the value cannot be written.
    pub fn ok(value: &impl Serialize) -> Result<Reply, Error> {
        Reply::with(StatusCode::OK, value)
    }

    /// With what was made.
    ///
    /// # Errors
    /// As [`Reply::ok`].
    pub fn created(value: &impl Serialize) -> Result<Reply, Error> {
        Reply::with(StatusCode::CREATED, value)
    }

    fn with(status: StatusCode, value: &impl Serialize) -> Result<Reply, Error> {
        let body = serde_json::to_string(value).map_err(|why| Error::Internal(why.to_string()))?;
        Ok(Reply { status: status.as_u16(), body, retry_after: None })
    }

    /// Without anything to say.
    pub fn none() -> Reply {
        Reply { status: StatusCode::NO_CONTENT.as_u16(), body: String::new(), retry_after: None }
    }

    fn answer(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = if status.is_client_error() { MEDIA_TYPE } else { "application/json" };
        let mut response = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        match self.body.is_empty() {
            true => response.finish(),
            false => response.content_type(kind).body(self.body),
        }
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Reply {
        Reply { status: problem.status, body: problem.body(), retry_after: problem.retry_after() }
    }
}

/// What of an answer a token sees.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The fields that it sees; nothing for all.
    only: Option<Vec<&'static str>>,
}

impl Seen {
    /// [`Reply::ok`] with what is seen.
    ///
    /// # Errors
    /// As there.
    pub fn ok(&self, value: &impl Serialize) -> Result<Reply, Error> {
        Reply::ok(&self.of(value)?)
    }

    /// [`Reply::created`] with what is seen.
    ///
    /// # Errors
    /// As there.
    pub fn created(&self, value: &impl Serialize) -> Result<Reply, Error> {
        Reply::created(&self.of(value)?)
    }

    fn of(&self, value: &impl Serialize) -> Result<Value, Error> {
        let mut value = serde_json::to_value(value).map_err(|why| Error::Internal(why.to_string()))?;
        if let (Some(only), Value::Object(fields)) = (&self.only, &mut value) {
            fields.retain(|name, _| only.contains(&name.as_str()));
        }
        Ok(value)
    }
}

/// What an operation answers.
pub type Answer = Result<HttpResponse, Problem>;

impl Asked {
    /// Refuses a token that is not for this.
    ///
    /// # Errors
    /// The problem.
    pub fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.program.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Problem::forbidden(tf("This token does not have the scope {scope}.", scope.word())))
    }

    /// What its token sees of an answer: all of it where it may read, else these fields alone, which come of what it sent.
    pub fn seen(&self, read: Scope, else_only: &[&'static str]) -> Seen {
        let may_read = self.program.scopes.contains(&read);
        Seen { only: (!may_read).then(|| else_only.to_vec()) }
    }

    /// Whose the token is.
    pub fn me(&self) -> MemberId {
        self.program.viewer.id
    }

    /// Whose the token is, with what verbs ask of whoever acts.
    pub fn viewer(&self) -> Viewer {
        self.program.viewer.clone()
    }

    /// What this node keeps of lists.
    pub fn cache(&self) -> Cache {
        self.site.cache.clone()
    }

    /// What members may do how often.
    pub fn limits(&self) -> Limits {
        self.site.limits()
    }

    /// The query, read as pages read it.
    ///
    /// # Errors
    /// The problem.
    pub fn query(&self) -> Result<Form, Problem> {
        Ok(Form::parse(self.request.query_string().as_bytes())?)
    }

    /// The page of a list that is asked for.
    ///
    /// # Errors
    /// The problem.
    pub fn page(&self) -> Result<PageRequest, Problem> {
        let query = self.query()?;
        let cursor = query.get("cursor");
        let at = PageRequest::of(&Form::parse(cursor.as_bytes())?);
        if !cursor.is_empty() && at.cursor().is_none() {
            return Err(Problem::unreadable(t("This cursor was not made by this site.")));
        }
        Ok(at)
    }

    /// Reads the body; where there is none, as an empty object.
    ///
    /// # Errors
    /// The problem.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let kind = self.request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !self.body.bytes.is_empty() && !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::not_json());
        }
        let body: &[u8] = if self.body.bytes.is_empty() { b"{}" } else { &self.body.bytes };
        serde_json::from_slice(body).map_err(|why| {
            Problem::unreadable(tf("This JSON is not what the address takes: {why}", in_json_words(&why)))
        })
    }

    /// Answers with what is read.
    ///
    /// # Errors
    /// The problem.
    pub async fn read<T, F>(&self, read: F) -> Answer
    where
        T: Serialize + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        Ok(Reply::ok(&self.site.read_long(read).await?)?.answer())
    }

    /// Changes something in one transaction, and keeps the answer in it, where there is an idempotency key.
    ///
    /// # Errors
    /// The problem.
    pub async fn change<F>(&self, change: F) -> Answer
    where
        F: FnOnce(&mut Connection) -> Result<Reply, Error> + Clone + Send + 'static,
    {
        let once = self.once(change);
        let reply = self.site.write(once).await?;
        Ok(reply.answer())
    }

    /// [`Asked::change`] of what may be thousands of rows.
    ///
    /// # Errors
    /// The problem.
    pub async fn change_many<F>(&self, change: F) -> Answer
    where
        F: FnOnce(&mut Connection) -> Result<Reply, Error> + Clone + Send + 'static,
    {
        let once = self.once(change);
        let reply = self.site.write_bulk(once).await?;
        Ok(reply.answer())
    }

    /// Does it once under its key: a second request gets the answer of the first.
    fn once<F>(&self, change: F) -> impl FnOnce(&mut Connection) -> Result<Reply, Error> + Clone + Send + use<F>
    where
        F: FnOnce(&mut Connection) -> Result<Reply, Error> + Clone + Send + 'static,
    {
        let (of, key) = ((self.me(), self.program.id), self.key.clone());
        let asked = format!("{} {}\n", self.request.method(), self.request.uri());
        let request_hash = sha256(&(asked + &String::from_utf8_lossy(&self.body.bytes)));
        move |connection: &mut Connection| {
            let Some(key) = key else { return change(connection) };
            match tokens::take_key(connection, of, &key, &request_hash)? {
                Some(answered) if answered.request_hash == request_hash => {
                    let status = u16::try_from(answered.status).unwrap_or(500);
                    return Ok(Reply { status, body: answered.body, retry_after: None });
                }
                Some(_) => {
                    let detail = t("This idempotency key was used for another request.");
                    return Ok(Problem::conflict("key-used", detail).into());
                }
                None => {}
            }
            let reply = change(connection)?;
            match reply.retry_after {
                // Whoever comes back when they may does it then.
                Some(_) => tokens::give_key_back(connection, of, &key)?,
                None => tokens::keep_answer(connection, of, &key, (reply.status, &reply.body))?,
            }
            Ok(reply)
        }
    }
}
