//! The program, run as its operators run it, and what a site holds.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use amicable::db::{Connection, Db};
use amicable::schema::{connection_counts, members, relationships};
use diesel::prelude::*;

use crate::database::Database;

pub fn amicable(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amicable"));
    command.args(arguments).env_remove("DATABASE_URL").env("AMICABLE_MAIL", "off");
    command
}

pub fn run(command: &mut Command) -> (bool, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// A site that is served, ended when dropped.
pub struct Served {
    pub child: Child,
    pub address: String,
}

impl Served {
    pub fn start(mut command: Command) -> Served {
        let mut child = command.env("NO_COLOR", "1").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains("http://127.0.0.1:")).unwrap();
        let address = &line[line.find("http://").unwrap()..];
        let address = address.split_whitespace().next().unwrap().to_owned();
        // Whoever writes to a pipe that nobody reads would wait.
        std::thread::spawn(move || lines.for_each(drop));
        Served { child, address }
    }

    pub fn serve(database: &Database) -> Served {
        Served::start(amicable(&["serve", "--listen", "127.0.0.1:0", "--database-url", &database.argument()]))
    }

    /// Asks it to end, and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        self.child.wait().unwrap()
    }

    /// The first made-up member, signed in: sends forms and says how they are answered; nothing where nobody answers.
    pub fn hub(&self) -> impl Fn(&str) -> Option<u16> + use<> {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let agent: ureq::Agent = config.timeout_global(Some(Duration::from_secs(20))).build().into();
        let form = [("email", "member1@seed.example"), ("password", amicable::demo::seed::PASSWORD)];
        assert_eq!(agent.post(format!("{}/sign-in", self.address)).send_form(form).unwrap().status(), 303);
        let address = self.address.clone();
        move |path| Some(agent.post(format!("{address}{path}")).send_empty().ok()?.status().as_u16())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn seeded(database: &Database) -> Vec<String> {
    let url = database.argument();
    let (done, said) =
        run(&mut amicable(&["seed", "--database-url", &url, "--members", "900", "--connections", "9000"]));
    assert!(done && said.contains("900 members"), "{said}");
    connected(database)
}

/// With whom the first made-up member is connected.
pub fn connected(database: &Database) -> Vec<String> {
    let db = database.open();
    let friends = db.write_blocking(|connection| {
        let friends = relationships::table
            .inner_join(members::table.on(members::id.eq(relationships::other_id)))
            .filter(relationships::owner_id.eq(1))
            .filter(relationships::state.eq(4));
        Ok(friends.select(members::handle).load(connection)?)
    });
    db.close();
    friends.unwrap()
}

/// Every pair is legal, the counts are right, and these members are disconnected from the first.
pub fn sound(database: &Database, gone: &[String]) {
    let db = database.open();
    all_sound(&db, gone);
    db.close();
}

pub fn all_sound(db: &Db, gone: &[String]) {
    db.write_blocking(|connection| {
        let rows =
            relationships::table.select((relationships::owner_id, relationships::other_id, relationships::state));
        let rows: Vec<(i64, i64, i16)> = rows.load(connection)?;
        let sides: std::collections::HashMap<(i64, i64), i16> =
            rows.iter().map(|(owner, other, state)| ((*owner, *other), *state)).collect();
        for ((owner, other), state) in &sides {
            let pair = (*state, *sides.get(&(*other, *owner)).unwrap());
            assert!(matches!(pair, (4, 4) | (5, 6) | (6, 5)), "{pair:?}");
        }
        let counted: i32 = connection_counts::table.find(1).select(connection_counts::number).first(connection)?;
        let have = sides.iter().filter(|((owner, _), state)| *owner == 1 && **state == 4).count();
        assert_eq!(usize::try_from(counted).unwrap(), have);
        for handle in gone {
            let id: i64 = members::table.filter(members::handle.eq(handle)).select(members::id).first(connection)?;
            assert_eq!(sides[&(1, id)], 5, "{handle} was answered as disconnected");
        }
        Ok(())
    })
    .unwrap();
}

/// What a site holds besides people and their connections: photos, tags, notes, removals, entries of the audit log.
pub fn with_a_bit_of_everything(database: &Database) {
    use amicable::audit::{self, Act, Actor};
    use amicable::ids::MemberId;
    use amicable::schema::{photos, removal_members, removals, tags};
    let everything = |connection: &mut Connection| {
        let rows: [Vec<u8>; 2] = [(0..=255).collect(), b"not, a \"field\"\n".to_vec()];
        for (side, jpeg) in [96i16, 256].into_iter().zip(rows) {
            let row = (photos::member_id.eq(1), photos::name.eq("abc"), photos::side.eq(side), photos::jpeg.eq(jpeg));
            diesel::insert_into(photos::table).values(row).execute(connection)?;
        }
        let tag = (tags::owner_id.eq(1), tags::other_id.eq(2), tags::tag.eq("choir, \"first\""));
        diesel::insert_into(tags::table).values(tag).execute(connection)?;
        let note = relationships::private_note.eq("two\nlines, and \"more\"");
        diesel::update(relationships::table.filter(relationships::owner_id.eq(1))).set(note).execute(connection)?;
        let (owner, id) = (removals::owner_id.eq(1), removals::id.eq(7));
        let removal = (owner, id, removals::created_at.eq(5), removals::skipped.eq("3"), removals::removed.eq(1));
        diesel::insert_into(removals::table).values((removal, removals::restored.eq(0))).execute(connection)?;
        let (owner, id) = (removal_members::owner_id.eq(1), removal_members::removal_id.eq(7));
        let member = (owner, id, removal_members::other_id.eq(2), removal_members::sort_first.eq("b"));
        diesel::insert_into(removal_members::table).values(member).execute(connection)?;
        for detail in ["Spam", "Spam, \"again\""] {
            let (act, subject) = (Act::Warned, Some(MemberId::new(2)));
            audit::record(connection, Actor::CommandLine, act, subject, detail)?;
        }
        Ok(())
    };
    database.open().write_blocking(everything).unwrap();
}
