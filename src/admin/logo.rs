//! The logo of the community: uploading it, taking it away, *Undo*, and serving it to everybody.

use std::io::Cursor;

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Path;
use diesel::prelude::*;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use sha2::{Digest, Sha256};

use crate::admin::community;
use crate::audit::{self, Act, Actor};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::language::t;
use crate::limits::{Limit, Subject};
use crate::members::photo;
use crate::schema::logos;
use crate::web::community::{Community, Logo};
use crate::web::page::{Layout, Redirect, SignedIn, refused};
use crate::web::picture;
use crate::web::site::SiteData;

/// The most pixels of its sides: twice what pages show, for sharp screens.
const WIDTH: u32 = 480;
const HEIGHT: u32 = 144;
/// A PNG of more bytes is a photograph, which takes less room as JPEG.
const DRAWING: usize = 24 * 1024;
/// Of 100.
const QUALITY: u8 = 90;

/// `GET /admin/community/logo`: leads to the page that its form stands on.
pub async fn at_community(redirect: Redirect) -> HttpResponse {
    redirect.to("/admin/community")
}

/// `POST /admin/community/logo`
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
        let again = community::refuse_logo(&site, page, sentence).await?;
        return Ok(refused(again, &why));
    }
    let (logo, picture) = match picture::prepare(form, "logo", prepare).await? {
        Ok(made) => made,
        Err(sentence) => return community::refuse_logo(&site, page, &sentence).await,
    };
    let by = Actor::Member(me.id);
    let (before, saved) = site
        .write(move |connection| {
            let community = Community::load(connection)?;
            let before = community.logo.clone();
            // Sent twice: the one before it stays.
            if before == logo {
                return Ok((Logo::default(), community));
            }
            // One that was removed last is the one before.
            if !before.is_none() {
                forget_others(connection, &[before.name(), logo.name()])?;
            }
            let row = (logos::name.eq(logo.name()), logos::picture.eq(&picture));
            let add = diesel::insert_into(logos::table).values(row).on_conflict_do_nothing();
            on_engine!(connection, |own| add.execute(own))?;
            Ok((before, choose(connection, by, community, logo)?))
        })
        .await?;
    site.community.keep(saved);
    match before.is_none() {
        true => redirect.done(t("The logo is saved.")),
        false => redirect.undoable(t("The logo is saved."), undo_of(&before)),
    };
    Ok(redirect.to("/admin/community"))
}

/// `POST /admin/community/logo/remove`
///
/// # Errors
/// The database's.
pub async fn remove(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    let by = Actor::Member(me.id);
    let (before, saved) = site
        .write(move |connection| {
            let community = Community::load(connection)?;
            let before = community.logo.clone();
            if before.is_none() {
                return Ok((before, community));
            }
            forget_others(connection, &[before.name()])?;
            Ok((before, choose(connection, by, community, Logo::default())?))
        })
        .await?;
    site.community.keep(saved);
    if !before.is_none() {
        redirect.undoable(t("The logo is removed."), undo_of(&before));
    }
    Ok(redirect.to("/admin/community"))
}

/// Where a logo is brought back.
pub fn undo_of(logo: &Logo) -> String {
    format!("/admin/community/logo/{}/restore", logo.name())
}

/// Returns the logo before the one that is shown, or before there was none, while it can be brought back.
///
/// # Errors
/// The database's.
pub fn before(connection: &mut Connection, shown: &Logo) -> Result<Option<Logo>, Error> {
    // The other of the two that are kept.
    let both = logos::table.order(logos::name).select(logos::name).limit(2);
    let both: Vec<String> = on_engine!(connection, |own| both.load(own))?;
    Ok(both.iter().find(|name| *name != shown.name()).and_then(|name| Logo::parse(name)))
}

/// `POST /admin/community/logo/{name}/restore`: *Undo*.
///
/// # Errors
/// [`Error::NotFound`] where it is gone, or the database's.
pub async fn restore(
    site: SiteData,
    me: SignedIn,
    name: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (by, logo) = (Actor::Member(me.id), Logo::parse(&name).ok_or(Error::NotFound)?);
    let saved = site
        .write(move |connection| {
            let _: String = logos::table.find(logo.name()).select(logos::name).first(connection)?;
            let community = Community::load(connection)?;
            if community.logo == logo { Ok(community) } else { choose(connection, by, community, logo) }
        })
        .await?;
    site.community.keep(saved);
    redirect.done(t("The logo is back."));
    Ok(redirect.to("/admin/community"))
}

/// `GET /community/logo/{name}`: named by its content, so kept by browsers for ever.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn show(site: SiteData, name: Path<String>) -> Result<HttpResponse, Error> {
    let logo = Logo::parse(&name).ok_or(Error::NotFound)?;
    let kind = if logo.name().ends_with("png") { "image/png" } else { "image/jpeg" };
    let load = move |connection: &mut Connection| {
        Ok(logos::table.find(logo.name()).select(logos::picture).first::<Vec<u8>>(connection)?)
    };
    let picture = site.read_one(load).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type(kind)
        .body(picture))
}

/// Shows a logo, or none, from now on.
fn choose(connection: &mut Connection, by: Actor, community: Community, logo: Logo) -> Result<Community, Error> {
    let community = community.with_logo(logo);
    community.save_logo(connection)?;
    let detail = if community.logo.is_none() { "logo removed" } else { "logo" };
    audit::record(connection, by, Act::LookChanged, None, detail)?;
    Ok(community)
}

/// Forgets the logos but these: the one that is shown, and the one that *Undo* may bring back.
fn forget_others(connection: &mut Connection, kept: &[&str]) -> Result<(), Error> {
    let others = logos::table.filter(logos::name.ne_all(kept));
    on_engine!(connection, |own| diesel::delete(others).execute(own))?;
    Ok(())
}

/// Makes the logo of an uploaded file: small enough for every page, on white where it is transparent, so that it can be seen
/// on a bright ground and on a dark one. Nothing of the file but its pixels is kept.
fn prepare(file: &[u8]) -> Result<(Logo, Vec<u8>), String> {
    let (picture, orientation) = photo::read(file)?;
    let most = WIDTH.max(HEIGHT) * 4;
    // Averaging first makes the fine filter cheap, and lets go of what is large.
    let mut picture =
        if picture.width().max(picture.height()) > most { picture.thumbnail(most, most) } else { picture };
    picture.apply_orientation(orientation);
    if picture.width() > WIDTH || picture.height() > HEIGHT {
        picture = picture.resize(WIDTH, HEIGHT, FilterType::CatmullRom);
    }
    let flat = DynamicImage::ImageRgb8(photo::on_white(&picture.into_rgba8()));
    let (bytes, ending) = encode(&flat).map_err(|_| photo::damaged())?;
    let digest: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let logo = Logo::parse(&format!("{digest}-{}x{}.{ending}", flat.width(), flat.height()));
    Ok((logo.ok_or_else(photo::damaged)?, bytes))
}

fn encode(picture: &DynamicImage) -> Result<(Vec<u8>, &'static str), image::ImageError> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    let png = png.into_inner();
    if png.len() <= DRAWING {
        return Ok((png, "png"));
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(picture)?;
    Ok((jpeg, "jpg"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    fn made(picture: RgbaImage) -> (Logo, DynamicImage) {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        let (logo, bytes) = prepare(&file.into_inner()).unwrap();
        let shown = image::load_from_memory(&bytes).unwrap();
        assert_eq!((logo.width, logo.height), (shown.width(), shown.height()));
        (logo, shown)
    }

    #[test]
    fn a_logo_is_fitted_and_never_enlarged() {
        for (of, becomes) in
            [((4_000, 1_000), (480, 120)), ((100, 2_000), (7, 144)), ((90, 30), (90, 30)), ((3_000, 1), (480, 1))]
        {
            let (logo, _) = made(RgbaImage::from_pixel(of.0, of.1, Rgba([20, 60, 200, 255])));
            assert_eq!((logo.width, logo.height), becomes, "{of:?}");
        }
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let (_, shown) = made(RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0])));
        assert_eq!(shown.into_rgb8().get_pixel(20, 20).0, [255, 255, 255]);
    }

    #[test]
    fn a_drawing_stays_exact_and_a_photograph_small() {
        let (logo, shown) = made(RgbaImage::from_fn(400, 100, |x, _| Rgba([(x / 100 * 60) as u8, 0, 0, 255])));
        assert!(logo.name().ends_with(".png") && shown.into_rgb8().get_pixel(399, 0).0 == [180, 0, 0]);
        let mut chance = 7u32;
        let (logo, _) = made(RgbaImage::from_fn(480, 144, |_, _| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [r, g, b, _] = chance.to_be_bytes();
            Rgba([r, g, b, 255])
        }));
        assert!(logo.name().ends_with(".jpg"));
    }
}
