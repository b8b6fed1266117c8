//! Pages by gzip. A page is compressed whole and on the thread that made it, which takes less than to hand it to another
//! thread and back in pieces.
//!
//! That a page is compressed tells nothing of its secrets by its length (the attack named BREACH): pages hold no token, and
//! what others could have put into them is only shown to whoever may read the rest as well.

use std::cell::RefCell;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, Encoding, Header, HeaderMap,
    HeaderValue, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};

/// Bytes that fit into one packet anyway, so that fewer of them are sent no sooner.
const SHORT: usize = 1_000;
/// A list of 40 KB becomes 8 KB in 30 µs; level 2 would save 1.5 KB more for as much again.
const LEVEL: u32 = 1;
/// What stands around a page that cannot be made shorter.
const FRAME: usize = 256;

thread_local! {
    /// Made once a thread, since it holds tables that are dear to make.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::new(LEVEL), 15));
}

/// Compresses what is answered as text, where the browser takes gzip. What is compressed already, or streamed, stays as it is.
///
/// # Errors
/// The page's own.
pub async fn gzip<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if !is_text(response.headers()) {
        return Ok(response);
    }
    let takes_gzip = takes_gzip(&response);
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    response.headers_mut().append(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    let body = match body.try_into_bytes() {
        Ok(page) if takes_gzip && page.len() > SHORT => match compressed(&page) {
            Some(compressed) => {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                BoxBody::new(compressed)
            }
            None => BoxBody::new(page),
        },
        Ok(page) => BoxBody::new(page),
        Err(streamed) => streamed,
    };
    Ok(ServiceResponse::new(request, response.set_body(body)))
}

/// Whether an answer is text that nobody has compressed yet.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let is_text = ["text/", "application/json", "application/manifest+json", "application/xml"]
        .iter()
        .any(|text| kind.starts_with(text));
    is_text && !headers.contains_key(CONTENT_ENCODING)
}

fn takes_gzip(response: &ServiceResponse) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    let accepted = AcceptEncoding::parse(response.request()).ok();
    let chosen = accepted.and_then(|accepted| accepted.negotiate(offered.iter()));
    chosen == Some(Encoding::Known(ContentEncoding::Gzip))
}

fn compressed(page: &[u8]) -> Option<Bytes> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut out = Vec::with_capacity(page.len() + FRAME);
        let status = compressor.compress_vec(page, &mut out, FlushCompress::Finish).ok()?;
        (status == Status::StreamEnd).then(|| Bytes::from(out))
    })
}
