//! `amicable migrate --distribute`: spreads the tables over the machines of a Citus cluster. docs/scaling.md says when.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::data::tables::{Spread, TABLES};
use crate::db::{Connection, Db};
use crate::error::Error;

/// The table beside whose rows all others of a member are placed.
const BESIDE: &str = "connection_counts";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Spreads every table that is not spread yet, so that it can be run after every migration. Returns how many there were.
///
/// # Errors
/// [`Error::Unavailable`] where the database is not one of Citus, or the database's.
pub fn distribute(db: &Db) -> Result<usize, Error> {
    let mut connection = db.raw()?;
    let Connection::Postgres(postgres) = &mut **connection else {
        return Err(Error::Unavailable("only tables of PostgreSQL with Citus can be spread".into()));
    };
    if names(postgres, "SELECT extname::TEXT AS name FROM pg_extension WHERE extname = 'citus'")?.is_empty() {
        return Err(Error::Unavailable(
            "Citus is not installed in this database: CREATE EXTENSION citus, and add its workers".into(),
        ));
    }
    let whole = names(
        postgres,
        "SELECT relname::TEXT AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace \
         AND NOT EXISTS (SELECT FROM citus_tables WHERE table_name = pg_class.oid::regclass \
         AND citus_table_type IN ('distributed', 'reference'))",
    )?;
    let all = TABLES.iter().map(|table| (table.name, table.spread()));
    // Where a node asks a worker, it looks there which migrations have run.
    let mut all: Vec<_> = all.chain([("__diesel_schema_migrations", Spread::Everywhere)]).collect();
    // What others refer to goes first, then what the rows of members stand beside.
    all.sort_by_key(|(name, spread)| (*spread != Spread::Everywhere, *name != BESIDE));
    let wanted: Vec<_> = all.into_iter().filter(|(name, _)| whole.iter().any(|whole| whole == name)).collect();
    for (name, spread) in &wanted {
        sql_query(statement(name, *spread)).execute(postgres)?;
    }
    Ok(wanted.len())
}

fn names(postgres: &mut PgConnection, sql: &str) -> QueryResult<Vec<String>> {
    Ok(sql_query(sql).load::<Named>(postgres)?.into_iter().map(|named| named.name).collect())
}

fn statement(name: &str, spread: Spread) -> String {
    match spread {
        Spread::ByMember(column) if name == BESIDE => {
            format!("SELECT create_distributed_table('{name}', '{column}', colocate_with => 'none')")
        }
        Spread::ByMember(column) => {
            format!("SELECT create_distributed_table('{name}', '{column}', colocate_with => '{BESIDE}')")
        }
        Spread::By(column) => format!("SELECT create_distributed_table('{name}', '{column}', colocate_with => 'none')"),
        Spread::Everywhere => format!("SELECT create_reference_table('{name}')"),
    }
}
