//! The one list of tables, held against the schema of the engine.

use std::collections::BTreeMap;

use amicable::data::tables::{Owner, TABLES, Table};
use amicable::db::Connection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::support::database::Database;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    holder: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_id: bool,
}

const ON_SQLITE: &str = "SELECT m.name AS holder, c.name AS name, lower(c.type) IN ('bigint', 'integer') AS is_id \
    FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' \
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema v WHERE v.sql LIKE 'CREATE VIRTUAL%' \
    AND m.name <> v.name AND m.name <> 'message_search_rows' AND m.name LIKE v.name || '_%')";
const ON_POSTGRES: &str = "SELECT c.table_name::text AS holder, c.column_name::text AS name, c.data_type = 'bigint' AS is_id \
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
    WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'";

/// Each table with its columns, and whether an id can stand in them.
fn schema(connection: &mut Connection) -> BTreeMap<String, Vec<(String, bool)>> {
    let sql = match connection {
        Connection::Sqlite(_) => ON_SQLITE,
        Connection::Postgres(_) => ON_POSTGRES,
    };
    let columns: Vec<Column> = diesel::sql_query(sql).load(connection).unwrap();
    let mut tables = BTreeMap::<_, Vec<_>>::new();
    for column in columns.into_iter().filter(|column| column.holder != "__diesel_schema_migrations") {
        tables.entry(column.holder).or_default().push((column.name, column.is_id));
    }
    tables
}

/// Whether a column has the name of one that holds an id of something else than its row.
fn is_reference(name: &str) -> bool {
    name.ends_with("_id") || name.ends_with("_by") || ["member", "other", "owner", "writer"].contains(&name)
}

/// What the list lacks of a schema, in words.
fn missing(schema: &BTreeMap<String, Vec<(String, bool)>>, tables: &[Table]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, columns) in schema {
        let Some(table) = tables.iter().find(|table| table.name == name) else {
            found.push(format!("the table {name}"));
            continue;
        };
        let owner = match table.owner {
            Owner::Member(column) | Owner::Own(column) => column,
            Owner::Site => "",
        };
        for (column, is_id) in columns {
            let named = table.names.iter().any(|(name, _)| name == column);
            let known = column == owner || named || table.other_ids.contains(&column.as_str());
            if *is_id && is_reference(column) && !known {
                found.push(format!("whom {name}.{column} names"));
            }
            let copied = table.copied.as_ref().is_none_or(|copied| copied.columns.contains(&column.as_str()));
            if !copied {
                found.push(format!("{name}.{column} in the copy"));
            }
        }
    }
    let gone = |table: &&Table| table.copied.is_some() && !schema.contains_key(table.name);
    found.extend(tables.iter().filter(gone).map(|table| format!("{} is in no schema", table.name)));
    found
}

fn of_database() -> BTreeMap<String, Vec<(String, bool)>> {
    let database = Database::new();
    let db = database.open();
    db.read_blocking(|connection| Ok(schema(connection))).unwrap()
}

#[test]
fn the_list_has_every_table_and_column() {
    let schema = of_database();
    assert!(schema.len() > 20, "{schema:?}");
    assert_eq!(missing(&schema, TABLES), Vec::<String>::new(), "src/data/tables/ lacks this");
}

#[test]
fn what_the_list_lacks_is_found() {
    let mut schema = of_database();
    schema.insert("groups".into(), vec![("owner_id".into(), true)]);
    let tags = schema.get_mut("tags").unwrap();
    tags.push(("added_by".into(), true));
    tags.push(("colour".into(), false));
    let expected =
        ["the table groups", "whom tags.added_by names", "tags.added_by in the copy", "tags.colour in the copy"];
    assert_eq!(missing(&schema, TABLES), expected);
}
