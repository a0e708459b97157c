"""Signing in, links that work once, tokens and roles, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from appliance import auth, events
from appliance.auth import Client, links, members, passwords, throttles
from appliance.auth.throttles import Limit
from appliance.errors import Conflict, Forbidden, Invalid, NotFound, Problem, TooMany, Unauthorized
from appliance.models import (
    OWN_TENANT,
    ApiToken,
    Link,
    LinkPurpose,
    Membership,
    Role,
    SignIn,
    Tenant,
    Throttle,
    User,
    now,
)
from appliance.secrets import Vault, fingerprint
from tests.auth.conftest import ALICE, BOB, CLIENT, PASSWORD, Registry


def works(act) -> bool:
    try:
        act()
    except Problem:
        return False
    return True


# Signing in


def test_the_right_password_opens_a_session_that_is_its_members(registry: Registry):
    alice = registry.add(ALICE, Role.OWNER)

    proof, member = registry.sign_in(" Alice@Example.org")

    assert registry.who(proof=proof) == member
    assert (member.user_id, member.role, member.tenant_id) == (alice, Role.OWNER, OWN_TENANT)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    registry.add(BOB, Role.VIEWER, password=None)

    answers = []
    for email in (ALICE, BOB, "nobody@example.org"):
        with pytest.raises(Unauthorized) as refused:
            registry.sign_in(email, "another password")
        answers.append(str(refused.value))

    assert len(set(answers)) == 1


def test_neither_the_address_nor_what_proves_a_session_is_in_the_database(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    proof, _ = registry.sign_in(ALICE)
    token = registry.token("ci", Role.VIEWER)

    with registry.database.reading(None) as session:
        stored = [
            str(value)
            for table in (User, SignIn, ApiToken, Throttle)
            for row in session.execute(select(table.__table__))
            for value in row
        ]
    assert not [value for value in stored for secret in ("alice", proof, token) if secret in value]


def test_every_sign_in_is_in_the_log_and_every_refusal(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    registry.sign_in(ALICE)
    with pytest.raises(Unauthorized):
        registry.sign_in(ALICE, "another password")

    with registry.database.reading(OWN_TENANT) as session:
        told = [(event.type, event.after) for event in events.since(session, OWN_TENANT, 0)]
    assert told[1:] == [
        ("member.signed_in", {"user": 1, "address": "192.0.2.1"}),
        ("member.refused", {"user": 1, "address": "192.0.2.1"}),
    ]


def test_a_disabled_account_neither_signs_in_nor_stays_signed_in(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    proof, _ = registry.sign_in(ALICE)

    with registry.database.system_session() as session:
        session.execute(update(User).values(disabled=True))

    assert registry.who(proof=proof) is None
    with pytest.raises(Unauthorized):
        registry.sign_in(ALICE)


def test_a_password_with_older_parameters_is_hashed_anew_when_it_is_used(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    with registry.database.system_session() as session:
        session.execute(
            update(User).values(password=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD))
        )

    registry.sign_in(ALICE)

    with registry.database.reading(None) as session:
        stored = session.scalars(select(User.password)).one()
    assert stored
    assert not passwords.is_outdated(stored)
    assert passwords.matches(PASSWORD, stored)


@pytest.mark.parametrize("password", ["short", "password123", "PASSWORD123", "aaaaaaaaaaaa", ALICE, "x" * 1001])
def test_a_password_that_would_be_guessed_is_refused(password: str):
    with pytest.raises(Invalid, match="choose another"):
        passwords.hashed(password, ALICE)


def test_for_people_passwords_are_argon2id_with_what_its_library_recommends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()

    assert passwords.hashed(PASSWORD, ALICE).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_is_the_same_however_the_keyboard_composes_it():
    assert passwords.matches("café au lait", passwords.hashed("cafe\u0301 au lait", ALICE))


# Sessions


def test_an_id_that_a_client_chose_is_nobodys_and_stays_so(registry: Registry):
    registry.add(ALICE, Role.OWNER)

    assert registry.who(proof="chosen-by-the-client") is None
    proof, _ = registry.sign_in(ALICE)

    assert registry.who(proof="chosen-by-the-client") is None
    assert proof != registry.sign_in(ALICE).proof


@pytest.mark.parametrize(
    "aged", [{"seen_at": now() - timedelta(days=14, minutes=1)}, {"expires_at": now() - timedelta(seconds=1)}]
)
def test_a_session_ends_when_it_is_old_or_was_long_idle(registry: Registry, aged: dict[str, object]):
    registry.add(ALICE, Role.OWNER)
    proof, _ = registry.sign_in(ALICE)
    with registry.database.system_session() as session:
        session.execute(update(SignIn).values(aged))

    assert registry.who(proof=proof) is None
    registry.sign_in(ALICE)

    with registry.database.reading(None) as session:
        assert fingerprint(proof) not in session.scalars(select(SignIn.sha256)).all()


def test_a_session_that_is_used_does_not_grow_idle(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    proof, _ = registry.sign_in(ALICE)
    a_week_ago = now() - timedelta(days=7)
    with registry.database.system_session() as session:
        session.execute(update(SignIn).values(seen_at=a_week_ago))

    registry.who(proof=proof)

    with registry.database.reading(None) as session:
        assert session.scalars(select(SignIn.seen_at)).one() > a_week_ago + timedelta(days=6)


def test_a_session_ends_when_its_member_signs_out(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    one, other = registry.sign_in(ALICE).proof, registry.sign_in(ALICE).proof

    auth.sessions.end(registry.database, one)

    assert registry.who(proof=one) is None
    assert registry.who(proof=other)


def test_a_new_password_ends_every_other_session_and_gives_this_one_a_new_id(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    elsewhere = registry.sign_in(ALICE).proof
    here, member = registry.sign_in(ALICE)

    new = auth.change_password(registry.database, registry.vault, member, PASSWORD, "a walk in the woods", CLIENT)

    assert (registry.who(proof=elsewhere), registry.who(proof=here)) == (None, None)
    assert registry.who(proof=new.proof) == member
    assert registry.sign_in(ALICE, "a walk in the woods")
    with pytest.raises(Unauthorized):
        registry.sign_in(ALICE, PASSWORD)


def test_the_password_changes_only_for_somebody_who_knows_it(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    proof, member = registry.sign_in(ALICE)

    with pytest.raises(Forbidden):
        auth.change_password(registry.database, registry.vault, member, "a guess of it", "a walk in the woods", CLIENT)

    assert registry.who(proof=proof) == member


def test_another_role_ends_the_members_sessions_and_counts_at_the_next_sign_in(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    bob = registry.add(BOB, Role.VIEWER)
    proof, _ = registry.sign_in(BOB)

    with registry.database.session(OWN_TENANT) as session:
        members.change(session, OWN_TENANT, bob, Role.ADMIN, actor="a test")

    assert registry.who(proof=proof) is None
    assert registry.sign_in(BOB).member.role is Role.ADMIN


# Throttles


def test_of_tries_at_once_exactly_those_within_the_limit_pass(registry: Registry):
    limit = Limit(20, timedelta(minutes=15))

    with ThreadPoolExecutor(32) as pool:
        passed = list(
            pool.map(
                lambda _: works(lambda: throttles.take(registry.database, [("address:a", limit)])),
                range(32),
            )
        )

    assert passed.count(True) == 20


def test_a_full_window_says_when_it_ends_and_then_there_is_room_again(registry: Registry):
    limit = Limit(1, timedelta(seconds=90))
    throttles.take(registry.database, [("a", limit)])

    with pytest.raises(TooMany, match=r"try again in \d+ seconds") as refused:
        throttles.take(registry.database, [("a", limit)])
    assert 80 <= refused.value.retry_after <= 90
    assert refused.value.headers == {"Retry-After": str(refused.value.retry_after)}

    with registry.database.system_session() as session:
        session.execute(update(Throttle).values(ends_at=now()))
    throttles.take(registry.database, [("a", limit)])


def test_guessing_at_one_account_stops_after_ten_tries_from_wherever_they_come(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    for number in range(10):
        with pytest.raises(Unauthorized):
            registry.sign_in(ALICE, "a guess of it", Client(f"192.0.2.{number}"))

    with pytest.raises(TooMany):
        registry.sign_in(ALICE, PASSWORD, Client("192.0.2.99"))


def test_a_right_password_makes_earlier_tries_forgotten(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    for _ in range(2):
        for _ in range(6):
            with pytest.raises(Unauthorized):
                registry.sign_in(ALICE, "a guess of it")
        registry.sign_in(ALICE)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "p:192.0.2.1"),
        ("::ffff:192.0.2.1", "p:192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "p:2001:db8:1:2::/64"),
        ("a socket", "p:a socket"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_them(address: str, key: str):
    assert throttles.address_key("p", address) == key


# Links


def finish(registry: Registry, token: str, email: str = "") -> auth.SignedIn:
    return auth.finish_setup(registry.database, registry.vault, token, PASSWORD, CLIENT, email=email)


def link_for(registry: Registry, user_id: int, purpose: LinkPurpose) -> str:
    with registry.database.session(OWN_TENANT) as session:
        return links.make(session, OWN_TENANT, purpose, user_id)


def test_the_first_start_gives_a_link_that_makes_the_owner_once(registry: Registry):
    token = registry.setup_token()
    assert token

    proof, member = finish(registry, token, ALICE)

    assert registry.who(proof=proof) == member
    assert member.role is Role.OWNER
    assert registry.sign_in(ALICE).member == member
    assert registry.setup_token() is None
    with pytest.raises(NotFound):
        finish(registry, token, BOB)


def test_each_start_replaces_the_link_of_the_one_before(registry: Registry):
    first, second = registry.setup_token(), registry.setup_token()
    assert first
    assert second

    with pytest.raises(NotFound, match="ask for another"):
        finish(registry, first, ALICE)
    finish(registry, second, ALICE)


def test_a_link_that_is_too_old_does_nothing(registry: Registry):
    token = registry.setup_token()
    assert token
    with registry.database.system_session() as session:
        session.execute(update(Link).values(expires_at=now() - timedelta(seconds=1)))

    with pytest.raises(NotFound):
        finish(registry, token, ALICE)


def test_a_link_still_works_after_a_password_that_was_refused(registry: Registry):
    token = registry.setup_token()
    assert token
    with pytest.raises(Invalid):
        auth.finish_setup(registry.database, registry.vault, token, "short", CLIENT, email=ALICE)

    finish(registry, token, ALICE)


def test_of_many_who_follow_a_link_at_once_one_alone_gets_in(registry: Registry):
    token = registry.setup_token()
    assert token

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda n: works(lambda: finish(registry, token, f"{n}@example.org")), range(6)))

    assert done.count(True) == 1
    with registry.database.reading(None) as session:
        assert len(session.scalars(select(Membership)).all()) == 1


def test_who_is_invited_chooses_a_password_and_is_in(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    bob = registry.add(BOB, Role.REVIEWER, password=None)
    token = link_for(registry, bob, LinkPurpose.INVITE)
    assert auth.invitation(registry.database, registry.vault, token).email == BOB

    assert finish(registry, token).member.role is Role.REVIEWER

    assert registry.sign_in(BOB).member.user_id == bob


def test_a_reset_ends_the_sessions_that_there_were(registry: Registry):
    alice = registry.add(ALICE, Role.OWNER, "the old password")
    proof, _ = registry.sign_in(ALICE, "the old password")

    finish(registry, link_for(registry, alice, LinkPurpose.RESET))

    assert registry.who(proof=proof) is None
    assert registry.sign_in(ALICE, PASSWORD)


# Members


def test_an_address_is_a_member_once_however_it_is_written(registry: Registry):
    registry.add(ALICE, Role.OWNER)

    with pytest.raises(Conflict, match="member already"):
        registry.add("ALICE@example.org", Role.VIEWER)


@pytest.mark.parametrize("email", ["", "alice", "@example.org", "alice @example.org", "a" * 250 + "@b.org"])
def test_what_is_no_address_is_refused(registry: Registry, email: str):
    with pytest.raises(Invalid):
        registry.add(email, Role.OWNER, password=None)


def test_the_only_owner_stays_an_owner_and_a_member(registry: Registry):
    alice = registry.add(ALICE, Role.OWNER)
    with registry.database.session(OWN_TENANT) as session:
        with pytest.raises(Conflict, match="only owner"):
            members.remove(session, OWN_TENANT, alice, actor="a test")
        with pytest.raises(Conflict, match="only owner"):
            members.change(session, OWN_TENANT, alice, Role.ADMIN, actor="a test")


def test_a_removed_member_is_gone_with_account_session_and_tokens(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    bob = registry.add(BOB, Role.ADMIN)
    proof, token = registry.sign_in(BOB).proof, registry.token("bobs", Role.VIEWER, created_by=bob)
    assert registry.who(bearer=token)

    with registry.database.session(OWN_TENANT) as session:
        members.remove(session, OWN_TENANT, bob, actor="a test")

    assert registry.who(proof=proof) is None
    assert registry.who(bearer=token) is None
    with pytest.raises(Unauthorized):
        registry.sign_in(BOB)
    with registry.database.reading(None) as session:
        assert [user.id for user in session.scalars(select(User))] == [1]


def test_a_member_of_another_tenant_cannot_be_seen_or_touched(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    with registry.database.system_session() as session:
        session.add(Tenant(id=77, name="Elsewhere"))
    charlie = registry.add("charlie@example.org", Role.OWNER, tenant_id=77)

    assert registry.sign_in("charlie@example.org").member.tenant_id == 77
    with registry.database.session(OWN_TENANT) as session:
        assert [person.email for person in members.all_of(session, OWN_TENANT, registry.vault)] == [ALICE]
        with pytest.raises(NotFound):
            members.one_of(session, OWN_TENANT, registry.vault, charlie)
        with pytest.raises(NotFound):
            members.change(session, OWN_TENANT, charlie, Role.VIEWER, actor="a test")
        with pytest.raises(NotFound):
            members.remove(session, OWN_TENANT, charlie, actor="a test")


def test_after_a_new_key_accounts_are_found_and_then_the_old_key_may_go(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    both = replace(registry, vault=Vault(["new", "key"]))
    both.sign_in(ALICE)
    with pytest.raises(Conflict):
        both.add(ALICE, Role.VIEWER)

    with registry.database.system_session() as session:
        assert members.renew(session, both.vault) == 1
        assert members.renew(session, both.vault) == 0

    after = replace(registry, vault=Vault(["new"]))
    after.sign_in(ALICE)
    with registry.database.reading(OWN_TENANT) as session:
        assert members.by_email(session, OWN_TENANT, after.vault, ALICE).email == ALICE


# Tokens


def test_a_token_has_its_role_and_at_least_160_random_bits(registry: Registry):
    text = registry.token("ci", Role.REVIEWER)

    member = registry.who(bearer=text)

    assert text.startswith("ir_")
    assert len(text.removeprefix("ir_")) >= 28  # of 62 characters
    assert member
    assert (member.role, member.name, member.via) == (Role.REVIEWER, "ci", auth.Via.TOKEN)
    assert registry.who(bearer=text + "x") is None


def test_a_token_may_never_do_more_than_whoever_made_it_may_today(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    bob = registry.add(BOB, Role.ADMIN)
    text = registry.token("bobs", Role.ADMIN, created_by=bob)

    with registry.database.session(OWN_TENANT) as session:
        members.change(session, OWN_TENANT, bob, Role.VIEWER, actor="a test")

    member = registry.who(bearer=text)
    assert member
    assert member.role is Role.VIEWER


def test_a_token_works_no_more_when_it_is_removed_or_over(registry: Registry):
    removed, over = registry.token("one", Role.ADMIN), registry.token("two", Role.ADMIN)

    with registry.database.session(OWN_TENANT) as session:
        auth.tokens.remove(session, auth.tokens.named(session, OWN_TENANT, "one"), actor="a test")
        session.execute(update(ApiToken).where(ApiToken.name == "two").values(expires_at=now()))

    assert (registry.who(bearer=removed), registry.who(bearer=over)) == (None, None)


def test_a_wrong_token_is_not_made_good_by_a_session(registry: Registry):
    registry.add(ALICE, Role.OWNER)
    proof, _ = registry.sign_in(ALICE)

    assert registry.who(bearer="ir_wrong", proof=proof) is None


def test_the_name_of_a_token_is_taken_once(registry: Registry):
    registry.token("ci", Role.VIEWER)
    with pytest.raises(Conflict, match="“ci” already"):
        registry.token("ci", Role.VIEWER)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.REVIEWER, {Role.VIEWER, Role.REVIEWER}),
        (Role.ADMIN, {Role.VIEWER, Role.REVIEWER, Role.ADMIN}),
        (Role.OWNER, set(Role)),
    ],
)
def test_each_role_may_what_the_ones_below_it_may(role: Role, may: set[Role]):
    assert {needed for needed in Role if role.covers(needed)} == may
