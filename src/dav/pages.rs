//! `/contacts/phone`: how to keep one's contacts on a phone.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::addresses::Addresses;
use crate::error::Error;
use crate::language::filters;
use crate::web::origin;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "contacts/phone.html")]
struct Phone {
    page: Layout,
    email: String,
    server: String,
}

/// `GET /contacts/phone`
///
/// # Errors
/// The database's.
pub async fn phone(site: SiteData, page: Layout, me: SignedIn, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = me.id;
    let email = site.read_one(move |connection| Addresses::load(connection, id)).await?.email;
    Phone { page, email, server: origin::address(&request) + "/dav/" }.show()
}
