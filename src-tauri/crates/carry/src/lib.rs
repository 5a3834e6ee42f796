//! Moves bytes between machines: over a local network and on sticks. Nothing here decides what
//! is sent or believed; that is `sync`'s. tokio begins here.

pub mod lan;
pub mod patience;
pub mod usb;
