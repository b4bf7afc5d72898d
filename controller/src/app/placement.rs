//! Where a device is: asked for in one place.

use declic_common::DeviceId;

use super::App;
use crate::domain::rules::Placement;

/// The placement of a device, from its handover to its return. Nothing records one
/// yet, and what asks must do without: every device counts as in use.
pub fn of(_app: &App, _device: DeviceId) -> Option<Placement> {
    None
}

/// Code of the household that has a device.
pub fn household(app: &App, device: DeviceId) -> Option<String> {
    of(app, device)?.household
}
