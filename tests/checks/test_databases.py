"""Databases, caches and tables nobody uses or that are larger than they are used, and what deployments left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from opsportal.errors import StepFailed
from tasks.checks import (
    blue_green_leftovers,
    dev_running_at_night,
    dynamodb_overprovisioned,
    elasticache_idle,
    rds_idle,
    rds_stopped_long,
)
from tasks.sweeps import databases
from tasks.sweeps.databases import Database
from tests.checks.answers import Answers
from tests.checks.measuring import age, measure
from tests.checks.reading import SandboxReader, ago, cost, found, gathered, judged, price, resource
from tests.sandbox.account import until

DATABASE = Database(resource("shop"), "db.t3.micro", "postgres", "available", ago(30), gib=20)
IDLE = rds_idle.Facts(DATABASE, cost(13), 0.0)
STOPPED = rds_stopped_long.Facts(replace(DATABASE, status="stopped"), cost(2.3), ago(5), None)
CACHE = elasticache_idle.Facts(resource("queue"), "cache.t3.micro", "redis", 2, ago(30), cost(25), 4.0)
TABLE = dynamodb_overprovisioned.Facts(
    resource("arn:table"), "PROVISIONED", ago(30), (100, 50), (2.0, 1.0), (3, 2), cost(40)
)
FLEET = blue_green_leftovers.Facts(resource("arn:fleet"), False, ago(3), cost(140), size=2)
PRICES = [
    price(0.018, "rds", "db.t3.micro.postgresql.single-az"),
    price(0.115, "rds", "storage.gp2.single-az", "GB-month"),
    price(0.017, "elasticache", "cache.t3.micro.redis"),
    price(0.0001, "dynamodb", "provisioned-rcu"),
    price(0.0005, "dynamodb", "provisioned-wcu"),
]


@pytest.fixture
def later(account):
    return SandboxReader(account, PRICES, datetime.now(UTC) + timedelta(days=60))


@pytest.fixture
def today(account):
    return SandboxReader(account, PRICES)


@pytest.fixture
def rds(account):
    return account.client("rds")


def made(rds, name="shop"):
    asked = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20, "StorageType": "gp2"}
    asked |= {"MasterUsername": "shop", "MasterUserPassword": "long enough"}
    rds.create_db_instance(DBInstanceIdentifier=name, **asked)
    return name


def test_a_database_without_connections_is_told_with_its_kind():
    assert judged(rds_idle, IDLE).detail == "It had at most 0 connections at once in 7 days (db.t3.micro, postgres)."


YOUNG, MEMBER = replace(DATABASE, made=ago(6)), replace(DATABASE, cluster="orders")
LEFT = [{"connections": 1.0}, {"connections": None}, {"database": YOUNG}, {"database": MEMBER}]


@pytest.mark.parametrize("changed", [*LEFT, {"database": STOPPED.database}])
def test_a_database_in_use_new_stopped_or_of_a_cluster_is_left_alone(changed):
    assert judged(rds_idle, replace(IDLE, **changed)) is None


def test_connections_of_a_monitor_can_be_allowed():
    assert judged(rds_idle, replace(IDLE, connections=1.0), connections=1)


def test_a_database_that_nobody_connects_to_is_found_with_its_hours(today, rds):
    quiet, busy = made(rds, "quiet"), made(rds, "busy")
    age(today, "database", quiet)
    age(today, "database", busy)
    measure(today, "AWS/RDS", {"DBInstanceIdentifier": "quiet"}, {"DatabaseConnections": 0})
    measure(today, "AWS/RDS", {"DBInstanceIdentifier": "busy"}, {"DatabaseConnections": 9})

    findings = found(rds_idle, today)

    assert {name: each.usd for name, each in findings.items()} == {quiet: 13.14}
    assert busy not in findings


def test_a_second_zone_costs_as_much_again_and_is_an_estimate(later):
    told = databases.hours(later.price, replace(DATABASE, multi_az=True))

    assert (round(told.usd, 2), told.price.sourced) == (26.28, False)


@pytest.mark.parametrize("changed", [{"cluster": "orders"}, {"storage": "io1", "plain_storage": False}])
def test_storage_is_not_guessed(later, changed):
    assert databases.storage(later.price, replace(DATABASE, **changed)).usd is None


def test_engines_without_a_list_price_have_no_figure(later):
    assert databases.hours(later.price, replace(DATABASE, engine="sqlserver-web")).usd is None


def test_a_stopped_database_is_told_with_its_storage():
    assert (
        judged(rds_stopped_long, STOPPED).detail == "It has been stopped for 5 days, and its 20 GiB of storage cost on."
    )


def test_a_database_that_aws_had_to_start_is_found_at_once():
    finding = judged(rds_stopped_long, replace(STOPPED, stopped=ago(0), started=ago(1)))

    assert finding.detail.startswith("AWS started it 1 days ago after seven days, and it was stopped again.")


@pytest.mark.parametrize("changed", [{"database": DATABASE}, {"stopped": ago(4)}, {"stopped": None}])
def test_a_database_that_runs_or_was_stopped_lately_is_left_alone(changed):
    assert judged(rds_stopped_long, replace(STOPPED, **changed)) is None


def test_since_when_a_database_is_stopped_follows_from_when_aws_starts_it(later):
    restarts = later.now + timedelta(days=1)
    told = {"DBInstanceIdentifier": "shop", "DBInstanceClass": "db.t3.micro"}
    told |= {"Engine": "postgres", "DBInstanceStatus": "stopped", "InstanceCreateTime": ago(30)}
    database = databases.database(told | {"AutomaticRestartTime": restarts}, later.now)

    assert database.restarts - rds_stopped_long.ALLOWED == later.now - timedelta(days=6)


def event(name, words, days):
    return {"SourceIdentifier": name, "Message": words, "Date": ago(days)}


def test_when_something_last_happened_to_a_database_is_read_from_its_events():
    forced = f"DB instance is being started due to it {rds_stopped_long.TOO_LONG}."
    events = [event("shop", forced, 9), event("shop", forced, 2), event("shop", "DB instance stopped", 1)]

    assert databases.latest(events, rds_stopped_long.TOO_LONG) == {"shop": ago(2)}


def test_a_database_runs_since_it_was_made_or_last_stopped(later):
    def since(database, stopped=None):
        return dev_running_at_night.of_database(database, stopped, later).since

    assert since(DATABASE) == ago(30)
    assert since(DATABASE, ago(3)) == ago(3)
    assert since(STOPPED.database) is None


def test_a_database_for_development_is_found(later, rds):
    made(rds, "staging")
    rds.add_tags_to_resource(
        ResourceName=f"arn:aws:rds:eu-west-1:{later.account.id}:db:staging", Tags=[{"Key": "env", "Value": "staging"}]
    )

    assert found(dev_running_at_night, later)["staging"].usd == round(13.14 * (1 - 60 / 168), 2)


def test_stopped_databases_are_read_with_their_storage(later, rds):
    made(rds)
    rds.stop_db_instance(DBInstanceIdentifier="shop")
    until(lambda: rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"], lambda seen: seen == "stopped")

    (facts,) = rds_stopped_long.gather(later, rds_stopped_long.Limits())

    assert (facts.database.status, round(facts.cost.usd, 2)) == ("stopped", 2.3)
    assert later.actions <= set(rds_stopped_long.CHECK.permissions)


def test_a_cache_with_no_more_connections_than_its_own_is_idle():
    finding = judged(elasticache_idle, CACHE)

    assert "A node had at most 4 connections in 7 days" in finding.detail
    assert finding.detail.endswith("(2 × cache.t3.micro).")


UNKNOWN = [{"connections": 5.0}, {"connections": None}, {"made": ago(6)}, {"available": False}]


@pytest.mark.parametrize("changed", UNKNOWN)
def test_a_cache_in_use_new_or_not_measured_is_left_alone(changed):
    assert judged(elasticache_idle, replace(CACHE, **changed)) is None


def member(name, kind="cache.t3.micro"):
    plain = {"CacheNodeType": kind, "Engine": "redis", "NumCacheNodes": 1, "CacheClusterStatus": "available"}
    return plain | {"CacheClusterId": name, "CacheClusterCreateTime": ago(30)}


def test_a_replication_group_is_as_busy_as_its_busiest_node(later):
    members = [member("queue-001"), member("queue-002")]

    facts = elasticache_idle.facts(later, "queue", members, [2.0, 80.0], {})

    assert (facts.nodes, facts.connections, round(facts.cost.usd, 2)) == (2, 80.0, 24.82)
    assert elasticache_idle.facts(later, "queue", members, [2.0, None], {}).connections is None


def test_a_cache_that_nobody_connects_to_is_found(today, account):
    asked = {"CacheNodeType": "cache.t3.micro", "Engine": "redis", "NumCacheNodes": 1}
    account.client("elasticache").create_cache_cluster(CacheClusterId="queue", **asked)
    age(today, "cache-cluster", "queue")
    measure(today, "AWS/ElastiCache", {"CacheClusterId": "queue"}, {"CurrConnections": 3})

    assert found(elasticache_idle, today)["queue"].usd == 12.41


def test_a_table_is_told_with_its_units_and_its_busiest_hour():
    finding = judged(dynamodb_overprovisioned, TABLE)

    assert finding.detail.startswith("It has 100 read and 50 write units;")
    assert finding.advice.startswith("Lower it to 3 and 2,")


LEFT_TABLES = [{"mode": "PAY_PER_REQUEST"}, {"units": (5, 4)}, {"enough": (100, 50)}, {"made": ago(13)}]


@pytest.mark.parametrize("changed", LEFT_TABLES)
def test_a_table_on_demand_small_used_or_new_is_left_alone(changed):
    assert judged(dynamodb_overprovisioned, replace(TABLE, **changed)) is None


def test_units_are_lowered_only_below_the_share_that_is_used():
    limits = dynamodb_overprovisioned.Limits()

    assert dynamodb_overprovisioned.wanted(100, 30, limits) == 100
    assert dynamodb_overprovisioned.wanted(100, 29, limits) == 44
    assert dynamodb_overprovisioned.wanted(100, 0, limits) == 1


def test_a_table_without_all_its_figures_is_not_called_well():
    table = {"TableName": "carts", "TableArn": "arn:carts", "CreationDateTime": ago(30)}
    given = {
        ("dynamodb", "list_tables"): {"TableNames": ["carts"]},
        ("dynamodb", "describe_table"): {"Table": table},
        ("resourcegroupstaggingapi", "get_resources"): {"ResourceTagMappingList": []},
        ("cloudwatch", "get_metric_data"): {"MetricDataResults": []},
    }
    with pytest.raises(StepFailed, match="could not give all figures"):
        gathered(dynamodb_overprovisioned, Answers(given))


def test_a_table_that_is_hardly_used_is_found_with_what_it_saves(later, account):
    name = {"AttributeName": "id"}
    asked = {"AttributeDefinitions": [name | {"AttributeType": "S"}], "KeySchema": [name | {"KeyType": "HASH"}]}
    units = {"ReadCapacityUnits": 101, "WriteCapacityUnits": 1}
    account.client("dynamodb").create_table(TableName="carts", ProvisionedThroughput=units, **asked)

    finding = found(dynamodb_overprovisioned, later)["carts"]

    assert finding.usd == round(100 * 0.0001 * 730, 2)


def test_a_fleet_that_no_deployment_group_has_is_left_over():
    finding = judged(blue_green_leftovers, FLEET)

    assert finding.detail.endswith("3 days ago, and no deployment group has it. Instances: 2.")


@pytest.mark.parametrize("changed", [{"current": True}, {"made": ago(1)}])
def test_a_fleet_in_use_or_new_is_left_alone(changed):
    assert judged(blue_green_leftovers, replace(FLEET, **changed)) is None


def test_a_database_that_was_switched_away_from_is_found_by_its_name(later, rds):
    old = made(rds, "shop-old1")
    made(rds, "shop")

    findings = found(blue_green_leftovers, later)

    assert {name: each.usd for name, each in findings.items()} == {old: 15.44}


def fleet(account, name):
    zones = {"AvailabilityZones": ["eu-west-1a"], "MinSize": 0, "MaxSize": 0}
    launch = {"LaunchConfigurationName": name, "ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
    autoscaling = account.client("autoscaling")
    autoscaling.create_launch_configuration(**launch)
    autoscaling.create_auto_scaling_group(AutoScalingGroupName=name, LaunchConfigurationName=name, **zones)


def test_a_fleet_is_in_use_by_its_group_or_while_its_deployment_goes_on():
    going = {"deploymentId": "d-BBBBBBBBB", "status": "InProgress"}
    over = {"deploymentId": "d-CCCCCCCCC", "status": "Stopped"}
    groups = [{"autoScalingGroups": [{"name": "web"}], "lastAttemptedDeployment": each} for each in (going, over)]

    used = blue_green_leftovers.in_use([*groups, {}])

    assert (used.fleets, used.deployments) == ({"web"}, {"d-BBBBBBBBB"})


def test_a_copied_fleet_is_told_from_others_by_its_name(later, account):
    for name in ("CodeDeploy_web_d-AAAAAAAAA", "web"):
        fleet(account, name)
    codedeploy = account.client("codedeploy")
    codedeploy.create_application(applicationName="web")
    role = "arn:aws:iam::123456789012:role/deploy"
    codedeploy.create_deployment_group(applicationName="web", deploymentGroupName="web", serviceRoleArn=role)

    findings = found(blue_green_leftovers, later)

    assert list(findings) == ["CodeDeploy_web_d-AAAAAAAAA"]
    assert "codedeploy:GetDeploymentGroup" in later.actions
