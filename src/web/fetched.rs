//! What differs where a page is fetched and not looked at: by a browser, ahead of a press that may never come, by the
//! script, which takes a form out of it, and where only the head is asked for. Nothing is taken or marked as read then.

use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage, HttpRequest};

/// Marks a request that asked for the head alone.
struct HeadOnly;

/// Notes that only the head was asked for, before the request is answered as any other is.
pub fn note_head(request: &ServiceRequest) {
    request.extensions_mut().insert(HeadOnly);
}

/// Whether somebody looks at what is answered.
pub fn is_opened(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let ahead = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| header(name).starts_with("prefetch"));
    let by_script = header("sec-fetch-dest") == "empty";
    !ahead && !by_script && !request.extensions().contains::<HeadOnly>()
}
