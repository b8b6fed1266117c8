//! A made-up network of any size, to measure with: members known by a number, connections by a power law.

use std::fmt::Write;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::accounts::password;
use crate::dates::{DAY, now};
use crate::db::{self, Connection, Db};
use crate::demo::messages;
use crate::error::Error;
use crate::members::role::Role;
use crate::members::search;
use crate::members::sorting::{self, Keys};
use crate::schema::{members, relationships};

/// What all made-up members sign in with.
pub const PASSWORD: &str = "amicable seed";
/// Rows in one statement.
const ROWS: usize = 500;
/// Sides in one transaction.
const GROUP_SIZE: usize = 100_000;
/// Members of a community, within which half of the connections are.
const COMMUNITY: usize = 200;
/// Connections nobody exceeds.
const MAX_CONNECTIONS: u32 = 30_000;

/// What network to make.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many members.
    pub members: u32,
    /// About how many connections between them.
    pub connections: u64,
    /// How many messages of the first member.
    pub messages: u64,
    /// The same number makes the same network.
    pub seed: u64,
}

/// Is told what is being done, how much of it is done, and of how much.
pub type Progress<'a> = &'a dyn Fn(&'static str, u64, u64);

/// Fills an empty database and says how many connections there are.
///
/// # Errors
/// [`Error::Unavailable`] where there are members already, or the database's.
pub fn seed(db: &Db, plan: &Plan, progress: Progress) -> Result<u64, Error> {
    let mut connection = db.raw()?;
    let there: i64 = members::table.count().get_result(&mut **connection)?;
    if there > 0 {
        return Err(Error::Unavailable("this database has members already; seed wants an empty one".into()));
    }
    let friends = network(plan);
    db::flush(&mut connection, false)?;
    let done = fill(&mut connection, plan, &friends, progress);
    db::flush(&mut connection, true)?;
    done?;
    Ok(friends.iter().map(|list| list.len() as u64).sum::<u64>() / 2)
}

/// Whom each member is connected with, in order; members are numbered from 0.
fn network(plan: &Plan) -> Vec<Vec<u32>> {
    let mut chance = SmallRng::seed_from_u64(plan.seed);
    let number = plan.members as usize;
    let mut friends: Vec<Vec<u32>> = vec![Vec::new(); number];
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for (member, degree) in degrees(plan, &mut chance).into_iter().enumerate() {
        for stub in 0..degree {
            if stub % 2 == 0 && degree < MAX_CONNECTIONS / 100 {
                near.push(member as u32)
            } else {
                far.push(member as u32)
            }
        }
    }
    for community in near.chunk_by_mut(|a, b| *a as usize / COMMUNITY == *b as usize / COMMUNITY) {
        community.shuffle(&mut chance);
    }
    far.shuffle(&mut chance);
    for [a, b] in near.as_chunks::<2>().0.iter().chain(far.as_chunks::<2>().0) {
        if a != b {
            friends[*a as usize].push(*b);
            friends[*b as usize].push(*a);
        }
    }
    let sorted = |friends: &mut Vec<Vec<u32>>| {
        for list in friends.iter_mut() {
            list.sort_unstable();
            list.dedup();
        }
        friends.iter().map(|list| list.len() as u64).sum::<u64>() / 2
    };
    // Pairs that came up twice are made up for by others, as long as there are members left to connect.
    for _ in 0..4 {
        let missing = plan.connections.saturating_sub(sorted(&mut friends));
        for _ in 0..missing {
            let (a, b) = (chance.random_range(0..plan.members), chance.random_range(0..plan.members));
            if a != b && friends[a as usize].len().max(friends[b as usize].len()) < MAX_CONNECTIONS as usize {
                friends[a as usize].push(b);
                friends[b as usize].push(a);
            }
        }
    }
    sorted(&mut friends);
    friends
}

/// Numbers of connections by Lomax's distribution with shape 3.5, which at a mean of 51 has the median 28 and 1 in
/// 100 above 350; members 1 and 2 are hubs.
fn degrees(plan: &Plan, chance: &mut SmallRng) -> Vec<u32> {
    let most = MAX_CONNECTIONS.min(plan.members.saturating_sub(1) * 3 / 10);
    let hubs = u64::from(most) * 2;
    let mean = (plan.connections * 2).saturating_sub(hubs) as f64 / f64::from(plan.members.max(1));
    let scale = mean * 2.5;
    let lomax = |uniform: f64| (scale * ((1.0 - uniform).powf(-1.0 / 3.5) - 1.0)).round() as u32;
    let mut degrees: Vec<u32> = (0..plan.members).map(|_| lomax(chance.random::<f64>()).min(most)).collect();
    degrees.iter_mut().take(2).for_each(|hub| *hub = most);
    degrees
}

fn fill(connection: &mut Connection, plan: &Plan, friends: &[Vec<u32>], progress: Progress) -> Result<(), Error> {
    let names = made_up_names(plan);
    connection.batch_execute("BEGIN")?;
    write_members(connection, &names, friends, progress)?;
    connection.batch_execute("COMMIT")?;
    let indexes = indexes(connection)?;
    for (name, _) in &indexes {
        connection.batch_execute(&format!("DROP INDEX {name}"))?;
    }
    write_sides(connection, &names, friends, plan.seed, progress)?;
    progress("indexing for search", 0, 1);
    search::index_all(connection)?;
    search::is_new(connection)?;
    for (at, (_, sql)) in indexes.iter().enumerate() {
        progress("building indexes", at as u64, indexes.len() as u64);
        connection.batch_execute(sql)?;
    }
    if plan.messages > 0 {
        connection.batch_execute("BEGIN")?;
        messages::write(connection, &friends[0], plan.messages, progress)?;
        connection.batch_execute("COMMIT")?;
    }
    db::analyze(connection)
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    sql: String,
}

/// The secondary indexes of the large tables, which are built sooner once those are full.
fn indexes(connection: &mut Connection) -> Result<Vec<(String, String)>, Error> {
    let sql = match connection {
        Connection::Sqlite(_) => {
            "SELECT name, sql FROM sqlite_master \
             WHERE type = 'index' AND tbl_name IN ('members', 'relationships') AND sql IS NOT NULL"
        }
        Connection::Postgres(_) => {
            "SELECT indexname::text AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = current_schema() \
             AND tablename IN ('members', 'member_search', 'relationships') AND indexname NOT LIKE '%_pkey'"
        }
    };
    let found: Vec<Index> = diesel::sql_query(sql).load(connection)?;
    Ok(found.into_iter().map(|index| (index.name, index.sql)).collect())
}

/// Name, headline, location and company of each.
type Name = (String, String, String, String);

fn made_up_names(plan: &Plan) -> Vec<Name> {
    let mut chance = SmallRng::seed_from_u64(plan.seed ^ 0x5eed);
    let mut file = csv::Reader::from_reader(include_bytes!("people.csv").as_slice());
    let rows: Vec<csv::StringRecord> = file.records().filter_map(Result::ok).collect();
    let mut any = |field: usize| rows[chance.random_range(0..rows.len())].get(field).unwrap_or_default().to_owned();
    (0..plan.members)
        .map(|_| {
            let (one, other) = (any(0), any(0));
            let first = one.split(' ').next().unwrap_or_default();
            let last = other.rsplit(' ').next().unwrap_or_default();
            (format!("{first} {last}"), any(1), any(2), any(5))
        })
        .collect()
}

fn write_members(
    connection: &mut Connection,
    names: &[Name],
    friends: &[Vec<u32>],
    progress: Progress,
) -> Result<(), Error> {
    let hash = password::hash_now(PASSWORD)?;
    let joined = now() - 16 * 365 * DAY;
    for (chunk, some) in names.chunks(ROWS).enumerate() {
        progress("writing members", (chunk * ROWS) as u64, names.len() as u64);
        let mut sql = String::from(
            "INSERT INTO members (id, email, email_key, confirmed_email, password_hash, handle, full_name, sort_first, sort_last, headline, \
             location, company, folded, created_at, accepts_automatically, role) VALUES ",
        );

        for (at, (name, headline, location, company)) in some.iter().enumerate() {
            let id = chunk * ROWS + at + 1;
            let folded = search::folded([name, headline, company, location]);
            let keys = sorting::keys(name, "");
            let _ = write!(
                sql,
                "{}({id}, 'member{id}@seed.example', 'member{id}@seed.example', 'member{id}@seed.example', '{}', 'member-{id:06}', '{}', '{}', '{}', '{}', \
                 '{}', '{}', '{}', {joined}, {}, {})",
                if at == 0 { "" } else { "," },
                hash.as_str(),
                quoted(name),
                keys.first,
                keys.last,
                quoted(headline),
                quoted(location),
                quoted(company),
                quoted(&folded),
                id.is_multiple_of(50),
                // As every site, it has somebody who runs it: the last.
                if id == names.len() { Role::Administrator } else { Role::Member } as i16,
            );
        }
        connection.batch_execute(&sql)?;
    }
    count(connection, friends)?;
    for (table, key) in [("handles", "handle"), ("emails", "email_key")] {
        let sql = format!("INSERT INTO {table} ({key}, member_id) SELECT {key}, id FROM members ORDER BY {key}");
        connection.batch_execute(&sql)?;
    }
    Ok(())
}

/// Writes how many connections each has.
fn count(connection: &mut Connection, friends: &[Vec<u32>]) -> Result<(), Error> {
    for (chunk, some) in friends.chunks(ROWS).enumerate() {
        let first = chunk * ROWS + 1;
        let numbers = some.iter().map(|list| list.len().to_string()).collect::<Vec<_>>().join(",");
        let numbered = match connection {
            Connection::Sqlite(_) => {
                format!("SELECT key + {first} AS id, value AS number FROM json_each('[{numbers}]')")
            }
            Connection::Postgres(_) => {
                format!(
                    "SELECT at + {} AS id, value AS number FROM unnest(ARRAY[{numbers}]) WITH ORDINALITY AS l(value, at)",
                    first - 1
                )
            }
        };
        connection.batch_execute(&format!(
            "INSERT INTO connection_counts (member_id, number) SELECT counted.id, counted.number FROM ({numbered}) counted"
        ))?;
    }
    Ok(())
}

fn write_sides(
    connection: &mut Connection,
    names: &[Name],
    friends: &[Vec<u32>],
    seed: u64,
    progress: Progress,
) -> Result<(), Error> {
    let keys: Vec<Keys> = names.iter().map(|(name, ..)| sorting::keys(name, "")).collect();
    let today = now();
    let sides =
        friends.iter().enumerate().flat_map(|(owner, list)| list.iter().map(move |other| (owner as u32, *other)));
    let total: u64 = friends.iter().map(|list| list.len() as u64).sum();
    let (mut rows, mut written) = (Vec::with_capacity(GROUP_SIZE), 0u64);
    for (owner, other) in sides {
        let Keys { first, last } = &keys[other as usize];
        rows.push((owner + 1, other + 1, since(owner, other, seed, today), first.as_str(), last.as_str()));
        if rows.len() == GROUP_SIZE {
            written += rows.len() as u64;
            write(connection, &rows)?;
            rows.clear();
            progress("writing connections", written, total);
        }
    }
    write(connection, &rows)
}

/// Owner, other, since when, and the other's sort names.
type Side<'a> = (u32, u32, i64, &'a str, &'a str);

/// Writes sides as one transaction, the quickest way of each engine.
fn write(connection: &mut Connection, sides: &[Side]) -> Result<(), Error> {
    match connection {
        Connection::Sqlite(sqlite) => diesel::Connection::transaction(sqlite, |sqlite| {
            for some in sides.chunks(ROWS) {
                let mut sql = String::from(
                    "INSERT INTO relationships (owner_id, other_id, state, changed_at, connected_at, sort_first, sort_last) VALUES ",
                );
                for (at, (owner, other, since, first, last)) in some.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    let _ = write!(sql, "{comma}({owner},{other},4,{since},{since},'{first}','{last}')");
                }
                sqlite.batch_execute(&sql)?;
            }
            Ok(())
        }),
        Connection::Postgres(postgres) => {
            use relationships::{changed_at, connected_at, other_id, owner_id, sort_first, sort_last, state};
            let columns = (owner_id, other_id, state, changed_at, connected_at, sort_first, sort_last);
            // The keys are letters, so that nothing in them needs an escape.
            let copy = diesel::copy_from(relationships::table).from_raw_data(columns, |out| {
                for (owner, other, since, first, last) in sides {
                    writeln!(out, "{owner}\t{other}\t4\t{since}\t{since}\t{first}\t{last}")
                        .map_err(|why| diesel::result::Error::SerializationError(why.into()))?;
                }
                diesel::QueryResult::Ok(())
            });
            copy.execute(postgres)?;
            Ok(())
        }
    }
}

/// A moment of the last 15 years that is the same for both sides.
fn since(a: u32, b: u32, seed: u64, today: i64) -> i64 {
    let pair = (u64::from(a.min(b)) << 32) | u64::from(a.max(b));
    let mixed = (pair ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    today - 1 - (mixed >> 20) as i64 % (15 * 365 * DAY)
}

fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_network_of_the_wanted_size() {
        let plan = Plan { members: 600, connections: 6_000, messages: 0, seed: 7 };
        let friends = network(&plan);
        assert_eq!(friends, network(&plan));
        let connections = friends.iter().map(Vec::len).sum::<usize>() / 2;
        assert!((5_900..=6_060).contains(&connections), "{connections}");
        for (member, list) in friends.iter().enumerate() {
            assert!(
                list.iter()
                    .all(|other| *other as usize != member && friends[*other as usize].contains(&(member as u32)))
            );
        }
    }
}
