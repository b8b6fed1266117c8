//! What the machines of a Citus cluster say of each other. diesel tells no SQLSTATE, and most of these sentences have none of
//! their own: Citus passes on what libpq says of a worker, in English where `lc_messages` is `C`. A machine that cannot be
//! reached at all is a failed connection by its kind, and is not listed here.

/// Transactions of several machines, or of one machine that was asked through another, waited for each other.
const DEADLOCKS: [&str; 2] = ["involved in a distributed deadlock", "deadlock detected"];

/// A machine went away while it was asked.
const AWAY: [&str; 16] = [
    // libpq's, of a worker's connection that ended.
    "server closed the connection unexpectedly",
    "could not receive data from server",
    "could not send data to server",
    "no connection to the server",
    "SSL connection has been closed unexpectedly",
    "SSL SYSCALL error",
    "SSL error",
    // A worker's last words, of which those of an operator, a crash and a lost parent begin alike.
    "terminating connection",
    // Citus' own.
    "connection to the remote node",
    "failure on connection marked as essential",
    "execution cannot recover from multiple connection failures",
    "failed to prepare transaction",
    // The one machine that a transaction had changed did not answer to COMMIT: it may have happened.
    "could not commit transaction for shard",
    "to fetch intermediate results",
    "failed to read result",
    // Of the machine that is asked itself, between the end of its first process and its own.
    "postmaster was shut down",
];

/// Whether a transaction was rolled back since others waited for it.
pub(super) fn is_deadlock(message: &str) -> bool {
    DEADLOCKS.iter().any(|said| message.contains(said))
}

/// Whether a machine went away, so that it can be tried again.
pub(super) fn is_away(message: &str) -> bool {
    AWAY.iter().any(|said| message.contains(said))
}

#[cfg(test)]
mod tests {
    use super::{AWAY, is_away, is_deadlock};

    /// As Citus 13.2 and PostgreSQL 15 say it.
    const SAID: [&str; 21] = [
        "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally",
        "could not receive data from server: Connection timed out",
        "could not send data to server: Broken pipe",
        "no connection to the server",
        "SSL connection has been closed unexpectedly",
        "SSL SYSCALL error: EOF detected",
        "SSL error: unexpected eof while reading",
        "terminating connection due to administrator command",
        "terminating connection because of crash of another server process",
        "terminating connection due to unexpected postmaster exit",
        "terminating connection due to idle-in-transaction timeout",
        "connection to the remote node me@10.0.0.2:5432 failed",
        "connection to the remote node me@10.0.0.2:5432 failed with the following error: connection not open",
        "connection to the remote node me@10.0.0.2:5432 failed with the following error: connection to server at \"10.0.0.2\", \
         port 5432 failed: FATAL:  the database system is starting up",
        "failure on connection marked as essential: 10.0.0.2:5432",
        "execution cannot recover from multiple connection failures. Last node failed 10.0.0.2:5432",
        "failed to prepare transaction 'citus_0_5139_7_1' on host 10.0.0.2:5432",
        "could not commit transaction for shard 102044 on at least one active node",
        "cannot connect to 10.0.0.2:5432 to fetch intermediate results",
        "failed to read result \"2_1\" from node 10.0.0.2:5432",
        "postmaster was shut down, exiting",
    ];

    #[test]
    fn a_machine_that_went_away_is_known() {
        for said in SAID {
            assert!(is_away(said) && !is_deadlock(said), "{said}");
        }
        for phrase in AWAY {
            assert!(SAID.iter().any(|said| said.contains(phrase)), "{phrase}");
        }
    }

    #[test]
    fn a_deadlock_between_machines_is_known() {
        for said in ["canceling the transaction since it was involved in a distributed deadlock", "deadlock detected"] {
            assert!(is_deadlock(said) && !is_away(said), "{said}");
        }
    }

    #[test]
    fn a_mistake_is_not_taken_for_a_machine_that_went_away() {
        for said in [
            "complex joins are only supported when all distributed tables are co-located",
            "duplicate key value violates unique constraint \"receipts_pkey\"",
            "canceling statement due to lock timeout",
            "relation \"members\" does not exist",
        ] {
            assert!(!is_away(said) && !is_deadlock(said), "{said}");
        }
    }
}
