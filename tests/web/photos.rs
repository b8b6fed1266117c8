//! Photos: what is taken, what is refused with its reason, and who gets to see them.

use amicable::schema::photos;
use diesel::prelude::*;

use crate::support::{Site, Visitor, connect};

/// A picture of one colour that says where it was taken.
fn picture(side: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(side, side + 40, image::Rgb([side as u8, 40, 90]))
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    let file = file.into_inner();
    // A chunk of text before the pixels, as cameras and editors leave them.
    let text = b"tEXtComment\0taken at home";
    let length = (text.len() as u32 - 4).to_be_bytes();
    [&file[..33], &length, text, &crc(text).to_be_bytes(), &file[33..]].concat()
}

/// The checksum of a chunk (PNG, third edition, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))))
}

fn stored(site: &Site) -> i64 {
    let stand = photos::table.filter(photos::removed_at.is_null());
    site.db.write_blocking(|connection| Ok(stand.count().get_result(connection)?)).unwrap()
}

/// The address of the photo on a profile.
fn photo_on(who: &mut Visitor, profile: &str) -> String {
    who.open(profile);
    let main = who.page.body.split("<main").nth(1).unwrap();
    let from = main.find("src=\"/photos/").unwrap() + 5;
    main[from..].split('"').next().unwrap().to_owned()
}

#[test]
fn a_photo_is_shown_wherever_its_member_is_without_what_the_file_said() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ada-ruiz").upload("/profile/photo", "photo", &picture(300)).follow();
    assert!(ada.sees("Your photo is saved."));
    let photo = photo_on(&mut ben, "/in/ada-ruiz");
    for page in ["/connections", "/people?q=ada", "/connections/remove"] {
        assert!(ben.open(page).page.body.contains("src=\"/photos/"), "{page}");
    }
    let mut response = ben.raw(&photo);
    assert_eq!(response.headers()["content-type"], "image/jpeg");
    assert_eq!(response.headers()["cache-control"], "private, max-age=31536000, immutable");
    let bytes = response.body_mut().read_to_vec().unwrap();
    let shown = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
    assert_eq!((shown.width(), shown.height()), (256, 256));
    assert!(!bytes.windows(5).any(|window| window == b"taken"));
    // Another photo has another address; taken away, there is none.
    ada.upload("/profile/photo", "photo", &picture(20)).follow();
    assert_ne!(photo_on(&mut ben, "/in/ada-ruiz"), photo, "the same pixels would have the same name");
    ada.open("/in/ada-ruiz").go("Change the photo").press("Remove photo");
    assert!(ada.sees("Your photo is removed.") && stored(&site) == 0);
    assert_eq!(ben.raw(&photo).status(), 404);
}

#[test]
fn a_bad_file_is_refused_with_its_reason_and_nothing_is_stored() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/in/ada-ruiz");
    let mut bomb = picture(8);
    for at in [16, 20] {
        bomb[at..at + 4].copy_from_slice(&40_000u32.to_be_bytes());
    }
    let checked = crc(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&checked);
    for (file, reason) in [
        (Vec::new(), "Choose a picture first."),
        (bomb, "40,000 × 40,000 pixels"),
        (b"PK\x03\x04\x14\0 and so on".to_vec(), "Choose a JPEG, PNG or WebP file."),
        (vec![7; 11 * 1024 * 1024], "larger than 10 MB"),
        (picture(90)[..200].to_vec(), "It may be damaged."),
        (b"\xFF\xD8\xFF\xE1\0\0".to_vec(), "It may be damaged."),
        (b"\xFF\xD8\xFF\xE1\0\x01\xFF\xD9".to_vec(), "It may be damaged."),
    ] {
        ada.upload("/profile/photo", "photo", &file);
        assert_eq!(ada.page.status, 422, "{reason}");
        assert!(ada.sees(reason), "{reason}: {}", ada.text());
        assert_eq!(stored(&site), 0, "{reason}");
    }
    // Forms without the field, and bodies that are no form.
    ada.upload("/profile/photo", "other", &picture(9));
    assert_eq!(ada.page.status, 422);
    ada.post("/profile/photo", &[("photo", "x")]);
    assert!((400..500).contains(&ada.page.status), "{}", ada.page.status);
    assert_eq!(stored(&site), 0);
}

#[test]
fn what_is_behind_or_beside_the_pixels_is_not_kept() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(90, 70, |x, y| image::Rgb([x as u8 * 2, y as u8 * 3, 7]))
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    let words = b"\xFF\xFE\0\x0A<script>";
    let archive = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    for file in [[picture(9), archive.clone()].concat(), [&jpeg[..2], words, &jpeg[2..], b"<?php", &archive].concat()] {
        ada.open("/in/ada-ruiz").upload("/profile/photo", "photo", &file);
        assert_eq!(ada.page.status, 303, "{}", ada.text());
        let kept: Vec<Vec<u8>> =
            site.db.write_blocking(|connection| Ok(photos::table.select(photos::jpeg).load(connection)?)).unwrap();
        let has = |jpeg: &[u8], what: &[u8]| jpeg.windows(what.len()).any(|window| window == what);
        assert!(!kept.iter().any(|jpeg| has(jpeg, b"PK\x05\x06") || has(jpeg, b"<?php") || has(jpeg, b"script")));
    }
    ada.upload("/profile/photo", "photo", &jpeg[..jpeg.len() * 3 / 4]);
    assert!(ada.page.status == 422 && ada.sees("It may be damaged."), "{}", ada.text());
}

#[test]
fn a_photo_is_served_to_members_also_to_whoever_is_blocked() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ada-ruiz").upload("/profile/photo", "photo", &picture(50));
    let photo = photo_on(&mut ben, "/in/ada-ruiz");
    assert_eq!(ben.raw(&photo).status(), 200);
    // It may stand in what Ben keeps, where a missing picture would tell him.
    ada.open("/in/ben-okoro").press("Block");
    assert_eq!(ben.raw(&photo).status(), 200);
    assert_eq!(site.visitor().raw(&photo).status(), 303);
}
