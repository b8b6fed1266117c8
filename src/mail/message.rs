//! A letter as mail programs take it: headers, a plain part and a page.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::content::Content;
use crate::error::Error;

/// What stands around a letter.
#[derive(Debug)]
pub struct Cover<'a> {
    /// Whom it is from.
    pub from: &'a Mailbox,
    /// The name of whoever receives it; empty where that is not known.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
    /// The name of its row, the same at each attempt.
    pub id: &'a str,
    /// When it was written, in unix seconds.
    pub written_at: i64,
}

/// Builds a letter.
///
/// # Errors
/// [`Error::Unavailable`] where the address is none that mail can be sent to.
pub fn build(cover: &Cover, content: &Content, readable: bool) -> Result<Message, Error> {
    let odd = |why: &dyn std::fmt::Display| Error::Unavailable(why.to_string());
    let address = address(cover.email).ok_or_else(|| odd(&"no mail can be sent to this address"))?;
    let name = Some(cover.name.to_owned()).filter(|name| !name.is_empty());
    let written_at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(cover.written_at).unwrap_or(0));
    let mut message = Message::builder()
        .from(cover.from.clone())
        .to(Mailbox::new(name, address))
        .subject(content.subject())
        .date(written_at)
        .message_id(Some(format!("<{}@{}>", cover.id, cover.from.email.domain())))
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if let Some(url) = &content.unsubscribe {
        message = message
            .raw_header(header("List-Unsubscribe", &format!("<{url}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let plain = part(ContentType::TEXT_PLAIN, content.text()?, readable);
    let page = part(ContentType::TEXT_HTML, content.html()?, readable);
    message.multipart(MultiPart::alternative().singlepart(plain).singlepart(page)).map_err(|why| odd(&why))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The longest line of a letter in bytes (RFC 5322).
const LONGEST_LINE: usize = 998;

/// In a file people read it themselves, so letters stay as they are there.
fn part(kind: ContentType, text: String, readable: bool) -> SinglePart {
    let text = text.replace('\n', "\r\n");
    let body = if readable && text.lines().all(|line| line.len() <= LONGEST_LINE) {
        Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::EightBit)
    } else {
        Body::new(text)
    };
    SinglePart::builder().header(kind).body(body)
}

/// The address, its domain as DNS has it.
fn address(email: &str) -> Option<Address> {
    let (local, domain) = email.rsplit_once('@')?;
    let url::Host::Domain(domain) = url::Host::parse(domain).ok()? else { return None };
    Address::new(local, domain).ok()
}
