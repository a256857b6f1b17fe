"""What runs newsbot on more than one machine is well-formed, agrees with itself, and names only what newsbot has."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose

from bot.settings import KNOWN, PREFIX, read_settings

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
EVERY_SETTING = {f"{PREFIX}{name.upper()}" for name in KNOWN}
# The oldest that is still maintained somewhere, and the newest whose definitions are known.
VERSIONS = ("1.32", kubernetes_validate.latest_version())
ENDS_WITHIN = 10  # seconds, as newsbot promises


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


MANIFESTS = {path.stem: _read(path) for path in sorted(KUBERNETES.glob("*.yaml")) if path.stem != "kustomization"}
DEPLOYMENT, SECRET = MANIFESTS["deployment"], MANIFESTS["secret.example"]
POD = DEPLOYMENT["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]
COMPOSE = _read(DEPLOY / "compose-postgres.yml")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_every_manifest_is_one_that_kubernetes_takes(name: str, version: str):
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


@pytest.mark.parametrize(("field", "value"), [("replicas", "two"), ("replica", 2)])
def test_a_manifest_with_a_wrong_or_unknown_field_is_not(field: str, value: object):
    wrong = copy.deepcopy(DEPLOYMENT)
    wrong["spec"][field] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_all_but_the_example_of_the_secret_are_applied_together():
    listed = _read(KUBERNETES / "kustomization.yaml")["resources"]
    assert sorted(listed) == sorted(f"{name}.yaml" for name in MANIFESTS if name != "secret.example")


def test_what_is_about_the_same_pods_selects_them():
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    selectors = [
        DEPLOYMENT["spec"]["selector"]["matchLabels"],
        MANIFESTS["poddisruptionbudget"]["spec"]["selector"]["matchLabels"],
        MANIFESTS["service"]["spec"]["selector"],
        *(one["labelSelector"]["matchLabels"] for one in POD["topologySpreadConstraints"]),
    ]
    assert all(selector == labels for selector in selectors)


def test_one_always_answers_in_an_upgrade_and_while_nodes_are_drained():
    replicas, rolling = DEPLOYMENT["spec"]["replicas"], DEPLOYMENT["spec"]["strategy"]["rollingUpdate"]
    assert replicas >= 2
    assert (rolling["maxUnavailable"], rolling["maxSurge"]) == (0, 1)
    assert 1 <= MANIFESTS["poddisruptionbudget"]["spec"]["minAvailable"] < replicas


def test_who_is_to_end_is_given_the_time_that_it_takes():
    before = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert POD["terminationGracePeriodSeconds"] > before + ENDS_WITHIN


def test_the_probes_ask_what_newsbot_answers_where_it_listens():
    served = (Path(__file__).resolve().parents[1] / "bot" / "http_server.py").read_text(encoding="utf-8")
    ports = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}
    given = {one["name"]: one["value"] for one in CONTAINER["env"]}
    settings = read_settings(given, Path("/nonexistent/.env"))
    assert settings.http is not None and ports == {"http": settings.http[1], "webhook": settings.listen[1]}
    paths = {}
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = CONTAINER[name]["httpGet"]
        assert asked["port"] == "http" and f'add_get("{asked["path"]}"' in served
        paths[name] = asked["path"]
    assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def test_no_probe_restarts_what_waits_for_a_database_that_fails_over():
    liveness = CONTAINER["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 300


def test_the_webhook_s_way_leads_from_its_address_to_its_port():
    address = urlsplit(SECRET["stringData"]["NEWSBOT_WEBHOOK_URL"])
    ingress = MANIFESTS["ingress"]["spec"]
    [rule] = ingress["rules"]
    [path] = rule["http"]["paths"]
    assert (rule["host"], path["path"]) == (address.hostname, address.path)
    assert [address.hostname] in [one["hosts"] for one in ingress["tls"]]
    backend = path["backend"]["service"]
    assert backend["name"] == MANIFESTS["service"]["metadata"]["name"]
    [port] = [one for one in MANIFESTS["service"]["spec"]["ports"] if one["name"] == backend["port"]["name"]]
    assert port["targetPort"] == "webhook"


def test_the_pod_can_write_nowhere_but_to_what_ends_with_it_and_asks_for_nothing():
    assert POD["automountServiceAccountToken"] is False and POD["enableServiceLinks"] is False
    assert POD["securityContext"]["runAsNonRoot"] is True
    security = CONTAINER["securityContext"]
    assert security["readOnlyRootFilesystem"] is True and security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert all("emptyDir" in volume for volume in POD["volumes"])
    user = re.search(r"^USER (\d+):(\d+)$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user is not None
    assert [int(user[1]), int(user[2])] == [POD["securityContext"][name] for name in ("runAsUser", "runAsGroup")]
    assert CONTAINER["resources"]["limits"]["memory"]


def test_every_setting_named_exists_and_no_secret_is_in_the_files():
    kept = (KUBERNETES / "secret.example.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"NEWSBOT_[A-Z_]+", kept)) | {one["name"] for one in CONTAINER["env"]}
    named |= set(COMPOSE["services"]["newsbot"]["environment"])
    assert named <= EVERY_SETTING | {"NEWSBOT_PORT"}
    values = SECRET["stringData"]
    assert {values[name] for name in ("NEWSBOT_TOKEN", "NEWSBOT_WEBHOOK_SECRET")} == {""}
    assert "PASSWORD@" in values["NEWSBOT_DATABASE"]


@pytest.mark.parametrize("name", ["compose.yaml", "compose-postgres.yml"])
def test_the_composed_containers_are_what_compose_takes(name: str):
    PyCompose.from_yaml((DEPLOY / name).read_text(encoding="utf-8")).validate()


def test_a_composition_with_an_unknown_field_is_not():
    with pytest.raises(ValueError, match="imagee"):
        PyCompose.from_yaml(yaml.safe_dump({"services": {"newsbot": {"imagee": "newsbot"}}})).validate()


def test_every_volume_of_the_composition_is_declared():
    mounts = [mount for service in COMPOSE["services"].values() for mount in service["volumes"]]
    assert {mount.partition(":")[0] for mount in mounts if not mount.startswith(".")} == set(COMPOSE["volumes"])


def test_two_composed_instances_share_database_and_secret_and_wait_for_the_server():
    newsbot, postgres, proxy = (COMPOSE["services"][name] for name in ("newsbot", "postgres", "proxy"))
    assert newsbot["deploy"]["replicas"] == 2
    given = newsbot["environment"]
    # https://docs.docker.com/reference/compose-file/interpolation/ (${NAME:?why}: refused where it is not set)
    filled = {name: re.sub(r"\$\{(\w+):\?[^}]+\}", r"\1", value) for name, value in given.items()}
    database = urlsplit(filled["NEWSBOT_DATABASE"])
    made = postgres["environment"]
    assert made["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert (database.hostname, database.path) == ("postgres", f"/{made['POSTGRES_DB']}")
    assert (database.username, database.password) == (made["POSTGRES_USER"], "POSTGRES_PASSWORD")
    assert given["NEWSBOT_WEBHOOK_SECRET"].startswith("${NEWSBOT_WEBHOOK_SECRET:?")
    assert newsbot["depends_on"]["postgres"] == {"condition": "service_healthy"} and postgres["healthcheck"]["test"]
    assert [one["image"].partition(":")[2] for one in (postgres, proxy)] == ["17", "2"]


def test_the_composed_instances_can_write_nowhere():
    one, several = _read(DEPLOY / "compose.yaml")["services"]["newsbot"], COMPOSE["services"]["newsbot"]
    alike = ("read_only", "tmpfs", "cap_drop", "security_opt", "pids_limit", "mem_limit", "ulimits", "init")
    assert {name: several[name] for name in alike} == {name: one[name] for name in alike}
    assert all(mount.endswith(":ro") for mount in several["volumes"])


def test_the_proxy_hands_calls_to_every_instance_at_the_port_where_they_listen():
    caddy = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    port = COMPOSE["services"]["newsbot"]["environment"]["NEWSBOT_LISTEN"].rpartition(":")[2]
    assert f"dynamic a newsbot {port}" in caddy
    for variable in re.findall(r"\{\$(\w+)\}", caddy):
        assert variable in COMPOSE["services"]["proxy"]["environment"]
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in COMPOSE["services"]["proxy"]["volumes"]


def test_the_container_holds_the_driver():
    recipe = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert "'.[postgres]'" in recipe
