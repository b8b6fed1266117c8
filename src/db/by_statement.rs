//! Migrations that are run statement by statement: the machines of a cluster refuse several statements in one request, where an
//! index is made among them.

use std::fmt;

use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result};

/// Folders of migrations, each with its name and the text of its `up.sql`.
pub(super) struct ByStatement(pub(super) &'static [(&'static str, &'static str)]);

struct Folder {
    name: Name,
    sql: &'static str,
}

/// A date, a number and a word, e.g. `2026-12-20-000700_counts`.
struct Name(&'static str);

struct InTransaction;

impl<DB: Backend> MigrationSource<DB> for ByStatement {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        let folder = |(name, sql): &(&'static str, &'static str)| Folder { name: Name(name), sql };
        Ok(self.0.iter().map(|each| Box::new(folder(each)) as Box<dyn Migration<DB>>).collect())
    }
}

impl<DB: Backend> Migration<DB> for Folder {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        Ok(statements(self.sql).iter().try_for_each(|statement| connection.batch_execute(statement))?)
    }

    fn revert(&self, _: &mut dyn BoxableConnection<DB>) -> Result<()> {
        Err("a migration is not taken back; a backup is restored".into())
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &InTransaction
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

impl MigrationMetadata for InTransaction {}

impl MigrationName for Name {
    fn version(&self) -> MigrationVersion<'_> {
        let version = self.0.split('_').next().unwrap_or_default();
        MigrationVersion::from(version.replace('-', ""))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Cuts a file where a line ends with a semicolon. Comments stand on lines of their own, and are left out.
fn statements(sql: &str) -> Vec<String> {
    let (mut statements, mut begun) = (Vec::new(), String::new());
    for line in sql.lines().filter(|line| !line.trim_start().starts_with("--")) {
        begun.push_str(line);
        begun.push('\n');
        if line.ends_with(';') {
            statements.push(std::mem::take(&mut begun));
        }
    }
    if !begun.trim().is_empty() {
        statements.push(begun);
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::statements;
    use crate::db::migrations::POSTGRES;

    #[test]
    fn a_file_is_cut_where_a_line_ends_a_statement() {
        let sql = "-- Why; and how;\nCREATE TABLE a (\n    -- a number;\n    b INT\n);\nDROP TABLE c;\n\nSELECT 1\n";
        assert_eq!(statements(sql), ["CREATE TABLE a (\n    b INT\n);\n", "DROP TABLE c;\n", "\nSELECT 1\n"]);
    }

    #[test]
    fn every_statement_of_a_migration_ends_a_line() {
        for (name, sql) in POSTGRES.0 {
            for statement in statements(sql) {
                assert_eq!(statement.matches(';').count(), 1, "{name}: {statement}");
                assert_eq!(statement.matches("$$").count(), 0, "{name}: a body in dollars may hold the end of a line");
            }
        }
    }
}
