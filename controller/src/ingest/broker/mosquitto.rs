//! The text of `declic broker config mosquitto`: what a city's Mosquitto (2.0.11
//! or later) needs to carry a programme. `docs/broker.md` says what each side gets.

use std::path::{Path, PathBuf};

use declic_common::envelope::UpKind;
use declic_common::limits::PACKET_BYTES;
use declic_common::topic::{DOWN, Leaf};

use crate::pki::CONTROLLER_NAME;

/// Messages that the broker keeps for a controller that is away: about two days of
/// 100 homes, whose devices send again, after a while once an hour, what has no
/// receipt.
const QUEUED_MAX: u32 = 100_000;
/// Of those, in bytes.
const QUEUED_BYTES_MAX: u32 = 256 * 1024 * 1024;
/// Messages on their way to one client at once.
const INFLIGHT_MAX: u32 = 64;

/// Where the broker finds what it needs, and where it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub port: u16,
    /// Certificate of the controller's authority, PEM.
    pub ca: PathBuf,
    /// The broker's own certificate and key, issued by that authority, PEM.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// The list of revoked certificates, PEM: see [`super::revoked`].
    pub crl: PathBuf,
    pub acl: PathBuf,
    /// A folder that the broker may write to.
    pub data: PathBuf,
}

impl Places {
    /// All files in one folder, under the names that `docs/broker.md` uses.
    pub fn in_folder(folder: &Path, data: &Path, port: u16) -> Self {
        Places {
            port,
            ca: folder.join("ca.pem"),
            certificate: folder.join("broker.pem"),
            key: folder.join("broker.key"),
            crl: folder.join("revoked.pem"),
            acl: folder.join("acl"),
            data: data.to_owned(),
        }
    }
}

/// The text of mosquitto.conf. It stands alone, as Mosquitto takes no setting twice.
pub fn config(places: &Places) -> String {
    let Places {
        port,
        ca,
        certificate,
        key,
        crl,
        acl,
        data,
    } = places;
    let [ca, certificate, key, crl, acl, data] =
        [ca, certificate, key, crl, acl, data].map(|path| path.display().to_string());
    let inflight = INFLIGHT_MAX;
    let queued = QUEUED_MAX;
    let queued_bytes = QUEUED_BYTES_MAX;
    let packet = PACKET_BYTES;
    format!(
        "\
# Déclic through Mosquitto, made by `declic broker config mosquitto`.

listener {port}
protocol mqtt

# TLS 1.3 only; every client shows a certificate of the controller's authority.
# The list of revoked ones is read at the start and at each SIGHUP. Replace it
# by renaming: with an unreadable list, Mosquitto goes on without any.
tls_version tlsv1.3
cafile {ca}
certfile {certificate}
keyfile {key}
crlfile {crl}
require_certificate true

# A client is who its certificate says, whatever it calls itself: without the
# second line one device could end the session of another.
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {acl}

# What a stranger or a broken device may push.
max_packet_size {packet}
max_keepalive 600
max_inflight_messages {inflight}
retain_available false
set_tcp_nodelay true

# What devices say while the controller is away waits here, across restarts.
# Nothing is lost if it does not: a device sends again until it has a receipt.
max_queued_messages {queued}
max_queued_bytes {queued_bytes}
queue_qos0_messages false
persistence true
persistence_location {data}/
autosave_interval 60
persistent_client_expiration 14d

# Addresses of homes do not belong in a log.
connection_messages false
log_type error
log_type warning
log_type notice
sys_interval 0
"
    )
}

/// The text of the ACL file: a device writes its own up topics, will included, and
/// reads its own down topics; the controller does the reverse for all; nobody else
/// may do anything.
pub fn acl() -> String {
    let ups = || {
        UpKind::ALL
            .iter()
            .map(|kind| Leaf::Up(*kind))
            .chain([Leaf::Status])
            .map(Leaf::as_str)
    };
    let downs = || DOWN.into_iter().map(Leaf::as_str);
    let mut text = format!(
        "# Déclic through Mosquitto, made by `declic broker config mosquitto`.\n\n\
         user {CONTROLLER_NAME}\n"
    );
    for leaf in ups() {
        text += &format!("topic read declic/v1/+/{leaf}\n");
    }
    for leaf in downs() {
        text += &format!("topic write declic/v1/+/{leaf}\n");
    }
    text += "\n# Every device; %u is the name in its certificate.\n";
    for leaf in ups() {
        text += &format!("pattern write declic/v1/%u/{leaf}\n");
    }
    for leaf in downs() {
        text += &format!("pattern read declic/v1/%u/{leaf}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_acl_names_every_topic_once_for_each_side() {
        let text = acl();
        let lines = |start: &str| -> Vec<String> {
            text.lines()
                .filter_map(|line| line.strip_prefix(start))
                .map(str::to_owned)
                .collect()
        };
        let ups = [
            "report",
            "journal",
            "inventory",
            "help",
            "outcome",
            "status",
        ];
        let downs = ["receipt", "command", "settings"];
        assert_eq!(lines("topic read declic/v1/+/"), ups);
        assert_eq!(lines("pattern write declic/v1/%u/"), ups);
        assert_eq!(lines("topic write declic/v1/+/"), downs);
        assert_eq!(lines("pattern read declic/v1/%u/"), downs);
        let rules = |line: &&str| line.starts_with("topic") || line.starts_with("pattern");
        assert_eq!(text.lines().filter(rules).count(), 18, "and nothing else");
    }

    #[test]
    fn the_config_points_to_its_files() {
        let places = Places::in_folder(Path::new("/etc/declic"), Path::new("/var/lib/x"), 18883);
        let text = config(&places);
        for line in [
            "listener 18883",
            "cafile /etc/declic/ca.pem",
            "certfile /etc/declic/broker.pem",
            "keyfile /etc/declic/broker.key",
            "crlfile /etc/declic/revoked.pem",
            "acl_file /etc/declic/acl",
            "persistence_location /var/lib/x/",
            "require_certificate true",
            "tls_version tlsv1.3",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}");
        }
    }
}
