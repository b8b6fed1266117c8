//! What a form sent, parsed into texts that are whole, and the problems found in it, each by its field.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use percent_encoding::percent_decode;

use crate::error::Error;
use crate::language::{key, number, tf};
use crate::text::{self, Flaw};

/// No form of members is larger. What is typed beyond what a field takes comes back with the reason, up to here.
const MAX_BYTES: usize = 256 * 1024;
/// The form with the texts of the community: three of 20,000 characters, each of nine bytes as it is sent.
const TEXTS: &str = "/admin/community";
const MAX_BYTES_OF_TEXTS: usize = 600 * 1024;
/// How much of a body that is too large is read off before the answer, so that a browser gets to see it.
const DRAINED: usize = 32 * 1024 * 1024;

/// The fields of a form, in the order sent.
#[derive(Debug, Default, Clone)]
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// A form as it stands before anybody typed.
    pub fn of<const N: usize>(fields: [(&str, &str); N]) -> Form {
        Form { fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec() }
    }

    /// Parses `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// [`Error::BadRequest`] where the text is not UTF-8.
    pub fn parse(bytes: &[u8]) -> Result<Form, Error> {
        let mut fields = Vec::new();
        for part in bytes.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
            let cut = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
            let (name, value) = (&part[..cut], part.get(cut + 1..).unwrap_or_default());
            fields.push((decoded(name)?, decoded(value)?.replace("\r\n", "\n")));
        }
        Ok(Form { fields })
    }

    /// What was typed in a field; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All fields, in the order sent.
    pub fn fields(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter()
    }

    /// Whether a field was sent, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// Every value of a field that may be sent more than once.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a checkbox was ticked.
    pub fn is_checked(&self, name: &str) -> bool {
        !matches!(self.get(name), "" | "false" | "off" | "0")
    }
}

/// Fields as the query of an address.
pub fn query<const N: usize>(fields: [(&str, &str); N]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The id of a field that stands on a page more than once.
pub fn id(name: &str, of: impl fmt::Display) -> String {
    format!("{name}-{of}")
}

/// The id of a field: its own, or its name where it has none.
pub fn or<'a>(id: &'a (impl AsRef<str> + ?Sized), name: &'a str) -> &'a str {
    Some(id.as_ref()).filter(|id| !id.is_empty()).unwrap_or(name)
}

fn decoded(bytes: &[u8]) -> Result<String, Error> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    match percent_decode(&spaced).decode_utf8() {
        // PostgreSQL has no NUL in its texts. Whoever looks for one finds nothing; to store one is refused, by `forbidden`.
        Ok(text) => Ok(text.replace('\0', "\u{FFFD}")),
        Err(_) => Err(Error::BadRequest(key("What was sent is not in the encoding UTF-8."))),
    }
}

impl FromRequest for Form {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Form, Error>>>>;

    /// Parses what [`receive`] read, and nothing else: a form is what its guards have seen.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let received = request.extensions().get::<Received>().cloned();
        let (body, has_kind) = (payload.take(), request.headers().contains_key(CONTENT_TYPE));
        Box::pin(async move {
            match received {
                Some(Received(Some(form))) => Form::parse(&form),
                Some(Received(None)) => Err(Error::TooLarge),
                None if !has_kind && read(body, MAX_BYTES).await?.is_empty() => Ok(Form::default()),
                None => Err(Error::UnknownBody),
            }
        })
    }
}

/// A form as it was sent; nothing for one that is too large.
#[derive(Clone)]
struct Received(Option<Bytes>);

/// Reads a form in front of whatever looks at it, however its length is said.
///
/// # Errors
/// [`Error::BadRequest`] where it broke off.
pub async fn receive(request: &mut ServiceRequest) -> Result<(), Error> {
    let kind = header(request.request(), CONTENT_TYPE.as_str()).to_ascii_lowercase();
    if request.method() != Method::POST || !kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(());
    }
    let most = if request.path() == TEXTS { MAX_BYTES_OF_TEXTS } else { MAX_BYTES };
    let form = match read(request.take_payload(), most).await {
        Ok(form) => Some(form),
        Err(Error::TooLarge) => None,
        Err(broken) => return Err(broken),
    };
    request.extensions_mut().insert(Received(form));
    Ok(())
}

/// What a form sent, while it is answered.
pub fn received(request: &HttpRequest) -> Option<Bytes> {
    request.extensions().get::<Received>().and_then(|received| received.0.clone())
}

/// The query of an address, read as a form is.
#[derive(Debug, Default, Clone)]
pub struct Query(pub Form);

impl FromRequest for Query {
    type Error = Error;
    type Future = Ready<Result<Query, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Form::parse(request.query_string().as_bytes()).map(Query))
    }
}

async fn read(mut payload: Payload, most: usize) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    let mut seen = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest(key("What was sent broke off, so nothing was done.")))?;
        seen += chunk.len();
        if seen > DRAINED {
            break;
        }
        if seen <= most {
            body.extend_from_slice(&chunk);
        }
    }
    if seen > most { Err(Error::TooLarge) } else { Ok(body.freeze()) }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// By which the page of a form of many knows the place of its buttons.
const SELECTED: &str = "selected";

/// The problems found in a form: a field and the sentence that stands beside it.
#[derive(Debug, Default, Clone)]
pub struct Problems(Vec<(String, String)>);

impl Problems {
    /// Notes a problem.
    pub fn add(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push((field.to_owned(), sentence.into()));
    }

    /// Of a form of many, that nothing is selected of what its buttons are for: the reason stands beside them.
    pub fn unselected(sentence: &str) -> Problems {
        Problems(vec![(SELECTED.to_owned(), sentence.to_owned())])
    }

    /// The problem of a field, or an empty text.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| name == field).map_or("", |(_, sentence)| sentence)
    }

    /// Whether a field has a problem.
    pub fn has(&self, field: &str) -> bool {
        !self.of(field).is_empty()
    }

    /// Whether any field has one.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// All of them, for the summary above the form.
    pub fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    /// A text of one line, cleaned, of `length.0` to `length.1` characters; `label` begins the sentence of a problem.
    pub fn line(&mut self, form: &Form, field: &str, label: &str, length: (usize, usize)) -> String {
        let text = text::line(form.get(field));
        if text.contains('\n') {
            self.add(field, tf("{label} must be a single line.", label));
        }
        self.checked(text, field, label, length)
    }

    /// A text of any number of lines, cleaned.
    pub fn text(&mut self, form: &Form, field: &str, label: &str, length: (usize, usize)) -> String {
        self.checked(text::prose(form.get(field)), field, label, length)
    }

    fn checked(&mut self, text: String, field: &str, label: &str, (least, most): (usize, usize)) -> String {
        let length = text.chars().count();
        if length < least {
            let is_question = label.ends_with(['?', '؟']);
            self.add(
                field,
                if is_question {
                    tf("{label} Please write something here.", label)
                } else {
                    tf("{label} cannot be empty.", label)
                },
            );
        } else if length > most {
            let sizes = (label, &number(length), &number(most));
            self.add(field, tf("{label} has {length} characters; {most} is the most.", sizes));
        }
        let sentence = match text::check(&text) {
            Ok(()) => return text,
            Err(Flaw::Control) => tf("{label} contains a control character; please type it again.", label),
            Err(Flaw::TooManyAccents) => tf("{label} has more accents on one letter than others could read.", label),
            Err(Flaw::Unreadable(c)) => {
                let code = format!("U+{:04X}", u32::from(c));
                tf(
                    "{label} contains a character that others cannot read ({code}); please type it again.",
                    (label, &code),
                )
            }
        };
        self.add(field, sentence);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_parsed_as_browsers_send_it() {
        let form = Form::parse(b"full_name=Ana+Mar%C3%ADa&tag=a&tag=b&note=one%0D%0Atwo&x=100%&empty=&flag").unwrap();
        assert_eq!(form.get("full_name"), "Ana María");
        assert_eq!(form.all("tag").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.get("note"), "one\ntwo");
        assert_eq!(form.get("x"), "100%");
        assert_eq!(form.get("absent"), "");
    }

    #[test]
    fn another_encoding_is_named() {
        assert!(matches!(Form::parse(b"full_name=Jos%E9"), Err(Error::BadRequest(_))));
    }
}
