//! A page that stays open while somebody else signs in acts for nobody.

use scraper::{Html, Selector};

use crate::support::{PASSWORD, Site, Visitor, connect};

/// Another member signs in where this one is, in another tab.
fn replaced_by(tab: &Visitor, email: &str) {
    let form = [("email", email), ("password", PASSWORD)];
    assert_eq!(tab.post_aside("/sign-in", &form).status(), 303);
}

#[test]
fn a_form_of_one_member_does_nothing_as_another() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Stone"));
    connect(&mut ada, &mut ben);
    connect(&mut eve, &mut ben);
    ada.open("/in/ben-okoro");
    replaced_by(&ada, "eve-stone@test.example");
    let page = ada.page.clone();
    ada.fill("private_reason", "Only Ada knows").press("Disconnect");
    assert_eq!(ada.page.status, 409);
    assert!(ada.sees("Signed in as somebody else") && !ada.page.body.contains("Only Ada knows"), "{}", ada.text());
    assert!(ada.open("/in/ben-okoro").sees("Connected since"), "{}", ada.text());
    // Not even sign-out, and no picture.
    for (path, status) in [("/sign-out", 409), ("/profile/photo?as=ada-ruiz", 409)] {
        match path {
            "/sign-out" => ada.post(path, &[("as", "ada-ruiz")]),
            _ => ada.upload(path, "photo", b"none"),
        };
        assert_eq!(ada.page.status, status, "{path}");
    }
    // One's own page goes on, also under the handle that one had.
    ada.page = page;
    replaced_by(&ada, "ada-ruiz@test.example");
    ada.post_aside("/profile/handle", &[("handle", "ada")]);
    ada.press("Disconnect");
    assert!(ada.sees("You are no longer connected with Ben Okoro"), "{}", ada.text());
}

#[test]
fn what_one_member_typed_is_not_shown_to_another() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    site.member("Eve Stone");
    for (email, shown) in [("eve-stone@test.example", false), ("ada-ruiz@test.example", true)] {
        ada.post("/sign-out", &[]);
        ada.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
        ada.open("/in/ben-okoro");
        ada.post_aside("/sign-out", &[]);
        ada.fill("private_note", "Only Ada knows").press("Save");
        assert_eq!(ada.page.status, 401, "{}", ada.text());
        ada.fill("email", email).fill("password", PASSWORD).press("Sign in");
        assert_eq!(ada.sees("Only Ada knows"), shown, "{email}: {}", ada.text());
        assert_eq!(ada.page.body.contains("Only Ada knows"), shown, "{email}");
    }
}

#[test]
fn every_form_of_every_page_says_whose_it_is() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Eve Stone");
    connect(&mut ada, &mut ben);
    ada.open("/in/eve-stone/invite").press("Send invitation");
    let forms = Selector::parse("form[method=post]").unwrap();
    let field = Selector::parse("input[type=hidden][name=as][value=ada-ruiz]").unwrap();
    let table = include_str!("../../src/routes.rs");
    let paths = table.lines().filter(|line| line.contains("get()")).filter_map(|line| line.split('"').nth(1));
    let mut seen = 0;
    for path in paths {
        for (handle, id) in [("ada-ruiz", "1"), ("ben-okoro", "1"), ("eve-stone", "1")] {
            let path =
                path.replace("{action:disconnect|block}", "block").replace("{handle}", handle).replace("{id}", id);
            if path.contains('{') {
                continue;
            }
            ada.open(&path);
            for form in Html::parse_document(&ada.page.body).select(&forms) {
                let in_address = form.attr("action").is_some_and(|action| action.ends_with("?as=ada-ruiz"));
                let has_files = form.attr("enctype").is_some();
                assert_eq!((form.select(&field).count(), in_address), (1, has_files), "{path}: {}", form.html());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn enter_in_a_form_of_many_buttons_presses_none_that_acts() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut ben = site.member("Ben Okoro");
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    let mut eve = site.member("Eve Stone");
    connect(&mut ada, &mut eve);
    let select = |css: &str| Selector::parse(css).unwrap();
    let (forms, buttons) = (select("form"), select("button:not([type=button])"));
    let fields = select("input:not([type=hidden]), select");
    for path in [
        "/",
        "/invitations",
        "/invitations?box=sent",
        "/connections",
        "/connections/remove",
        "/in/ada-ruiz",
        "/in/ben-okoro",
        "/in/eve-stone",
        "/people?q=e",
        "/connections/disconnected",
        "/settings/account",
    ] {
        ada.open(path);
        for form in Html::parse_document(&ada.page.body).select(&forms) {
            let all: Vec<_> = form.select(&buttons).collect();
            if all.len() < 2 || form.select(&fields).next().is_none() {
                continue;
            }
            let first = all[0];
            let harmless = !first.attr("class").unwrap_or("").contains("danger");
            let plain = harmless && ["name", "formaction", "formmethod"].iter().all(|name| first.attr(name).is_none());
            assert!(plain || first.attr("formmethod") == Some("dialog"), "{path}: Enter presses {}", first.html());
        }
    }
}

/// The templates in which Enter presses the first button, and does what one expects: it saves what was typed, or searches.
const ENTER_ACTS: [&str; 4] =
    ["contacts/form.html", "members/edit.html", "connections/remove.html", "contacts/remove.html"];

fn templates(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.flat_map(|path| if path.is_dir() { templates(&path) } else { vec![path] }).collect()
}

/// Whether a form of a template has a field in which Enter presses its first button.
fn takes_enter(form: &str) -> bool {
    let is_shown = |input: &str| !input.split('>').next().unwrap().contains("type=\"hidden\"");
    form.contains("ui::field(")
        || form.contains("ui::tick(")
        || form.contains("<select")
        || form.split("<input").skip(1).any(is_shown)
}

#[test]
fn every_form_of_many_buttons_begins_with_an_inert_one() {
    let mut seen = 0;
    for path in templates(std::path::Path::new("templates")) {
        let template = std::fs::read_to_string(&path).unwrap();
        for form in template.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
            let submits = |button: &&str| !button.split('>').next().unwrap().contains("type=\"button\"");
            let buttons = form.split("<button").skip(1).filter(submits).count();
            if buttons < 2 || !takes_enter(form) || ENTER_ACTS.iter().any(|known| path.ends_with(known)) {
                continue;
            }
            let first = form.split("<button").next().unwrap();
            assert!(first.contains("call ui::enter_does_nothing()"), "{}: <form{first}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 3, "{seen}");
}

#[test]
fn a_form_of_another_is_refused_however_it_is_sent() {
    use std::io::{Read, Write};
    let site = Site::new();
    let (mut ada, _eve) = (site.member("Ada Ruiz"), site.member("Eve Stone"));
    let form = [("email", "ada-ruiz@test.example"), ("password", PASSWORD)];
    let entered = site.visitor().post_aside("/sign-in", &form);
    let cookies = entered.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookies: Vec<&str> = cookies.map(|cookie| cookie.split(';').next().unwrap()).collect();
    for (kind, length, status) in [
        ("application/x-www-form-urlencoded", false, "409"),
        ("Application/X-WWW-Form-Urlencoded", false, "409"),
        ("application/x-www-form-urlencoded", true, "409"),
    ] {
        let body = "as=eve-stone&about=Planted";
        let framed = match length {
            true => format!("Content-Length: {}\r\n\r\n{body}", body.len()),
            false => format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len()),
        };
        let host = site.address.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let head = format!(
            "POST /profile/about HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {}\r\nContent-Type: {kind}\r\n",
            cookies.join("; ")
        );
        stream.write_all(format!("{head}{framed}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{kind} {length}: {answer}");
    }
    assert!(!ada.open("/in/ada-ruiz").sees("Planted"));
    let body = b"--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nx\r\n--cut--\r\n";
    ada.send("/profile/photo?as=eve-stone", "Multipart/Form-Data; boundary=cut", body);
    assert_eq!(ada.page.status, 409);
}
