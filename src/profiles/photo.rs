//! A member's photo: uploading it, taking it away, and serving it to members.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Path;
use diesel::prelude::*;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::limits::{Limit, Subject};
use crate::members::photo::{self, Photo};
use crate::members::{removed, store};
use crate::profiles::forms::{self, Section};
use crate::schema::photos;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, SignedIn, local, refused};
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
        let again = forms::again(&site, page, me, Section::Photo, Form::default(), problems).await?;
        return Ok(refused(again, &why));
    }
    let (back, prepared) = picture::prepare_and_lead_back(form, "photo", photo::prepare).await?;
    let form = Form::of([("back", &back)]);
    let photo: Photo = match prepared {
        Ok(photo) => photo,
        Err(sentence) => {
            let mut problems = Problems::default();
            problems.add("photo", sentence);
            return forms::again(&site, page, me, Section::Photo, form, problems).await;
        }
    };
    let id = me.id;
    site.write_bulk(move |connection| store::set_photo(connection, id, &photo)).await?;
    redirect.done(t("Your photo is saved."));
    Ok(redirect.to(&local(&back).unwrap_or_else(|| format!("/in/{}", me.handle))))
}

/// `POST /profile/photo/remove`
///
/// # Errors
/// The database's.
pub async fn remove(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    let id = me.id;
    site.write(move |connection| removed::remove_photo(connection, id)).await?;
    redirect.undoable(t("Your photo is removed."), "/profile/photo/restore".to_owned());
    Ok(redirect.to(&format!("/in/{}", me.handle)))
}

/// `POST /profile/photo/restore`: brings back the photo that was removed.
///
/// # Errors
/// [`Error::NotFound`] where there is none, or the database's.
pub async fn restore(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    let id = me.id;
    site.write(move |connection| removed::restore_photo(connection, id)).await?;
    redirect.done(t("Your profile is as it was."));
    Ok(redirect.to(&format!("/in/{}", me.handle)))
}

/// `GET /photos/{member}/{name}/{side}`: named by its content, so kept by browsers for ever.
///
/// Answers members whom its owner has blocked too: the address is known only to whoever was shown it, and where it stands in
/// something they keep, such as an invitation they sent, a missing picture would tell them of the block.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn show(site: SiteData, path: Path<(MemberId, String, i16)>) -> Result<HttpResponse, Error> {
    let (member, name, side) = path.into_inner();
    let is_a_size = photo::SIDES.iter().any(|known| i16::try_from(*known) == Ok(side));
    if !is_a_size || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Error::NotFound);
    }
    let photo = move |connection: &mut Connection| {
        // Photos of before there was the largest size are shown in the one below.
        let sizes = photos::table.filter(photos::member_id.eq(member)).filter(photos::name.eq(&name));
        let shown = sizes.filter(photos::side.le(side)).filter(photos::removed_at.is_null());
        let shown = shown.order(photos::side.desc()).select(photos::jpeg).limit(1);
        Ok(on_engine!(connection, |own| shown.first(own))?)
    };
    let jpeg: Vec<u8> = site.read_one(photo).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""))
        .content_type("image/jpeg")
        .body(jpeg))
}
