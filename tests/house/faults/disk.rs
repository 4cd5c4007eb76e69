//! A disk that fails on command, under one SQLite database of the real binary: `disk.c`, preloaded.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::house::commands::{folder, gatehouse};

/// The numbers of `disk.c`: which calls.
pub const WRITE: u32 = 1;
pub const SYNC: u32 = 2;
pub const TRUNCATE: u32 = 4;
pub const RENAME: u32 = 8;
pub const UNLINK: u32 = 16;
const OPEN: u32 = 32;
const CREATE: u32 = 64;
const ACCESS: u32 = 128;

/// What `struct control` holds, in its order.
enum Field {
    Error,
    Kinds,
    First,
    Last,
    Torn,
    Calls,
    Failed,
}

const FIELDS: u64 = 7;

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As `errno` has it.
    error: u32,
    kinds: u32,
    /// Whether the first write gets half of its bytes onto the disk.
    torn: bool,
}

/// No space is left; an empty file still finds some.
pub const FULL: Fault = Fault { error: 28, kinds: WRITE, torn: false };
/// Half a write, then no space.
pub const TORN: Fault = Fault { torn: true, ..FULL };
/// Writes fail.
pub const BROKEN: Fault = Fault { error: 5, kinds: WRITE, torn: false };
/// What was written may not be on the disk.
pub const UNSYNCED: Fault = Fault { error: 5, kinds: SYNC, torn: false };
/// The file system is mounted read-only.
pub const READ_ONLY: Fault =
    Fault { error: 30, kinds: WRITE | TRUNCATE | RENAME | UNLINK | OPEN | CREATE | ACCESS, torn: false };

impl Fault {
    /// The same for one kind of calls alone.
    pub const fn of(self, kinds: u32) -> Self {
        Self { kinds, ..self }
    }
}

/// The disk under one database.
pub struct Disk {
    library: PathBuf,
    control: File,
    path: PathBuf,
    database: PathBuf,
}

impl Disk {
    /// None where nothing can be preloaded.
    pub fn under(database: &Path) -> Option<Self> {
        Some(Self::with(library()?, database))
    }

    fn with(library: &Path, database: &Path) -> Self {
        let path = database.with_file_name("disk-control");
        let mut options = File::options();
        let control = options.read(true).write(true).create(true).truncate(false).open(&path);
        let control = control.expect("a control file");
        control.set_len(FIELDS * 4).expect("its size");
        Self { library: library.to_owned(), control, path, database: database.to_owned() }
    }

    /// Puts a process on this disk.
    pub fn carry(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library);
        command.env("FAULTS_CONTROL", &self.path).env("FAULTS_DATABASE", &self.database);
    }

    /// From now on.
    pub fn fails(&self, fault: Fault) {
        self.set(fault, 1, u32::MAX);
    }

    /// The `n`th call from now; what is torn fails in the one after, too.
    pub fn fails_at(&self, fault: Fault, n: u32) {
        self.set(fault, n, n + u32::from(fault.torn));
    }

    /// Nothing fails; calls of these kinds are counted.
    pub fn counts(&self, kinds: u32) {
        self.set(Fault { error: 0, kinds, torn: false }, 0, 0);
    }

    pub fn is_well(&self) {
        self.write(Field::Error, 0);
    }

    /// How many calls there were since the last order.
    pub fn calls(&self) -> u32 {
        self.read(Field::Calls)
    }

    /// How many of them failed.
    pub fn failed(&self) -> u32 {
        self.read(Field::Failed)
    }

    fn set(&self, fault: Fault, first: u32, last: u32) {
        self.is_well();
        self.write(Field::Kinds, fault.kinds);
        self.write(Field::First, first);
        self.write(Field::Last, last);
        self.write(Field::Torn, u32::from(fault.torn));
        self.write(Field::Calls, 0);
        self.write(Field::Failed, 0);
        self.write(Field::Error, fault.error);
    }

    fn write(&self, field: Field, number: u32) {
        self.control.write_all_at(&number.to_ne_bytes(), field as u64 * 4).expect("written");
    }

    fn read(&self, field: Field) -> u32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, field as u64 * 4).expect("a number");
        u32::from_ne_bytes(bytes)
    }
}

/// The library, compiled once; none where there is no compiler, or the binary does not load it.
fn library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = LIBRARY.get_or_init(|| compile().filter(|library| is_loaded(library)));
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI needs cc and LD_PRELOAD");
        // Not with `eprintln!`, which a passing test keeps to itself.
        let _ =
            writeln!(std::io::stderr(), "skipped: the disk can't be made to fail without cc and LD_PRELOAD");
    }
    found.as_deref()
}

fn compile() -> Option<PathBuf> {
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk.so");
    // Another run may be using the one that is there.
    let own = library.with_extension(std::process::id().to_string());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/house/faults/disk.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]);
    let compiled = compiler.arg(&own).arg(source).arg("-ldl").status();
    compiled.ok().filter(std::process::ExitStatus::success)?;
    std::fs::rename(own, &library).ok().map(|()| library)
}

fn is_loaded(library: &Path) -> bool {
    let folder = folder();
    let disk = Disk::with(library, &folder.path().join("gatehouse.db"));
    disk.counts(WRITE);
    let mut command = gatehouse(&folder);
    disk.carry(&mut command);
    let url = format!("sqlite://{}", disk.database.display());
    let output = command.args(["migrate", "up"]).env("GATEHOUSE_DATABASE_URL", url).output();
    output.is_ok_and(|output| output.status.success()) && disk.calls() > 0
}
