//! The timeline: what a device was doing, and how far its network reached, at
//! every moment since its enrolment.

use crate::words;

words! {
    /// What a device was doing during an interval.
    pub enum Activity {
        /// The agent ran, and the controller was in reach.
        0 On = "on",
        /// The machine was shut down in good order.
        1 Off = "off",
        2 Asleep = "asleep",
        /// The machine lost its power, and stayed without it.
        3 PowerCut = "power_cut",
        /// The agent ran, but no network link was up.
        4 LinkDown = "link_down",
        /// A link was up, but the box did not answer.
        5 GatewayDown = "gateway_down",
        6 DnsDown = "dns_down",
        7 InternetDown = "internet_down",
        /// All but the controller was in reach.
        8 ControllerDown = "controller_down",
        /// The household asked for a pause.
        9 Paused = "paused",
        /// The agent was stopped while the machine went on.
        10 Stopped = "stopped",
        /// Nobody knows, or nobody knows yet.
        11 Unknown = "unknown",
    }
}
