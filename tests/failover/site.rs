//! Two nodes of the site, and a balancer in front of them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{Process, free_port, until};

/// Two nodes of the site and the balancer in front of them.
pub struct Site {
    folder: tempfile::TempDir,
    databases: [String; 2],
    nodes: Vec<(u16, Option<Process>)>,
    pub port: u16,
    _balancer: Process,
}

impl Site {
    /// Starts them, each with the URL that it asks its database at.
    pub fn start(databases: [String; 2]) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let nodes: Vec<(u16, Option<Process>)> = (0..2).map(|_| (free_port(), None)).collect();
        let port = free_port();
        std::fs::write(folder.path().join("haproxy.cfg"), balancing(port, &nodes)).unwrap();
        let program = if Path::new("/usr/sbin/haproxy").exists() { "/usr/sbin/haproxy" } else { "haproxy" };
        let mut haproxy = Command::new(program);
        haproxy.args(["-db", "-f"]).arg(folder.path().join("haproxy.cfg"));
        let balancer = Process::start(&mut haproxy, &folder.path().join("haproxy.log"));
        let mut site = Site { folder, databases, nodes, port, _balancer: balancer };
        // Both at once, on an empty database: one migrates, the other waits.
        site.start_node(0);
        site.start_node(1);
        until("both nodes", 30, || (0..2).all(|node| site.answers(node)));
        site
    }

    fn start_node(&mut self, at: usize) {
        let mut node = Command::new(env!("CARGO_BIN_EXE_amicable"));
        node.args(["serve", "--listen", &format!("127.0.0.1:{}", self.nodes[at].0)]).args([
            "--database-url",
            &self.databases[at],
            "--invitation-limit",
            "1000000",
            "--workers",
            "2",
        ]);
        self.nodes[at].1 = Some(Process::start(&mut node, &self.folder.path().join(format!("node{at}.log"))));
    }

    fn answers(&self, at: usize) -> bool {
        ureq::get(format!("http://127.0.0.1:{}/healthz", self.nodes[at].0)).call().is_ok()
    }

    /// Ends a node and starts it again; the other one has much to do meanwhile.
    pub fn restart_node(&mut self, at: usize, end: fn(&mut Process)) {
        end(self.nodes[at].1.as_mut().unwrap());
        self.nodes[1 - at].1.as_ref().unwrap().stand_still(Duration::from_millis(600));
        std::thread::sleep(Duration::from_millis(400));
        self.start_node(at);
        until("the node", 30, || self.answers(at));
        // The balancer is to see it too before the other goes.
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// `/healthz`, and not `/readyz`, which asks the database: while that is away a node lets people wait. Without a timeout of its own
/// a check may take as long as the time between two, and a node that is only busy, the last there is, would be taken for dead.
fn balancing(port: u16, nodes: &[(u16, Option<Process>)]) -> String {
    let servers: String = nodes
        .iter()
        .enumerate()
        .map(|(at, (port, _))| format!("    server node{at} 127.0.0.1:{port} check\n"))
        .collect();
    format!(
        "defaults\n    mode http\n    timeout check 2s\n    timeout connect 1s\n    timeout client 60s\n    timeout server 60s\n    \
         retries 5\n    option redispatch 1\n    retry-on conn-failure empty-response\nlisten site\n    bind 127.0.0.1:{port}\n    \
         balance roundrobin\n    option httpchk GET /healthz\n    default-server inter 200ms fall 1 rise 1\n{servers}"
    )
}
