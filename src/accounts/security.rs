//! `/settings/security`: what protects the account, each in a section of its own.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::Error;
use crate::language::filters;
use crate::web::page::{Layout, Render};

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct Security {
    page: Layout,
}

/// `GET /settings/security`
///
/// # Errors
/// The template's.
pub async fn security(page: Layout) -> Result<HttpResponse, Error> {
    Security { page }.show()
}
