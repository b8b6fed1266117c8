//! What R reads, writes and is told in threads, whoever has left R.

use scraper::{Html, Selector};

use super::*;

const NO_FORM: &str = "You can write to your connections only.";

/// D and R wrote to each other, R read it all but the last.
fn talked() -> World {
    let mut world = World::new();
    say(&mut world.d, "rolf-aske", "Do you still sing?");
    say(&mut world.r, "dora-lind", "Every Tuesday");
    say(&mut world.d, "rolf-aske", "Then see you there");
    world
}

fn say(from: &mut Visitor, to: &str, words: &str) {
    from.open(&format!("/inbox/{to}")).fill("message", words).press("Send message");
    assert!(from.sees("Message sent.") && from.sees(words), "{}", from.text());
}

/// The number beside *Inbox*, as every page has it.
fn unread(visitor: &mut Visitor) -> String {
    let document = Html::parse_document(&visitor.open("/people").page.body);
    let link = Selector::parse("a[href='/inbox']").unwrap();
    let link = document.select(&link).next().unwrap();
    link.text().filter(|text| text.trim().parse::<u32>().is_ok()).collect::<String>().trim().to_owned()
}

fn can_write(visitor: &Visitor) -> bool {
    visitor.page.body.contains("name=\"message\"")
}

#[test]
fn a_thread_is_read_on_after_a_disconnect() {
    for way in ["at once", "may invite again", "in bulk", "by a block that was taken back"] {
        let mut world = talked();
        assert_eq!(unread(&mut world.r), "1", "{way}");
        let told = world.r.told();
        disconnect(&mut world.d, way);
        assert_eq!((unread(&mut world.r), world.r.told()), ("1".into(), told), "{way}");
        assert!(world.r.open("/inbox").sees("Dora Lind"), "{way}: {}", world.r.text());
        for (reader, thread) in [(&mut world.r, "/inbox/dora-lind"), (&mut world.d, "/inbox/rolf-aske")] {
            reader.open(thread);
            for words in ["Do you still sing?", "Every Tuesday", "Then see you there", NO_FORM] {
                assert!(reader.sees(words), "{way}: {thread}: {words}: {}", reader.text());
            }
            assert!(!can_write(reader), "{way}: {thread}");
        }
        assert_eq!(unread(&mut world.r), "", "{way}");
    }
}

#[test]
fn a_block_hides_a_thread_from_the_blocker_alone() {
    let mut world = talked();
    world.d.open("/in/rolf-aske").press("Block");
    assert!(!world.d.open("/inbox").sees("Rolf Aske"), "{}", world.d.text());
    assert_eq!(unread(&mut world.r), "1");
    assert!(world.r.open("/inbox").sees("Dora Lind"), "{}", world.r.text());
    world.r.open("/inbox/dora-lind");
    assert!(world.r.sees("Then see you there") && world.r.sees(NO_FORM) && !can_write(&world.r), "{}", world.r.text());
    world.d.open("/connections/blocked").press("Unblock");
    assert!(world.d.open("/inbox/rolf-aske").sees("Every Tuesday"), "{}", world.d.text());
}

#[test]
fn threads_of_all_who_left_look_alike() {
    let lives = ["at once", "may invite again", "in bulk", "by a block that was taken back"].map(|way| {
        let mut world = talked();
        disconnect(&mut world.d, way);
        ["/inbox", "/inbox/dora-lind", "/inbox?q=tuesday", "/inbox"].map(|path| {
            world.r.get(path);
            seen(&world.r)
        })
    });
    for life in &lives {
        assert_eq!(life, &lives[0]);
    }
}

#[test]
fn a_restore_gives_the_whole_thread_back() {
    let mut world = talked();
    let pages = ["/inbox", "/inbox/dora-lind"];
    world.r.open("/inbox/dora-lind");
    world.d.open("/inbox/rolf-aske");
    let before = pages.map(|path| answer(&mut world.r, path));
    let (mine, told) = (answer(&mut world.d, "/inbox/rolf-aske"), world.r.told());
    disconnect(&mut world.d, "at once");
    world.d.press("Undo").open("/");
    assert_eq!(pages.map(|path| answer(&mut world.r, path)), before);
    assert_eq!((answer(&mut world.d, "/inbox/rolf-aske"), world.r.told()), (mine, told));
    say(&mut world.r, "dora-lind", "As ever");
    assert!(world.d.open("/inbox/rolf-aske").sees("As ever"), "{}", world.d.text());
}

/// Presses what a page that was opened as a connection has, as R; C, who never was one, posts the same.
fn stale_send(world: &mut World, way: &str) -> [(u16, String); 2] {
    let World { d, r, c, .. } = world;
    r.open("/inbox/dora-lind");
    disconnect(d, way);
    c.open("/inbox/dora-lind");
    r.fill("message", "Are you there?").press("Send message");
    let action = r.page.path.clone();
    c.post(&action, &[("message", "Are you there?")]).follow();
    let answer = |of: &Visitor| (of.page.status, headers(&of.page.headers), of.page.body.clone());
    [as_anybody(answer(r), r, c), as_anybody(answer(c), c, r)]
}

#[test]
fn a_stale_send_is_answered_as_a_strangers() {
    for way in ["at once", "by a block that was taken back"] {
        let mut world = World::new();
        let told = world.d.told();
        let [got, control] = stale_send(&mut world, way);
        assert_eq!(got.0, 422, "{way}");
        assert_eq!(got, control, "{way}");
        assert!(world.r.sees(NO_FORM) && world.r.page.body.contains("Are you there?"), "{way}: {}", world.r.text());
        for path in PAGES.iter().filter(|path| !matches!(**path, "/notifications" | "/" | "/people")) {
            let (got, control) = (answer(&mut world.r, path), answer(&mut world.c, path));
            let World { r, c, .. } = &world;
            assert_eq!(as_anybody(got, r, c), as_anybody(control, c, r), "{way}: {path}");
        }
        assert!(!world.d.open("/inbox").sees("Rolf Aske"), "{way}: {}", world.d.text());
        assert_eq!(world.d.told(), told, "{way}");
    }
}
