//! A highly available PostgreSQL on loopback: three servers under Patroni in synchronous mode, etcd, and HAProxy in
//! front, from Debian's packages. All of it in a temporary folder, every process ended by its id.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::process::{Process, as_user, bin, free_port, kill_postgres, postgres_user, until};

struct Server {
    name: String,
    folder: PathBuf,
    port: u16,
    api: u16,
    patroni: Option<Process>,
}

pub struct Cluster {
    folder: tempfile::TempDir,
    user: Option<(u32, u32)>,
    servers: Vec<Server>,
    balancer: Option<Process>,
    pub port: u16,
    _etcd: Process,
}

impl Cluster {
    pub fn start() -> Cluster {
        let folder = tempfile::tempdir().unwrap();
        let user = postgres_user();
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let (client, peer) = (free_port(), free_port());
        let mut etcd = Command::new("etcd");
        etcd.args(["--name", "one", "--unsafe-no-fsync", "--data-dir"]).arg(folder.path().join("etcd")).args([
            format!("--listen-client-urls=http://127.0.0.1:{client}"),
            format!("--advertise-client-urls=http://127.0.0.1:{client}"),
            format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
            format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"),
            format!("--initial-cluster=one=http://127.0.0.1:{peer}"),
        ]);
        let etcd = Process::start(as_user(&mut etcd, user), &folder.path().join("etcd.log"));
        until("etcd", 20, || std::net::TcpStream::connect(("127.0.0.1", client)).is_ok());
        let servers = (1..=3)
            .map(|number| Server {
                name: format!("server{number}"),
                folder: folder.path().join(format!("server{number}")),
                port: free_port(),
                api: free_port(),
                patroni: None,
            })
            .collect();
        let mut cluster = Cluster { folder, user, servers, balancer: None, port: free_port(), _etcd: etcd };
        for server in &cluster.servers {
            std::fs::create_dir(&server.folder).unwrap();
            if let Some((user, group)) = user {
                std::os::unix::fs::chown(&server.folder, Some(user), Some(group)).unwrap();
            }
            std::fs::write(server.folder.join("patroni.yml"), server.configuration(client)).unwrap();
        }
        cluster.start_server(0);
        until("a primary", 60, || cluster.primary().is_some());
        cluster.start_server(1);
        cluster.start_server(2);
        until("a synchronous standby", 60, || cluster.standby().is_some());
        std::fs::write(cluster.folder.path().join("haproxy.cfg"), cluster.balancing()).unwrap();
        cluster.start_balancer();
        cluster
    }

    /// Where the application finds it.
    pub fn url(&self, database: &str) -> String {
        // A balancer that just started has asked nobody yet who leads.
        format!("postgres://postgres@127.0.0.1:{}/{database}?target_session_attrs=read-write", self.port)
    }

    pub fn start_server(&mut self, at: usize) {
        let server = &mut self.servers[at];
        let mut patroni = Command::new("patroni");
        patroni.arg(server.folder.join("patroni.yml")).current_dir(&server.folder);
        server.patroni = Some(Process::start(as_user(&mut patroni, self.user), &server.folder.join("log")));
    }

    /// Kills a server's Patroni and every process of its PostgreSQL, as if the machine had gone.
    pub fn kill_server(&mut self, at: usize) {
        let server = &mut self.servers[at];
        if let Some(mut patroni) = server.patroni.take() {
            patroni.kill();
        }
        kill_postgres(&server.folder.join("data"));
    }

    pub fn start_balancer(&mut self) {
        let mut haproxy =
            Command::new(if Path::new("/usr/sbin/haproxy").exists() { "/usr/sbin/haproxy" } else { "haproxy" });
        haproxy.args(["-db", "-f"]).arg(self.folder.path().join("haproxy.cfg"));
        self.balancer = Some(Process::start(&mut haproxy, &self.folder.path().join("haproxy.log")));
        // It takes turns among the servers until it knows who leads.
        let mut in_a_row = 0;
        until("the balancer", 20, || {
            in_a_row = if answers(&self.url("postgres")) { in_a_row + 1 } else { 0 };
            in_a_row > 6
        });
    }

    pub fn kill_balancer(&mut self) {
        if let Some(mut balancer) = self.balancer.take() {
            balancer.kill();
        }
    }

    /// The server that leads, as the others see it.
    pub fn primary(&self) -> Option<usize> {
        self.with_role(&["leader", "master", "primary"])
    }

    pub fn standby(&self) -> Option<usize> {
        self.with_role(&["sync_standby"])
    }

    /// Servers that lead or follow a leader.
    pub fn running(&self) -> usize {
        let is_up = |member: &&Value| matches!(member["state"].as_str(), Some("running" | "streaming"));
        self.members().iter().filter(is_up).count()
    }

    /// A switch-over as an operator asks for it.
    pub fn switch_over(&self) {
        let (from, to) = (self.primary().unwrap(), self.standby().unwrap());
        let body = format!(r#"{{"leader": "{}", "candidate": "{}"}}"#, self.servers[from].name, self.servers[to].name);
        let url = format!("http://127.0.0.1:{}/switchover", self.servers[from].api);
        let answer = ureq::post(url).header("Content-Type", "application/json").send(body).unwrap();
        assert!(answer.status().is_success());
        until("the switch-over", 30, || self.primary() == Some(to));
    }

    fn with_role(&self, roles: &[&str]) -> Option<usize> {
        let members = self.members();
        let wanted = |member: &&Value| {
            roles.iter().any(|role| member["role"] == **role)
                && matches!(member["state"].as_str(), Some("running" | "streaming"))
        };
        let name = members.iter().find(wanted)?["name"].as_str()?.to_owned();
        self.servers.iter().position(|server| server.name == name)
    }

    fn members(&self) -> Vec<Value> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(2))).build().into();
        let ask = |server: &Server| {
            server.patroni.as_ref()?;
            let mut answer = agent.get(format!("http://127.0.0.1:{}/cluster", server.api)).call().ok()?;
            let text = answer.body_mut().read_to_string().ok()?;
            serde_json::from_str::<Value>(&text).ok()?["members"].as_array().cloned()
        };
        self.servers.iter().find_map(ask).unwrap_or_default()
    }

    fn balancing(&self) -> String {
        let servers: String = self
            .servers
            .iter()
            .map(|server| format!("    server {} 127.0.0.1:{} check port {}\n", server.name, server.port, server.api))
            .collect();
        format!(
            "defaults\n    mode tcp\n    timeout connect 1s\n    timeout client 1h\n    timeout server 1h\n    \
             timeout check 1s\nlisten postgres\n    bind 127.0.0.1:{}\n    option httpchk OPTIONS /primary\n    \
             http-check expect status 200\n    \
             default-server inter 300ms fall 2 rise 1 on-marked-down shutdown-sessions\n{servers}",
            self.port
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for server in &self.servers {
                let log = std::fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                println!("{}:\n{}", server.name, lines[lines.len().saturating_sub(25)..].join("\n"));
            }
        }
        for at in 0..self.servers.len() {
            self.kill_server(at);
        }
    }
}

impl Server {
    /// The times are short, so that a test need not wait; docs/operating.md says what a real cluster should have.
    fn configuration(&self, etcd: u16) -> String {
        let (name, folder, port, api) = (&self.name, self.folder.display(), self.port, self.api);
        let bin = bin();
        let bin = bin.display();
        format!(
            "scope: amicable
name: {name}
restapi: {{listen: '127.0.0.1:{api}', connect_address: '127.0.0.1:{api}'}}
etcd3: {{host: '127.0.0.1:{etcd}'}}
bootstrap:
  dcs:
    ttl: 5
    loop_wait: 1
    retry_timeout: 2
    primary_start_timeout: 0
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{wal_log_hints: 'on', max_connections: 100, shared_buffers: 32MB, wal_keep_size: 256MB}}
  initdb: [encoding: UTF8, locale: C.UTF-8]
postgresql:
  listen: '127.0.0.1:{port}'
  connect_address: '127.0.0.1:{port}'
  data_dir: {folder}/data
  bin_dir: {bin}
  pgpass: {folder}/pgpass
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: replicator}}
  parameters: {{unix_socket_directories: '{folder}'}}
  pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
"
        )
    }
}

/// Whether a server answers there.
fn answers(url: &str) -> bool {
    use diesel::Connection;
    diesel::PgConnection::establish(&format!("{url}&connect_timeout=1")).is_ok()
}
