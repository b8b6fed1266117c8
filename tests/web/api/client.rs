//! The client in docs/, used by Python as a member's program would use it.

use std::process::Command;

use super::Program;
use crate::support::{Site, connect, connect_many};

#[test]
fn the_python_client_does_what_its_page_says() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    connect_many(&site, &ada, 60);
    let token = Program::of(&site, &ada).authorization["Bearer ".len()..].to_owned();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/web/api/client.py");
    let done = Command::new("python3").args(["-B", script, folder, &site.address, &token, "ben-ode"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said == "done\n", "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(ben.open("/inbox/ada-ruiz").sees("Hello from Python"));
}
