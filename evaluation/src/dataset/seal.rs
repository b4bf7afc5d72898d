//! The signature of a dataset: Ed25519 over the bytes of its manifest, which names the
//! SHA-256 of every table.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

/// The key with which a controller signs its evaluations.
pub struct SigningKey(Ed25519KeyPair);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

/// A seed that cannot be a key.
#[derive(Debug, thiserror::Error)]
#[error(
    "failed to use the key of this evaluation (a seed has 32 bytes; restore it from the backup of the authority)"
)]
pub struct KeyError;

impl SigningKey {
    /// `seed`: the 32 secret bytes.
    pub fn from_seed(seed: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError)?;
        Ok(SigningKey(pair))
    }

    /// The public key in hexadecimal, for whoever verifies.
    pub fn public(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    pub fn sign(&self, manifest: &[u8]) -> Signature {
        Signature {
            algorithm: "Ed25519".to_owned(),
            public_key: self.public(),
            signature: hex(self.0.sign(manifest).as_ref()),
        }
    }
}

/// `signature.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    pub algorithm: String,
    /// Hexadecimal.
    pub public_key: String,
    /// Hexadecimal.
    pub signature: String,
}

impl Signature {
    /// Whether the owner of `public_key` signed exactly these bytes. Who that owner is must
    /// be known from elsewhere.
    pub fn fits(&self, manifest: &[u8]) -> bool {
        let bytes = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes());
        let (Ok(key), Ok(signature)) = (bytes(&self.public_key), bytes(&self.signature)) else {
            return false;
        };
        self.algorithm == "Ed25519"
            && UnparsedPublicKey::new(&ED25519, key)
                .verify(manifest, &signature)
                .is_ok()
    }
}

pub fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
