//! How long the file of a dispute is kept, as it is proposed when it is archived. No law names a
//! figure: the practice decides by the type of the dispute and by what weighs in it; whoever
//! archives decides, and may choose otherwise.
//!
//! Source: `domain.md` §2.5 (人民调解案卷保管期限：短期、长期、永久); 档案法（2020）第十三条.

use crate::case::Case;
use crate::catalogue::Category;
use crate::fact::body::Retention;

/// The class of a type of dispute. Rights in land and houses are asked about for generations;
/// families, injuries, pollution and contracts for years; what a purchase or a quarrel between
/// neighbours was about, seldom.
#[must_use]
pub const fn of_category(category: Category) -> Retention {
    use Category as C;
    match category {
        C::Homestead | C::Land | C::Expropriation => Retention::Permanent,
        C::MarriageFamily
        | C::Contract
        | C::Business
        | C::Damages
        | C::Pollution
        | C::UnpaidWages
        | C::OtherLabour
        | C::Medical
        | C::Traffic => Retention::Long,
        C::Neighbours
        | C::Tourism
        | C::Ecommerce
        | C::OtherConsumer
        | C::PropertyManagement
        | C::Other => Retention::Short,
    }
}

/// The class proposed for a case: the longest of its types', and never short where violence or harm
/// to a minor was reported, or where its type is not known.
#[must_use]
pub fn proposed(case: &Case) -> Retention {
    let of_types = case.types().into_iter().map(of_category).max();
    let at_least = if case.red_branch.is_some() { Retention::Long } else { Retention::Short };
    of_types.unwrap_or(Retention::Long).max(at_least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::world::World;
    use crate::fact::Body;
    use crate::fact::body::{CategorySet, Flag, Flagged};
    use crate::role::Role;

    fn of(bodies: Vec<Body>) -> Retention {
        let mut world = World::new();
        let desk = world.desk(1, Role::R3);
        for body in bodies {
            world.write(desk, "2026-03-02", body);
        }
        proposed(&world.case(desk))
    }

    fn typed(category: Category) -> Body {
        Body::CategorySet(CategorySet { category, catalogue: crate::catalogue::VERSION.into() })
    }

    #[test]
    fn a_file_about_land_is_kept_for_ever_and_one_about_a_purchase_shortly() {
        for category in [Category::Land, Category::Homestead, Category::Expropriation] {
            assert_eq!(of(vec![typed(category)]), Retention::Permanent);
        }
        assert_eq!(of(vec![typed(Category::MarriageFamily)]), Retention::Long);
        assert_eq!(of(vec![typed(Category::OtherConsumer)]), Retention::Short);
        assert_eq!(of(vec![]), Retention::Long, "whoever does not know keeps it longer");
        for category in Category::ALL {
            assert_eq!(of(vec![typed(category)]), of_category(category));
        }
    }

    #[test]
    fn what_was_reported_for_violence_is_never_kept_shortly() {
        let quarrel = || typed(Category::Neighbours);
        assert_eq!(of(vec![quarrel()]), Retention::Short);
        let flags = vec![Flag::DomesticViolence];
        let flagged = Body::Flagged(Flagged { flags, note: String::new() });
        assert_eq!(of(vec![quarrel(), flagged]), Retention::Long);
    }
}
