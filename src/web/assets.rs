//! The style sheet and the script: in the binary, named by their content, kept by browsers for ever.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CacheControl, CacheDirective};
use actix_web::web::Path;
use sha2::{Digest, Sha256};

use crate::error::Error;

struct Asset {
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

static CSS: LazyLock<Asset> =
    LazyLock::new(|| asset("app", "css", "text/css; charset=utf-8", include_bytes!("../../static/app.css")));
static JS: LazyLock<Asset> =
    LazyLock::new(|| asset("app", "js", "text/javascript; charset=utf-8", include_bytes!("../../static/app.js")));
static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("icon", "svg", "image/svg+xml", include_bytes!("../../static/icon.svg")));

/// The path of the style sheet.
pub fn css() -> &'static str {
    &CSS.name
}

/// The path of the script.
pub fn js() -> &'static str {
    &JS.name
}

/// The path of the icon.
pub fn icon() -> &'static str {
    &ICON.name
}

/// `GET /static/{file}`.
///
/// # Errors
/// [`Error::NotFound`] for any other file.
pub async fn file(file: Path<String>) -> Result<HttpResponse, Error> {
    let path = format!("/static/{file}");
    let asset = [&CSS, &JS, &ICON].into_iter().find(|asset| asset.name == path).ok_or(Error::NotFound)?;
    let forever = CacheControl(vec![
        CacheDirective::Public,
        CacheDirective::MaxAge(31_536_000),
        CacheDirective::Extension("immutable".into(), None),
    ]);
    Ok(HttpResponse::Ok().insert_header(forever).content_type(asset.kind).body(asset.bytes))
}

/// `GET /robots.txt`: profiles are for members, so there is nothing to crawl.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /in/\n")
}

fn asset(stem: &str, ending: &str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    let hash: String = Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Asset { name: format!("/static/{stem}.{hash}.{ending}"), kind, bytes }
}
