//! Every page that somebody can reach.

use super::alike::{Answer, seen};
use crate::support::Visitor;

/// Every page that R can reach by links, from lists that show whoever can be found.
pub fn spider(visitor: &mut Visitor) -> Vec<String> {
    walk(visitor, &["/connections", "/people?q=lind", "/invitations"])
}

/// Every page that can be reached from these.
pub fn walk(visitor: &mut Visitor, from: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = from.iter().map(|path| (*path).to_owned()).collect();
    let mut at = 0;
    while at < found.len() {
        let body = visitor.get(&found[at].clone()).page.body.clone();
        for link in body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = link.split('#').next().unwrap_or_default().replace("&amp;", "&");
            let link =
                if link.starts_with('?') { format!("{}{link}", found[at].split('?').next().unwrap()) } else { link };
            // Suggestions and notifications differ for good reasons, which tests of their own look at.
            // The authenticator's key is another at each visit, and the archive has its time in it.
            let new_each_time = ["/settings/security/authenticator", "/settings/data/archive"];
            let skipped = ["/static/", "/photos/", "/notifications", "/manifest", new_each_time[0], new_each_time[1]];
            let ours = link.starts_with('/') && !matches!(link.as_str(), "/" | "/people");
            if ours && !skipped.iter().any(|path| link.starts_with(path)) && !found.contains(&link) {
                found.push(link);
            }
        }
        at += 1;
        assert!(found.len() < 300, "{found:?}");
    }
    found.sort();
    found
}

/// Opens every page that can be reached, and gives what is seen on each.
pub fn all_pages(visitor: &mut Visitor) -> Vec<(String, Answer)> {
    visitor.open("/connections");
    let paths = spider(visitor);
    paths
        .into_iter()
        .map(|path| {
            (path.clone(), {
                visitor.get(&path);
                seen(visitor)
            })
        })
        .collect()
}
