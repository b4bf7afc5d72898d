//! Devices as people read them: lists, one device, its newest state, its history.
