"""Blueprints: what they say, and what is wrong with them, by file and line."""

from pathlib import Path

import pytest

from opsportal.errors import Invalid
from tasks.stacks import blueprint
from tasks.stacks.references import Known, Output
from tests.stacks.library import PLAIN, VPC, WEB, load, write

ROOT = Path(__file__).parents[2]
FILE = "cloudformation/web/blueprint.yaml"


def wrong(tmp_path, text=PLAIN, **templates):
    with pytest.raises(Invalid) as invalid:
        load(tmp_path, text, **templates)
    return invalid.value.message.splitlines()


@pytest.mark.parametrize(("library", "name", "count"), [("cloudformation", "ecs-service", 10), ("bench", "graph", 12)])
def test_our_own_blueprints_are_right(library, name, count):
    assert len(blueprint.load(ROOT / library, name).stacks) == count


def test_the_graph_follows_from_the_references(tmp_path):
    found = load(tmp_path)

    assert found.stacks["web"].needs() == ("vpc",)
    assert found.stacks["vpc"].needs() == ()


def test_references_may_stand_within_text(tmp_path):
    parameters = load(tmp_path).stacks["web"].parameters

    assert parameters["Image"].parts == ("registry/", Known("variables", "image"), ":", Known("environment", "name"))
    assert parameters["VpcId"].parts == (Output("vpc", "VpcId"),)


WRONG = [
    ("title: Web", "titel: Web", 1, "unknown key 'titel': known are title, description, variables, stacks"),
    ("type: string", "type: text", 3, "variable 'image': the type is string, number or boolean, not 'text'"),
    ("default: nginx", "default: [a]", 3, "variable 'image': the default has to be a string, not list"),
    ("image: {type", "Image: {type", 3, "variable 'Image': use small letters, digits and _, a letter first"),
    ("template: vpc.yaml", "templates: vpc.yaml", 6, "stack 'vpc' needs a template"),
    ("template: vpc.yaml", "template: nat.yaml", 6, "there is no template 'nat.yaml' in the blueprint's folder"),
    (
        "template: vpc.yaml",
        "template: ../vpc.yaml",
        6,
        "template '../vpc.yaml' has to be a file in the blueprint's own",
    ),
    (
        "template: vpc.yaml",
        "template: /etc/passwd",
        6,
        "template '/etc/passwd' has to be a file in the blueprint's own",
    ),
    ("vpc.VpcId", "vpc.Id", 10, "stack 'vpc' has no output 'Id': known are VpcId"),
    ("vpc.VpcId", "net.VpcId", 10, "unknown stack 'net': known are vpc, web"),
    ("vpc.VpcId", "web.VpcId", 10, "stack 'web' can't refer to its own output 'VpcId'"),
    ("variables.image", "variables.img", 11, "unknown variable 'img': known are image"),
    (
        "environment.name",
        "environment.colour",
        11,
        "${environment.colour} is not a reference: use ${outputs.stack.Output}",
    ),
    ("${environment.name}", "${environment.name", 11, "has no closing brace"),
    ("VpcId: $", "Vpc: $", 8, "stack 'web' has no value for parameter 'VpcId' of cloudformation/web/web.yaml"),
    ("VpcId: $", "Vpc: $", 10, "template cloudformation/web/web.yaml has no parameter 'Vpc'"),
    ("  vpc:\n", "  Vpc:\n", 6, "stack 'Vpc': use small letters, digits and -, a letter first"),
    ("template: vpc.yaml", "template: vpc.yaml\n    protect: maybe", 7, "protect has to be true or false"),
    ("template: vpc.yaml", "template: vpc.yaml\n    seconds: soon", 7, "seconds has to be a number"),
    ("template: vpc.yaml", "template: vpc.yaml\n    capabilities: [ALL]", 7, "unknown capability 'ALL'"),
    ("template: vpc.yaml", "template: vpc.yaml\n    tags: [a]", 7, "tags has to be a mapping, not a list"),
    ('Image: "', 'Count: 99\n      Image: "', 11, "parameter Count of stack 'web' has to be 9 at most, not '99'"),
    ('Image: "', 'Count: many\n      Image: "', 11, "parameter Count of stack 'web' has to be a number, not 'many'"),
    ('Image: "', 'Size: huge\n      Image: "', 11, "parameter Size of stack 'web' has to be one of small, large, not"),
    ('Image: "', 'Size: [a]\n      Image: "', 11, "Size has to be a text, a number, true or false, not a list"),
    ("nginx}", "nginx", 4, "is not YAML"),
    ("image: {type: string, default: nginx}", "image: nginx", 3, "variable 'image' has to be a mapping such as"),
    ("\n    template: vpc.yaml", " vpc.yaml", 5, "stack 'vpc' has to be a mapping with a template"),
    (
        "template: vpc.yaml",
        "template: vpc.yaml\n    capabilities: CAPABILITY_IAM",
        7,
        "capabilities has to be a list such",
    ),
    ("title: Web", "title: Web\ntitle: Net", 2, "'title' comes twice"),
    ("title: Web", "title: *a", 1, "aliases (*name) are not understood here"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), WRONG)
def test_each_mistake_is_told_with_its_line(tmp_path, old, new, line, words):
    lines = wrong(tmp_path, PLAIN.replace(old, new, 1))

    assert any(each.startswith(f"{FILE}:{line}: ") and words in each for each in lines), lines


WHOLE = [
    ("", "is empty"),
    ("- a\n", "has to be a mapping"),
    ("title: a", "a blueprint needs stacks"),
    ("#" * 300_000, "KiB"),
]


@pytest.mark.parametrize(("text", "words"), WHOLE)
def test_a_file_that_is_no_blueprint_is_told(tmp_path, text, words):
    assert words in wrong(tmp_path, text)[0]


def test_a_file_that_is_no_text_is_told(tmp_path):
    library = write(tmp_path)
    (library / "web" / "blueprint.yaml").write_bytes(b"\xff\xfe")
    (library / "web" / "vpc.yaml").write_bytes(b"\xff\xfe")

    with pytest.raises(Invalid, match=r"blueprint\.yaml:1: can't be read"):
        blueprint.load(library, "web")


def test_all_mistakes_are_told_at_once(tmp_path):
    lines = wrong(
        tmp_path, PLAIN.replace("VpcId}", "Id}").replace("variables.image", "variables.img").replace("Web", "[]")
    )

    assert [int(line.split(":")[1]) for line in lines] == [1, 10, 11]


def test_a_circle_is_told_with_its_way(tmp_path):
    circle = PLAIN.replace("template: vpc.yaml", "template: vpc.yaml\n    parameters: {Cidr: '${outputs.web.Cidr}'}")
    vpc = VPC + "Parameters:\n  Cidr: {Type: String}\n"
    web = WEB + "Outputs:\n  Cidr: {Value: a}\n"

    lines = wrong(tmp_path, circle, vpc=vpc, web=web)

    assert "the stacks need each other in a circle: " in lines[0]
    assert "vpc → web" in lines[0]


def test_a_template_that_is_no_yaml_is_told_with_its_own_line(tmp_path):
    lines = wrong(tmp_path, vpc="Resources:\n  A: {Type: [\n")

    assert lines[0].startswith("cloudformation/web/vpc.yaml:3: is not YAML")


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    library = write(tmp_path)
    (tmp_path / "secret.yaml").write_text(VPC)
    (library / "web" / "vpc.yaml").unlink()
    (library / "web" / "vpc.yaml").symlink_to(tmp_path / "secret.yaml")

    with pytest.raises(Invalid, match="has to be a file in the blueprint's own folder"):
        blueprint.load(library, "web")


@pytest.mark.parametrize("name", ["none", "../web", "Web", "."])
def test_a_blueprint_that_is_not_there_is_told(tmp_path, name):
    library = write(tmp_path)

    with pytest.raises(Invalid, match="there is no blueprint"):
        blueprint.load(library, name)


def test_numbers_stay_as_they_are_written(tmp_path):
    text = PLAIN.replace('Image: "registry/${variables.image}:${environment.name}"', "Image: 0123")

    assert load(tmp_path, text).stacks["web"].parameters["Image"].parts == ("0123",)
