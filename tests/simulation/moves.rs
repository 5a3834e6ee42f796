//! Cases that move into a space of their own, units that join them there and leave them.

use serde_json::json;

use crate::event::Event;
use crate::play::{Outcome, Play};
use crate::world::TOWNSHIP;

impl Play {
    pub(crate) fn share(&mut self, e: &Event) -> Outcome {
        let Some(case) = self.pick_case(TOWNSHIP, e.b)? else { return Ok("no case".into()) };
        let units = self.world.village_units();
        let unit = units[e.c as usize % units.len()].clone();
        let payload = json!({ "case": self.model.cases[case].id, "units": [unit] });
        match self.world.call(TOWNSHIP, "case_share", payload)? {
            Ok(_) => {
                // What became part of another takes part as that.
                let unit = self.model.now_of(&unit);
                if self.model.cases[case].left.remove(&unit) {
                    // What it wrote without having heard of somebody taken out, its computers could not
                    // say again where they had left.
                    let slots = &self.world.slots;
                    let said = self.model.said.iter_mut().filter(|said| said.case == case);
                    for said in said.filter(|said| said.is_aside && slots[said.by].unit == unit) {
                        said.is_sure = false;
                    }
                }
                self.model.cases[case].units.insert(unit.clone());
                self.count("shared");
                Ok(format!(
                    "case {} with {}",
                    self.model.cases[case].born,
                    self.world.unit_name(&unit)
                ))
            }
            Err(why) => Ok(why),
        }
    }

    pub(crate) fn leave(&mut self, e: &Event) -> Outcome {
        let Some(case) = self.pick_case(TOWNSHIP, e.b)? else { return Ok("no case".into()) };
        let units = self.world.village_units();
        let unit = units[e.c as usize % units.len()].clone();
        let payload =
            json!({ "case": self.model.cases[case].id, "unit": unit, "reason": "与它无关" });
        match self.world.call(TOWNSHIP, "case_leave", payload)? {
            Ok(_) => {
                self.model.cases[case].units.remove(&unit);
                self.model.cases[case].left.insert(unit);
                self.count("left");
                Ok("left".into())
            }
            Err(why) => Ok(why),
        }
    }
}
