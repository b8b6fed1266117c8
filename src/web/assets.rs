//! The style sheet, the script and the icons: in the binary, named by their content, compressed when it was built
//! (`build.rs`), kept by browsers for ever.

use std::sync::LazyLock;

use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CacheControl, CacheDirective, VARY};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::language::t;
use crate::web::site::SiteData;

/// The bytes of a file, and the same by Brotli and by gzip; nothing for what is short or compressed already.
type Bytes = (&'static [u8], Option<(&'static [u8], &'static [u8])>);

struct Asset {
    path: String,
    kind: &'static str,
    bytes: Bytes,
}

/// A text as `build.rs` made it of `static/`.
macro_rules! text {
    ($name:literal) => {
        (
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name)).as_slice(),
            Some((
                include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".br")).as_slice(),
                include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")).as_slice(),
            )),
        )
    };
}

/// The files of `static/`, each with its kind.
static ASSETS: LazyLock<[Asset; 8]> = LazyLock::new(|| {
    [
        asset("app", "css", "text/css; charset=utf-8", text!("app.css")),
        asset("app", "js", "text/javascript; charset=utf-8", text!("app.js")),
        asset("icon", "svg", "image/svg+xml", text!("icon.svg")),
        asset("icon-180", "png", "image/png", (include_bytes!("../../static/icon-180.png"), None)),
        asset("icon-192", "png", "image/png", (include_bytes!("../../static/icon-192.png"), None)),
        asset("icon-512", "png", "image/png", (include_bytes!("../../static/icon-512.png"), None)),
        // Compressed as it is. The style sheet names it, so its version stands in its name and not its hash.
        Asset {
            path: "/static/figtree-2.001-european.woff2".into(),
            kind: "font/woff2",
            bytes: (include_bytes!("../../static/figtree/2.001-european.woff2"), None),
        },
        asset("sprite", "svg", "image/svg+xml", text!("sprite.svg")),
    ]
});

/// Which links a browser may fetch when one begins to press them: pages that only show. Not sooner, since what is
/// fetched is kept for minutes and the world goes on. A browser uses it on the page that asked for it alone, and every
/// form leads to another page, so what one does oneself is never older than that. A link of a notification marks it as read,
/// the form of an invitation may answer with a refusal to be told, and the script asks for the small forms itself, so
/// they are not among them. Every page has them in its head, which spares a first visit a request.
pub const SPECULATION: &str = r#"{"prefetch":[{"eagerness":"conservative","where":{"and":[
{"href_matches":["/","/in/*","/connections","/connections?*","/connections/*","/contacts","/invitations","/people","/people?*","/settings/*"]},
{"not":{"href_matches":"/in/*/(invite|disconnect|remarks|report)"}},{"not":{"selector_matches":".told a"}}]}}]}"#;

/// The path of the style sheet.
pub fn css() -> &'static str {
    &ASSETS[0].path
}

/// The path of the script.
pub fn js() -> &'static str {
    &ASSETS[1].path
}

/// The path of the typeface that every page needs.
pub fn font() -> &'static str {
    &ASSETS[6].path
}

/// The path of the icon.
pub fn icon() -> &'static str {
    &ASSETS[2].path
}

/// The path of the icon for the home screens of telephones.
pub fn touch_icon() -> &'static str {
    &ASSETS[3].path
}

/// The path of the shapes of icons; each is named behind `#`.
pub fn sprite() -> &'static str {
    &ASSETS[7].path
}

/// `GET /static/{file}`.
///
/// # Errors
/// [`Error::NotFound`] for any other file.
pub async fn file(request: HttpRequest, file: Path<String>) -> Result<HttpResponse, Error> {
    let path = format!("/static/{file}");
    let asset = ASSETS.iter().find(|asset| asset.path == path).ok_or(Error::NotFound)?;
    let forever = CacheControl(vec![
        CacheDirective::Public,
        CacheDirective::MaxAge(31_536_000),
        CacheDirective::Extension("immutable".into(), None),
    ]);
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepts = |name: &str| accepted.split(',').any(|one| one.split(';').next().unwrap_or("").trim() == name);
    let mut response = HttpResponse::Ok();
    response.insert_header(forever).insert_header((VARY, "Accept-Encoding")).content_type(asset.kind);
    Ok(match asset.bytes {
        (_, Some((brotli, _))) if accepts("br") => response.insert_header((CONTENT_ENCODING, "br")).body(brotli),
        (_, Some((_, gzip))) if accepts("gzip") => response.insert_header((CONTENT_ENCODING, "gzip")).body(gzip),
        (bytes, _) => response.insert_header((CONTENT_ENCODING, "identity")).body(bytes),
    })
}

/// `GET /manifest.webmanifest`: what the site is called and looks like on a home screen.
pub async fn manifest(site: SiteData) -> HttpResponse {
    let community = site.community.get();
    let manifest = serde_json::json!({
        "name": community.name(),
        "short_name": community.name(),
        "description": t("The professional network that a community hosts itself."),
        "lang": crate::language::current().tag(),
        "dir": crate::language::current().direction(),
        "id": "/",
        "start_url": "/",
        "display": "minimal-ui",
        "background_color": "#f8f4ec",
        "theme_color": community.band(),
        "icons": [
            { "src": icon(), "type": "image/svg+xml", "sizes": "any" },
            { "src": ASSETS[4].path, "type": "image/png", "sizes": "192x192", "purpose": "any" },
            { "src": ASSETS[5].path, "type": "image/png", "sizes": "512x512", "purpose": "maskable" },
        ],
    });
    HttpResponse::Ok().content_type("application/manifest+json").body(manifest.to_string())
}

/// `GET /robots.txt`: profiles are for members, so there is nothing to crawl.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /in/\n")
}

fn asset(stem: &str, ending: &str, kind: &'static str, bytes: Bytes) -> Asset {
    let hash: String = Sha256::digest(bytes.0).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Asset { path: format!("/static/{stem}.{hash}.{ending}"), kind, bytes }
}
