//! The words of the life of a PC. Those of repairs are the Open Repair Data Standard's, and
//! stand with tickets.

use crate::words;

words! {
    /// How a lot came.
    pub enum Intake {
        0 Donation = "donation",
        1 Purchase = "purchase",
    }

    /// What a PC looks like.
    pub enum PcKind {
        0 Desktop = "desktop",
        1 Laptop = "laptop",
        2 AllInOne = "all_in_one",
    }

    /// Whether it stays the owner's.
    pub enum Tenure {
        0 Loan = "loan",
        1 Gift = "gift",
    }

    /// Why a PC was not taken in.
    pub enum Rejection {
        0 TooOld = "too_old",
        1 Broken = "broken",
        2 Incomplete = "incomplete",
        3 Unsafe = "unsafe",
        4 Other = "other",
    }

    /// How what was on a PC was made unreadable.
    pub enum WipeMethod {
        /// One pass of zeros.
        0 Zeros = "zeros",
        /// One pass of random bytes or more.
        1 Random = "random",
        /// Three passes or more, as nwipe's `dodshort` and `dod`.
        2 Passes = "passes",
        /// The disk's own command (ATA secure erase, NVMe sanitize).
        3 SecureErase = "secure_erase",
        /// The key of a disk that was encrypted is gone.
        4 CryptoErase = "crypto_erase",
        /// The disk was destroyed.
        5 Destruction = "destruction",
        /// It came without any disk.
        6 NoDisk = "no_disk",
    }

    /// What a wipe came to.
    pub enum WipeResult {
        0 Done = "done",
        1 Failed = "failed",
    }

    /// How good a PC looks and works; A is the best.
    pub enum Grade {
        0 A = "a",
        1 B = "b",
        2 C = "c",
    }

    /// Whether a warning about its disk was right, as the bench found.
    pub enum DiskWarning {
        0 Right = "right",
        1 FalseAlarm = "false_alarm",
        /// The disk was bad, and nothing warned of it.
        2 Missed = "missed",
    }

    /// Which way a PC changed hands.
    pub enum Hands {
        0 Handover = "handover",
        1 Return = "return",
    }

    /// Where a PC is in its life.
    pub enum LifeState {
        0 Received = "received",
        1 Rejected = "rejected",
        2 Erased = "erased",
        3 Tested = "tested",
        4 Ready = "ready",
        /// With a household, and not heard of there yet.
        5 Deployed = "deployed",
        /// Heard of, where it was handed over.
        6 Connected = "connected",
        7 InRepair = "in_repair",
        /// Back, and not erased yet.
        8 Returned = "returned",
        9 Lost = "lost",
        10 Recycled = "recycled",
    }

    /// What may happen to a PC.
    pub enum LifeStep {
        0 Received = "received",
        1 Rejected = "rejected",
        2 Erased = "erased",
        3 Tested = "tested",
        4 Ready = "ready",
        5 Deployed = "deployed",
        6 Connected = "connected",
        7 RepairBegun = "repair_begun",
        8 RepairEnded = "repair_ended",
        9 Returned = "returned",
        10 Lost = "lost",
        11 Recycled = "recycled",
    }
}
