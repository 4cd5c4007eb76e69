use super::*;
use crate::address::Domain;

static NOBODY: InstanceLists = InstanceLists {
    allowed_domains: Vec::new(),
    blocked_domains: Vec::new(),
    allowed_emails: Vec::new(),
    blocked_emails: Vec::new(),
};

fn owner(name: &str, providers: &[&str]) -> Owner {
    let way = |provider: &&str| Way {
        identity: format!("{name} at {provider}"),
        provider: (*provider).to_owned(),
        email: format!("{name}@acme.test"),
        is_switched_on: true,
    };
    let (email, ways) = (format!("{name}@acme.test"), providers.iter().map(way).collect());
    Owner { id: name.to_owned(), email, status: Status::Active, factor: Factor::NotRequired, ways }
}

fn owners<'a>(lists: &'a InstanceLists, all: &[&Owner]) -> Owners<'a> {
    let entrance = Entrance { providers: HashSet::from(["idp", "okta"]), lists };
    Owners { entrance, all: all.iter().map(|owner| (*owner).clone()).collect() }
}

#[test]
fn the_last_owner_stays_and_anyone_else_can_go() {
    let (ada, ben) = (owner("ada", &["idp"]), owner("ben", &["idp"]));
    let allows = |all: &[&Owner], leaving: &[&str]| owners(&NOBODY, all).can_spare(Loss::People(leaving));
    assert!(!allows(&[&ada], &["ada"]));
    assert!(!allows(&[&ada, &ben], &["ben", "ada", "sam"]));
    assert!(allows(&[&ada, &ben], &["ada"]));
    assert!(allows(&[&ada], &["sam"]));
    assert!(allows(&[], &["sam"]), "an organization without any is no worse for it");
}

#[test]
fn where_a_second_factor_is_required_an_owner_without_one_is_no_one() {
    let with = |name, factor| Owner { factor, ..owner(name, &["idp"]) };
    let (ada, ben) = (with("ada", Factor::Given), with("ben", Factor::Lacking));
    assert!(!owners(&NOBODY, &[&ada, &ben]).can_spare(Loss::People(&["ada"])));
    assert!(owners(&NOBODY, &[&ada, &ben]).can_spare(Loss::People(&["ben"])));
    assert!(!owners(&NOBODY, &[&ada, &ben]).can_spare(Loss::Factor("ada")));
    assert!(owners(&NOBODY, &[&ada, &ben]).can_spare(Loss::Factor("ben")));
    let cy = with("cy", Factor::Given);
    assert!(owners(&NOBODY, &[&ada, &cy]).can_spare(Loss::Factor("ada")));
    let free = owner("ada", &["idp"]);
    assert!(owners(&NOBODY, &[&free]).can_spare(Loss::Factor("ada")), "it is not required");
}

#[test]
fn an_owner_who_can_t_sign_in_is_no_reason_to_remove_the_other() {
    let ada = owner("ada", &["idp"]);
    let deactivated = Owner { status: Status::Deactivated, ..owner("ben", &["idp"]) };
    let locked_out = Owner { status: Status::LockedOut, ..owner("ben", &["idp"]) };
    let mut switched_off = owner("ben", &["okta"]);
    switched_off.ways[0].is_switched_on = false;
    let mut blocked_there = owner("ben", &["okta"]);
    blocked_there.ways[0].email = "ben@evil.test".to_owned();
    let blocked_here = Owner { email: "ben@evil.test".to_owned(), ..owner("ben", &["okta"]) };
    let without_a_way = owner("ben", &[]);
    let not_configured = owner("ben", &["github"]);
    let lists = InstanceLists {
        blocked_domains: vec![Domain::parse("evil.test").expect("a domain")],
        ..NOBODY.clone()
    };
    for ben in
        [deactivated, locked_out, switched_off, blocked_there, blocked_here, without_a_way, not_configured]
    {
        let both = owners(&lists, &[&ada, &ben]);
        assert_eq!(both.who_can_come_in(), 1);
        assert!(!both.can_spare(Loss::People(&["ada"])));
        assert!(both.can_spare(Loss::People(&["ben"])), "who does not count is not missed");
    }
}

#[test]
fn a_way_in_can_go_while_an_owner_is_left_another() {
    let (ada, ben) = (owner("ada", &["idp", "okta"]), owner("ben", &["okta"]));
    let ada_alone = owners(&NOBODY, &[&ada]);
    assert!(ada_alone.can_spare(Loss::Method("idp")) && ada_alone.can_spare(Loss::Identity("ada at okta")));
    let ben_alone = owners(&NOBODY, &[&ben]);
    assert!(
        !ben_alone.can_spare(Loss::Method("okta")) && !ben_alone.can_spare(Loss::Identity("ben at okta"))
    );
    assert!(ben_alone.can_spare(Loss::Method("idp")));
    assert!(owners(&NOBODY, &[&ada, &ben]).can_spare(Loss::Identity("ben at okta")));
}

#[test]
fn where_no_one_can_come_in_the_last_who_might_again_stays() {
    let (blocked, gone) =
        (owner("ada", &["github"]), Owner { status: Status::Deactivated, ..owner("ben", &["idp"]) });
    let both = owners(&NOBODY, &[&blocked, &gone]);
    assert!(!both.can_spare(Loss::People(&["ada"])), "the configuration may let her in again");
    assert!(both.can_spare(Loss::People(&["ben"])));
    assert!(both.can_spare(Loss::Method("idp")), "there is nothing to lose");
    assert!(!owners(&NOBODY, &[&gone]).can_spare(Loss::People(&["ben"])), "nor an owner at all");
}

#[test]
fn an_owner_who_can_t_come_in_takes_no_ones_place() {
    let (ada, ben) = (owner("ada", &["idp"]), owner("ben", &["idp"]));
    let without_a_way = owner("ben", &[]);
    let former = owners(&NOBODY, &[&ada]);
    assert!(owners(&NOBODY, &[&ben]).can_replace(&former));
    assert!(!owners(&NOBODY, &[&without_a_way]).can_replace(&former));
    assert!(owners(&NOBODY, &[&without_a_way, &ben]).can_replace(&former));
    assert!(owners(&NOBODY, &[&ben]).can_replace(&owners(&NOBODY, &[&without_a_way])));
}
