//! Whose a form is. A page may stay open while somebody else signs in to the same browser: each form carries the handle
//! of the member whom it was made for, and is refused where another has signed in since. This guard writes it into
//! every form of every page, so no form can forget it.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use diesel::prelude::*;

use memchr::memmem;

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::handles;
use crate::web::form::{self, Form};
use crate::web::site::Site;
use crate::web::viewer::{self, Viewer};

/// The field with the handle.
pub const FIELD: &str = "as";

/// Refuses a form that was made for another member, and says in the forms of a page whom they are made for.
///
/// # Errors
/// The page's own.
pub async fn check<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let Some(viewer) = viewer::viewer(request.request()) else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    match refusal(&request, &viewer).await {
        None => Ok(next.call(request).await?.map_body(|_, body| written(body, &viewer.handle))),
        // An answer, not an error: what stands in front adds its headers to answers only.
        Some(error) => {
            let page = request.request().clone();
            let page = request.into_response(error.page(&page));
            Ok(page.map_body(|_, body| EitherBody::right(BoxBody::new(written(body, &viewer.handle)))))
        }
    }
}

async fn refusal(request: &ServiceRequest, viewer: &Viewer) -> Option<Error> {
    if request.method() != Method::POST {
        return None;
    }
    let owner = owner(request)?;
    if owner == viewer.handle {
        return None;
    }
    // A page may be older than the handle that one has now.
    let (id, site) = (viewer.id, request.app_data::<Data<Site>>()?.clone());
    match site.read(move |connection| is_of(connection, &owner, id)).await {
        Ok(true) => None,
        Ok(false) => Some(Error::OtherMember),
        Err(error) => Some(error),
    }
}

/// Whether a handle is one that a member has or had.
///
/// # Errors
/// The database's.
pub fn is_of(connection: &mut Connection, handle: &str, member: MemberId) -> Result<bool, Error> {
    let owner = handles::table.find(handle).select(handles::member_id);
    Ok(owner.first::<MemberId>(connection).optional()? == Some(member))
}

/// The handle that a form carries; a form with files says it in its address too, since its fields are read later.
fn owner(request: &ServiceRequest) -> Option<String> {
    let typed = form::received(request.request()).and_then(|body| Form::parse(&body).ok());
    let address = Form::parse(request.query_string().as_bytes()).ok();
    let owners = typed.iter().chain(&address).map(|form| form.get(FIELD));
    owners.filter(|handle| !handle.is_empty()).map(str::to_owned).next()
}

fn written<B: MessageBody>(body: B, handle: &str) -> EitherBody<B, BoxBody> {
    match body.try_into_bytes() {
        Ok(bytes) => match std::str::from_utf8(&bytes).ok().and_then(|page| with_owner(page, handle)) {
            Some(page) => EitherBody::right(BoxBody::new(page)),
            None => EitherBody::right(BoxBody::new(bytes)),
        },
        Err(body) => EitherBody::left(body),
    }
}

/// The page with the handle in each of its forms that are posted; nothing where it has none.
fn with_owner(page: &str, handle: &str) -> Option<String> {
    const FORM: &str = "<form ";
    let mut forms = memmem::find_iter(page.as_bytes(), FORM).map(|at| at + FORM.len()).peekable();
    if !page.starts_with("<!doctype html>") || forms.peek().is_none() {
        return None;
    }
    let mut out = String::with_capacity(page.len() + 2_048);
    let mut copied = 0;
    for tag_at in forms {
        // No value of an attribute has a `>` of its own: templates escape it.
        let tag = page[tag_at..].split('>').next()?;
        if !tag.contains("method=\"post\"") {
            continue;
        }
        out += &page[copied..tag_at];
        copied = tag_at + tag.len();
        if tag.contains("enctype=\"multipart") {
            let action = tag.split_once("action=\"").and_then(|(_, rest)| rest.split_once('"'))?.0;
            let owned = format!("action=\"{action}?{FIELD}={handle}\"");
            out += &tag.replace(&format!("action=\"{action}\""), &owned);
        } else {
            out += tag;
        }
        // A form with files has buttons that send it elsewhere, without them.
        out += &format!("><input type=\"hidden\" name=\"{FIELD}\" value=\"{handle}\"");
    }
    out += &page[copied..];
    Some(out)
}

#[cfg(test)]
mod tests {
    use crate::web::form_owner::with_owner;

    #[test]
    fn every_posted_form_says_whose_it_is() {
        let page = "<!doctype html><form action=\"/a\"><input></form><form class=\"x\" method=\"post\" action=\"/b\"><p>\
                    </form><form method=\"post\" action=\"/c\" enctype=\"multipart/form-data\"></form>";
        let owned = "<!doctype html><form action=\"/a\"><input></form><form class=\"x\" method=\"post\" action=\"/b\">\
                     <input type=\"hidden\" name=\"as\" value=\"ada\"><p></form>\
                     <form method=\"post\" action=\"/c?as=ada\" enctype=\"multipart/form-data\">\
                     <input type=\"hidden\" name=\"as\" value=\"ada\"></form>";
        assert_eq!(with_owner(page, "ada").as_deref(), Some(owned));
        assert_eq!(with_owner("body { color: red }", "ada"), None);
    }
}
