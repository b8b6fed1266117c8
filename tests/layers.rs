//! A module imports only what stands below it; `LAYERS` is the list, from the top.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

/// Slices that share a line stand side by side, and use neither each other's `store` nor `pages`.
const LAYERS: &[&[&str]] = &[
    &["server", "routes", "config"],
    &["copy", "backup"],
    &["data"],
    &["admin", "api"],
    &["profiles"],
    &["network", "demo"],
    &["moderation"],
    &["dav", "joining", "tags"],
    &["contacts"],
    &["accounts"],
    &["inbox"],
    &["connections"],
    &["notifications", "mail", "webhooks"],
    &["web"],
    &["cache", "jobs", "limits"],
    &["members", "relationship"],
    &["audit"],
    &["db"],
    &["dates", "schema", "language", "error", "text", "time_zone", "metrics", "ids"],
];

fn layer(slice: &str) -> Option<usize> {
    LAYERS.iter().position(|slices| slices.contains(&slice))
}

/// The paths below `crate` that a source names, outside of its tests.
fn imports(source: &str) -> Vec<Vec<String>> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect();
    let mut found = Vec::new();
    for path in code.split("crate::").skip(1) {
        // Of a group at the top, each name is a slice.
        let group = path.strip_prefix('{').map(|group| group.split('}').next().unwrap_or_default());
        for path in group.map_or(vec![path], |group| group.split(',').collect()) {
            let end = path.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).unwrap_or(path.len());
            found.push(path[..end].trim().split("::").map(str::to_owned).collect());
        }
    }
    found
}

fn broken(slice: &str, source: &str) -> Vec<String> {
    let Some(own) = layer(slice) else { return vec![format!("{slice} stands in no layer")] };
    let wrong = |path: &Vec<String>| match layer(&path[0]) {
        Some(other) if path[0] == slice || other > own => false,
        Some(other) => other < own || path.get(1).is_some_and(|part| matches!(part.as_str(), "store" | "pages")),
        None => false,
    };
    imports(source).into_iter().filter(wrong).map(|path| path.join("::")).collect()
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let within = path.strip_prefix("src").unwrap().with_extension("");
            let slice = within.iter().next().unwrap().to_str().unwrap();
            if matches!(slice, "lib" | "main" | "commands") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            found.extend(broken(slice, &source).into_iter().map(|import| format!("{}: {import}", path.display())));
        }
    }
}

#[test]
fn modules_import_only_what_stands_below() {
    let mut found = Vec::new();
    walk(Path::new("src"), &mut found);
    found.sort();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_import_upwards_or_sideways_is_found() {
    assert_eq!(broken("members", "use crate::connections::store;"), ["connections::store"]);
    assert_eq!(broken("network", "use crate::{demo::pages, db};"), ["demo::pages"]);
    assert!(broken("connections", "use crate::members::store;\nuse crate::connections::list;").is_empty());
}
