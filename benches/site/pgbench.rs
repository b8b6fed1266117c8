//! The floor of a page on PostgreSQL: the statements that it runs, by `pgbench`, which does nothing else.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::server::{Server, ended_cpu_of};

/// A PostgreSQL whose log this program can read.
pub struct Pgbench<'a> {
    /// The database, as a role that may change the server's settings.
    pub url: &'a str,
    pub log: &'a Path,
    pub folder: &'a Path,
}

impl Pgbench<'_> {
    /// Microseconds of CPU for all statements of a page, of the engine and of `pgbench` together.
    pub fn cost(&self, server: &Server, path: &str, cookie: &str, (at_once, seconds): (u32, u32)) -> f64 {
        let script = self.folder.join("page.sql");
        fs::write(&script, self.statements(server, path, cookie)).unwrap();
        // Its sessions end with it, so the time that they took is found with those that have waited for them to end.
        let taken = || ended_cpu_of(&server.postmaster()) + ended_cpu_of("self");
        let before = taken();
        let output = Command::new("pgbench")
            .args(["-n", "-M", "prepared", "-j1", &format!("-c{at_once}"), &format!("-T{seconds}"), "-f"])
            .arg(&script)
            .arg(self.url)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let done = text.lines().find_map(|line| line.strip_prefix("number of transactions actually processed: "));
        let done = done.and_then(|done| done.split('/').next()?.trim().parse::<f64>().ok());
        let done = done.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        (taken() - before) * 1e6 / done
    }

    /// The statements that a page runs when it is asked for again, a line each, with their values.
    fn statements(&self, server: &Server, path: &str, cookie: &str) -> String {
        let mut admin = PgConnection::establish(self.url).unwrap();
        let mut log = |statement: &str| {
            admin.batch_execute(statement).unwrap();
            admin.batch_execute("SELECT pg_reload_conf()").unwrap();
        };
        for _ in 0..20 {
            server.get(path, cookie, "gzip");
        }
        log("ALTER SYSTEM SET log_statement = 'all'");
        let mut file = File::open(self.log).unwrap();
        let mut text = String::new();
        // The sessions hear of the setting when they are asked the next time.
        while !text.contains("execute") {
            file.seek(SeekFrom::End(0)).unwrap();
            server.get(path, cookie, "gzip");
            text.clear();
            file.read_to_string(&mut text).unwrap();
        }
        log("ALTER SYSTEM RESET log_statement");
        statements_in(&text)
    }
}

/// Puts the values that PostgreSQL's log gives apart from its statements into them.
fn statements_in(log: &str) -> String {
    let mut statements: Vec<String> = Vec::new();
    let mut parts: Vec<(bool, String)> = Vec::new();
    for line in log.lines() {
        let begun = ["LOG:  execute ", "LOG:  statement: ", "DETAIL:  parameters: "];
        match begun.iter().find_map(|mark| Some((*mark, line.split_once(mark)?.1))) {
            Some(("DETAIL:  parameters: ", rest)) => parts.push((true, rest.to_owned())),
            Some(("LOG:  execute ", rest)) => parts.push((false, rest.split_once(": ").unwrap().1.to_owned())),
            Some((_, rest)) => parts.push((false, rest.to_owned())),
            None if line.starts_with('\t') => {
                if let Some((_, part)) = parts.last_mut() {
                    *part += " ";
                    *part += line.trim();
                }
            }
            None => {}
        }
    }
    for (are_values, part) in parts {
        if !are_values {
            statements.push(part);
            continue;
        }
        let statement = statements.last_mut().unwrap();
        // The last first, so that `$1` is not found in `$12`.
        for value in part.split(", $").collect::<Vec<_>>().into_iter().rev() {
            let (number, value) = value.trim_start_matches('$').split_once(" = ").unwrap();
            *statement = statement.replace(&format!("${number}"), value);
        }
    }
    statements.iter().map(|statement| format!("{};\n", statement.trim_end_matches(';'))).collect()
}
