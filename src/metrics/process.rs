//! What the system says of this process, under the names that every exporter gives.

use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

/// Clock ticks of a second in `/proc`, on every Linux.
const TICKS: f64 = 100.0;
/// Bytes of a page in `/proc/self/statm`.
const PAGE: u64 = 4_096;

/// Adds what can be read of this process; nothing where there is no `/proc`.
pub fn gather(all: &mut Registry) {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    if let Some(pages) = read("statm").split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()) {
        let bytes = ConstGauge::new((pages * PAGE) as f64);
        all.register("process_resident_memory_bytes", "Memory that the process takes", bytes);
    }
    if let Some(seconds) = cpu_seconds(&read("stat")) {
        all.register("process_cpu_seconds", "Time that the process has used", ConstCounter::new(seconds));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        let open = ConstGauge::new(open.count() as f64);
        all.register("process_open_fds", "Descriptors that are open", open);
    }
    if let Some(most) = most_open(&read("limits")) {
        all.register("process_max_fds", "Descriptors that may be open", ConstGauge::new(most));
    }
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    // The name of the program, in brackets, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let user: f64 = fields.nth(11)?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

fn most_open(limits: &str) -> Option<f64> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        let stat = "7 (a ) name) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(most_open("Max files 1\nMax open files            1024    4096   files\n"), Some(1024.0));
    }
}
