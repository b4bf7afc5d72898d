//! The secrets of a programme's evaluation: what signs its datasets, and what makes its
//! pseudonyms.
//!
//! They lie beside the authority, so that they are in its backups: a programme that is
//! evaluated again after a restore must find the same pseudonyms. Whoever destroys the file
//! when all is done takes away the only way back from a pseudonym to a code.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};

use super::PkiError;

const BYTES: usize = 32;

/// Two independent secrets. They print nothing.
pub struct Secrets {
    /// Seed of the Ed25519 key that signs.
    pub signing: [u8; BYTES],
    /// Key of the pseudonyms (HMAC).
    pub pseudonyms: [u8; BYTES],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// Those of a programme, made at its first evaluation. `code` is a checked code: letters,
/// digits and dashes. Blocks.
pub fn secrets(data_dir: &Path, code: &str) -> Result<Secrets, PkiError> {
    let folder = data_dir.join("pki");
    let path = folder.join(format!("evaluation-{code}.key"));
    let failed = |source| PkiError::Io {
        path: path.clone(),
        source,
    };
    match fs::read_to_string(&path) {
        Ok(text) => parse(&text).ok_or_else(|| PkiError::Damaged {
            path: path.clone(),
            what: "not two secrets of 64 hexadecimal digits".to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = make()?;
            write(&folder, &path, &made).map_err(failed)?;
            Ok(made)
        }
        Err(error) => Err(failed(error)),
    }
}

fn make() -> Result<Secrets, PkiError> {
    let random = SystemRandom::new();
    let mut made = Secrets {
        signing: [0; BYTES],
        pseudonyms: [0; BYTES],
    };
    for secret in [&mut made.signing, &mut made.pseudonyms] {
        random.fill(secret).map_err(|_| PkiError::Io {
            path: "/dev/urandom".into(),
            source: io::Error::other("the system gives no random bytes"),
        })?;
    }
    Ok(made)
}

/// The file takes its name last: half a secret never has it.
fn write(folder: &Path, path: &Path, made: &Secrets) -> io::Result<()> {
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    let lines = [&made.signing, &made.pseudonyms].map(|secret| HEXLOWER.encode(secret));
    file.write_all((lines.join("\n") + "\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

fn parse(text: &str) -> Option<Secrets> {
    let mut lines = text.lines().map(|line| {
        let bytes = HEXLOWER.decode(line.as_bytes()).ok()?;
        <[u8; BYTES]>::try_from(bytes).ok()
    });
    let found = Secrets {
        signing: lines.next()??,
        pseudonyms: lines.next()??,
    };
    lines.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_keeps_its_secrets_and_another_one_has_others() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("pki")).unwrap();
        let first = secrets(dir.path(), "clic-2010").unwrap();
        let again = secrets(dir.path(), "clic-2010").unwrap();
        let other = secrets(dir.path(), "clic-2011").unwrap();
        assert_eq!(first.signing, again.signing);
        assert_eq!(first.pseudonyms, again.pseudonyms);
        assert_ne!(first.pseudonyms, other.pseudonyms);
        assert_ne!(first.signing, first.pseudonyms);
    }

    #[test]
    fn a_damaged_file_is_told_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("pki");
        fs::create_dir(&folder).unwrap();
        let path = folder.join("evaluation-a.key");
        fs::write(&path, "00\n").unwrap();
        assert!(matches!(
            secrets(dir.path(), "a"),
            Err(PkiError::Damaged { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "00\n");
    }
}
