//! The keys of households: one file each, outside the store.
//!
//! A store never forgets for sure: a deleted value was still in its file after 20,000 later
//! writes. What identifies people is therefore sealed with a key that lies elsewhere, and
//! erasing somebody is destroying that key. It goes into no backup, or each one would keep
//! what was erased; a second folder, on another disk, stands in for that.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};

/// The folder of keys in a data directory.
pub const FOLDER: &str = "household-keys";
const SUFFIX: &str = ".key";
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nothing was sealed: a key that may not be there tomorrow seals nothing.
    #[error(
        "failed to write the key of a household in {folder} ({source}); make the folder writable, \
         then try again"
    )]
    Write { folder: PathBuf, source: io::Error },
    #[error("failed to read the keys of households in {folder} ({source})")]
    Read { folder: PathBuf, source: io::Error },
    /// What it sealed can be read as long as it is there.
    #[error(
        "failed to destroy the key of a household in {folder} ({source}); make the folder \
         writable, then erase again"
    )]
    Destroy { folder: PathBuf, source: io::Error },
}

/// Whose key it is: a household's, or that of one that applies and has no code yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Holder {
    pub programme: String,
    /// `household` or `application`.
    pub noun: &'static str,
    pub code: String,
}

impl Holder {
    pub fn household(programme: &str, code: &str) -> Self {
        Holder {
            programme: programme.to_owned(),
            noun: "household",
            code: code.to_owned(),
        }
    }

    pub fn application(programme: &str, code: &str) -> Self {
        Holder {
            programme: programme.to_owned(),
            noun: "application",
            code: code.to_owned(),
        }
    }

    /// Codes are letters, digits and dashes: they are safe in a name, and a dot parts them.
    fn file(&self) -> String {
        format!("{}.{}.{}{SUFFIX}", self.programme, self.noun, self.code)
    }
}

/// A key, which shows nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; KEY_BYTES]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Seals a text. `about` says what it is of: it opens nowhere else.
    pub fn seal(&self, text: &[u8], about: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        random(&mut nonce);
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let payload = Payload {
            msg: text,
            aad: about.as_bytes(),
        };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.expect("a text of some kilobytes can be sealed"));
        bytes
    }

    /// What was sealed about this; `None` if it was sealed by another key or about something else.
    pub fn open(&self, bytes: &[u8], about: &str) -> Option<Vec<u8>> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let payload = Payload {
            msg: sealed,
            aad: about.as_bytes(),
        };
        cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

fn random(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("the system gives random bytes");
}

/// The folder of keys, and the second one that is kept alike. Every call may block.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
    copy: Option<PathBuf>,
    /// Two that make the same key at once would each seal with their own.
    making: Mutex<()>,
}

impl Keyring {
    /// No file is touched before [`Keyring::put_right`] or the first key.
    pub fn new(data_dir: &Path, copy: Option<PathBuf>) -> Self {
        Keyring {
            folder: data_dir.join(FOLDER),
            copy,
            making: Mutex::default(),
        }
    }

    /// At start: finishes erasures that were cut short, then makes both folders alike.
    pub fn put_right(&self, erased: &[Holder]) -> Result<(), KeyError> {
        for holder in erased {
            self.destroy(holder)?;
        }
        let Some(copy) = &self.copy else {
            return Ok(());
        };
        make_folder(copy)?;
        let (here, there) = (names(&self.folder)?, names(copy)?);
        for name in here.iter().filter(|name| !there.contains(name)) {
            let key = read(&self.folder, name)?;
            write(copy, name, &key)?;
        }
        for name in there.iter().filter(|name| !here.contains(name)) {
            let key = read(copy, name)?;
            tracing::warn!("a key of a household came back from the copy");
            make_folder(&self.folder)?;
            write(&self.folder, name, &key)?;
        }
        Ok(())
    }

    /// The key of a holder; `None` if it has none, was erased, or is damaged.
    pub fn key(&self, holder: &Holder) -> Result<Option<Key>, KeyError> {
        match read(&self.folder, &holder.file()) {
            Ok(bytes) => Ok(parse(&bytes)),
            Err(KeyError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same, made now if there is none; durable in both folders when it returns.
    pub fn key_or_new(&self, holder: &Holder) -> Result<Key, KeyError> {
        let _turn = self.making.lock().expect("no panic holds it");
        if let Some(key) = self.key(holder)? {
            return Ok(key);
        }
        let name = holder.file();
        if let Some(key) = self.copied(&name)? {
            return Ok(key);
        }
        let mut key = [0; KEY_BYTES];
        random(&mut key);
        let text = format!("{}\n", HEXLOWER.encode(&key));
        // The copy first: what is in the folder of use is in the copy already.
        for folder in self.copy.iter().chain([&self.folder]) {
            make_folder(folder)?;
            write(folder, &name, text.as_bytes())?;
        }
        Ok(Key(key))
    }

    /// A key that the folder of use has lost while this process ran: made anew, it would be
    /// written over the one that opens what is sealed.
    fn copied(&self, name: &str) -> Result<Option<Key>, KeyError> {
        let Some(copy) = &self.copy else {
            return Ok(None);
        };
        let bytes = match read(copy, name) {
            Err(KeyError::Read { source, .. }) if is_absent(source.kind()) => {
                return Ok(None);
            }
            bytes => bytes?,
        };
        let Some(key) = parse(&bytes) else {
            return Ok(None);
        };
        make_folder(&self.folder)?;
        write(&self.folder, name, &bytes)?;
        Ok(Some(key))
    }

    /// Destroys a key in both folders. Twice is harmless.
    pub fn destroy(&self, holder: &Holder) -> Result<(), KeyError> {
        let _turn = self.making.lock().expect("no panic holds it");
        // The copy first: cut short here, the next start finds the erasure and goes on.
        for folder in self.copy.iter().chain([&self.folder]) {
            destroy(folder, &holder.file()).map_err(|source| KeyError::Destroy {
                folder: folder.clone(),
                source,
            })?;
        }
        Ok(())
    }
}

/// No such file, nor perhaps its folder: whether that can be made is found out by writing.
fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn parse(bytes: &[u8]) -> Option<Key> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok().map(Key)
}

fn names(folder: &Path) -> Result<Vec<String>, KeyError> {
    let failed = |source| KeyError::Read {
        folder: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(SUFFIX)) {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, KeyError> {
    fs::read(folder.join(name)).map_err(|source| KeyError::Read {
        folder: folder.to_owned(),
        source,
    })
}

/// Under its last name only once it is whole and on disk.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let new = folder.join(format!("{name}.new"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, folder.join(name))?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|source| KeyError::Write {
        folder: folder.to_owned(),
        source,
    })
}

fn make_folder(folder: &Path) -> Result<(), KeyError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| KeyError::Write {
            folder: folder.to_owned(),
            source,
        })
}

/// Writes over the key before its name goes: what remains of a file of 65 bytes on an old
/// disk is its place.
fn destroy(folder: &Path, name: &str) -> io::Result<()> {
    let place = folder.join(name);
    let mut file = match OpenOptions::new().write(true).open(&place) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    file.write_all(&[b'0'; 2 * KEY_BYTES])?;
    file.sync_all()?;
    fs::remove_file(&place)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn rings() -> (tempfile::TempDir, PathBuf, Keyring) {
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("copy");
        let ring = Keyring::new(&dir.path().join("data"), Some(copy.clone()));
        (dir, copy, ring)
    }

    #[test]
    fn a_key_is_the_same_in_both_folders_and_closed_to_others() {
        let (dir, copy, ring) = rings();
        let holder = Holder::household("clic-2010", "AUB-017");
        assert_eq!(ring.key(&holder).unwrap(), None);
        let key = ring.key_or_new(&holder).unwrap();
        assert_eq!(ring.key_or_new(&holder).unwrap(), key);
        let name = "clic-2010.household.AUB-017.key";
        let here = dir.path().join("data").join(FOLDER).join(name);
        assert_eq!(fs::read(&here).unwrap(), fs::read(copy.join(name)).unwrap());
        let mode = fs::metadata(&here).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_as_what_it_is_alone() {
        let (_dir, _, ring) = rings();
        let key = ring.key_or_new(&Holder::household("p", "A")).unwrap();
        let other = ring.key_or_new(&Holder::household("p", "B")).unwrap();
        let sealed = key.seal("Amina".as_bytes(), "person P-0001 first_name");
        assert!(!sealed.windows(5).any(|part| part == b"Amina"));
        let opened = key.open(&sealed, "person P-0001 first_name");
        assert_eq!(opened.as_deref(), Some("Amina".as_bytes()));
        assert_eq!(key.open(&sealed, "person P-0002 first_name"), None);
        assert_eq!(other.open(&sealed, "person P-0001 first_name"), None);
        assert_eq!(key.open(b"short", ""), None);
    }

    #[test]
    fn a_destroyed_key_is_in_neither_folder_and_a_lost_one_comes_back() {
        let (dir, copy, ring) = rings();
        let (lost, erased) = (Holder::household("p", "A"), Holder::application("p", "B"));
        let key = ring.key_or_new(&lost).unwrap();
        ring.key_or_new(&erased).unwrap();
        fs::remove_dir_all(dir.path().join("data")).unwrap();
        // An erasure was noted, and cut short before the keys went.
        ring.put_right(std::slice::from_ref(&erased)).unwrap();
        assert_eq!(ring.key(&lost).unwrap(), Some(key));
        assert_eq!(ring.key(&erased).unwrap(), None);
        assert_eq!(names(&copy).unwrap(), ["p.household.A.key"]);
        ring.destroy(&lost).unwrap();
        ring.destroy(&lost).unwrap();
        assert!(names(&copy).unwrap().is_empty());
    }

    #[test]
    fn a_key_that_is_lost_meanwhile_is_taken_from_its_copy_and_never_made_anew() {
        let (dir, copy, ring) = rings();
        let holder = Holder::household("p", "A");
        let key = ring.key_or_new(&holder).unwrap();
        let here = dir.path().join("data").join(FOLDER);
        fs::remove_file(here.join("p.household.A.key")).unwrap();
        assert_eq!(ring.key_or_new(&holder).unwrap(), key);
        assert_eq!(ring.key(&holder).unwrap(), Some(key));
        assert_eq!(names(&copy).unwrap().len(), 1);
    }

    #[test]
    fn nothing_is_sealed_with_a_key_that_has_no_copy() {
        let dir = tempfile::tempdir().unwrap();
        // A file stands where the folder should be mounted.
        let copy = dir.path().join("copy");
        fs::write(&copy, "").unwrap();
        let ring = Keyring::new(dir.path(), Some(copy));
        let holder = Holder::household("p", "A");
        let error = ring.key_or_new(&holder).unwrap_err();
        assert!(matches!(error, KeyError::Write { .. }), "{error}");
        assert_eq!(ring.key(&holder).unwrap(), None);
    }
}
