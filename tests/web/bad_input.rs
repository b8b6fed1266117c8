use crate::support::{Site, connect};

#[test]
fn bad_fields_get_a_clear_answer_and_change_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    let long = "x".repeat(5_000);
    for (path, field) in [
        ("/in/ben-okoro/invite", "note"),
        ("/in/ben-okoro/disconnect", "private_reason"),
        ("/in/ben-okoro/block", "private_reason"),
        ("/in/ben-okoro/remarks", "private_note"),
        ("/profile", "full_name"),
        ("/profile/about", "about"),
        ("/profile/handle", "handle"),
        ("/profile/positions", "title"),
        ("/profile/links", "address"),
    ] {
        ada.post(path, &[(field, &long)]);
        assert_eq!(ada.page.status, 422, "{path}");
        assert!(ada.page.body.contains(&long), "{path} lost what was typed");
    }
    assert!(ada.open("/in/ben-okoro").has_button("Invite to connect"));
}

#[test]
fn torn_and_foreign_bodies_are_refused() {
    let site = Site::new();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let post = |kind: &str, body: &[u8]| {
        let request = agent.post(format!("{}/sign-in", site.address)).header("Content-Type", kind);
        request.send(body).unwrap().status().as_u16()
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(post(form, b"email=Jos%E9"), 400);
    assert_eq!(post(form, &vec![b'x'; 10_000_000]), 413);
    assert_eq!(post("multipart/form-data; boundary=x", b"--x\r\nContent-Disp"), 415);
    assert_eq!(post("application/json", b"{}"), 415);
}

#[test]
fn what_is_not_there_is_not_found() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for path in
        ["/in/nobody", "/in/nobody/invite", "/connections/remove/12345", "/connections/remove/x", "/no/such/page"]
    {
        assert_eq!(ada.open(path).page.status, 404, "{path}");
    }
    assert_eq!(ada.post("/profile/positions/99", &[("title", "x"), ("company", "y")]).page.status, 404);
    for path in ["/connections?after=x&page=-1", "/people?page=999999&q=%22", "/invitations?before=1~z"] {
        assert_eq!(ada.open(path).page.status, 200, "{path}");
    }
}

#[test]
fn a_day_that_is_none_matches_nobody_and_is_said_so() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    for page in ["/connections", "/connections/remove"] {
        for field in ["connected_after", "connected_before", "no_message_since"] {
            ada.open(&format!("{page}?{field}=2020-13-45"));
            assert_eq!(ada.page.status, 422, "{page} {field}");
            assert!(ada.sees("Write the day like 2024-03-12.") && ada.page.body.contains("value=\"2020-13-45\""));
            assert!(!ada.sees("Ben Okoro"), "{page} {field}");
        }
    }
    let here = "connected_after=soon&page=1";
    ada.post("/connections/remove", &[("here", here), ("press", "select_all")]).follow();
    assert!(ada.sees("Nobody selected") && ada.page.status == 422, "{}", ada.text());
}

#[test]
fn a_way_onward_that_no_header_may_hold_leads_home() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    let email = "ada-ruiz@test.example";
    for next in ["/\u{1}", "/\0", "/\u{7f}", "/\u{1f}", "/é"] {
        let mut visitor = site.visitor();
        visitor.post("/sign-in", &[("email", email), ("password", crate::support::PASSWORD), ("next", next)]);
        assert_eq!(visitor.page.status, 303, "{next:?}");
        visitor.get("/sign-in?next=/%01");
        assert_eq!(visitor.page.status, 303, "{next:?}");
    }
    ada.post("/in/ben-okoro/invite", &[("back", "/\u{1}")]);
    assert_eq!(ada.page.status, 303);
}

#[test]
fn a_nul_is_looked_for_in_vain_and_never_stored() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for path in ["/in/%00", "/in/%00/invite", "/photos/1/%00/96"] {
        assert_eq!(ada.get(path).page.status, 404, "{path}");
    }
    for path in ["/connections?q=%00&tag=%00&company=%00", "/connections/remove?q=%00", "/people?q=%00"] {
        assert_eq!(ada.get(path).page.status, 200, "{path}");
    }
    assert_eq!(ada.get("/connections?connected_after=%00").page.status, 422);
    for (path, field) in
        [("/connections/remove", "member"), ("/invitations/accept", "only"), ("/invitations/accept", "member")]
    {
        assert_eq!(ada.open("/").post(path, &[(field, "a\0")]).page.status, 303, "{path}");
    }
    let mut visitor = site.visitor();
    assert_eq!(visitor.post("/sign-in", &[("email", "\0"), ("password", "x")]).page.status, 422);
    ada.post("/profile/about", &[("about", "a\0b")]);
    assert!(ada.page.status == 422 && ada.sees("contains a control character"), "{}", ada.text());
}

#[test]
fn a_word_longer_than_any_index_takes_is_found_by_its_beginning() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let long = "\u{FDFA}".repeat(70);
    ada.post("/profile", &[("full_name", "Ada Ruiz"), ("headline", &long)]);
    assert_eq!(ada.page.status, 303, "{}", ada.text());
    assert!(ada.post("/people", &[]).open(&format!("/people?q={}", "%EF%B7%BA".repeat(70))).sees("Ada Ruiz"));
}

#[test]
fn a_password_of_spaces_and_a_name_that_nobody_can_see_are_refused() {
    let site = Site::new();
    let mut visitor = site.visitor();
    let with = |visitor: &mut crate::support::Visitor, name: &str, password: &str| {
        visitor.open("/sign-up").fill("full_name", name).fill("email", "eve@test.example").fill("password", password);
        visitor.press("Sign up").page.status
    };
    for password in [" ".repeat(10), "Eve@test.example".into()] {
        assert_eq!(with(&mut visitor, "Eve Lund", &password), 422);
        assert!(visitor.sees("The password is your e-mail address, or nothing but spaces."), "{}", visitor.text());
    }
    for name in ["Eve\u{202E} Lund".into(), "\u{3164}".into(), format!("Eve{}", "\u{301}".repeat(90))] {
        assert_eq!(with(&mut visitor, &name, "a quiet password"), 422, "{name:?}");
    }
    assert_eq!(with(&mut visitor, "Eve Lund", "a quiet password"), 200);
}

#[test]
fn an_address_in_capitals_leads_to_the_profile() {
    let site = Site::new();
    site.member("Ada Ruiz");
    let mut ben = site.member("Ben Okoro");
    assert!(ben.open("/in/ADA-RUIZ").sees("Ada Ruiz"));
    assert_eq!(ben.page.path, "/in/ada-ruiz");
}

#[test]
fn a_body_that_no_form_sends_is_refused_everywhere() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let table = include_str!("../../src/routes.rs");
    for line in table.lines().filter(|line| line.contains("post()")) {
        let path = line.split('"').nth(1).unwrap();
        let path = path.replace("{handle}", "ada-ruiz").replace("{id}", "1").replace("{kind:[a-z]+}", "links");
        let path = path.replace("{answer:[a-z]+}", "accept").replace("{deed:[a-z-]+}", "undo");
        for kind in ["application/json", "text/plain", "image/png", ""] {
            ada.send(&path, kind, b"{\"a\": 1}");
            assert_eq!(ada.page.status, 415, "{kind} {path}");
        }
    }
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary="] {
        assert_eq!(ada.send("/profile/photo", kind, b"photo=1").page.status, 415, "{kind}");
    }
    assert_eq!(ada.send("/profile/photo", "multipart/form-data; boundary=x", b"--x\r\nContent-Disp").page.status, 400);
}

#[test]
fn odd_requests_are_no_fault_of_the_site() {
    use std::io::{Read, Write};
    let site = Site::new();
    let ask = |request: &[u8]| {
        let mut stream = std::net::TcpStream::connect(site.address.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(request).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer.split_whitespace().nth(1).map_or(0, |status| status.parse::<u16>().unwrap())
    };
    for request in [
        "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
        "BREW /people HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /in/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /sign-in?next=%ff&page=99999999999999999999 HTTP/1.1\r\n\r\n",
        "GET /sign-in HTTP/1.1\r\nHost: x\r\nCookie: amicable=%ff; =; amicable\r\nAccept-Language: ;;q=,*;q=9\r\nReferer: ::\r\n\r\n",
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nemail=a",
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: :::\r\nContent-Length: 0\r\n\r\n",
        "\r\n\r\n",
        "\u{16}\u{3}\u{1}",
    ] {
        let status = ask(request.as_bytes());
        assert!(status < 500, "{status} for {request:?}");
    }
    let mut ada = site.member("Ada Ruiz");
    let odd = ["4294967295", "18446744073709551616", "-9223372036854775808", "9223372036854775807", "1e9", "0", ""];
    for path in [
        "/connections",
        "/connections/disconnected",
        "/connections/blocked",
        "/connections/remove",
        "/invitations",
        "/notifications",
        "/people",
        "/in/ada-ruiz",
    ] {
        for value in odd {
            for key in ["page", "draft", "connected_after", "connected_before", "year"] {
                ada.get(&format!("{path}?q=a&{key}={value}"));
                assert!(ada.page.status < 500, "{path} {key}={value}: {}", ada.page.status);
            }
            for cursor in ["after", "before"] {
                ada.get(&format!("{path}?page={value}&{cursor}={value}~{value}"));
                assert!(ada.page.status < 500, "{path} {cursor}={value}: {}", ada.page.status);
            }
        }
        for day in ["9999-12-31", "-9999-01-01", "0000-01-01"] {
            ada.get(&format!("{path}?connected_after={day}&connected_before={day}"));
            assert!(ada.page.status < 500, "{path} {day}: {}", ada.page.status);
        }
    }
    for value in odd {
        for path in [
            "/connections/remove/{}",
            "/photos/{}/a/{}",
            "/profile/positions/{}",
            "/in/{}",
            "/in/ada-ruiz/mutual?page={}",
        ] {
            let path = path.replace("{}", value);
            assert!(ada.get(&path).page.status < 500, "{path}");
            assert!(ada.post(&path, &[("title", "x"), ("company", "y"), ("move", "up")]).page.status < 500, "{path}");
        }
    }
}
