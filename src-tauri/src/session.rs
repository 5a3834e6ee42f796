//! The session of the system, on Linux: when it is locked or goes to sleep, so does the profile.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use app::Desk;
use gtk::gio::{self, BusType, DBusCallFlags, DBusConnection, DBusSignalFlags, UnixFDList};
use gtk::glib::{Variant, VariantDict};
use gtk::prelude::ToVariant;
use serde_json::json;

/// How long the system may take to say that it will wait for us, in milliseconds.
const ANSWER_MS: i32 = 2000;

const LOGIN: &str = "org.freedesktop.login1";
const LOGIN_PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";

/// A word of the system's that ends the session of whoever sits there.
struct Sign {
    bus: BusType,
    interface: &'static str,
    member: &'static str,
    ends: fn(&Variant) -> bool,
}

/// What desktops say, each in its own way. Whoever else says it can but lock us.
///
/// Source: systemd's org.freedesktop.login1(5); the ScreenSaver interfaces of freedesktop.org and
/// GNOME, which KDE, UKUI and DDE speak, too.
const SIGNS: [Sign; 5] = [
    Sign { bus: BusType::System, interface: MANAGER, member: "PrepareForSleep", ends: is_true },
    Sign { bus: BusType::System, interface: SESSION, member: "Lock", ends: |_| true },
    Sign {
        bus: BusType::System,
        interface: "org.freedesktop.DBus.Properties",
        member: "PropertiesChanged",
        ends: is_locked,
    },
    Sign {
        bus: BusType::Session,
        interface: "org.freedesktop.ScreenSaver",
        member: "ActiveChanged",
        ends: is_true,
    },
    Sign {
        bus: BusType::Session,
        interface: "org.gnome.ScreenSaver",
        member: "ActiveChanged",
        ends: is_true,
    },
];

fn is_true(said: &Variant) -> bool {
    said.try_get::<(bool,)>().is_ok_and(|(holds,)| holds)
}

/// What `PropertiesChanged` brings: an interface, what changed of it, what is to be asked for anew.
/// Source: D-Bus specification, org.freedesktop.DBus.Properties.
const CHANGED: &str = "(sa{sv}as)";

/// Whether a session says that it is locked. Anybody on the bus may say anything.
fn is_locked(said: &Variant) -> bool {
    if said.type_().as_str() != CHANGED || said.child_value(0).str() != Some(SESSION) {
        return false;
    }
    let changed = VariantDict::new(Some(&said.child_value(1)));
    changed.lookup::<bool>("LockedHint").ok().flatten() == Some(true)
}

/// Locks the profile with the session, as far as the system speaks of it.
pub(crate) fn follow(desk: &Arc<Desk>) {
    for bus in [BusType::System, BusType::Session] {
        match gio::bus_get_sync(bus, gio::Cancellable::NONE) {
            Ok(connection) => follow_on(&connection, bus, desk),
            // Without it the desk still locks when it was left alone.
            Err(error) => tracing::info!(%error, ?bus, "the session of the system is not followed"),
        }
    }
}

fn follow_on(connection: &DBusConnection, bus: BusType, desk: &Arc<Desk>) {
    let wait = Rc::new(RefCell::new(None));
    if bus == BusType::System {
        *wait.borrow_mut() = ask_to_wait(connection);
    }
    for sign in SIGNS.iter().filter(|sign| sign.bus == bus) {
        // What is held here keeps the line open.
        let (line, desk, wait) = (connection.clone(), desk.clone(), wait.clone());
        connection.signal_subscribe(
            None,
            Some(sign.interface),
            Some(sign.member),
            None,
            None,
            DBusSignalFlags::NONE,
            move |_, _, _, _, _, said| {
                if (sign.ends)(said) {
                    lock(&desk);
                    wait.borrow_mut().take();
                } else if sign.member == "PrepareForSleep" {
                    *wait.borrow_mut() = ask_to_wait(&line);
                }
            },
        );
    }
}

fn lock(desk: &Desk) {
    if let Err(error) = desk.call("profile_lock", json!({}), None) {
        tracing::error!(%error, "the profile could not be locked with the session");
    }
}

/// Asks the system not to sleep before we have locked; it waits until the answer is dropped, a few
/// seconds at most.
fn ask_to_wait(connection: &DBusConnection) -> Option<UnixFDList> {
    let asked = ("sleep", "Pingli", "locks the records", "delay").to_variant();
    let answer = connection.call_with_unix_fd_list_sync(
        Some(LOGIN),
        LOGIN_PATH,
        MANAGER,
        "Inhibit",
        Some(&asked),
        None,
        DBusCallFlags::NO_AUTO_START,
        ANSWER_MS,
        UnixFDList::NONE,
        gio::Cancellable::NONE,
    );
    answer.ok().map(|(_, files)| files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_desktops_say_ends_the_session_and_nothing_else_does() {
        let hints = |interface: &str, value: bool| {
            let changed = VariantDict::new(None);
            changed.insert("LockedHint", value);
            let gone = Vec::<String>::new().to_variant();
            Variant::tuple_from_iter([interface.to_variant(), changed.end(), gone])
        };
        assert!(is_true(&(true,).to_variant()));
        assert!(!is_true(&(false,).to_variant()), "waking up, the screen open again");
        assert!(!is_true(&("true",).to_variant()));
        assert!(is_locked(&hints(SESSION, true)));
        assert!(!is_locked(&hints(SESSION, false)));
        assert!(!is_locked(&hints(MANAGER, true)), "of something else");
        assert!(!is_locked(&(SESSION, true.to_variant(), Vec::<String>::new()).to_variant()));
        assert!(!is_locked(&(true,).to_variant()));
        assert!(!is_locked(&true.to_variant()));
    }
}
