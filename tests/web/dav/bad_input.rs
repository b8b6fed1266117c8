use crate::dav::device::{Device, card};
use crate::support::Site;

fn phone() -> (Site, Device) {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    phone.put("a.vcf", &card("a", "Ben Okoro", ""));
    (site, phone)
}

#[test]
fn odd_xml_is_refused() {
    let (_site, phone) = phone();
    let laughs: String = (1..9).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let bomb = format!(
        "<!DOCTYPE l [<!ENTITY l0 \"ha\">{laughs}]><D:propfind xmlns:D=\"DAV:\"><D:prop>&l8;</D:prop></D:propfind>"
    );
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = format!("<D:propfind xmlns:D=\"DAV:\"><D:prop>{}</D:prop></D:propfind>", "<a/>".repeat(50_000));
    let spaces = format!(
        "<D:propfind xmlns:D=\"DAV:\" {}><D:allprop/></D:propfind>",
        (0..5_000).map(|n| format!("xmlns:a{n}=\"x\" ")).collect::<String>()
    );
    for body in [
        &bomb as &str,
        &deep,
        &wide,
        &spaces,
        "<",
        "text",
        "<a/>",
        "{}",
        "<D:propfind/>",
        "<D:propfind xmlns:D=\"DAV:\"/>",
        "<D:sync-collection xmlns:D=\"DAV:\"><D:prop/></D:sync-collection><b/>",
        "a=b&c=d",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?>\u{0}",
    ] {
        for method in ["PROPFIND", "REPORT", "PROPPATCH"] {
            let answer = phone.ask(method, &phone.book(), &[("Depth", "0"), ("Content-Type", "application/xml")], body);
            assert!((400..500).contains(&answer.status), "{method} {} {:.60}", answer.status, body);
        }
    }
    let answer = phone.ask("PROPFIND", &phone.book(), &[("Depth", "0")], b"<a>\xFF\xFE</a>");
    assert_eq!(answer.status, 400);
}

#[test]
fn a_depth_without_end_is_refused() {
    let (_site, phone) = phone();
    for path in ["/dav/", &phone.home(), &phone.book()] {
        let answer = phone.propfind(path, "infinity", "<D:getetag/>");
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("<D:propfind-finite-depth/>"));
        for odd in ["2", "-1", "", "1,noroot", "x"] {
            assert_eq!(phone.propfind(path, odd, "<D:getetag/>").status, 400, "{odd}");
        }
    }
}

#[test]
fn what_is_no_card_is_not_stored() {
    let (_site, phone) = phone();
    let good = card("b", "Li Na", "");
    let long = card("b", &"x".repeat(600), "");
    let many = card("b", "Li Na", &"TEL:1\r\n".repeat(60));
    let group = card("b", "Friends", "X-ADDRESSBOOKSERVER-KIND:group\r\n");
    let version = good.replace("3.0", "4.0");
    let older = good.replace("3.0", "2.1");
    let torn = good.replace("END:VCARD\r\n", "");
    let twice = good.repeat(2);
    let nul = good.replace("Li Na", "Li\0Na");
    let bell = card("b", "Li Na", "NOTE:a\\nb\u{7}\r\n");
    let nameless = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:b\r\nFN:\r\nEND:VCARD\r\n";
    for (body, status) in [
        ("", 415),
        ("text", 415),
        ("<html>", 415),
        (&version, 415),
        (&older, 415),
        (&torn, 403),
        (&twice, 403),
        (&nul, 403),
        (&bell, 403),
        (&long, 403),
        (&many, 403),
        (&group, 403),
        (nameless, 403),
    ] {
        let answer = phone.put("b.vcf", body);
        assert_eq!(answer.status, status, "{body:.80}");
        assert!(answer.body.contains("<C:valid-address-data/>") || answer.body.contains("<C:supported-address-data/>"));
    }
    assert_eq!(phone.ask("PUT", &phone.card("b.vcf"), &[], b"BEGIN:VCARD\nFN:Jos\xE9\nEND:VCARD").status, 403);
    assert_eq!(phone.ask("PUT", &phone.card("b.vcf"), &[], vec![b'x'; 1_100_000]).status, 413);
    for (name, value) in [
        ("Content-Type", "application/json"),
        ("Content-Type", "text/calendar"),
        ("Content-Encoding", "gzip"),
        ("Content-Range", "bytes 0-1/2"),
    ] {
        let answer = phone.ask("PUT", &phone.card("b.vcf"), &[(name, value)], &good);
        assert!(matches!(answer.status, 400 | 415), "{name} {value}");
    }
    assert_eq!(phone.changes("").0, ["a.vcf"]);
    assert_eq!(phone.ask("PUT", &phone.card("b.vcf"), &[], &good).status, 201);
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let (_site, phone) = phone();
    for (path, methods) in [
        ("/dav/".to_owned(), &["PUT", "DELETE", "POST", "REPORT", "MKCOL", "MOVE", "LOCK"] as &[_]),
        (phone.home(), &["PUT", "DELETE", "POST", "MKCOL"]),
        (phone.book(), &["PUT", "DELETE", "POST", "MKCOL", "COPY", "PATCH", "TRACE"]),
        (phone.card("a.vcf"), &["POST", "REPORT", "MKCOL", "MOVE", "COPY", "LOCK", "PATCH"]),
    ] {
        for method in methods {
            let answer = phone.ask(method, &path, &[], "");
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(answer.header("allow").contains("PROPFIND"), "{method} {path}");
        }
    }
    assert_eq!(phone.changes("").0, ["a.vcf"]);
}

#[test]
fn odd_names_are_nobodys() {
    let (_site, phone) = phone();
    let long = "x".repeat(300);
    for name in ["%2e%2e", "a%2Fb", "a%00", "%FF", "a/b.vcf", &long, "%0A"] {
        let answer = phone.put(name, &card("b", "Li Na", ""));
        assert_eq!(answer.status, 404, "{name}");
    }
    for path in ["/dav/x/", "/dav/99999999999999999999/", "/dav//", "/dav/0/contacts/", "/davinci"] {
        let status = phone.propfind(path, "0", "<D:getetag/>").status;
        assert!(matches!(status, 404 | 303 | 207), "{path} {status}");
    }
}

#[test]
fn odd_reports_are_refused() {
    let (_site, phone) = phone();
    let asked = "<D:prop><D:getetag/></D:prop>";
    let query = |inner: &str| phone.report("C:addressbook-query", &format!("{asked}<C:filter>{inner}</C:filter>"));
    let odd = query("<C:prop-filter name=\"FN\"><C:text-match collation=\"x\">a</C:text-match></C:prop-filter>");
    assert!(odd.status == 403 && odd.body.contains("<C:supported-collation/>"), "{}", odd.body);
    let odd = query("<C:prop-filter name=\"FN\"><C:text-match match-type=\"x\">a</C:text-match></C:prop-filter>");
    assert!(odd.status == 403 && odd.body.contains("<C:supported-filter/>"));
    assert_eq!(query(&"<C:prop-filter name=\"FN\"/>".repeat(200)).status, 403);
    let fourth = "<D:prop><C:address-data content-type=\"text/vcard\" version=\"4.0\"/></D:prop>";
    assert_eq!(phone.report("C:addressbook-query", fourth).status, 403);
    let unknown = phone.report("D:expand-property", asked);
    assert!(unknown.status == 403 && unknown.body.contains("<D:supported-report/>"));
    assert_eq!(phone.report("C:addressbook-multiget", "").status, 400);
}
