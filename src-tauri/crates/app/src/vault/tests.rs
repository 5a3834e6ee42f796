use super::*;
use crate::clock::SystemEntropy;
use trust::kit::Kit;

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
const ZHOU: UserId = UserId([1; 16]);
const CHEN: UserId = UserId([2; 16]);
const MEANS: Means<'_> = Means { cost: CHEAP, entropy: &SystemEntropy };

fn recovery(n: u8) -> PacketKey {
    Kit::new([n; 16]).recovery()
}

fn escrow() -> PacketKey {
    Kit::new([9; 16]).escrow()
}

/// A vault of two, with what each of them holds.
fn vault() -> (Vault, Secrets, Secrets) {
    let mut vault = Vault::new(recovery(1).recipient(), &SystemEntropy);
    let zhou = Secrets::fresh(&SystemEntropy);
    let chen = zhou.for_another(&SystemEntropy);
    let township = escrow().recipient();
    let township = [township.as_str()];
    vault.lock((ZHOU, "周"), "桥头 水牛 七点", &zhou, &township, &MEANS).unwrap();
    vault.lock((CHEN, "陈"), "窗台 铁锹 五更", &chen, &township, &MEANS).unwrap();
    (vault, zhou, chen)
}

fn assert_same(found: Result<Secrets, Fault>, wanted: &Secrets) {
    let found = found.unwrap();
    assert_eq!((found.database, found.seed), (wanted.database, wanted.seed));
}

fn refusal(found: Result<Secrets, Fault>) -> Fault {
    found.err().expect("does not open")
}

#[test]
fn a_profile_opens_with_its_passphrase_alone() {
    let home = tempfile::tempdir().unwrap();
    let (written, zhou, chen) = vault();
    written.write(home.path()).unwrap();
    let vault = Vault::read(home.path()).unwrap();
    assert_same(vault.open(ZHOU, "桥头 水牛 七点"), &zhou);
    assert_same(vault.open(CHEN, "窗台 铁锹 五更"), &chen);
    assert_eq!(zhou.database, chen.database, "one database");
    assert_ne!(zhou.seed, chen.seed, "two people");
    assert_eq!(refusal(vault.open(ZHOU, "桥头 水牛 八点")), Fault::WrongPassphrase);
    assert_eq!(refusal(vault.open(CHEN, "桥头 水牛 七点")), Fault::WrongPassphrase);
    let stranger = UserId([7; 16]);
    assert!(matches!(refusal(vault.open(stranger, "x")), Fault::NotFound { .. }));
}

#[test]
fn the_box_of_one_is_of_no_use_to_another() {
    let (mut vault, ..) = vault();
    let [zhou, chen] = &mut vault.accounts[..] else { panic!("two accounts") };
    std::mem::swap(&mut zhou.passphrase, &mut chen.passphrase);
    std::mem::swap(&mut zhou.papers, &mut chen.papers);
    for passphrase in ["桥头 水牛 七点", "窗台 铁锹 五更"] {
        for user in [ZHOU, CHEN] {
            assert_eq!(refusal(vault.open(user, passphrase)), Fault::WrongPassphrase);
        }
    }
    let opened = vault.open_with(ZHOU, &recovery(1), &SystemEntropy);
    assert_eq!(refusal(opened), Fault::WrongPaper);
}

#[test]
fn each_paper_opens_each_account_and_no_other_paper_does() {
    let (vault, zhou, chen) = vault();
    for key in [recovery(1), escrow()] {
        assert_same(vault.open_with(ZHOU, &key, &SystemEntropy), &zhou);
        assert_same(vault.open_with(CHEN, &key, &SystemEntropy), &chen);
    }
    for key in [recovery(2), Kit::new([1; 16]).escrow(), Kit::new([9; 16]).recovery()] {
        let opened = vault.open_with(ZHOU, &key, &SystemEntropy);
        assert_eq!(refusal(opened), Fault::WrongPaper);
    }
}

#[test]
fn a_new_sheet_ends_the_old_one_for_everybody() {
    let (mut vault, zhou, chen) = vault();
    let township = escrow().recipient();
    vault.replace_recovery(recovery(2).recipient());
    assert!(!vault.is_current(ZHOU, &[&township]));
    vault.renew_papers(ZHOU, &zhou, &[&township]).unwrap();
    assert!(vault.is_current(ZHOU, &[&township]));
    for user in [ZHOU, CHEN] {
        let opened = vault.open_with(user, &recovery(1), &SystemEntropy);
        assert_eq!(refusal(opened), Fault::WrongPaper);
    }
    assert_same(vault.open_with(ZHOU, &recovery(2), &SystemEntropy), &zhou);
    // Whoever has not come yet gets the database, and a signing key of their own.
    let opened = vault.open_with(CHEN, &recovery(2), &SystemEntropy).unwrap();
    assert_eq!(opened.database, chen.database);
    assert!(opened.seed != chen.seed && opened.seed != zhou.seed);
    assert_same(vault.open(CHEN, "窗台 铁锹 五更"), &chen);
}

#[test]
fn a_closed_account_opens_by_no_way_and_loses_nothing() {
    let (mut vault, zhou, _) = vault();
    assert!(vault.close(ZHOU));
    assert!(!vault.close(ZHOU), "closed once");
    assert_eq!(refusal(vault.open(ZHOU, "桥头 水牛 七点")), Fault::AccountClosed);
    let opened = vault.open_with(ZHOU, &recovery(1), &SystemEntropy);
    assert_eq!(refusal(opened), Fault::AccountClosed);
    assert_eq!(vault.accounts().collect::<Vec<_>>(), [(CHEN, "陈")]);
    let database = vault.open_with(CHEN, &escrow(), &SystemEntropy).unwrap().database;
    assert_eq!(database, zhou.database);
}

#[test]
fn a_damaged_vault_opens_nothing_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let (vault, ..) = vault();
    vault.write(home.path()).unwrap();
    let whole = fs::read(home.path().join(FILE)).unwrap();
    for len in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(home.path().join(FILE), &whole[..len]).unwrap();
        let fault = Vault::read(home.path()).err().expect("cut");
        assert!(matches!(fault, Fault::ProfileDamaged { .. }), "{len}: {fault:?}");
    }
    let sealed = |vault: &Vault| vault.accounts[0].passphrase.clone().unwrap();
    for at in 0..sealed(&vault).boxed.len() {
        let mut damaged = vault.clone();
        damaged.accounts[0].passphrase.as_mut().unwrap().boxed[at] ^= 1;
        assert_eq!(refusal(damaged.open(ZHOU, "桥头 水牛 七点")), Fault::WrongPassphrase);
    }
    let mut dear = vault.clone();
    dear.accounts[0].passphrase.as_mut().unwrap().cost.memory_kib = u32::MAX;
    let fault = refusal(dear.open(ZHOU, "桥头 水牛 七点"));
    assert!(matches!(fault, Fault::ProfileDamaged { .. }), "{fault:?}");
    let mut newer = vault;
    newer.version += 1;
    newer.write(home.path()).unwrap();
    assert_eq!(Vault::read(home.path()).err(), Some(Fault::NewerProfile));
}

#[test]
fn whatever_stops_the_writing_the_old_file_or_the_new_one_is_there() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, zhou, _) = vault();
    vault.write(home.path()).unwrap();
    // Stopped after any part of the new file: what lies beside the old one is of no account.
    let next = serde_json::to_vec_pretty(&vault).unwrap();
    for len in [0, next.len() / 2, next.len()] {
        fs::write(home.path().join(format!("{FILE}.new")), &next[..len]).unwrap();
        assert_same(Vault::read(home.path()).unwrap().open(ZHOU, "桥头 水牛 七点"), &zhou);
    }
    // What cannot be written changes nothing.
    fs::remove_file(home.path().join(format!("{FILE}.new"))).unwrap();
    fs::create_dir(home.path().join(format!("{FILE}.new"))).unwrap();
    vault.lock((ZHOU, "周"), "另一个 长长的 口令", &zhou, &[], &MEANS).unwrap();
    assert!(vault.write(home.path()).is_err());
    assert_same(Vault::read(home.path()).unwrap().open(ZHOU, "桥头 水牛 七点"), &zhou);
    fs::remove_dir(home.path().join(format!("{FILE}.new"))).unwrap();
    vault.write(home.path()).unwrap();
    assert_same(Vault::read(home.path()).unwrap().open(ZHOU, "另一个 长长的 口令"), &zhou);
}

#[test]
fn the_file_names_nobody_but_by_their_label() {
    let (mut vault, zhou, _) = vault();
    vault.close(CHEN);
    vault.remember(ZHOU, &recovery(7), &zhou).unwrap();
    let text = serde_json::to_string(&vault).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for account in value["accounts"].as_array_mut().unwrap() {
        let members: Vec<&String> = account.as_object().unwrap().keys().collect();
        let wanted = ["keyring", "label", "papers", "passphrase", "user"];
        let is_remembered = account["keyring"].is_object();
        assert_eq!(members, wanted[usize::from(!is_remembered)..]);
        account["label"].take();
    }
    assert!(value.to_string().is_ascii(), "nothing in words");
}

#[test]
fn a_keyrings_box_is_for_one_alone_and_no_other_key_opens_it() {
    let (mut vault, zhou, chen) = vault();
    let key = recovery(7);
    let refused = vault.remember(ZHOU, &key, &zhou).unwrap_err();
    assert_eq!(refused, KeyringTrouble::Several.into());
    assert!(vault.close(CHEN));
    vault.remember(ZHOU, &key, &zhou).unwrap();
    assert_same(vault.open_remembered(ZHOU, &key).ok_or(Fault::WrongPaper), &zhou);
    assert_same(vault.open(ZHOU, "桥头 水牛 七点"), &zhou);
    assert!(vault.open_remembered(ZHOU, &recovery(1)).is_none());
    assert!(vault.open_remembered(CHEN, &key).is_none());
    let before = vault.clone();
    // The box of somebody else, in the place of the own one.
    let packed = chen.packed(vault.vault, CHEN);
    let boxed = seal::box_for(&key.recipient(), &packed).unwrap();
    vault.accounts[0].keyring = Some(Paper { recipient: key.recipient(), boxed });
    assert!(vault.open_remembered(ZHOU, &key).is_none());
    // Whoever comes back to the computer ends it.
    let mut vault = before;
    vault.lock((CHEN, "陈"), "窗台 铁锹 五更", &chen, &[], &MEANS).unwrap();
    assert!(vault.remembered().is_none() && vault.open_remembered(ZHOU, &key).is_none());
    assert!(!vault.forget(), "it is gone, and not only passed over");
}
