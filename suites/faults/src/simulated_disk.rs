//! The contents of a disk after a power loss. Synced data is there. Each sector written since then
//! holds its old contents or any of the later writes, because the kernel writes back at any time
//! and in any order.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use testkit::chance::Chance;

use crate::trace::TraceStep;

/// The units that a disk writes atomically: a sector, a page of memory, or a whole call.
const UNITS: [usize; 3] = [512, 4096, usize::MAX];
/// The share of unsynced units that survive, in quarters from none to all.
const FOURTHS: usize = 5;

/// The files of one folder.
#[derive(Default, Clone)]
pub struct SimulatedDisk {
    folder: String,
    files: BTreeMap<String, SimulatedFile>,
    /// The running sync of each thread: a file, and how many of its changes precede the sync.
    syncing: HashMap<u32, (String, usize)>,
}

#[derive(Default, Clone)]
struct SimulatedFile {
    synced: Vec<u8>,
    since: Vec<DiskChange>,
    /// How many changes were synced.
    done: usize,
    /// Whether the folder was synced since the file was created; otherwise the file may be missing.
    is_named: bool,
}

#[derive(Clone)]
enum DiskChange {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl SimulatedDisk {
    /// A folder whose files are all synced.
    pub fn of(folder: &Path) -> Self {
        let mut disk = Self {
            folder: folder.to_str().unwrap().to_owned(),
            ..Self::default()
        };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = SimulatedFile {
                synced: fs::read(&path).unwrap(),
                is_named: true,
                ..SimulatedFile::default()
            };
            let path = path.to_str().unwrap().to_owned();
            disk.files.insert(path, file);
        }
        disk
    }

    /// Applies a step.
    pub fn step(&mut self, step: &TraceStep) {
        match step {
            TraceStep::Write { file, at, bytes } => {
                self.change(file, DiskChange::Write(*at, bytes.clone()));
            }
            TraceStep::Length { file, length } => self.change(file, DiskChange::Length(*length)),
            TraceStep::SyncBegins { file, thread } => {
                let known = self.files.get(file);
                let before = known.map_or(0, |file| file.done + file.since.len());
                self.syncing.insert(*thread, (file.clone(), before));
            }
            TraceStep::SyncEnds { thread } => {
                let (file, before) = self.syncing.remove(thread).unwrap();
                self.sync(&file, before);
            }
            TraceStep::Removed { file } => drop(self.files.remove(file)),
            TraceStep::Sent(_) => {}
        }
    }

    fn change(&mut self, file: &str, change: DiskChange) {
        // The `-shm` file is shared memory, which the next process rebuilds.
        if file.starts_with(&self.folder) && !file.ends_with("-shm") {
            let file = self.files.entry(file.to_owned()).or_default();
            file.since.push(change);
        }
    }

    fn sync(&mut self, file: &str, before: usize) {
        if file == self.folder {
            self.files
                .values_mut()
                .for_each(|file| file.is_named = true);
        } else if let Some(file) = self.files.get_mut(file) {
            let count = before.saturating_sub(file.done);
            file.done += count;
            for change in file.since.drain(..count) {
                change.onto(&mut file.synced, usize::MAX, &mut |_| true);
            }
        }
    }

    /// Whether any write has not been synced.
    pub fn is_behind(&self) -> bool {
        self.files.values().any(|file| !file.since.is_empty())
    }

    /// Writes a possible state after a power loss into another folder.
    pub fn leave(&self, folder: &Path, chance: &mut Chance) {
        for (path, file) in &self.files {
            let (fourths, unit) = (chance.below(FOURTHS), *chance.one(&UNITS));
            if !file.is_named && chance.below(2) == 0 {
                continue;
            }
            let mut left = file.synced.clone();
            for change in &file.since {
                change.onto(&mut left, unit, &mut |_| {
                    chance.below(FOURTHS - 1) < fourths
                });
            }
            let name = Path::new(path).file_name().unwrap();
            fs::write(folder.join(name), left).unwrap();
        }
    }
}

impl DiskChange {
    /// Applies the change to those units of a file for which `arrives` returns true.
    fn onto(&self, file: &mut Vec<u8>, unit: usize, arrives: &mut dyn FnMut(usize) -> bool) {
        match self {
            Self::Length(length) => {
                if arrives(*length) {
                    file.resize(*length, 0);
                }
            }
            Self::Write(at, bytes) => {
                let (mut from, end) = (*at, at + bytes.len());
                while from < end {
                    let to = (from / unit + 1).saturating_mul(unit).min(end);
                    if arrives(from) {
                        file.resize(file.len().max(to), 0);
                        file[from..to].copy_from_slice(&bytes[from - at..to - at]);
                    }
                    from = to;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In how many of a hundred power losses after these steps the file exists and is complete.
    fn whole(steps: &[TraceStep]) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = SimulatedDisk {
            folder: "/d".to_owned(),
            ..SimulatedDisk::default()
        };
        for step in steps {
            disk.step(step);
        }
        let mut chance = Chance::new(1);
        let mut left = || {
            let _ = fs::remove_file(folder.path().join("a"));
            disk.leave(folder.path(), &mut chance);
            fs::read(folder.path().join("a")).is_ok_and(|bytes| bytes == [7; 2000])
        };
        (0..100).filter(|_| left()).count()
    }

    fn sync(file: &str) -> [TraceStep; 2] {
        let file = file.to_owned();
        [
            TraceStep::SyncBegins { file, thread: 1 },
            TraceStep::SyncEnds { thread: 1 },
        ]
    }

    #[test]
    fn only_what_was_synced_outlives_the_power() {
        let file = || "/d/a".to_owned();
        let write = [TraceStep::Write {
            file: file(),
            at: 0,
            bytes: vec![7; 2000],
        }];
        let named = sync("/d");
        let done = [&write[..], &sync("/d/a"), &named].concat();
        assert_eq!(whole(&done), 100);
        let unsynced = [&write[..], &named].concat();
        assert!(
            (10..90).contains(&whole(&unsynced)),
            "some sectors, or none"
        );
        let unnamed = [&write[..], &sync("/d/a")].concat();
        assert!(
            (20..80).contains(&whole(&unnamed)),
            "the file may be missing"
        );
        let under_way = [&write[..], &named, &sync("/d/a")[..1]].concat();
        assert!(whole(&under_way) < 90, "a sync that has not returned");
        let before = [&sync("/d/a")[..1], &write, &sync("/d/a")[1..], &named].concat();
        assert!(whole(&before) < 90, "what came behind the sync's beginning");
        let shorter = TraceStep::Length {
            file: file(),
            length: 10,
        };
        assert!(whole(&[&done[..], &[shorter]].concat()) < 90, "cut");
    }
}
