//! Joins the style sheets and the scripts of `static/` into one file each, and compresses what is text as short as each
//! encoding can make it, so that no visitor waits for it. Lists the migrations of PostgreSQL with their texts.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The sheets in the order in which they hold: a later one has the last word.
const SHEETS: [&str; 33] = [
    "tokens",
    "elements",
    "layout",
    "components/nav",
    "components/menu",
    "components/tabs",
    "components/card",
    "components/facts",
    "components/avatar",
    "components/badge",
    "components/rows",
    "components/talk",
    "components/cards",
    "components/contact",
    "components/directory",
    "components/form",
    "components/notice",
    "components/bar",
    "components/dialog",
    "components/welcome",
    "components/landing",
    "components/profile",
    "components/own",
    "components/steps",
    "components/plot",
    "components/styleguide",
    "narrow/header",
    "narrow/bar",
    "narrow/sheets",
    "narrow/lists",
    "wide",
    "motion",
    "print",
];

fn main() -> io::Result<()> {
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let out = Path::new(&out);
    println!("cargo::rerun-if-changed=static");
    fs::write(out.join("app.css"), style()?)?;
    fs::write(out.join("app.js"), script()?)?;
    fs::copy("static/icon.svg", out.join("icon.svg"))?;
    fs::copy("static/icons/sprite.svg", out.join("sprite.svg"))?;
    for name in ["app.css", "app.js", "icon.svg", "sprite.svg"] {
        compress(&out.join(name))?;
    }
    println!("cargo::rerun-if-changed=migrations");
    fs::write(out.join("postgres.rs"), migrations("postgres")?)
}

/// A list of the folders of migrations in their order, each as its name and the text of its file, as Rust reads it.
fn migrations(engine: &str) -> io::Result<String> {
    let root = std::env::current_dir()?.join("migrations").join(engine);
    let mut folders = fs::read_dir(root)?.map(|folder| Ok(folder?.path())).collect::<io::Result<Vec<_>>>()?;
    folders.sort();
    let each = |folder: &PathBuf| {
        format!("({:?}, include_str!({:?})),\n", folder.file_name().unwrap_or_default(), folder.join("up.sql"))
    };
    Ok(format!("&[\n{}]\n", folders.iter().map(each).collect::<String>()))
}

fn style() -> io::Result<String> {
    SHEETS.iter().map(|name| fs::read_to_string(format!("static/css/{name}.css"))).collect()
}

/// One script in which each file is a block, so that none sees the names of another.
fn script() -> io::Result<String> {
    let mut joined =
        String::from("// Conveniences only: every page works the same without this file.\n\"use strict\";\n");
    let mut files = fs::read_dir("static/js")?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    for file in files {
        joined += &format!("{{\n{}}}\n", fs::read_to_string(file)?);
    }
    Ok(joined)
}

/// Writes `path.br` and `path.gz`.
fn compress(path: &Path) -> io::Result<()> {
    let text = fs::read(path)?;
    let beside = |ending: &str| PathBuf::from(format!("{}.{ending}", path.display()));
    let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    brotli.write_all(&text)?;
    fs::write(beside("br"), brotli.into_inner())?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&text)?;
    fs::write(beside("gz"), gzip.finish()?)
}
