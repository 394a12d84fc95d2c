"""Blueprints written for a test."""

from tasks.stacks import blueprint

PLAIN = """\
title: Web
variables:
  image: {type: string, default: nginx}
stacks:
  vpc:
    template: vpc.yaml
  web:
    template: web.yaml
    parameters:
      VpcId: ${outputs.vpc.VpcId}
      Image: "registry/${variables.image}:${environment.name}"
"""
VPC = """\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Outputs:
  VpcId: {Value: !Ref Vpc}
"""
WEB = """\
Parameters:
  VpcId: {Type: String}
  Image: {Type: String}
  Count: {Type: Number, Default: 1, MinValue: 1, MaxValue: 9}
  Size: {Type: String, Default: small, AllowedValues: [small, large]}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${Image} ${VpcId}"}}
"""


def write(root, text=PLAIN, name="web", **templates):
    """The folder of blueprints, with this one in it."""
    folder = root / "cloudformation" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "blueprint.yaml").write_text(text)
    for file, body in ({"vpc": VPC, "web": WEB} | templates).items():
        (folder / f"{file}.yaml").write_text(body)
    return root / "cloudformation"


def load(root, text=PLAIN, **templates):
    return blueprint.load(write(root, text, **templates), "web")
