//! Meeting other computers: by packets on sticks, over the local network, and what came of it.

mod beside;
mod courier;
mod diagnosis;
mod generations;
mod history;
mod lan;
mod notes;
mod packets;
mod preview;
mod rounds;

pub use beside::{Line, Met};
pub use courier::{Courier, CourierLine, CourierMoved, CourierStick};
pub use diagnosis::{LanCause, LanDiagnosis, LanLook};
pub use history::{ExchangeHistory, ExchangeLine, ExchangeOutcome, ExchangeWindow};
pub use lan::{Lan, LanExchange, LanExchanged, LanListen, LanPeer, LanPeers, LanState};
pub use packets::{ExportedFile, PacketExport, PacketExported, PacketFrom, PacketImported};
pub use preview::{PacketView, RefusedLog, WaitingFor};
pub use rounds::LanAutomaticSet;

pub(crate) use courier::{drop_all, list as list_courier, put, take};
pub(crate) use history::list as list_history;
pub(crate) use notes::{undelivered, waiting_for};
pub(crate) use packets::{To, export, folder_for, import, open_copy, reach};
pub(crate) use preview::preview;
