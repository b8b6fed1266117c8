//! Clients that stand still, and floods: others are served all the same.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

use amicable::accounts::password;
use amicable::accounts::turns::Turn;
use amicable::ids::MemberId;
use amicable::limits::{Network, Subject};

use super::support::{PASSWORD, Site};

/// Connections of which each has sent something.
fn held(site: &Site, number: usize, sent: &str) -> Vec<TcpStream> {
    let address = site.address.trim_start_matches("http://");
    let one = |_| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    };
    (0..number).map(one).collect()
}

/// How many of them are still open.
fn open(streams: &mut [TcpStream]) -> usize {
    let is_open = |stream: &mut &mut TcpStream| {
        stream.set_nonblocking(true).unwrap();
        matches!(stream.read(&mut [0; 1]), Err(why) if why.kind() == std::io::ErrorKind::WouldBlock)
    };
    streams.iter_mut().filter_map(|mut stream| is_open(&mut stream).then_some(())).count()
}

const STOPPED_FORM: &str = "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                            Content-Length: 100\r\n\r\nemail=";

#[test]
fn those_who_stand_still_silence_nobody() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut idle = held(&site, 300, "");
    let mut slow_heads = held(&site, 300, "GET / HTTP/1.1\r\nHo");
    let mut stopped = held(&site, 300, STOPPED_FORM);
    assert_eq!(ada.open("/connections").page.status, 200);
    assert_eq!(site.visitor().open("/").page.status, 200);
    let total = open(&mut idle) + open(&mut slow_heads) + open(&mut stopped);
    assert!((1..=256).contains(&total), "{total} of one network are open");
}

/// Waits for something that others do; fails where it never comes.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// All turns at comparing passwords, until they are dropped.
fn all_turns() -> Vec<Turn> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let turn = || actix_web::rt::System::new().block_on(password::turn(Subject::member(MemberId::NOBODY))).unwrap();
    (0..cores).map(|_| turn()).collect()
}

#[test]
fn abandoned_sign_ins_are_neither_compared_nor_counted() {
    let site = Site::behind_proxy();
    site.member("Ada Ruiz");
    let body = "email=ada-ruiz%40test.example&password=wrong";
    let form = format!(
        "POST /sign-in HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.77\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let network = Subject::network(Network::from("198.51.100.77".parse::<IpAddr>().unwrap()));
    let mut ada = site.visitor();
    ada.forwarded_for = "198.51.100.77".to_owned();
    ada.open("/sign-in");
    let turns = all_turns();
    let abandoned = held(&site, 64, &form);
    until("the queue of a network is full", || password::waiting(&network) == 64);
    // One more of the same network is told at once.
    ada.fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
    assert_eq!(ada.page.status, 503);
    assert!(ada.sees("Try again"), "{}", ada.text());
    drop(abandoned);
    until("whoever hung up is forgotten", || password::waiting(&network) == 0);
    drop(turns);
    // Of 64 wrong ones that counted, the eleventh would have closed the account to this network.
    ada.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
    assert!(ada.sees("My network"), "{} {}", ada.page.status, ada.text());
}

#[test]
fn a_body_that_breaks_off_is_no_error_of_the_site() {
    let site = Site::new();
    let mut stopped = held(&site, 1, STOPPED_FORM);
    stopped[0].shutdown(std::net::Shutdown::Write).unwrap();
    stopped[0].set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut answer = Vec::new();
    let _ = stopped[0].read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains(" 500 "));
    assert_eq!(site.visitor().open("/sign-in").page.status, 200);
}
