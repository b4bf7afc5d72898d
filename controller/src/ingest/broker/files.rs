//! Everything that `declic broker config mosquitto` gives an operator, in one folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::mosquitto::{self, Places};
use super::revoked;
use crate::pki::Pki;

/// Where the settings expect the files: beside Mosquitto's own.
pub const FOLDER: &str = "/etc/mosquitto/declic";
/// Where Debian's Mosquitto keeps its sessions.
const DATA: &str = "/var/lib/mosquitto";

/// Writes settings, ACL, certificates and the list of revoked ones into
/// `<data_dir>/broker`, and returns that folder. `names` are the host names and
/// addresses under which devices reach the broker. Each call makes a new key; a
/// list that a running controller keeps is left alone. Blocks.
pub fn write(
    pki: &Pki,
    data_dir: &Path,
    names: &[String],
    port: u16,
    now_ms: i64,
) -> anyhow::Result<PathBuf> {
    let list = revoked::place(data_dir);
    let folder = list.parent().expect("it is in a folder").to_owned();
    let own = pki.issue_server(names)?;
    let places = Places::in_folder(Path::new(FOLDER), Path::new(DATA), port);
    let named = |place: &Path| folder.join(place.file_name().expect("they are files"));
    let written = || -> io::Result<()> {
        fs::create_dir_all(&folder)?;
        put(&folder.join("mosquitto.conf"), &mosquitto::config(&places))?;
        put(&named(&places.acl), &mosquitto::acl())?;
        put(&named(&places.ca), pki.ca_pem())?;
        put(&named(&places.certificate), &own.chain_pem)?;
        put(&named(&places.key), &own.key_pem)
    };
    written().with_context(|| format!("failed to write into {}", folder.display()))?;
    if !list.exists() {
        let empty = pki.crl(&[], now_ms, now_ms + revoked::LIFE_MS)?;
        put(&list, &empty).with_context(|| format!("failed to write {}", list.display()))?;
    }
    Ok(folder)
}

/// One of them is a private key, so that none is for everybody.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    // A file of an earlier attempt may have other permissions.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_operator_gets_all_that_the_settings_name() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["broker.example.org".to_owned()];
        let pki = Pki::open(dir.path(), &names, true).unwrap();
        let folder = write(&pki, dir.path(), &names, 8883, 0).unwrap();
        let config = fs::read_to_string(folder.join("mosquitto.conf")).unwrap();
        let named = config.lines().filter_map(|line| {
            line.split_once(' ')?
                .1
                .strip_prefix(FOLDER)?
                .strip_prefix('/')
        });
        let mut count = 0;
        for name in named {
            let mode = fs::metadata(folder.join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o077, 0, "{name}");
            count += 1;
        }
        assert_eq!(count, 5);
        // Doing it again is harmless, and the list is the controller's own.
        let list = revoked::place(dir.path());
        fs::write(&list, "kept").unwrap();
        write(&pki, dir.path(), &names, 8883, 0).unwrap();
        assert_eq!(fs::read_to_string(list).unwrap(), "kept");
    }
}
