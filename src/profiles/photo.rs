//! A member's photo: uploading it, taking it away, and serving it to members.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Path;
use diesel::prelude::*;

use crate::db::Connection;
use crate::error::Error;
use crate::language::t;
use crate::limits::{Limit, Subject};
use crate::members::photo::{self, Photo};
use crate::members::store;
use crate::profiles::profile;
use crate::schema::photos;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, SignedIn, refused};
use crate::web::picture;
use crate::web::site::SiteData;

/// `POST /profile/photo`
///
/// # Errors
/// The database's.
pub async fn upload(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Multipart,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    // Before anything is read of it.
    if let Err(why) = site.take(Limit::Uploads, Subject::member(me.id)).await {
        let Error::TooMany { sentence, .. } = &why else { return Err(why) };
        let mut problems = Problems::default();
        problems.add("photo", sentence);
        let again = profile::own(&site, page, me, (Form::default(), problems, "photo".into())).await?;
        return Ok(refused(again, &why));
    }
    let prepared = picture::prepare(form, "photo", photo::prepare).await?;
    let photo: Photo = match prepared {
        Ok(photo) => photo,
        Err(sentence) => {
            let mut problems = Problems::default();
            problems.add("photo", sentence);
            return profile::own(&site, page, me, (Form::default(), problems, "photo".into())).await;
        }
    };
    let id = me.id;
    site.write_bulk(move |connection| store::set_photo(connection, id, Some(&photo))).await?;
    redirect.done(t("Your photo is saved."));
    Ok(redirect.to(&format!("/in/{}", me.handle)))
}

/// `POST /profile/photo/remove`
///
/// # Errors
/// The database's.
pub async fn remove(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    let id = me.id;
    site.write(move |connection| store::set_photo(connection, id, None)).await?;
    redirect.done(t("Your photo is removed."));
    Ok(redirect.to(&format!("/in/{}", me.handle)))
}

/// `GET /photos/{member}/{name}/{side}`: named by its content, so kept by browsers for ever.
///
/// Answers members whom its owner has blocked too: the address is known only to whoever was shown it, and where it stands in
/// something they keep, such as an invitation they sent, a missing picture would tell them of the block.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn show(site: SiteData, path: Path<(i64, String, i16)>) -> Result<HttpResponse, Error> {
    let (member, name, side) = path.into_inner();
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Error::NotFound);
    }
    let photo = move |connection: &mut Connection| {
        Ok(photos::table.find((member, &name, side)).select(photos::jpeg).first(connection)?)
    };
    let jpeg: Vec<u8> = site.read_one(photo).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""))
        .content_type("image/jpeg")
        .body(jpeg))
}
