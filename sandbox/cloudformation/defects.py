"""Where moto's own CloudFormation types do not work as they are, each found by running it: what they are not given,
what they have to be told, and what of them is not used."""

from sandbox.cloudformation.records import Json

# properties that gaps.py puts in place itself
HELD_BACK = {
    "AWS::EC2::SecurityGroup": ("SecurityGroupIngress", "SecurityGroupEgress"),
    "AWS::RDS::DBInstance": ("DBSubnetGroupName",),  # moto wants its own object there, not the name
}

# what AWS assumes where a template says nothing
DEFAULTS: dict[str, Json] = {
    "AWS::EC2::EIP": {"Domain": "vpc"},
    "AWS::EC2::TransitGateway": {"Description": ""},
    "AWS::EC2::VPCEndpoint": {"VpcEndpointType": "Gateway", "RouteTableIds": []},
    "AWS::SSM::Document": {"DocumentFormat": "JSON"},
}

# (type, operation): why it is not used. A type then has an id and no API behind it; a change stays in the stack alone
BROKEN: dict[tuple[str, str], str] = {
    ("AWS::CloudFormation::Stack", "create"): "makes a stack of moto's own, without a lifecycle",
    ("AWS::IAM::User", "update"): "makes the user again, which is refused because it exists",
    ("AWS::IoT::Thing", "update"): "reads the attributes as text",
    ("AWS::Lambda::Function", "update"): "reads the text of the code as base64",
}
