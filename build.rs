//! Compresses what of `static/` is text, as short as each encoding can make it, so that no visitor waits for it.

use std::io::{self, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    for name in ["app.css", "app.js", "icon.svg"] {
        let path = format!("static/{name}");
        println!("cargo::rerun-if-changed={path}");
        let text = std::fs::read(&path)?;
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
        brotli.write_all(&text)?;
        std::fs::write(Path::new(&out).join(format!("{name}.br")), brotli.into_inner())?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&text)?;
        std::fs::write(Path::new(&out).join(format!("{name}.gz")), gzip.finish()?)?;
    }
    Ok(())
}
