//! What can be said on the command line.

use std::path::PathBuf;

use amicable::config::{DatabaseArgs, ServeArgs, SiteArgs};
use amicable::db::DatabaseUrl;
use clap::{Parser, Subcommand};

use super::moderation::Suspension;

/// The professional network that a community hosts itself.
#[derive(Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// What is to be done.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the site
    Serve {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        serve: ServeArgs,
    },
    /// Serve a throw-away site with a made-up network, to look around in
    Demo {
        #[command(flatten)]
        serve: ServeArgs,
        /// Your own LinkedIn export: its people become the demo member's connections
        #[arg(long, value_name = "Connections.csv")]
        connections: Option<PathBuf>,
    },
    /// Bring the database up to date and stop
    Migrate {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Also spread the tables over the machines of a Citus cluster
        #[arg(long)]
        distribute: bool,
    },
    /// Move a site to another database, e.g. from SQLite to PostgreSQL, or go on where an earlier copy stopped
    Copy {
        /// Where the site is; nobody may use it meanwhile
        #[arg(long, value_name = "URL", hide_env_values = true)]
        from: DatabaseUrl,
        /// Where it goes; empty, or what an earlier copy left
        #[arg(long, value_name = "URL", hide_env_values = true)]
        to: DatabaseUrl,
    },
    /// Write a backup of the site, which may be in use meanwhile
    Backup {
        #[command(flatten)]
        database: SiteArgs,
        /// The file to make; there must be none of this name
        file: PathBuf,
    },
    /// Make a site of a backup, in a database that is empty or a file that is not there
    Restore {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The backup
        file: PathBuf,
        /// Only look whether the backup is whole
        #[arg(long)]
        only_verify: bool,
    },
    /// Look whether everything in the database is as it should be
    Check {
        #[command(flatten)]
        database: SiteArgs,
        /// Repair what can be repaired, and say what
        #[arg(long)]
        repair: bool,
    },
    /// Make and list members, say who runs the site, suspend
    #[command(subcommand)]
    Member(MemberCommand),
    /// Fill an empty database with a made-up network of any size, to measure with
    Seed {
        #[command(flatten)]
        database: DatabaseArgs,
        /// How many members
        #[arg(long, default_value_t = 10_000)]
        members: u32,
        /// How many connections between them
        #[arg(long, default_value_t = 250_000)]
        connections: u64,
        /// How many messages of the first member, the half of them with one connection
        #[arg(long, default_value_t = 0)]
        messages: u64,
        /// The same number makes the same network
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// What is to be done with members.
#[derive(Subcommand)]
pub enum MemberCommand {
    /// Delete an account at once, everywhere and for good
    Delete {
        #[command(flatten)]
        database: SiteArgs,
        /// A handle, or an e-mail address that one account alone has
        who: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Make an account; the password comes from the terminal
    Create {
        #[command(flatten)]
        database: DatabaseArgs,
        #[arg(long)]
        full_name: String,
        #[arg(long)]
        email: String,
        /// May run the site
        #[arg(long)]
        admin: bool,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Say what a member may do for the site
    Role {
        #[command(flatten)]
        database: SiteArgs,
        /// A handle, or an e-mail address that one account alone has
        who: String,
        /// member, moderator or administrator
        role: String,
    },
    /// Suspend a member until a day, or ban them
    Suspend {
        #[command(flatten)]
        database: SiteArgs,
        /// A handle, or an e-mail address that one account alone has
        who: String,
        #[command(flatten)]
        how: Suspension,
    },
    /// Turn off the second step of a member who has lost their device and their recovery codes
    SecondFactorOff {
        #[command(flatten)]
        database: SiteArgs,
        /// A handle, or an e-mail address that one account alone has
        who: String,
    },
    /// Set a member's password, which ends their sessions; it comes from the terminal
    Password {
        #[command(flatten)]
        database: SiteArgs,
        /// A handle, or an e-mail address that one account alone has
        who: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all accounts: handle, name, e-mail addresses, role, and whether they are suspended, leaving or hidden
    List {
        #[command(flatten)]
        database: SiteArgs,
    },
}
