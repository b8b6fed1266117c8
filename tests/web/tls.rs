//! The site by TLS, without a proxy in front.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use amicable::server::Tls;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::support::Site;

/// A certificate of this machine, which is its own authority, and its key, as `openssl` makes them.
fn certificate(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let made = openssl.arg("-out").arg(&certificate).arg("-keyout").arg(&key).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

#[test]
fn pages_and_forms_go_through_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate(folder.path());
    let site = Site::over_tls(Tls::load(&certificate, &key).unwrap());
    let root = Certificate::from_pem(&std::fs::read(&certificate).unwrap()).unwrap();
    let tls = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(vec![root]))).build();
    let agent = ureq::Agent::config_builder().tls_config(tls).max_redirects(0).http_status_as_error(false);
    let agent: ureq::Agent = agent.build().into();
    let page = agent.get(format!("{}/sign-in", site.address)).call().unwrap();
    assert_eq!((page.status().as_u16(), page.headers().contains_key("strict-transport-security")), (200, true));
    let form = agent.post(format!("{}/sign-up", site.address)).header("Origin", &site.address);
    let fields = [("full_name", "Ada Ruiz"), ("email", "ada@test.example"), ("password", "a quiet password")];
    let joined = form.send_form(fields).unwrap();
    let cookie = joined.headers()["set-cookie"].to_str().unwrap();
    assert_eq!(joined.status(), 303);
    assert!(cookie.contains("Secure"), "{cookie}");
    // Whoever speaks plain HTTP is not understood, and holds nothing up.
    let plain = site.address.replace("https:", "http:");
    assert!(agent.get(format!("{plain}/healthz")).call().is_err());
    assert_eq!(agent.get(format!("{}/healthz", site.address)).call().unwrap().status(), 200);
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = certificate(folder.path());
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let (_, foreign) = self::certificate(&other);
    let missing = folder.path().join("missing.pem");
    for ((certificate, key), said) in [
        ((&missing, &key), "--tls-cert"),
        ((&certificate, &missing), "--tls-key"),
        ((&key, &key), "there is no certificate in it"),
        ((&certificate, &certificate), "there is no private key in it"),
        ((&certificate, &foreign), "this is not the key of the certificate"),
    ] {
        let why = Tls::load(certificate, key).unwrap_err().to_string();
        assert!(why.contains(".pem: ") && why.contains("--tls-") && why.contains(said), "{why}");
    }
}
