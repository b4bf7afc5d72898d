//! A certificate in files that somebody else renews, every few weeks as a rule.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{PkiError, shown, tls};

/// What the files held when they were last read and good.
pub struct Renewed {
    certificate: PathBuf,
    key: PathBuf,
    shown: RwLock<Shown>,
}

struct Shown {
    certified: Arc<CertifiedKey>,
    /// Of both files, when they were last tried.
    changed_at: [SystemTime; 2],
}

/// For the API: shows what the files hold.
pub fn renewed_server_config(files: Arc<Renewed>) -> Result<Arc<ServerConfig>, PkiError> {
    Ok(tls::web_server(files)?)
}

impl Renewed {
    /// Reads both files (PEM, leaf first). Blocks.
    pub fn open(certificate: &Path, key: &Path) -> Result<Arc<Self>, PkiError> {
        // Before reading: what changes meanwhile is read again.
        let changed_at = changed_at(certificate, key)?;
        let certified = read(certificate, key)?;
        Ok(Arc::new(Renewed {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            shown: RwLock::new(Shown {
                certified,
                changed_at,
            }),
        }))
    }

    /// Reads the files again if they changed, and says whether another certificate
    /// is shown from now on. Files that are not good are tried once, and the
    /// certificate of before stays. Blocks.
    pub fn refresh(&self) -> Result<bool, PkiError> {
        let changed_at = changed_at(&self.certificate, &self.key)?;
        if self.shown.read().expect("no panic holds it").changed_at == changed_at {
            return Ok(false);
        }
        let read = read(&self.certificate, &self.key);
        let mut shown = self.shown.write().expect("no panic holds it");
        shown.changed_at = changed_at;
        shown.certified = read?;
        Ok(true)
    }
}

fn changed_at(certificate: &Path, key: &Path) -> Result<[SystemTime; 2], PkiError> {
    let of = |path: &Path| {
        let found = std::fs::metadata(path).and_then(|data| data.modified());
        found.map_err(|source| PkiError::Io {
            path: path.to_owned(),
            source,
        })
    };
    Ok([of(certificate)?, of(key)?])
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, PkiError> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| PkiError::Io {
            path: path.to_owned(),
            source,
        })
    };
    let found = shown::Shown::read(&text(certificate)?, &text(key)?);
    let found = found.map_err(PkiError::PublicCertificate)?;
    let certified = found.certified();
    certified.map_err(|error| PkiError::PublicCertificate(error.to_string()))
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown.read().expect("no panic holds it");
        Some(Arc::clone(&shown.certified))
    }
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewed")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::pki::Pki;

    #[test]
    fn a_renewed_certificate_is_shown_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["declic.example.org".to_owned()];
        let pki = Pki::open(dir.path(), &names, true).unwrap();
        let (certificate, key) = (dir.path().join("c.pem"), dir.path().join("k.pem"));
        // A moment of its own for each writing: the disk's own clock is too coarse.
        let moment = std::cell::Cell::new(SystemTime::UNIX_EPOCH);
        let write = |certificate_pem: &str, key_pem: &str| {
            moment.set(moment.get() + Duration::from_secs(1));
            for (path, pem) in [(&certificate, certificate_pem), (&key, key_pem)] {
                std::fs::write(path, pem).unwrap();
                let file = std::fs::File::options().write(true).open(path).unwrap();
                file.set_modified(moment.get()).unwrap();
            }
        };
        let (first, second) = (
            pki.issue_server(&names).unwrap(),
            pki.issue_server(&names).unwrap(),
        );
        write(&first.chain_pem, &first.key_pem);
        let files = Renewed::open(&certificate, &key).unwrap();
        let leaf = || files.shown.read().unwrap().certified.cert[0].clone();
        let before = leaf();
        assert!(!files.refresh().unwrap(), "nothing changed");

        // The key of the certificate of before: as when only one file was renewed.
        write(&second.chain_pem, &first.key_pem);
        assert!(files.refresh().is_err());
        assert!(!files.refresh().unwrap(), "told once");
        assert_eq!(leaf(), before);
        write(&second.chain_pem, &second.key_pem);
        assert!(files.refresh().unwrap());
        assert_ne!(leaf(), before);
        write("", &second.key_pem);
        assert!(files.refresh().is_err());
        std::fs::remove_file(&certificate).unwrap();
        assert!(files.refresh().is_err());
        assert_ne!(leaf(), before);
    }
}
