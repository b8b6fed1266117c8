//! What clients are answered: a refusal with its precondition, or what is so of each of many addresses.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use futures_util::Stream;
use quick_xml::escape::escape;

use crate::dav::names::{CARD, DAV, Known, SERVER};
use crate::dav::xml::Name;
use crate::error::Error;

const XML: &str = "application/xml; charset=utf-8";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const SPACES: &str =
    " xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\" xmlns:S=\"http://calendarserver.org/ns/\"";

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    /// The precondition that failed, if it has a name.
    precondition: Option<Known>,
    /// What is in the precondition, as XML.
    detail: String,
    sentence: &'static str,
}

impl Refusal {
    /// A refusal of this kind, with a sentence for whoever reads the log of a client.
    pub fn new(status: StatusCode, sentence: &'static str) -> Refusal {
        Refusal { status, precondition: None, detail: String::new(), sentence }
    }

    /// A refusal for a precondition that has a name.
    pub fn of(status: StatusCode, precondition: Known, sentence: &'static str) -> Refusal {
        Refusal { precondition: Some(precondition), ..Refusal::new(status, sentence) }
    }

    /// With the address that is meant.
    pub fn naming(self, path: &str) -> Refusal {
        Refusal { detail: href(path), ..self }
    }

    /// What a client believes is there has changed.
    pub fn stale() -> Refusal {
        Refusal::new(StatusCode::PRECONDITION_FAILED, "The card has changed meanwhile, or is not what was expected.")
    }

    /// What is there for nobody else, or not at all.
    pub fn not_found() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "There is nothing at this address.")
    }

    /// A request that makes no sense.
    pub fn bad(sentence: &'static str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, sentence)
    }

    /// The answer.
    pub fn answer(&self) -> HttpResponse {
        let reason = self.precondition.map(|name| element(name, &self.detail)).unwrap_or_default();
        let sentence = escape(self.sentence);
        let body = format!(
            "{HEAD}<D:error{SPACES}>{reason}<D:responsedescription>{sentence}</D:responsedescription></D:error>\n"
        );
        HttpResponse::build(self.status).content_type(XML).body(body)
    }
}

/// An element of a name with what is in it, as XML.
pub fn element((space, local): Known, inner: &str) -> String {
    tagged(&Name::new(space, local), inner)
}

/// An address, as XML.
pub fn href(path: &str) -> String {
    format!("<D:href>{}</D:href>", escape(path))
}

fn tagged(name: &Name, inner: &str) -> String {
    let local = &name.local;
    let (tag, space) = match name.space.as_str() {
        DAV => (format!("D:{local}"), String::new()),
        CARD => (format!("C:{local}"), String::new()),
        SERVER => (format!("S:{local}"), String::new()),
        "" => (local.clone(), String::new()),
        other => (format!("x:{local}"), format!(" xmlns:x=\"{}\"", escape(other))),
    };
    if inner.is_empty() { format!("<{tag}{space}/>") } else { format!("<{tag}{space}>{inner}</{tag}>") }
}

/// The beginning of an answer about many addresses.
pub fn begin() -> String {
    format!("{HEAD}<D:multistatus{SPACES}>")
}

/// Its end; with where a client goes on from next time.
pub fn end(sync_token: Option<&str>) -> String {
    let token = sync_token.map(|token| format!("<D:sync-token>{}</D:sync-token>", escape(token))).unwrap_or_default();
    format!("{token}</D:multistatus>\n")
}

/// What is so of one address: the properties by status, each with what it holds.
pub fn response(out: &mut String, path: &str, found: &[(&Name, String)], missing: &[&Name], status: StatusCode) {
    let _ = write!(out, "<D:response>{}", href(path));
    let found: String = found.iter().map(|(name, inner)| tagged(name, inner)).collect();
    let missing_of: String = missing.iter().map(|name| tagged(name, "")).collect();
    if !found.is_empty() || missing.is_empty() {
        propstat(out, &found, StatusCode::OK);
    }
    if !missing.is_empty() {
        propstat(out, &missing_of, status);
    }
    out.push_str("</D:response>");
}

fn propstat(out: &mut String, properties: &str, status: StatusCode) {
    let _ = write!(out, "<D:propstat><D:prop>{properties}</D:prop><D:status>{}</D:status></D:propstat>", line(status));
}

/// The status of an address as a whole.
pub fn status_of(out: &mut String, path: &str, status: StatusCode) {
    let _ = write!(out, "<D:response>{}<D:status>{}</D:status></D:response>", href(path), line(status));
}

fn line(status: StatusCode) -> String {
    format!("HTTP/1.1 {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default())
}

/// The answer about many addresses, a part at a time.
pub fn streamed(parts: impl Stream<Item = Result<Bytes, Error>> + 'static) -> HttpResponse {
    HttpResponse::build(StatusCode::MULTI_STATUS).content_type(XML).streaming(parts)
}

/// The answer about many addresses.
pub fn multistatus(body: String) -> HttpResponse {
    HttpResponse::build(StatusCode::MULTI_STATUS).content_type(XML).body(body)
}
