//! What R downloads after D has left R, and what R sees of D who deletes their account.

use serde_json::Value;

use super::*;
use crate::archive::archive;
use crate::support::PASSWORD;

/// A file of an archive in which the viewer is called VIEWER, without numbers, which dates have too.
fn without_names(file: &Value, viewer: &Visitor) -> String {
    let first = viewer.name.split(' ').next().unwrap();
    let text =
        file.to_string().replace(&viewer.handle, "VIEWER").replace(&viewer.name, "VIEWER").replace(first, "VIEWER");
    text.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

#[test]
fn an_archive_tells_nothing_of_a_disconnect() {
    for way in ["at once", "may invite again", "in bulk", "by a block that was taken back"] {
        let World { site: _site, mut d, r, c, .. } = World::new();
        let before = archive(&r);
        disconnect(&mut d, way);
        let (after, control) = (archive(&r), archive(&c));
        for (file, of_r) in after.as_object().unwrap() {
            // D is gone from R's connections, and from their number. Else nothing changes.
            if !file.contains("/connections.") && file != "README.txt" {
                assert_eq!(*of_r, before[file], "{way}: {file}");
            }
            // What R was told stays.
            if !file.contains("/notifications.") && file != "README.txt" {
                assert_eq!(without_names(of_r, &r), without_names(&control[file], &c), "{way}: {file}");
            }
        }
        assert!(before["json/connections.json"].to_string().contains("dora-lind"));
        assert!(!after["json/connections.json"].to_string().contains("dora-lind"), "{way}");
    }
}

#[test]
fn a_member_who_leaves_the_site_looks_like_one_who_blocked() {
    let (mut blocks, mut leaves) = (World::new(), World::new());
    blocks.d.open("/in/rolf-aske").press("Block");
    leaves.d.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
    for path in PAGES {
        let seen = |world: &mut World| {
            let got = answer(&mut world.r, path);
            as_anybody(got, &world.r, &world.d)
        };
        assert_eq!(seen(&mut blocks), seen(&mut leaves), "{path}");
    }
}
