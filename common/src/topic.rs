//! Every MQTT topic, built and read: `declic/v1/<device>/<leaf>`.

use std::fmt;
use std::str::FromStr;

use crate::device::DeviceId;
use crate::envelope::UpKind;

const PREFIX: &str = "declic/v1/";

/// A topic of the protocol.
///
/// ```
/// use declic_common::topic::{Leaf, Topic};
/// let topic: Topic = "declic/v1/d-abcdefghijkl/report".parse().unwrap();
/// assert_eq!(topic.leaf, Leaf::Up(declic_common::UpKind::Report));
/// assert!(topic.leaf.is_up());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    pub device: DeviceId,
    pub leaf: Leaf,
}

/// The last level of a topic. A device publishes on up topics only and
/// subscribes to down topics only, both its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// Durable, numbered, answered by a receipt.
    Up(UpKind),
    Status,
    Receipt,
    Command,
    Settings,
}

/// The topics that a device subscribes to.
pub const DOWN: [Leaf; 3] = [Leaf::Receipt, Leaf::Command, Leaf::Settings];

/// The topic is not one of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a topic of declic/v1")]
pub struct BadTopic;

impl Leaf {
    /// Whether devices publish on it.
    pub fn is_up(self) -> bool {
        matches!(self, Leaf::Up(_) | Leaf::Status)
    }

    /// The word in the topic.
    pub fn as_str(self) -> &'static str {
        match self {
            Leaf::Up(kind) => kind.as_str(),
            Leaf::Status => "status",
            Leaf::Receipt => "receipt",
            Leaf::Command => "command",
            Leaf::Settings => "settings",
        }
    }

    /// This topic of one device.
    pub fn of(self, device: DeviceId) -> Topic {
        Topic { device, leaf: self }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "status" => Some(Leaf::Status),
            "receipt" => Some(Leaf::Receipt),
            "command" => Some(Leaf::Command),
            "settings" => Some(Leaf::Settings),
            _ => UpKind::from_word(word).map(Leaf::Up),
        }
    }
}

impl FromStr for Topic {
    type Err = BadTopic;

    fn from_str(text: &str) -> Result<Self, BadTopic> {
        let rest = text.strip_prefix(PREFIX).ok_or(BadTopic)?;
        let (device, leaf) = rest.split_once('/').ok_or(BadTopic)?;
        Ok(Topic {
            device: device.parse().map_err(|_| BadTopic)?,
            leaf: Leaf::from_word(leaf).ok_or(BadTopic)?,
        })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}/{}", self.device, self.leaf.as_str())
    }
}

/// What a controller subscribes to on a broker: one filter per up topic.
pub fn up_filters() -> impl Iterator<Item = String> {
    UpKind::ALL
        .iter()
        .map(|kind| Leaf::Up(*kind))
        .chain([Leaf::Status])
        .map(|leaf| format!("{PREFIX}+/{}", leaf.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_survives_its_text() {
        let device = DeviceId::from_bits(42);
        let ups = UpKind::ALL.iter().map(|kind| Leaf::Up(*kind));
        for leaf in ups.chain([Leaf::Status]).chain(DOWN) {
            let topic = leaf.of(device);
            assert_eq!(topic.to_string().parse(), Ok(topic));
        }
    }

    #[test]
    fn wildcards_and_strangers_are_no_topics() {
        for text in [
            "declic/v1/+/report",
            "declic/v1/#",
            "declic/v2/d-aaaaaaaaaaaa/report",
            "declic/v1/d-aaaaaaaaaaaa/report/x",
            "declic/v1/d-aaaaaaaaaaaa/",
            "/declic/v1/d-aaaaaaaaaaaa/report",
            "$SYS/x",
        ] {
            assert_eq!(text.parse::<Topic>(), Err(BadTopic), "{text}");
        }
    }
}
