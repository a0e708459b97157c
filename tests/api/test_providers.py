"""Providers, budgets and what was spent, over HTTP."""

from dataclasses import replace

from tests.api.conftest import Place
from tests.servers.vision_server import served


def test_each_kind_describes_its_options_as_a_json_schema(shown: Place):
    kinds = shown.get("provider-kinds")

    assert kinds["openai"]["required"] == ["model"]
    assert kinds["openai"]["properties"]["api_key"]["writeOnly"] is True
    assert {"per_minute", "at_once", "tells_place"} <= kinds["local"]["properties"].keys()


def test_a_provider_is_added_changed_tested_and_removed_and_its_key_never_shown(empty: Place):
    with served("eyes", kind="llama", key="very-secret") as server:
        options = {"base_url": server.url, "model": "eyes", "api_key": "very-secret", "per_minute": 30}
        added = empty.post("providers", {"kind": "openai", "name": " Ours ", "options": options})
        assert (added["name"], added["problem"], added["leaves"]) == ("Ours", "", False)
        assert added["options"]["per_minute"] == 30
        assert added["options"]["at_once"] == 4

        tested = empty.post(f"providers/{added['id']}/test")
        assert tested["works"] is True, tested
        assert "red" in tested["steps"][-1]["name"]

        change = {"name": "Mine", "options": {"tells_place": True, "per_minute": None}}
        changed = empty.ask("Alice", "PATCH", f"providers/{added['id']}", json=change).json()
        assert (changed["name"], changed["options"]["tells_place"]) == ("Mine", True)
        assert changed["options"]["per_minute"] is None
        assert empty.post(f"providers/{added['id']}/test")["works"] is True  # the key has stayed

        wrong = {"options": {"api_key": "wrong"}}
        empty.ask("Alice", "PATCH", f"providers/{added['id']}", json=wrong)
        tested = empty.post(f"providers/{added['id']}/test")
        assert tested["works"] is False
        assert "key" in tested["steps"][-1]["problem"]

    everything = "".join(
        empty.ask("Alice", "GET", path).text for path in ("providers", f"providers/{added['id']}", "history")
    )
    assert "very-secret" not in everything
    assert empty.ask("Alice", "DELETE", f"providers/{added['id']}").status_code == 204
    empty.refused(empty.ask("Alice", "GET", f"providers/{added['id']}"), 404)


def test_providers_are_put_in_order(empty: Place):
    second = empty.post("providers", {"kind": "local", "name": "second"})["id"]
    first = empty.post("providers", {"kind": "local", "name": "first"})["id"]

    ordered = empty.post("providers/order", {"providers": [first, second]})["items"]

    assert [one["name"] for one in ordered] == ["first", "second", "canned"]
    empty.refused(empty.ask("Charlie", "POST", "providers/order", json={"providers": [first]}), 404)


def test_a_name_that_is_taken_or_means_something_is_refused(empty: Place):
    taken = {"kind": "local", "name": "canned"}
    assert "already" in empty.refused(empty.ask("Alice", "POST", "providers", json=taken), 409)
    for name in ("chain", "none"):
        empty.refused(empty.ask("Alice", "POST", "providers", json={"kind": "local", "name": name}), 422)


def test_what_is_wrong_with_an_option_is_said_with_its_name(empty: Place):
    for options, says in (({}, "“model” is missing"), ({"model": "m", "per_minute": 0}, "“per_minute”")):
        body = {"kind": "openai", "name": "x", "options": options}
        assert says in empty.refused(empty.ask("Alice", "POST", "providers", json=body), 422)
    body = {"kind": "nope", "name": "x"}
    assert "no kind of provider" in empty.refused(empty.ask("Alice", "POST", "providers", json=body), 422)


def test_a_budget_is_decided_a_part_at_a_time(empty: Place):
    assert empty.get("budget")["today"] == {"spent": 0, "reserved": 0, "limit": None, "exhausted": False}

    empty.ask("Alice", "PATCH", "budget", json={"per_day": 2.5, "offline": True})
    budget = empty.ask("Alice", "PATCH", "budget", json={"per_month": 10}).json()

    assert (budget["today"]["limit"], budget["month"]["limit"], budget["offline"]) == (2.5, 10, True)
    assert empty.ask("Alice", "PATCH", "budget", json={"per_day": None}).json()["today"]["limit"] is None
    assert empty.get("budget", who="Charlie")["offline"] is False


def test_where_nothing_may_leave_this_machine_the_page_and_a_test_say_so(empty: Place):
    options = {"base_url": "http://vision.example.com/v1", "model": "eyes"}
    number = empty.post("providers", {"kind": "openai", "name": "elsewhere", "options": options})["id"]
    assert "Not asked" not in empty.ask("Alice", "GET", "/vision").text
    house = empty.application.state.house
    house.settings = replace(house.settings, offline=True)

    page = empty.ask("Alice", "GET", "/vision").text
    assert "Not asked" in page
    assert "as RENAMER_OFFLINE in its settings says" in page
    assert "RENAMER_OFFLINE" in empty.post(f"providers/{number}/test")["steps"][0]["problem"]
    empty.ask("Alice", "PATCH", "budget", json={"offline": False})
    assert empty.get("budget")["offline"] is True


def test_a_test_sends_nothing_where_a_tenant_keeps_everything_here(empty: Place):
    with served("eyes", kind="llama") as server:
        options = {"base_url": server.elsewhere, "model": "eyes"}
        number = empty.post("providers", {"kind": "openai", "name": "elsewhere", "options": options})["id"]
        empty.ask("Alice", "PATCH", "budget", json={"offline": True})

        step = empty.post(f"providers/{number}/test")["steps"][0]
        assert step["problem"] == "Nothing was sent to it, since nothing leaves this machine, as you decided."
        assert server.asked == []

        empty.ask("Alice", "PATCH", "budget", json={"offline": False})
        assert empty.post(f"providers/{number}/test")["works"]


def test_what_answers_took_is_told_and_an_estimate_is_made_of_it(place: Place):
    with served("eyes", kind="llama") as server:
        prices = {"input_price": 1.0, "output_price": 5.0}
        options = {"base_url": server.url, "model": "eyes", "answer_tokens": 100, **prices}
        number = place.post("providers", {"kind": "openai", "name": "ours", "options": options})["id"]
        place.ask("Alice", "PATCH", "sources/1", json={"options": {"provider": "ours"}})
        for photo in ("IMG_0100.JPG", "IMG_0101.JPG"):
            place.home.photo(photo, seed=int(photo[4:8]))
        before = place.post("sources/1/estimate")
        assert (before["images"], before["measured"], before["each"]) == (2, False, 0.0085)

        place.post(f"providers/{number}/test")

        (row,) = place.get("usage")["items"]
        assert (row["model"], row["calls"], row["cost"]) == ("eyes", 1, 0.0009)
        assert place.get("budget")["today"]["spent"] == 0.0009
        after = place.post("sources/1/estimate")
        assert (after["images"], after["measured"], after["cost"]) == (2, True, 0.0018)
        assert "2 pictures by ours (eyes): about $0.00, $0.0009 each" in after["says"]

        asked = {"headers": {"HX-Request": "true"}}
        shown = place.ask("Bob", "POST", "/sources/1/estimate", **asked).text
        assert len(server.answered) == 1  # the test's
    for told in ("<dd>2</dd>", "ours · eyes", "$0.0009", "in the last 30 days"):
        assert told in shown
    assert place.ask("Vera", "POST", "/sources/1/estimate", **asked).status_code == 403
