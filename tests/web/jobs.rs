//! Jobs run beside the requests, each at one node at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use amicable::error::Error;
use amicable::jobs::{Job, Jobs};
use amicable::schema::job_leases::{self, table};
use diesel::prelude::*;

use crate::support::Site;

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_job_runs_at_one_node_at_a_time() {
    let site = Site::new();
    let (running, most, (ran, runs)) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), mpsc::channel());
    let node = |number: usize| {
        let (running, most, ran) = (running.clone(), most.clone(), ran.clone());
        let run = move |db: &amicable::db::Db, _: &_| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Long enough that the other node would be seen to run meanwhile.
            (0..20).try_for_each(|_| db.write_blocking(|_| Ok(())))?;
            running.fetch_sub(1, Ordering::SeqCst);
            let _ = ran.send(number);
            Ok(())
        };
        let jobs = Jobs::default();
        // Between its runs the other has a chance.
        let job = Job { name: "test", every: Duration::from_millis(900), is_due: None, run: Box::new(run) };
        jobs.start(&site.another_database(), vec![job]).unwrap();
        jobs
    };
    let nodes = [node(0), node(1)];
    let mut seen = [0, 0];
    while seen.iter().any(|runs| *runs < 3) {
        seen[runs.recv().unwrap()] += 1;
    }
    nodes.iter().for_each(Jobs::stop);
    assert_eq!(most.load(Ordering::SeqCst), 1, "{seen:?}");
    assert_eq!(holder(&site), "");
}

#[test]
fn a_job_that_is_woken_runs_at_once() {
    let site = Site::new();
    let (ran, runs) = mpsc::channel();
    let run = move |_: &_, _: &_| ran.send(()).map_err(|why| Error::Unavailable(why.to_string()));
    let jobs = Jobs::default();
    jobs.start(&site.db, vec![Job { name: "test", every: HOUR, is_due: None, run: Box::new(run) }]).unwrap();
    runs.recv().unwrap();
    for _ in 0..3 {
        jobs.wake("test");
        runs.recv().unwrap();
    }
    jobs.stop();
}

#[test]
fn a_stop_lets_a_run_end_and_its_lease() {
    let site = Site::new();
    let (began, begun) = mpsc::channel();
    let run = move |_: &_, turn: &amicable::jobs::Turn| {
        let _ = began.send(());
        while turn.goes_on() {
            std::thread::yield_now();
        }
        Ok(())
    };
    let jobs = Jobs::default();
    jobs.start(&site.db, vec![Job { name: "test", every: HOUR, is_due: None, run: Box::new(run) }]).unwrap();
    begun.recv().unwrap();
    assert_ne!(holder(&site), "");
    jobs.stop();
    assert_eq!(holder(&site), "");
}

#[test]
fn a_failing_job_is_said_by_a_ready_site() {
    let site = Site::new();
    let (ran, runs) = mpsc::channel();
    let run = move |_: &_, _: &_| {
        let _ = ran.send(());
        Err(Error::Unavailable("no".into()))
    };
    let jobs = Jobs::default();
    jobs.start(&site.db, vec![Job { name: "test", every: HOUR, is_due: None, run: Box::new(run) }]).unwrap();
    runs.recv().unwrap();
    jobs.stop();
    let mut visitor = site.visitor();
    visitor.open("/readyz");
    assert_eq!(visitor.page.status, 200);
    assert!(visitor.page.body.starts_with("ready\ntest: failing, last success never, "), "{}", visitor.page.body);
    assert!(!visitor.page.body.contains("last failure never"));
}

#[test]
fn a_job_that_panics_has_failed() {
    let site = Site::new();
    let (ran, runs) = mpsc::channel();
    let run = move |_: &_, _: &_| {
        let _ = ran.send(());
        panic!("on purpose")
    };
    let jobs = Jobs::default();
    jobs.start(&site.db, vec![Job { name: "test", every: HOUR, is_due: None, run: Box::new(run) }]).unwrap();
    runs.recv().unwrap();
    // Only once the first run has ended there is another.
    jobs.wake("test");
    runs.recv().unwrap();
    jobs.stop();
    assert!(site.visitor().open("/readyz").page.body.contains("test: failing"));
}

fn holder(site: &Site) -> String {
    let row = table.find("test").select(job_leases::holder);
    site.db.write_blocking(|connection| Ok(row.first(connection)?)).unwrap()
}
