//! The logo of the community: uploading it, taking it away, and what visitors and members see of it.

use crate::moderation::with_role;
use crate::support::{Site, Visitor};
use amicable::members::role::Role;
use amicable::schema::logos;
use diesel::prelude::*;

const UPLOAD: &str = "/admin/community/logo";

fn picture(width: u32, blue: u8) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, 100, image::Rgb([20, 60, blue]))
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

/// Where the logo in the header is; nothing where there is none.
fn logo(visitor: &mut Visitor, path: &str) -> Option<String> {
    visitor.open(path);
    let header = visitor.page.body.split("<main").next().unwrap();
    let src = header.split("<img class=\"logo\" src=\"").nth(1)?;
    Some(src.split('"').next().unwrap().to_owned())
}

fn stored(site: &Site) -> i64 {
    site.db.write_blocking(|connection| Ok(logos::table.count().get_result(connection)?)).unwrap()
}

#[test]
fn a_logo_stands_above_every_page() {
    let site = Site::new();
    let (mut root, mut ada) = (with_role(&site, "Root Admin", Role::Administrator), site.member("Ada Ruiz"));
    assert_eq!(logo(&mut ada, "/people"), None);
    assert!(root.open("/admin/community").sees("No logo yet."), "{}", root.text());
    root.upload(UPLOAD, "logo", &picture(1_000, 200)).follow();
    assert!(root.sees("The logo is saved."), "{}", root.text());
    let shown = logo(&mut ada, "/people").unwrap();
    assert!(shown.contains("-480x48."), "{shown}");
    let mut visitor = site.visitor();
    assert_eq!(logo(&mut visitor, "/").as_ref(), Some(&shown));
    assert!(visitor.page.body.contains("alt=\"Logo of Amicable\""), "the page that visitors see names it");
    visitor.get(&shown);
    let header = |name: &str| visitor.page.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    assert_eq!((visitor.page.status, header("content-type")), (200, Some("image/png")));
    assert_eq!(header("cache-control"), Some("public, max-age=31536000, immutable"));
    for absent in ["/community/logo/x", "/community/logo/0123-1x1.png", "/community/logo/..%2F-1x1.png"] {
        assert_eq!(visitor.get(absent).page.status, 404, "{absent}");
    }
    assert!(root.open("/admin/audit").sees("Logo or colour changed"), "{}", root.text());
}

#[test]
fn a_logo_that_is_removed_comes_back() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    for blue in [10, 90, 200] {
        root.upload(UPLOAD, "logo", &picture(300, blue));
    }
    assert_eq!(stored(&site), 2, "the one that is shown, and the one before it");
    let shown = logo(&mut root, "/people").unwrap();
    root.open("/admin/community").press("Remove logo");
    assert!(root.sees("The logo is removed."), "{}", root.text());
    assert!(!root.has_button("Remove logo"));
    let removed = root.page.clone();
    assert_eq!(logo(&mut root, "/people"), None);
    root.page = removed;
    root.press("Undo");
    assert!(root.sees("The logo is back."), "{}", root.text());
    assert_eq!(logo(&mut root, "/people"), Some(shown));
    root.post("/admin/community/logo/0123-1x1.png/restore", &[]);
    assert_eq!(root.page.status, 404);
    // Texts are saved beside it.
    root.open("/admin/community").fill("welcome", "Come in").press("Save");
    assert!(logo(&mut root, "/people").is_some());
}

#[test]
fn the_logo_before_is_found_on_the_page() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let upload = |root: &mut Visitor, blue| {
        root.upload(UPLOAD, "logo", &picture(300, blue)).follow();
        assert!(root.sees("The logo is saved."), "{}", root.text());
        logo(root, "/admin/community").unwrap()
    };
    let first = upload(&mut root, 10);
    assert!(!root.sees("The logo before"), "{}", root.text());
    let second = upload(&mut root, 90);
    let before = |root: &mut Visitor| {
        let page = root.open("/people").open("/admin/community").page.body.clone();
        let picture = page.split("id=\"logo-before\"").nth(1)?.split("src=\"").nth(1)?;
        Some(picture.split('"').next().unwrap().to_owned())
    };
    // Sent twice, it still is the one before.
    upload(&mut root, 90);
    assert_eq!(before(&mut root), Some(first.clone()));
    root.press("Undo");
    assert_eq!((logo(&mut root, "/people"), before(&mut root)), (Some(first.clone()), Some(second)));
    root.press("Remove logo");
    assert_eq!((logo(&mut root, "/people"), before(&mut root)), (None, Some(first.clone())));
    // A new one leaves the one that was removed where it is.
    let third = upload(&mut root, 200);
    assert_eq!(before(&mut root), Some(first.clone()));
    root.press("Undo");
    assert_eq!((logo(&mut root, "/people"), before(&mut root)), (Some(first), Some(third)));
}

#[test]
fn a_file_that_is_no_logo_is_refused_with_its_reason() {
    let site = Site::new();
    let (mut root, mut ada) = (with_role(&site, "Root Admin", Role::Administrator), site.member("Ada Ruiz"));
    root.open("/admin/community").fill("welcome", "Come in").press("Save");
    for (file, sentence) in [
        (&b""[..], "Choose a picture first."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Choose a JPEG, PNG or WebP file."),
        (&picture(300, 1)[..60], "It may be damaged."),
    ] {
        root.upload(UPLOAD, "logo", file);
        assert!(root.page.status == 422 && root.sees(sentence), "{} {}", root.page.status, root.text());
        assert!(root.sees("Come in"), "the texts stand in their fields");
    }
    assert_eq!(stored(&site), 0);
    assert_eq!(ada.upload(UPLOAD, "logo", &picture(300, 1)).page.status, 404);
    assert_eq!(root.get(UPLOAD).page.status, 303, "its address can be opened");
}
