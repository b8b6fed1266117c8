//! `/settings/security`: what protects the account, each in a section of its own.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::accounts::app_passwords::{self, AppPassword};
use crate::accounts::factor::{Factor, recovery};
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::passkeys::store::{self, Named};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::filters;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct Security {
    page: Layout,
    form: Form,
    problems: Problems,
    factor: Factor,
    codes_left: i64,
    passkeys: Vec<Named>,
    /// Whether passkeys work on this site.
    has_passkeys: bool,
    app_passwords: Vec<AppPassword>,
}

impl Security {
    /// The name of a passkey as it was typed, else as it is.
    fn name_of<'a>(&'a self, passkey: &'a Named) -> &'a str {
        let field = self.field_of(passkey);
        if self.form.has(&field) { self.form.get(&field) } else { &passkey.name }
    }

    fn field_of(&self, passkey: &Named) -> String {
        format!("name-{}", passkey.id)
    }
}

/// `GET /settings/security`
///
/// # Errors
/// The database's.
pub async fn security(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    show(&site, page, me.id, &passkeys, (Form::default(), Problems::default()), StatusCode::OK).await
}

/// Shows the page again, with what was typed.
///
/// # Errors
/// The database's.
pub async fn again(
    site: &SiteData,
    page: Layout,
    me: &SignedIn,
    passkeys: &Passkeys,
    form: Form,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    show(site, page, me.id, passkeys, (form, problems), StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn show(
    site: &SiteData,
    page: Layout,
    member: MemberId,
    passkeys: &Passkeys,
    (form, problems): (Form, Problems),
    status: StatusCode,
) -> Result<HttpResponse, Error> {
    let has_passkeys = passkeys.work();
    let load = move |connection: &mut Connection| {
        let factor = Factor::load(connection, member)?;
        let codes_left = if factor.is_on() { recovery::left(connection, member)? } else { 0 };
        Ok((factor, codes_left, store::list(connection, member)?, app_passwords::all(connection, member)?))
    };
    let (factor, codes_left, passkeys, app_passwords) = site.read(load).await?;
    Security { page, form, problems, factor, codes_left, passkeys, has_passkeys, app_passwords }.show_as(status)
}
