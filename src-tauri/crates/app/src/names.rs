//! What units, users and devices are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::{DeviceId, UnitId, UserId};
use domain::role::Level;
use store::Reader;
use trust::roster::Roster;

use crate::fault::Fault;
use crate::office::{Me, Office};
use crate::view::{DeviceRef, UnitRef, UserRef};

/// Everybody's names, read once per command.
pub(crate) struct Names {
    roster: Arc<Roster>,
    units: BTreeMap<UnitId, (String, Level)>,
    me: Me,
}

impl Names {
    pub(crate) fn read(office: &Office, reader: &Reader<'_>) -> Result<Self, Fault> {
        let roster = office.roster();
        let mut units = BTreeMap::new();
        for (unit, name) in &office.identity.record.unit_names {
            units.insert(*unit, (name.clone(), level_of(&roster, *unit)));
        }
        for row in reader.units()? {
            let level = match row.level.as_str() {
                "township" => Level::Township,
                _ => Level::Village,
            };
            units.insert(row.record, (row.name, level));
        }
        Ok(Self { roster, units, me: office.me() })
    }

    pub(crate) fn unit(&self, id: UnitId) -> UnitRef {
        match self.units.get(&id) {
            Some((name, level)) => UnitRef { id, name: name.clone(), level: *level },
            None => UnitRef { id, name: String::new(), level: level_of(&self.roster, id) },
        }
    }

    pub(crate) fn units(&self) -> impl Iterator<Item = UnitRef> {
        self.units.iter().map(|(id, (name, level))| UnitRef {
            id: *id,
            name: name.clone(),
            level: *level,
        })
    }

    pub(crate) fn user(&self, id: UserId) -> UserRef {
        if let Some(user) = self.roster.user(id) {
            return UserRef { id, name: user.name.clone(), role: user.role() };
        }
        if id == self.me.user {
            return UserRef { id, name: self.me.name.clone(), role: Some(self.me.role) };
        }
        UserRef { id, name: String::new(), role: None }
    }

    pub(crate) fn device(&self, id: DeviceId) -> DeviceRef {
        if let Some(device) = self.roster.device(id) {
            return DeviceRef { id, name: device.name.clone() };
        }
        let own = (id == self.me.device).then(|| self.me.device_name.clone());
        DeviceRef { id, name: own.unwrap_or_default() }
    }
}

/// The level a unit's users work at.
pub(crate) fn level_of(roster: &Roster, unit: UnitId) -> Level {
    let role = roster.users_of(unit).find_map(|user| user.role());
    role.map_or(Level::Village, |role| role.level())
}
